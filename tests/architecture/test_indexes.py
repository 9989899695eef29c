"""Every query of the service is served by an index; its real commands, explained by a server."""

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.access.model import EventSourceKind, NewEventSource
from app.attributes.model import ProfileKind
from app.identity.model import IdentityPolicy
from app.intake.datadog import read_rum
from app.intake.peer import Peer
from app.profiles.ids import id_in_cohort, new_cohort, new_profile_id
from app.segments import finding_repository
from app.storage.client import Database, close
from tests.architecture.recording import Recorder, Search, connect_recorded
from tests.auditing import assert_audit_finds_nothing
from tests.building import about
from tests.graphql.asking import Api, an_event, field_of, serve
from tests.intake.rum import body, view
from tests.living import start

pytestmark = pytest.mark.server

PEOPLE = 400
SMALL = {"lanes", "settings", "migrations"}
"""Collections that never have more than some tens of documents."""

Explained = tuple[Api, Recorder]


@pytest.fixture
async def recorded() -> AsyncIterator[Explained]:
    """The API over a database with many people, each with an account and a session."""
    uri = os.environ["MONGODB_URI"]
    database, recorder = connect_recorded(uri, f"test_{uuid4().hex[:16]}")
    async with serve(await start(database)) as api:
        for name, aggregation in (("score", "LAST"), ("tags", "LIST"), ("labels", "UNIQUE_LIST")):
            data_type = "NUMBER" if name == "score" else "STRING"
            await api.create_attribute(name=name, dataType=data_type, aggregation=aggregation)
        await api.world.services.indexes.keep_up()
        await api.world.services.retention.keep_up()
        for first in range(0, PEOPLE, 200):
            await api.ingest(*map(event_of, range(first, first + 200)))
        await renew_statistics(database)
        recorder.searches.clear()
        yield api, recorder
    await database.client.drop_database(database.name)
    await close(database)


def event_of(number: int) -> dict[str, object]:
    """The event of one of the people."""
    return an_event(
        f"e{number}",
        number,
        userId=f"u{number}",
        cookieId=f"c{number}",
        sessionId="s",
        user={"name": f"Person{number} Smith"},
        account={"id": f"a{number}", "name": f"Company{number} Ltd"},
        properties={"score": number, "tags": [f"t{number % 50}"], "labels": [f"t{number % 50}"]},
    )


async def renew_statistics(database: Database) -> None:
    """Planners choose by statistics, which some servers renew later only."""
    for name in ("accounts", "collisions", "events", "identifiers", "profiles", "sessions"):
        await database.command({"planCacheClear": name})


async def crowd(database: Database) -> None:
    """So many more people that sorting them all would cost more than following an index."""
    [someone] = await database["profiles"].find({}, limit=1).to_list()
    attributes = someone["attributes"]
    many = [
        {
            **someone,
            "_id": f"crowd-{number:05}",
            "identifiers": [],
            "attributes": {
                "score": {**attributes["score"], "v": number},
                "name": {**attributes["name"], "v": f"Person {number}"},
                "last_seen": attributes["last_seen"] + timedelta(seconds=number),
            },
        }
        for number in range(10_000)
    ]
    await database["profiles"].insert_many(many)
    await renew_statistics(database)


async def scanned(api: Api, recorder: Recorder) -> list[Search]:
    """The searches since the start for which most of a collection was read."""
    searches = [one for one in recorder.searches if one.collection not in SMALL]
    assert searches, "nothing was looked for"
    return [one for one in searches if await is_scan(api, one)]


async def is_scan(api: Api, search: Search) -> bool:
    """Whether a search reads most of a collection; some servers name a short walk a scan too."""
    names, read = await explain(api, search)
    return "COLLSCAN" in names and read > PEOPLE / 2


