"""The schema that clients know: it changes on purpose, and never breaks them by accident."""

import subprocess
from pathlib import Path

import pytest
from graphql import build_schema as parse_schema
from graphql import find_breaking_changes

from graphql_schema.schema import build_schema

PROJECT = Path(__file__).parents[2]
SNAPSHOT = PROJECT / "graphql_schema" / "schema.graphql"
RENEW = "renew the snapshot with: profilegraph schema > graphql_schema/schema.graphql"


def test_snapshot_is_the_schema() -> None:
    assert SNAPSHOT.read_text("utf-8") == build_schema().as_str() + "\n", RENEW


def test_schema_is_printed_the_same_without_introspection() -> None:
    assert build_schema(introspection=False).as_str() == build_schema().as_str()


def test_change_that_breaks_clients_is_announced() -> None:
    changes = find_breaking_changes(parse_schema(committed_snapshot()), build_schema()._schema)

    if not is_announced((PROJECT / "CHANGELOG.md").read_text("utf-8")):
        assert [change.description for change in changes] == [], (
            'these break clients: say so under "Unreleased" in CHANGELOG.md, as "- Breaking: ..."'
        )


def committed_snapshot() -> str:
    """The snapshot of the last commit."""
    command = ["git", "show", f"HEAD:{SNAPSHOT.relative_to(PROJECT).as_posix()}"]
    try:
        shown = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("needs git")
    if shown.returncode:
        pytest.skip("the last commit has no snapshot")
    return shown.stdout


def is_announced(changelog: str) -> bool:
    """Whether the changes that are not released yet name one that breaks clients."""
    _, _, rest = changelog.partition("\n## [Unreleased]")
    unreleased = rest.partition("\n## ")[0]
    return any(line.startswith("- Breaking:") for line in unreleased.splitlines())


@pytest.mark.parametrize(
    ("changelog", "announced"),
    [
        ("\n## [Unreleased]\n\n### Changed\n\n- Breaking: no more.\n\n## [1.0.0]\n", True),
        ("\n## [Unreleased]\n\n- Added.\n\n## [1.0.0]\n\n- Breaking: no more.\n", False),
        ("# Changelog\n", False),
    ],
)
def test_announcement_stands_among_what_is_not_released(changelog: str, *, announced: bool) -> None:
    assert is_announced(changelog) is announced
