"""The command line, as somebody at a terminal meets it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from migrations.steps import STEPS

QUIET = {name: value for name, value in os.environ.items() if name != "MONGODB_URI"}


def profilegraph(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**QUIET, "COLUMNS": "200", **settings},
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("MONGODB_URI", "postgres://127.0.0.1/"),
        ("MONGODB_DATABASE", "a/b"),
        ("DEMO_DATA", "perhaps"),
        ("MIGRATE_ON_START", "perhaps"),
        ("INGESTION_LANES", "0"),
        ("INGESTION_QUEUE", "-1"),
        ("INTROSPECTION", "perhaps"),
        ("LOG_FORMAT", "xml"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_wrong_setting_is_named_and_nothing_starts(name: str, value: str) -> None:
    ended = profilegraph("serve", **{name: value})

    assert ended.returncode == 2
    assert ended.stderr.startswith(f"INVALID_SETTING The setting {name} cannot be used: ")
    assert "Traceback" not in ended.stderr


def test_dry_run_says_what_would_run() -> None:
    ended = profilegraph("migrate", "--dry-run")

    assert ended.returncode == 0
    assert ended.stderr.splitlines()[0].endswith(": missing")


def test_status_lists_every_step() -> None:
    assert len(profilegraph("migrate", "--status").stderr.splitlines()) == len(STEPS)


def test_migrate_ends_with_an_up_to_date_database() -> None:
    assert profilegraph("migrate").stderr.splitlines()[-1] == "The database is up to date."


def test_import_without_a_database_is_refused(tmp_path: Path) -> None:
    ended = profilegraph("import", str(tmp_path / "none.csv"))

    assert ended.returncode == 2
    assert ended.stderr.startswith("INVALID_SETTING The setting MONGODB_URI")


def test_database_that_is_away_is_told_in_one_line() -> None:
    ended = profilegraph(
        "migrate", MONGODB_URI="mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200"
    )

    assert (ended.returncode, ended.stderr.splitlines()) == (
        2,
        ["STORE_UNAVAILABLE The database does not answer; send the request again."],
    )


def test_schema_is_the_committed_one() -> None:
    committed = Path("graphql_schema/schema.graphql").read_text("utf-8")

    assert profilegraph("schema").stdout == committed