async def explain(api: Api, search: Search) -> tuple[list[str], int]:
    """The stages of the plan for a search, and how many documents it reads."""
    explained = await api.world.database.command({"explain": search.command})
    read: int = explained["executionStats"]["totalDocsExamined"]
    return list(stages(explained["queryPlanner"]["winningPlan"])), read


def stages(plan: Any) -> list[str]:
    """The names of all stages of a plan."""
    if isinstance(plan, list):
        return [name for one in plan for name in stages(one)]
    if not isinstance(plan, dict):
        return []
    own = [plan["stage"]] if isinstance(plan.get("stage"), str) else []
    return own + [name for one in plan.values() for name in stages(one)]


def performed(steps: str, root: str = "profiles") -> str:
    """The question for those who performed these steps; most performed something else."""
    performed = f'{{steps: {steps}, during: {{last: "P7D"}}}}'
    return f"{{ {root}(filter: {{performed: {performed}}}) {{ totalCount nodes {{ id }} }} }}"


@pytest.mark.parametrize(
    "query",
    [
        '{ profile(by: {userId: "u7"}) { userId } }',
        '{ profile(by: {userId: "nobody"}) { userId } }',
        '{ profile(by: {identifier: {type: "cookie_id", value: "c7"}}) { userId } }',
        '{ profile(by: {userId: "u7"}) { accounts { totalCount nodes { id } } } }',
        '{ profile(by: {userId: "u7"}) { sessions(first: 10) { totalCount nodes { id } } } }',
        '{ profile(by: {userId: "u7"}) { sessions(onlyFrustrated: true) { nodes { id } } } }',
        '{ account(by: {accountId: "a7"}) { accountId } }',
        '{ account(by: {accountId: "a7"}) { users(first: 10) { totalCount nodes { id } } } }',
        "{ profiles(first: 10) { nodes { id } } }",
        "{ profiles(last: 10) { nodes { id } } }",
        "{ accounts(first: 10) { nodes { id } } }",
        "{ accounts(last: 10) { nodes { id } } }",
        "{ profiles(first: 5) { nodes { accounts { totalCount nodes { id } } } } }",
        "{ profiles(first: 5) { nodes { sessions { totalCount nodes { views { page } } } } } }",
        "{ profiles(first: 5) { nodes { events { totalCount nodes { profile { id } } } } } }",
        "{ profiles(first: 5) { nodes { mostVisitedPages { page } } } }",
        "{ profiles(first: 5) { nodes { frequentActions { action } } } }",
        "{ profiles(first: 5) { nodes { sessions { nodes { events { totalCount } } } } } }",
        "{ accounts(first: 5) { nodes { users { totalCount nodes { id } } } } }",
        '{ profiles(filter: {attribute: {name: "score", gte: 390}}) { totalCount } }',
        '{ profiles(search: "erson7") { totalCount } }',
        "{ events(first: 10) { nodes { id } } }",
        '{ previewMerge(identifiers: [{type: "user_id", value: "u7"}]) { isBroken } }',
        '{ events(first: 10, during: {last: "PT11H59M"}) { totalCount nodes { id } } }',
        performed('[{event: {type: CUSTOM, name: "rare"}}]'),
        performed('[{event: {name: "rare"}}, {event: {type: VIEW, name: "/ra*"}, negated: true}]'),
        performed('[{event: {name: "rare"}}]', "accounts"),
    ],
)
async def test_query_is_served_by_an_index(recorded: Explained, query: str) -> None:
    api, recorder = recorded

    await api.data(query)

    assert await scanned(api, recorder) == []


@pytest.mark.parametrize("connection", ["profiles", "accounts"])
async def test_page_in_the_middle_is_served_in_order_by_an_index(
    recorded: Explained, connection: str
) -> None:
    api, recorder = recorded
    page = f"{connection}(first: 10, after: $after) {{ nodes {{ id }} pageInfo {{ endCursor }} }}"
    query = f"query ($after: String) {{ {page} }}"
    first = await api.data(query)
    recorder.searches.clear()

    await api.data(query, after=first[connection]["pageInfo"]["endCursor"])

    [search] = [one for one in recorder.searches if one.collection == connection]
    names, read = await explain(api, search)
    assert "SORT" not in names
    assert read <= search.limit


