"""Lists of people and companies: found by filter and search, in the order that is asked for."""

from typing import Any

import pytest

from tests.building import at
from tests.graphql.asking import Api, an_event, field_of

PEOPLE: dict[str, dict[str, Any]] = {
    "ana": {
        "user": {"name": "Ana Müller", "email": "ana.mueller@example.com"},
        "account": {"id": "acme", "name": "Acme Déjà"},
        "context": {"geo": {"country_iso_code": "BR", "city": "São Paulo"}},
        "properties": {"score": 10, "tags": ["a", "b"], "labels": ["x"], "source": "mail"},
    },
    "bob": {
        "user": {"name": "Bob O'Neil", "email": "bob@example.org"},
        "account": {"id": "globex", "name": "Globex"},
        "context": {"geo": {"country_iso_code": "GB"}},
        "properties": {"score": 2.5, "tags": ["b", "$x.*"], "labels": ["y", "$x"], "source": "ads"},
    },
    "cleo": {
        "user": {"name": "Cleo"},
        "account": {"id": "acme"},
        "properties": {"score": 30},
    },
    "dan": {
        "cookieId": "cookie-dan",
        "identifiers": [{"type": "loyalty_card", "value": "card-4711"}],
    },
}


@pytest.fixture
async def people(api: Api) -> Api:
    """Four people in two companies, a minute apart, with custom attributes."""
    for name, aggregation in (("tags", "LIST"), ("labels", "UNIQUE_LIST")):
        await api.create_attribute(name=name, aggregation=aggregation)
    await api.create_attribute(name="score", dataType="NUMBER")
    for number, (user_id, fields) in enumerate(PEOPLE.items()):
        who = {"userId": None if "cookieId" in fields else user_id, "cookieId": user_id}
        await api.ingest(an_event(f"e{number}", seconds(api), **{**who, **fields}))
        api.world.clock.advance(seconds=60)
    return api


def seconds(api: Api) -> float:
    """What the clock of the world shows."""
    return (api.world.clock.now - at(0)).total_seconds()


async def found(api: Api, **arguments: Any) -> list[str]:
    """Who is in a list of users: their names, or their cookies."""
    query = """query ($filter: ProfileFilter, $search: String, $orderBy: [AttributeOrder!]) {
      profiles(filter: $filter, search: $search, orderBy: $orderBy) {
        totalCount nodes { name identifiers { value } }
      }
    }"""
    profiles = (await api.data(query, **arguments))["profiles"]
    assert profiles["totalCount"] == len(profiles["nodes"])
    return [(one["name"] or _first_value(one))[:3] for one in profiles["nodes"]]


def _first_value(profile: Any) -> str:
    return str(max(one["value"] for one in profile["identifiers"]))


def attribute(name: str, **operator: Any) -> dict[str, Any]:
    return {"attribute": {"name": name, **operator}}


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        (attribute("name", eq="Cleo"), ["Cle"]),
        (attribute("name", ne="Cleo"), ["coo", "Bob", "Ana"]),
        (attribute("name", exists=False), ["coo"]),
        (attribute("name", **{"in": ["Cleo", "Bob O'Neil"]}), ["Cle", "Bob"]),
        (attribute("name", notIn=["Cleo", "Bob O'Neil"]), ["coo", "Ana"]),
        (attribute("name", contains="'N"), ["Bob"]),
        (attribute("name", startsWith="Ana M"), ["Ana"]),
        (attribute("name", matches="*o"), ["Cle"]),
        (attribute("name", matches="C*e*"), ["Cle"]),
        (attribute("score", gt=10), ["Cle"]),
        (attribute("score", gte="10.0"), ["Cle", "Ana"]),
        (attribute("score", lt=10), ["Bob"]),
        (attribute("score", lte=10), ["Bob", "Ana"]),
        (attribute("score", eq=2.5), ["Bob"]),
        (attribute("last_seen", gte="2026-01-01T12:02:00Z"), ["coo", "Cle"]),
        (attribute("last_seen", withinLast="PT3M"), ["coo", "Cle", "Bob"]),
        (attribute("last_seen", notWithinLast="PT3M"), ["Ana"]),
        (attribute("last_seen_country", eq="br"), ["Ana"]),
        (attribute("last_seen_country", eq="Brazil"), ["Ana"]),
        (attribute("last_seen_country", **{"in": ["united kingdom", "BR"]}), ["Bob", "Ana"]),
        (attribute("last_seen_country", contains="Kingdom"), ["Bob"]),
        (attribute("tags", eq="b"), ["Bob", "Ana"]),
        (attribute("tags", eq="$x.*"), ["Bob"]),
        (attribute("tags", startsWith="$x"), ["Bob"]),
        (attribute("labels", eq="$x"), ["Bob"]),
        (attribute("labels", contains="$"), ["Bob"]),
        (attribute("labels", ne="x"), ["coo", "Cle", "Bob"]),
        (attribute("source", eq="mail"), ["Ana"]),
        ({"not": attribute("score", exists=True)}, ["coo"]),
        (
            {"and": [attribute("score", gt=1), {"or": [attribute("tags", eq="a"),
             attribute("name", eq="Cleo")]}]},
            ["Cle", "Ana"],
        ),
        ({"identifierIn": {"type": "user_id", "values": ["bob", "nobody"]}}, ["Bob"]),
        ({"identifierIn": {"type": "cookie_id", "values": ["cookie-dan"]}}, ["coo"]),
    ],
)  # fmt: skip
async def test_filter_finds(people: Api, filter_: Any, expected: list[str]) -> None:
    assert await found(people, filter=filter_) == expected


