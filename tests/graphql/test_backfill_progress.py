"""``AttributeDefinition.backfill``: how far stored events have fed an attribute."""

from collections.abc import AsyncIterator
from random import Random
from typing import Any, cast

import pytest

from app.aggregation.monoids import Aggregation
from app.attributes.model import ProfileKind
from app.attributes.service import NewAttribute
from app.events import repository
from app.services import compose
from app.settings import Settings
from app.storage.client import Database
from app.values import DataType
from tests.building import NOON
from tests.faults import FaultyDatabase, Killed, Process
from tests.graphql.asking import Api, an_event, rfc3339

PROGRESS = """
query ($name: String!, $kind: ProfileKind = USER) {
  attribute(kind: $kind, name: $name) {
    backfill { state processed total startedAt finishedAt }
  }
}
"""
PRICES = '{ profiles(first: 200) { nodes { attribute(name: "price") { value } } } }'
NEW = NewAttribute(ProfileKind.USER, "price", DataType.NUMBER, Aggregation.SUM)
DONE = {"state": "DONE", "startedAt": rfc3339(NOON), "finishedAt": rfc3339(NOON)}


@pytest.fixture
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger is read a few events at a time."""
    monkeypatch.setattr(repository, "_CHUNK", 3)


async def progress(api: Api, name: str = "price", kind: str = "USER") -> Any:
    """What clients are told about the back-fill of an attribute."""
    return (await api.data(PROGRESS, name=name, kind=kind))["attribute"]["backfill"]


async def prices(api: Api) -> list[int]:
    """What the profiles hold for the attribute, those without it left out."""
    nodes = (await api.data(PRICES))["profiles"]["nodes"]
    return [one["attribute"]["value"] for one in nodes if one["attribute"]]


def sales(people: int, each: int = 2) -> list[dict[str, object]]:
    """Some events of each person, all of one account."""
    return [
        an_event(f"e{n}-{m}", m, cookieId=f"c{n}", properties={"price": 1}, account={"id": "a"})
        for n in range(people)
        for m in range(each)
    ]


async def test_back_fill_waits_until_somebody_begins_it(api: Api) -> None:
    await api.ingest(*sales(2))

    await api.world.services.attributes.create(NEW, now=NOON, waiting=True)

    waiting = {"state": "WAITING", "processed": 0, "total": None}
    assert await progress(api) == waiting | {"startedAt": None, "finishedAt": None}


@pytest.mark.parametrize(("kind", "name"), [("USER", "price"), ("ACCOUNT", "seats")])
async def test_finished_back_fill_tells_what_it_processed(api: Api, kind: str, name: str) -> None:
    await api.ingest(*sales(3))

    await api.create_attribute(kind=kind, name=name)

    await api.ingest(an_event("later", 50, properties={"price": 1}))
    assert await progress(api, name, kind) == DONE | {"processed": 6, "total": 6}


async def test_nothing_is_told_where_no_back_fill_was_asked_for(api: Api) -> None:
    await api.create_attribute(name="price", backfill=False)

    assert await progress(api) is None
    assert await progress(api, "email") is None


async def test_definitions_of_a_page_tell_it_too(api: Api) -> None:
    query = """
    { profiles { nodes {
      attribute(name: "price") { definition { backfill { state processed } } }
    } } }
    """
    await api.ingest(*sales(2))
    await api.create_attribute(name="price", dataType="NUMBER")

    told = {"attribute": {"definition": {"backfill": {"state": "DONE", "processed": 4}}}}
    assert (await api.data(query))["profiles"]["nodes"] == [told, told]


async def test_definition_is_answered_before_it_is_filled(api: Api, small_portions: None) -> None:
    query = """
    mutation ($input: CreateAttributeInput!) {
      createAttribute(input: $input) { attribute { backfill { state } } }
    }
    """
    given = {"kind": "USER", "name": "price", "dataType": "NUMBER", "aggregation": "SUM"}
    await api.ingest(*sales(10))

    created = (await api.data(query, input=given))["createAttribute"]

    assert created["attribute"]["backfill"]["state"] in ("WAITING", "RUNNING")
    await api.world.services.backfill.start()
    assert await prices(api) == [2] * 10


@pytest.mark.parametrize("seed", range(12))
async def test_progress_is_true_whoever_dies_and_never_goes_back(
    api: Api, small_portions: None, seed: int
) -> None:
    await api.ingest(*sales(8, each=3), *sales(1, each=7)[3:])
    await api.world.services.attributes.create(NEW, now=NOON, waiting=True)
    told = []

    async for _ in processes_that_die(api, Random(seed)):
        told.append(await progress(api))
        assert told[-1]["processed"] <= sum(await prices(api))
        assert told[-1]["total"] in (None, 28)
        assert (told[-1]["state"] == "DONE") is (told[-1]["finishedAt"] is not None)

    assert sorted(await prices(api)) == [3] * 7 + [7]
    end = await progress(api)
    assert (end["state"], end["processed"], end["total"]) == ("DONE", 28, 28)
    processed = [one["processed"] for one in told]
    assert processed == sorted(processed)


async def processes_that_die(api: Api, random: Random) -> AsyncIterator[None]:
    """Each does what it can before it is killed, until one comes to the end."""
    world = api.world
    while True:
        process = Process(random, world.clock, kill=0.06, sleep=0)
        faulty = cast("Database", FaultyDatabase(world.database, process))
        services = compose(faulty, Settings(), world.clock)
        try:
            await services.backfill.start()
        except Killed:
            world.clock.advance(minutes=1)
            yield
        else:
            return


async def test_deleted_attribute_is_filled_no_further(api: Api, small_portions: None) -> None:
    await api.ingest(*sales(20))
    service = api.world.services.backfill
    await service.define(NEW, backfill=True, now=NOON)
    while not await prices(api):
        pass

    await service.delete("USER:price")
    await service.start()

    found = await api.world.documents("profiles")
    assert not any("price" in one["attributes"] for one in found)
    filled = [one for one in found if "backfill" in one["guard"]]
    assert 0 < len(filled) < 20