LISTS = {
    "sort by a default attribute": 'orderBy: [{attribute: "last_seen", direction: DESC}]',
    "sort by a custom attribute": 'orderBy: [{attribute: "score"}]',
    "equality": 'filter: {attribute: {name: "name", eq: "Person7 Smith"}}',
    "equality with a custom attribute": 'filter: {attribute: {name: "score", eq: 7}}',
    "range": 'filter: {attribute: {name: "score", gte: 390}}',
    "range in its order": """filter: {attribute: {name: "score", gte: 390}}
        orderBy: [{attribute: "score"}]""",
    "prefix": 'filter: {attribute: {name: "name", startsWith: "Person7 "}}',
    "member of a list": 'filter: {attribute: {name: "tags", eq: "t7"}}',
    "member of a unique list": 'filter: {attribute: {name: "labels", eq: "t7"}}',
    "search": 'search: "person7"',
    "search by a middle": 'search: "erson7"',
    "search by two words": 'search: "person7 smith"',
    "search in an order": 'search: "person7", orderBy: [{attribute: "last_seen"}]',
    "identifiers": 'filter: {identifierIn: {type: "user_id", values: ["u7", "u8"]}}',
}


@pytest.mark.parametrize("arguments", LISTS.values(), ids=LISTS)
async def test_list_is_served_by_an_index_on_every_page(
    recorded: Explained, arguments: str
) -> None:
    api, recorder = recorded
    query = f"""query ($after: String) {{
      profiles(first: 3, after: $after, {arguments}) {{
        nodes {{ id }} pageInfo {{ endCursor hasNextPage }}
      }}
    }}"""
    first = (await api.data(query))["profiles"]
    assert first["nodes"]
    await api.data(query, after=first["pageInfo"]["endCursor"])

    assert await scanned(api, recorder) == []


@pytest.mark.parametrize("order", ["last_seen", "score", "name"])
async def test_page_by_an_attribute_is_read_in_the_order_of_an_index(
    recorded: Explained, order: str
) -> None:
    api, recorder = recorded
    query = """query ($by: String!, $after: String) {
      profiles(first: 10, after: $after, orderBy: [{attribute: $by}]) {
        nodes { id } pageInfo { endCursor }
      }
    }"""
    await crowd(api.world.database)
    first = (await api.data(query, by=order))["profiles"]
    await api.data(query, by=order, after=first["pageInfo"]["endCursor"])

    for search in [one for one in recorder.searches if one.collection == "profiles"]:
        names, read = await explain(api, search)
        assert "SORT" not in names
        assert read <= 2 * search.limit  # those of equal values are looked at too


async def test_company_is_found_by_an_index(recorded: Explained) -> None:
    api, recorder = recorded

    await api.data('{ accounts(search: "company7") { nodes { id } } }')
    await api.data(
        '{ accounts(first: 3, orderBy: [{attribute: "account_name"}]) { nodes { id } } }'
    )

    assert await scanned(api, recorder) == []


HISTORY = """
query ($events: String, $story: String, $sessions: String) {
  events(first: 5, after: $events) { pageInfo { endCursor } }
  profile(by: {userId: "u7"}) {
    events(first: 5, after: $events) { pageInfo { endCursor } }
    sessions(first: 5, after: $sessions) { pageInfo { endCursor } }
    all: sessions { nodes { events(first: 5, after: $story) { pageInfo { endCursor } } } }
  }
}
"""