async def test_account_filters_users_and_accounts(people: Api) -> None:
    accounts = (await people.data("{ accounts { nodes { id accountId } } }"))["accounts"]["nodes"]
    acme = {"account": accounts[0]["id"]}

    query = "query ($f: ProfileFilter) { accounts(filter: $f) { totalCount nodes { name } } }"
    assert await found(people, filter=acme) == ["Cle", "Ana"]
    assert await people.data(query, f=acme) == {
        "accounts": {"totalCount": 1, "nodes": [{"name": "Acme Déjà"}]}
    }


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("ana", ["Ana"]),
        ("MULLER ana", ["Ana"]),
        ("uell", ["Ana"]),
        ("mueller@example.com", ["Ana"]),
        ("xample", ["Bob", "Ana"]),
        ("paulo", ["Ana"]),
        ("aulo", []),
        ("united kingdom", ["Bob"]),
        ("cookie-dan", ["coo"]),
        ("ookie", []),
        ("711", ["coo"]),
        ("ana bob", []),
        ("neil", ["Bob"]),
        ("   ", ["coo", "Cle", "Bob", "Ana"]),
        (".*", ["coo", "Cle", "Bob", "Ana"]),
    ],
)
async def test_search_finds(people: Api, search: str, expected: list[str]) -> None:
    assert await found(people, search=search) == expected


async def test_search_finds_companies(people: Api) -> None:
    query = "query ($s: String) { accounts(search: $s) { nodes { accountId } } }"

    for search in ("deja", "cme", "acme dej"):
        assert await people.data(query, s=search) == {
            "accounts": {"nodes": [{"accountId": "acme"}]}
        }


async def test_search_finds_by_what_was(people: Api) -> None:
    await people.ingest(
        an_event("later", seconds(people), userId="ana", user={"name": "Ana Silva"})
    )

    assert await found(people, search="silva") == ["Ana"]
    assert await found(people, search="muller") == ["Ana"]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ([{"attribute": "score"}], ["Bob", "Ana", "Cle", "coo"]),
        ([{"attribute": "score", "direction": "DESC"}], ["Cle", "Ana", "Bob", "coo"]),
        ([{"attribute": "name", "direction": "DESC"}], ["Cle", "Bob", "Ana", "coo"]),
        ([{"attribute": "last_seen", "direction": "DESC"}], ["coo", "Cle", "Bob", "Ana"]),
        (
            [{"attribute": "last_seen_country"}, {"attribute": "score", "direction": "DESC"}],
            ["Ana", "Bob", "Cle", "coo"],
        ),
        ([{"attribute": "source"}], ["Bob", "Ana", "Cle", "coo"]),
    ],
)
async def test_order_is_the_one_asked_for(people: Api, order: Any, expected: list[str]) -> None:
    assert await found(people, orderBy=order) == expected


