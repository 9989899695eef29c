"""Who was in a segment, who entered it and who left."""

import asyncio
from typing import Any

import pytest

from app.attributes.model import ProfileKind
from app.segments.rows.model import ListImport
from app.segments.rows.repository import RowRepository
from app.segments.segment import ListKey
from tests.building import NOON, about
from tests.graphql.asking import Api, an_event, field_of, rfc3339
from tests.graphql.test_segments import create, update
from tests.performing import CART, performed, step

CARTS = performed(step(CART), during={"last": "P1D"})
REFRESH = """mutation ($id: ID!) { refreshSegment(input: {id: $id}) {
  segment { refreshedAt historySince refreshEvery } errors { code }
} }"""
CHANGES = """query ($id: ID!, $change: MembershipChange!, $during: TimeRange, $first: Int) {
  segment(id: $id) { changes(change: $change, during: $during, first: $first) {
    totalCount nodes { change at profile { userId } } pageInfo { hasNextPage }
  } }
}"""
AS_OF = """query ($id: ID!, $at: DateTime) { segment(id: $id) {
  profiles(asOf: $at, orderBy: [{attribute: "user_id"}]) { totalCount nodes { userId } }
} }"""


async def visit(api: Api, user_id: str) -> None:
    now = (api.world.clock.now - NOON).total_seconds() + 43199
    await api.ingest(an_event(None, now, userId=user_id, cookieId=None, **CART))


async def carts(api: Api, **fields: Any) -> str:
    """The id of the segment of those who viewed the cart in the last day."""
    return str((await create(api, "Carts", definition=CARTS, **fields))["segment"]["id"])


async def refresh(api: Api, segment_id: str) -> Any:
    return (await api.data(REFRESH, id=segment_id))["refreshSegment"]


async def changed(api: Api, segment_id: str, change: str, **arguments: Any) -> list[Any]:
    """Who changed, and when."""
    answer = await api.data(CHANGES, id=segment_id, change=change, **arguments)
    changes = answer["segment"]["changes"]
    assert changes["totalCount"] >= len(changes["nodes"])
    assert all(one["change"] == change for one in changes["nodes"])
    return [(one["profile"]["userId"], one["at"]) for one in changes["nodes"]]


async def at(api: Api, segment_id: str, moment: str | None) -> list[str]:
    found = (await api.data(AS_OF, id=segment_id, at=moment))["segment"]["profiles"]
    assert found["totalCount"] == len(found["nodes"])
    return field_of(found["nodes"], "userId")


async def test_entering_and_leaving_are_recorded_by_refreshes(api: Api) -> None:
    segment = await carts(api)
    times = []
    for name in ("ana", "bob", "cleo"):
        await visit(api, name)
        times.append(rfc3339(api.world.clock.now))
        await refresh(api, segment)
        api.world.clock.advance(hours=12)

    first, second, third = times
    assert await changed(api, segment, "ENTERED") == [("cleo", third), ("bob", second)]
    assert await changed(api, segment, "LEFT") == [("ana", third)]
    assert await at(api, segment, first) == ["ana"]
    assert await at(api, segment, second) == ["ana", "bob"]
    assert await at(api, segment, third) == ["bob", "cleo"]
    assert await at(api, segment, None) == ["cleo"]


async def test_who_entered_yesterday(api: Api) -> None:
    segment = await carts(api)
    await refresh(api, segment)
    await visit(api, "ana")
    await refresh(api, segment)
    api.world.clock.advance(days=1)
    await visit(api, "bob")
    await refresh(api, segment)

    now = api.world.clock.now
    yesterday = {"between": {"from": rfc3339(NOON), "to": rfc3339(now)}}
    assert await changed(api, segment, "ENTERED", during=yesterday) == [("ana", rfc3339(NOON))]
    assert await changed(api, segment, "ENTERED", first=1) == [("bob", rfc3339(now))]


async def test_who_comes_back_has_two_stays(api: Api) -> None:
    segment = await carts(api)
    await refresh(api, segment)
    times = []
    for _ in range(2):
        await visit(api, "ana")
        times.append(rfc3339(api.world.clock.now))
        await refresh(api, segment)
        api.world.clock.advance(days=2)
        await refresh(api, segment)

    assert await changed(api, segment, "ENTERED") == [("ana", one) for one in reversed(times)]
    assert len(await changed(api, segment, "LEFT")) == 2


async def test_refresh_twice_or_at_once_records_nobody_twice(api: Api) -> None:
    segment = await carts(api)
    await visit(api, "ana")
    await asyncio.gather(refresh(api, segment), refresh(api, segment))
    api.world.clock.advance(days=2)
    await asyncio.gather(refresh(api, segment), refresh(api, segment))

    stays = await api.world.documents("segment_members")

    assert [(one["entered"], one["left"]) for one in stays] == [(NOON, api.world.clock.now)]