async def test_page_of_a_history_is_read_in_order_however_long_it_is(recorded: Explained) -> None:
    api, recorder = recorded
    for first in range(0, 300, 100):
        numbers = range(first, first + 100)
        await api.ingest(*(of_the_busy_one(number, f"s{number}") for number in numbers))
        await api.ingest(*(of_the_busy_one(number, "s") for number in numbers))
    await renew_statistics(api.world.database)
    before = await api.data(HISTORY)
    profile = before["profile"]
    after = {
        "events": before["events"]["pageInfo"]["endCursor"],
        "sessions": profile["sessions"]["pageInfo"]["endCursor"],
        "story": profile["all"]["nodes"][-1]["events"]["pageInfo"]["endCursor"],
    }
    recorder.searches.clear()

    await api.data(HISTORY, **after)

    pages = [one for one in recorder.searches if one.collection in ("events", "sessions")]
    pages = [one for one in pages if one.limit == 6 and "session" not in str(one.condition)]
    assert sorted(one.collection for one in pages) == ["events", "events", "sessions"]
    for search in pages:
        names, read = await explain(api, search)
        assert "SORT" not in names
        assert read <= 2 * search.limit


def of_the_busy_one(number: int, session: str) -> dict[str, object]:
    """One of the many events of one of the people."""
    names: dict[str, object] = {"userId": "u7", "cookieId": "c7"}
    return an_event(f"busy{number}{session}", number, **names, sessionId=session)


async def test_nodes_are_served_by_an_index(recorded: Explained) -> None:
    api, recorder = recorded
    query = "{ profiles(first: 20) { nodes { id sessions { nodes { id } } } } }"
    profiles = (await api.data(query))["profiles"]["nodes"]
    sessions = [one for profile in profiles for one in profile["sessions"]["nodes"]]
    recorder.searches.clear()

    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    await api.data(query, ids=[*field_of(profiles, "id"), *field_of(sessions, "id")])

    assert await scanned(api, recorder) == []


async def test_ingestion_is_served_by_indexes(recorded: Explained) -> None:
    api, recorder = recorded

    await api.ingest(an_event("e1", cookieId="c1"), an_event("new", userId="u7", cookieId="c8"))
    await api.merge({"userId": "u9"}, {"userId": "u10"})
    await api.ingest(an_event("newer", userId="u10", sessionId="s", account={"id": "a9"}))

    assert await scanned(api, recorder) == []


async def test_versions_of_views_are_served_by_an_index(recorded: Explained) -> None:
    api, recorder = recorded

    for version in (2, 1, 3):
        sent = read_rum(body(view(version)), Peer(api.world.clock.now))
        await api.world.services.intake.take(sent)

    assert await scanned(api, recorder) == []
    events = await api.world.database["events"].find({"part.of": "v1", "type": "VIEW"}).to_list()
    assert [one["_id"] for one in events] == ["v1/3"]


async def test_differences_of_views_are_served_by_an_index(recorded: Explained) -> None:
    api, recorder = recorded
    shown = [view(view_id=f"v{number}", usr={"id": f"u{number}"}) for number in range(200)]
    changes = [
        view(2, view_id=f"v{number}", kind="view_update", usr={"id": f"u{number}"})
        for number in range(200)
    ]
    sent = read_rum(body(*shown, *changes), Peer(api.world.clock.now))
    await api.world.services.intake.take(sent)
    await renew_statistics(api.world.database)
    recorder.searches.clear()

    query = "{ events(first: 100, filter: { type: VIEW }) { nodes { properties } } }"
    events = (await api.data(query))["events"]["nodes"]

    assert [one["properties"]["view"]["time_spent"] for one in events] == [2000] * 100
    assert await scanned(api, recorder) == []


async def test_collisions_are_made_and_served_by_indexes(recorded: Explained) -> None:
    api, recorder = recorded
    shared = [
        about(f"shared{number}", f"cookie_id:c{number}", f"user_id:u{number + 1}")
        for number in range(PEOPLE - 1)
    ]
    await api.world.ingest(*shared, policy=IdentityPolicy.FIRST_USER_WINS)
    await renew_statistics(api.world.database)

    page = "collisions(first: 5, after: $after) { nodes { events { totalCount nodes { id } } }"
    query = f"query ($after: String) {{ {page} pageInfo {{ endCursor }} }} }}"
    first = (await api.data(query))["collisions"]
    await api.data(query, after=first["pageInfo"]["endCursor"])

    assert [one["events"]["totalCount"] for one in first["nodes"]] == [1] * 5
    assert await scanned(api, recorder) == []