@pytest.mark.parametrize(
    ("arguments", "path", "problem"),
    [
        (
            {"filter": attribute("nme", eq=1)},
            "filter.attribute.name",
            'users have no attribute "nme"',
        ),
        (
            {"filter": attribute("name")},
            "filter.attribute",
            "it needs exactly one operator, not none",
        ),
        (
            {"filter": attribute("name", eq="a", ne="b")},
            "filter.attribute",
            "it needs exactly one operator, not eq, ne",
        ),
        (
            {"filter": attribute("name", eq=None)},
            "filter.attribute",
            "it needs exactly one operator, not none",
        ),
        (
            {"filter": {"and": [attribute("name", eq="a"), attribute("score", eq="many")]}},
            "filter.and.1.attribute.eq",
            "of 'score': \"many\" is not a number",
        ),
        (
            {"filter": attribute("score", **{"in": [1, "x"]})},
            "filter.attribute.in.1",
            "of 'score': \"x\" is not a number",
        ),
        (
            {"filter": attribute("name", eq={"$ne": None})},
            "filter.attribute.eq",
            "of 'name': \"{'$ne': None}\" is not a text of at most 4096 characters",
        ),
        (
            {"filter": attribute("score", contains="1")},
            "filter.attribute.contains",
            "'score' is NUMBER; this operator is for STRING, IP",
        ),
        (
            {"filter": attribute("name", withinLast="P1D")},
            "filter.attribute.withinLast",
            "'name' is STRING; this operator is for DATETIME",
        ),
        (
            {"filter": attribute("last_seen", withinLast="PT0S")},
            "filter.attribute.withinLast",
            "there is no such time before now",
        ),
        (
            {"filter": attribute("last_seen_country", eq="Atlantis")},
            "filter.attribute.eq",
            '"Atlantis" is neither code nor name of a country',
        ),
        ({"filter": {"or": []}}, "filter.or", "an empty list says nothing"),
        (
            {"filter": attribute("name", notIn=[])},
            "filter.attribute.notIn",
            "a list has 1 to 1000 values",
        ),
        (
            {"filter": attribute("x" * 1_000_000, eq=1)},
            "filter.attribute.name",
            f'users have no attribute "{"x" * 57}..."',
        ),
        (
            {"filter": attribute("last_seen_country", eq="x" * 1_000_000)},
            "filter.attribute.eq",
            f'"{"x" * 57}..." is neither code nor name of a country',
        ),
        ({"filter": {"account": "nonsense"}}, "filter.account", "it is no id of an account"),
        (
            {"orderBy": [{"attribute": "tags"}]},
            "orderBy.0.attribute",
            "a list has no one value to sort by",
        ),
        (
            {"orderBy": [{"attribute": "$where"}]},
            "orderBy.0.attribute",
            'there is no attribute "$where"',
        ),
        ({"orderBy": [{"attribute": "name"}] * 2}, "orderBy", "an attribute stands there twice"),
    ],
)
async def test_what_cannot_be_used_is_named(
    people: Api, arguments: Any, path: str, problem: str
) -> None:
    query = """query ($filter: ProfileFilter, $orderBy: [AttributeOrder!]) {
      profiles(filter: $filter, orderBy: $orderBy) { nodes { id } }
    }"""

    [error] = (await people.answer(query, **arguments))["errors"]

    assert error["extensions"] == {"code": "FILTER_INVALID", "path": path.split(".")}
    assert error["message"] == f"The argument {path} cannot be used: {problem}."


async def test_identifiers_are_of_users(people: Api) -> None:
    query = "query ($f: ProfileFilter) { accounts(filter: $f) { nodes { id } } }"
    named = {"identifierIn": {"type": "user_id", "values": ["bob"]}}

    assert (await people.error(query, f=named))["code"] == "FILTER_INVALID"


async def test_cursor_of_another_order_is_refused(people: Api) -> None:
    query = """query ($by: String!, $after: String) {
      profiles(first: 2, after: $after, orderBy: [{attribute: $by}]) {
        nodes { name } pageInfo { endCursor }
      }
    }"""
    first = (await people.data(query, by="name"))["profiles"]

    end = first["pageInfo"]["endCursor"]
    second = (await people.data(query, by="name", after=end))["profiles"]
    refused = await people.error(query, by="email", after=end)

    assert field_of([*first["nodes"], *second["nodes"]], "name") == [
        "Ana Müller", "Bob O'Neil", "Cleo", None,
    ]  # fmt: skip
    assert refused["code"] == "PAGE_INVALID"


async def test_users_of_every_account_are_filtered_and_sorted(people: Api) -> None:
    query = """query ($f: ProfileFilter, $o: [AttributeOrder!]) {
      accounts { nodes { accountId users(filter: $f, orderBy: $o, first: 1) {
        totalCount nodes { name } pageInfo { hasNextPage }
      } } }
    }"""

    async def users(**asked: Any) -> dict[str, tuple[int, list[str], bool]]:
        found = (await people.data(query, **asked))["accounts"]["nodes"]
        return {
            one["accountId"]: (
                one["users"]["totalCount"],
                field_of(one["users"]["nodes"], "name"),
                one["users"]["pageInfo"]["hasNextPage"],
            )
            for one in found
        }

    assert await users() == {
        "acme": (2, ["Cleo"], True),
        "globex": (1, ["Bob O'Neil"], False),
    }
    assert await users(o=[{"attribute": "score"}]) == {
        "acme": (2, ["Ana Müller"], True),
        "globex": (1, ["Bob O'Neil"], False),
    }
    assert await users(f=attribute("score", gt=20), o=[{"attribute": "email"}]) == {
        "acme": (1, ["Cleo"], False),
        "globex": (0, [], False),
    }


async def test_count_alone_is_that_of_the_list_and_as_strict(people: Api) -> None:
    query = """query ($f: ProfileFilter, $after: String) {
      profiles(filter: $f, after: $after) { totalCount }
      accounts { totalCount }
    }"""
    await people.ingest(an_event("merging", userId="cleo", cookieId="cookie-dan"))

    everybody = await people.data(query)
    some = await people.data(query, f={"attribute": {"name": "score", "gt": 5}})
    refused = await people.error(query, after="no cursor")

    assert everybody == {"profiles": {"totalCount": 3}, "accounts": {"totalCount": 2}}
    assert some == {"profiles": {"totalCount": 2}, "accounts": {"totalCount": 2}}
    assert refused["code"] == "PAGE_INVALID"
