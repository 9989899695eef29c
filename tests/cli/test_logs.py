"""Log lines: one event each, and nothing about people in them."""

import json
import logging
from collections.abc import Iterator
from typing import Any, Literal

import pytest
import structlog

from app.logs import configure_logs


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Other tests log as they did before."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


EMAIL = "ana@example.com"


def take(email: str) -> None:
    """Fails with somebody's address at hand."""
    raise KeyError(len(email))


@pytest.mark.parametrize("form", ["console", "json"])
def test_fault_is_logged_without_the_values_it_happened_with(
    capsys: pytest.CaptureFixture[str], form: Literal["console", "json"]
) -> None:
    configure_logs(form, "info")
    try:
        take(EMAIL)
    except KeyError as error:
        structlog.get_logger("test").error("fault", exc_info=error)

    logged = capsys.readouterr().err
    assert "fault" in logged
    assert "KeyError" in logged
    assert EMAIL not in logged


def test_json_lines_are_one_event_each(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("json", "info")

    structlog.get_logger("test").info("loaded", events=3, text="two\nlines")
    logging.getLogger("library").warning("said %s", "this")
    structlog.get_logger("test").debug("too much")

    lines: list[dict[str, Any]] = [
        json.loads(line) for line in capsys.readouterr().err.splitlines()
    ]
    assert [{**line, "timestamp": None} for line in lines] == [
        {"event": "loaded", "events": 3, "text": "two\nlines", "level": "info", "timestamp": None},
        {"event": "said this", "level": "warning", "timestamp": None},
    ]
