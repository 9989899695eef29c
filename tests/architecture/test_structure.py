"""The folder tree tells the story, and imports keep to their direction."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = [
    path for root in ("app", "graphql_schema", "migrations") for path in Path(root).rglob("*.py")
]
VAGUE = {"utils", "helpers", "manager", "common", "misc"}


def test_imports_keep_to_their_direction() -> None:
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_module_says_what_it_is_for(path: Path) -> None:
    text = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= 400
    assert path.stem not in VAGUE
