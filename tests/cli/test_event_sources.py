"""``profilegraph event-source``: sources managed from the command line."""

import os
from collections.abc import Iterator
from uuid import uuid4

import pytest
from pymongo import MongoClient

from tests.cli.running import run


@pytest.fixture
def database() -> Iterator[dict[str, str]]:
    """The settings of a database that is dropped afterwards."""
    uri, name = os.environ["MONGODB_URI"], f"test_{uuid4().hex[:16]}"
    yield {"MONGODB_URI": uri, "MONGODB_DATABASE": name}
    with MongoClient[dict[str, object]](uri) as client:
        client.drop_database(name)


@pytest.mark.server
def test_source_is_created_listed_renamed_and_revoked(database: dict[str, str]) -> None:
    created = run("event-source", "create", "Shop", "--kind", "API", "--rate", "5", **database)
    key = created.stdout.strip()
    assert (created.returncode, key[:4], len(key)) == (0, "pgw_", 47)
    assert key not in created.stderr

    [source_id, *rest] = run("event-source", "list", **database).stdout.split()
    assert " ".join(rest) == "API Shop (5 events/s; any origin)"
    renamed = run("event-source", "rename", "Shop", "Web shop", **database)
    assert renamed.stdout == f"{source_id}  Web shop\n"
    revoked = run("event-source", "revoke", source_id, **database)
    assert revoked.stdout == f"{source_id}  Web shop: revoked\n"
    assert run("event-source", "list", **database).stdout == ""
    unknown = run("event-source", "revoke", source_id, **database)
    assert (unknown.returncode, unknown.stderr) == (
        2,
        "EVENT_SOURCE_NOT_FOUND No source has this id.\n",
    )


def test_sources_need_a_database_that_stays() -> None:
    ended = run("event-source", "list")

    assert ended.returncode == 2
    assert ended.stderr.startswith("INVALID_SETTING The setting MONGODB_URI cannot be used")