IMPORT = """mutation ($input: ImportSegmentCsvInput!) {
  importSegmentCsv(input: $input) { matched unknown segment { id } errors { code } }
}"""


@pytest.mark.parametrize(
    ("kind", "match_on", "cell"),
    [
        ("USER", "user_id", "u7"),
        ("USER", "email", "nobody@example.org"),
        ("USER", "name", "Person7 Smith"),
        ("ACCOUNT", "account_id", "a7"),
        ("ACCOUNT", "name", "Company7 Ltd"),
    ],
)
async def test_list_is_imported_walked_and_cleared_away_by_indexes(
    recorded: Explained, monkeypatch: pytest.MonkeyPatch, kind: str, match_on: str, cell: str
) -> None:
    api, recorder = recorded
    rows = api.world.services.rows
    more = "".join(f"{number}\n" for number in range(2, PEOPLE))
    asked = {"name": "x", "kind": kind, "column": "a", "matchOn": match_on, "csv": f"a\n{cell}\n"}
    answer = await api.data(IMPORT, input=asked | {"csv": f"a\n{cell}\n{more}"})
    segment = answer["importSegmentCsv"]["segment"]["id"]
    listed = "profiles" if kind == "USER" else "accounts"
    members = f"{listed}(segment: $id, first: 200) {{ totalCount nodes {{ id }} }}"
    found = (await api.data(f"query ($id: ID!) {{ {members} }}", id=segment))[listed]
    assert found["totalCount"] == answer["importSegmentCsv"]["matched"]
    await api.data(IMPORT, input=asked | {"segment": segment})
    api.world.clock.advance(days=1)
    await rows.sweep()
    assert await scanned(api, recorder) == []
    assert len(await api.world.documents("segment_rows")) == 1

    recorder.searches.clear()
    monkeypatch.setattr(finding_repository, "MANY_ROWS", 1)  # whoever is looked at is asked for
    await api.data(f"query ($id: ID!) {{ {members} }}", id=segment)
    asked_for = [one for one in recorder.searches if one.collection == "segment_rows"]
    assert [await is_scan(api, one) for one in asked_for] == [False] * len(asked_for)
    assert 1 <= len(asked_for) <= 6


async def test_rebuilding_is_served_by_indexes(recorded: Explained) -> None:
    api, recorder = recorded
    [profile] = await api.world.database["profiles"].find({}, limit=1).to_list()
    [session] = await api.world.database["sessions"].find({}, limit=1).to_list()
    recorder.searches.clear()

    rebuilder = api.world.services.rebuilder
    assert await rebuilder.rebuild(ProfileKind.USER, profile["_id"])
    assert await rebuilder.rebuild(ProfileKind.SESSION, session["_id"])
    assert await rebuilder.rebuild(ProfileKind.ACCOUNT, "a7")

    assert await scanned(api, recorder) == []


async def test_audit_walks_along_the_indexes_of_ids(recorded: Explained) -> None:
    api, recorder = recorded

    await assert_audit_finds_nothing(api.world)

    walks = [one for one in recorder.searches if one.hint == "_id_"]
    walked = {"profiles", "sessions", "accounts", "events", "identifiers"}
    assert {one.collection for one in walks} == walked
    for walk in walks:
        assert "SORT" not in (await explain(api, walk))[0]


async def test_removal_is_served_by_indexes(recorded: Explained) -> None:
    api, recorder = recorded
    many = [an_event(f"many{n}", n, userId="u7", cookieId=f"many{n}") for n in range(1000)]

    await api.ingest(*many, an_event("e7", 7, userId="u7", sessionId="s"))
    await api.data("{ brokenProfiles(first: 1) { nodes { id } } }")

    assert "broken_profiles" in {one.collection for one in recorder.searches}
    assert await scanned(api, recorder) == []