async def test_schedule_refreshes_what_is_due(api: Api) -> None:
    segment = await carts(api, refreshEvery="PT1H")
    await visit(api, "ana")
    refreshing = api.world.services.refreshing
    query = "query ($id: ID!) { segment(id: $id) { refreshedAt refreshEvery } }"

    async def refreshed() -> Any:
        await refreshing.start()
        return (await api.data(query, id=segment))["segment"]

    assert await refreshed() == {"refreshedAt": rfc3339(NOON), "refreshEvery": "PT3600S"}
    api.world.clock.advance(minutes=59)
    assert (await refreshed())["refreshedAt"] == rfc3339(NOON)
    api.world.clock.advance(minutes=1)
    assert (await refreshed())["refreshedAt"] == rfc3339(api.world.clock.now)

    await update(api, segment, refreshEvery=None)
    api.world.clock.advance(hours=2)
    assert (await refreshed())["refreshEvery"] is None
    assert (await refreshed())["refreshedAt"] != rfc3339(api.world.clock.now)


async def test_segment_that_cannot_be_refreshed_holds_no_other_up(api: Api) -> None:
    await api.create_attribute(name="plan")
    broken = {"attribute": {"name": "plan", "eq": "x"}}
    await create(api, "Broken", definition=broken, refreshEvery="PT1M")
    await api.world.services.backfill.delete("USER:plan")
    segment = await carts(api, refreshEvery="PT1M")

    api.world.clock.advance(seconds=2)
    await api.world.services.refreshing.start()

    query = "query ($id: ID!) { segment(id: $id) { refreshedAt } }"
    assert (await api.data(query, id=segment))["segment"]["refreshedAt"] is not None


async def test_merged_people_are_shown_as_whom_they_are_now(api: Api) -> None:
    segment = await carts(api)
    await refresh(api, segment)
    await api.world.ingest(about(None, "cookie_id:c", **CART, time=43100))
    await visit(api, "ana")
    await refresh(api, segment)
    then = rfc3339(api.world.clock.now)
    api.world.clock.advance(minutes=1)

    await api.world.ingest(about(None, "cookie_id:c", "user_id:ana", time=43150))
    await refresh(api, segment)

    assert await at(api, segment, then) == ["ana"]
    assert await changed(api, segment, "ENTERED") == [("ana", then)]
    assert await changed(api, segment, "LEFT") == []


async def test_history_is_known_between_its_refreshes_only(api: Api) -> None:
    segment = await carts(api)
    assert (await api.error(AS_OF, id=segment, at=rfc3339(NOON)))["code"] == "SEGMENT_HISTORY"
    await refresh(api, segment)

    assert await at(api, segment, rfc3339(NOON)) == []
    for moment in ("2025-05-01T00:00:00Z", "2027-05-01T00:00:00Z"):
        assert (await api.error(AS_OF, id=segment, at=moment))["code"] == "SEGMENT_HISTORY"


async def test_history_goes_with_its_segment(api: Api) -> None:
    segment = await carts(api)
    await visit(api, "ana")
    await refresh(api, segment)

    delete = "mutation ($id: ID!) { deleteSegment(input: {id: $id}) { errors { code } } }"
    await api.data(delete, id=segment)

    assert await api.world.documents("segment_members") == []
    assert field_of((await refresh(api, segment))["errors"], "code") == ["SEGMENT_NOT_FOUND"]


@pytest.mark.parametrize("every", ["PT59S", "P32D", "PT0S"])
async def test_schedule_is_neither_too_tight_nor_too_wide(api: Api, every: str) -> None:
    answer = await create(api, refreshEvery=every)

    assert field_of(answer["errors"], "code") == ["SEGMENT_INVALID"]
    assert answer["errors"][0]["path"] == ["input", "refreshEvery"]


async def test_nothing_is_remembered_of_who_is_erased(api: Api) -> None:
    segment = await carts(api)
    await visit(api, "ana")
    await visit(api, "bob")
    listed = RowRepository(api.world.database)
    started = ListImport("l", "list", ProfileKind.USER, ListKey.USER_ID, 2, 2, 2, NOON)
    await listed.begin(started, None)
    await listed.add("l", ["user_id:ana", "user_id:bob"])
    await refresh(api, segment)
    api.world.clock.advance(days=2)
    await refresh(api, segment)
    people = {one["identifiers"][0]: one["_id"] for one in await api.world.living()}
    ana, bob = people["user_id:ana"], people["user_id:bob"]

    await api.world.services.erasure.erase(ana, now=api.world.clock.now)

    assert field_of(await api.world.documents("segment_members"), "member") == [bob]
    assert await api.world.documents("segment_rows") == [{"_id": "l|user_id:bob"}]
