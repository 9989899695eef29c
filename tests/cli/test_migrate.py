"""``profilegraph migrate`` on a real server: what it changes, and what it leaves alone."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient

from app.attributes.defaults import datadog_user_attributes
from app.profiles.index_repository import index_names
from migrations.steps import STEPS
from tests.cli.running import run

pytestmark = pytest.mark.server

Database = Any
UP_TO_DATE = "The database is up to date."


@pytest.fixture
def database() -> Iterator[Database]:
    """A fresh, empty database of the server, dropped afterwards."""
    with MongoClient[dict[str, Any]](os.environ["MONGODB_URI"]) as client:
        name = f"test_{uuid4().hex[:16]}"
        yield client[name]
        client.drop_database(name)


def migrate(database: Database, *options: str) -> list[str]:
    """What the command says."""
    settings = {"MONGODB_URI": os.environ["MONGODB_URI"], "MONGODB_DATABASE": database.name}
    ended = run("migrate", *options, **settings)
    assert ended.returncode == 0, ended.stderr
    return ended.stderr.splitlines()


def steps(what: str) -> list[str]:
    """A line for each step."""
    return [f"{step.id} {step.title}: {what}" for step in STEPS]


@pytest.mark.parametrize("option", ["--dry-run", "--status"])
def test_looking_changes_nothing(database: Database, option: str) -> None:
    assert migrate(database, option) == steps("missing")
    assert database.list_collection_names() == []


def test_migration_is_done_once(database: Database) -> None:
    assert migrate(database) == [*steps("done"), UP_TO_DATE]
    done = list(database["migrations"].find(sort=[("_id", 1)]))

    assert migrate(database) == [UP_TO_DATE]
    assert migrate(database, "--dry-run") == []
    assert migrate(database, "--status") == [
        f"{one['_id']} {one['title']}: {one['applied_at'].isoformat()}+00:00" for one in done
    ]
    assert list(database["migrations"].find(sort=[("_id", 1)])) == done


def test_processes_may_migrate_at_once(database: Database) -> None:
    with ThreadPoolExecutor() as pool:
        said = list(pool.map(lambda _: migrate(database), range(3)))

    assert [lines[-1] for lines in said] == [UP_TO_DATE] * 3
    recorded = [one["_id"] for one in database["migrations"].find(sort=[("_id", 1)])]
    assert recorded == [step.id for step in STEPS]
    lists = {name for one in datadog_user_attributes() for name in index_names(one)}
    others = {
        "_id_",
        "ending",
        "forgotten",
        "identifiers",
        "members",
        "pending",
        "terms",
        "unwritten",
        "updated",
    }
    assert set(database["profiles"].index_information()) == lists | others