async def test_what_expires_and_who_is_erased_is_found_by_indexes(recorded: Explained) -> None:
    api, recorder = recorded
    services, clock = api.world.services, api.world.clock
    someone = min(await api.world.folds())
    recorder.searches.clear()

    clock.advance(days=40)
    await services.retention.hidden()
    await api.ingest(an_event("late", 1, userId="u7", cookieId="c7"))
    await services.retention.keep_up()
    await services.erasure.erase(someone, now=clock.now)

    by_update = [one for one in recorder.searches if one.hint == "updated"]
    assert {tuple(one.sort) for one in by_update} == {("updated_at",)}
    assert await scanned(api, recorder) == []


async def test_recovery_is_served_by_indexes(recorded: Explained) -> None:
    api, recorder = recorded

    await api.world.another_process().services.recover()

    assert Search("profiles", {"pending": True}) in recorder.searches
    assert Search("profiles", {"ending": True}) in recorder.searches
    assert await scanned(api, recorder) == []


async def test_claims_of_abandoned_batches_are_found_by_indexes(recorded: Explained) -> None:
    api, recorder = recorded
    database, now = api.world.database, api.world.clock.now
    cohorts, whole = [new_cohort(now), new_cohort(now)], new_profile_id(now)
    owners = [id_in_cohort(cohorts[0], 1), whole]
    names = [{"_id": f"x:{number}", "profile": one} for number, one in enumerate(owners)]
    await database["identifiers"].insert_many(names)
    doubtful = {"_id": "lane-claims", "doubtful": [*cohorts, whole], "state": "idle"}
    await database["lanes"].insert_one({**doubtful, "owner": None, "seq": 0, "abandoned": []})
    recorder.searches.clear()

    await api.world.another_process().services.retention.keep_up()

    assert await scanned(api, recorder) == []
    assert not (await api.world.registry()).keys() & {"x:0", "x:1"}
    await database["lanes"].delete_one({"_id": "lane-claims"})


async def test_events_of_a_batch_are_served_by_an_index(recorded: Explained) -> None:
    api, _ = recorded

    for seq in (1, {"$in": [1, 2]}):
        assert not await is_scan(api, Search("events", {"lane": "lane-00", "seq": seq}))


async def test_sweep_walks_along_the_index_of_ids(recorded: Explained) -> None:
    api, recorder = recorded
    await api.create_attribute(name="plan")
    recorder.searches.clear()

    await api.world.services.backfill.delete("USER:plan")
    await api.world.services.backfill.start()

    [search, _end] = [one for one in recorder.searches if list(one.sort) == ["_id"]]
    names, _ = await explain(api, search)
    assert (search.collection, search.hint) == ("profiles", "_id_")
    assert "SORT" not in names


@pytest.mark.parametrize("kind", ["USER", "ACCOUNT"])
async def test_back_fill_reads_events_in_the_order_of_an_index(
    recorded: Explained, kind: str
) -> None:
    api, recorder = recorded

    await api.create_attribute(kind=kind, name="plan")

    [search] = [one for one in recorder.searches if one.collection == "events" and one.sort]
    assert list(search.sort) == [{"USER": "target", "ACCOUNT": "account"}[kind]]


async def test_source_is_found_by_its_key_with_an_index(recorded: Explained) -> None:
    api, recorder = recorded
    sources = api.world.services.event_sources
    new = NewEventSource("Shop", EventSourceKind.API)
    keys = [(await sources.create(new, now=api.world.clock()))[1] for _ in range(PEOPLE)]
    await renew_statistics(api.world.database)
    recorder.searches.clear()

    assert await sources.by_key(keys[7])

    assert await scanned(api, recorder) == []
