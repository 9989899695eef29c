"""``profilegraph audit`` on a real server: what it says, what it mends, and how it ends."""

import os
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from app.storage.client import close, connect
from tests.building import an_event
from tests.cli.running import run
from tests.living import World, start

pytestmark = pytest.mark.server


@pytest.fixture
async def filled() -> AsyncIterator[World]:
    """A database of the server with one person, dropped afterwards."""
    database = connect(os.environ["MONGODB_URI"], f"test_{uuid4().hex[:16]}")
    world = await start(database)
    await world.ingest(an_event("e1", 1, properties={"revenue": 1}))
    await world.services.close()
    yield world
    await database.client.drop_database(database.name)
    await close(database)


def audit(world: World, *options: str) -> tuple[int, list[str]]:
    """How the command ends, and what it says."""
    settings = {
        "MONGODB_URI": os.environ["MONGODB_URI"],
        "MONGODB_DATABASE": world.database.name,
    }
    ended = run("audit", *options, **settings)
    return ended.returncode, ended.stderr.splitlines()


COMPARED = "Compared 1 events, 1 identifiers, 1 profiles"
SOUND = f"{COMPARED}: no difference."


async def test_sound_database_is_told_so(filled: World) -> None:
    assert audit(filled) == (0, [SOUND])


async def test_difference_is_told_then_mended(filled: World) -> None:
    [profile] = await filled.living()
    wrong = {"$inc": {"attributes.total_revenue": 1}}
    await filled.database["profiles"].update_one({"_id": profile["_id"]}, wrong)
    line = f"profile {profile['_id']}: total_revenue"

    assert audit(filled) == (
        1,
        [line, f"{COMPARED}: 1 differences, 0 repaired."],
    )
    assert audit(filled, "--repair") == (
        0,
        [
            f"{line} (repaired)",
            f"{COMPARED}: 1 differences, 1 repaired.",
        ],
    )
    assert audit(filled) == (0, [SOUND])


def test_embedded_store_cannot_be_audited() -> None:
    ended = run("audit")

    assert ended.returncode == 2
    assert "INVALID_SETTING" in ended.stderr
