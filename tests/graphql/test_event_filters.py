"""Filters of events: which fit, and which are refused."""

from typing import Any

import pytest

from tests.graphql.asking import Api, an_event, field_of

QUERY = "query ($filter: EventFilter) { events(filter: $filter) { totalCount nodes { eventId } } }"
EVENTS: list[dict[str, object]] = [
    an_event(
        "e1",
        1,
        type="VIEW",
        name="/products/desk",
        sessionId="s1",
        account={"id": "a1", "arr": 1200},
        user={"plan": "pro"},
        context={"geo": {"city": "Recife"}},
        properties={"n": 5, "t": "five", "b": True, "list": ["x", "y"], "$gt": 1, "a.b": "dot"},
    ),
    an_event("e2", 2, type="VIEW", name="/products", properties={"n": 5.5, "t": "$n", "b": False}),
    an_event("e3", 3, type="ACTION", name="click on CART", properties={"n": "5", "null": None}),
    an_event("e4", 4, type="ACTION", name="a\nb*(c).d", properties={"n": -1, "deep": {"n": [7]}}),
    an_event("e5", 5, type="CUSTOM", properties={"t": "Five\x00", "list": []}),
]
SCALAR = "it takes a text, a number, true or false; `exists` asks for null"
KNOWN_FIELDS = (
    "a field is one of event.id, event.name, event.session_id, event.account_id, "
    "event.identifiers, "
    "or inside user, account, context, properties"
)
ALL = ["e5", "e4", "e3", "e2", "e1"]


async def fitting(api: Api, **wanted: object) -> list[str]:
    """The ids of the events that a filter finds, the newest first."""
    events = (await api.data(QUERY, filter=wanted))["events"]
    assert events["totalCount"] == len(events["nodes"])
    return field_of(events["nodes"], "eventId")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ALL),
        ({"where": []}, ALL),
        ({"type": None, "name": None, "where": None}, ALL),
        ({"type": "VIEW"}, ["e2", "e1"]),
        ({"type": "ERROR"}, []),
        ({"name": "/products"}, ["e2"]),
        ({"name": "/PRODUCTS"}, []),
        ({"name": "/products*"}, ["e2", "e1"]),
        ({"name": "/products/*"}, ["e1"]),
        ({"name": "*desk"}, ["e1"]),
        ({"name": "*des"}, []),
        ({"name": "*o*"}, ["e3", "e2", "e1"]),
        ({"name": "*o*d*s*"}, ["e2", "e1"]),
        ({"name": "*d*o*"}, []),
        ({"name": "*"}, ["e4", "e3", "e2", "e1"]),
        ({"name": "**"}, ["e4", "e3", "e2", "e1"]),
        ({"name": "a*(c).d"}, ["e4"]),
        ({"name": "a*(c)xd"}, []),
        ({"name": "."}, []),
        ({"name": ""}, []),
        ({"name": "a*\x00"}, []),
        ({"type": "VIEW", "name": "click*"}, []),
        ({"type": "ACTION", "name": "click*"}, ["e3"]),
    ],
)
async def test_filter_finds_types_and_names(
    api: Api, wanted: dict[str, Any], found: list[str]
) -> None:
    await api.ingest(*EVENTS)

    assert await fitting(api, **wanted) == found


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"field": "n", "eq": 5}, ["e1"]),
        ({"field": "properties.n", "eq": 5}, ["e1"]),
        ({"field": "n", "eq": 5.0}, ["e1"]),
        ({"field": "n", "eq": "5"}, ["e3"]),
        ({"field": "n", "ne": 5}, ["e5", "e4", "e3", "e2"]),
        ({"field": "n", "in": [5, "5"]}, ["e3", "e1"]),
        ({"field": "n", "gt": 5}, ["e2"]),
        ({"field": "n", "gte": 5}, ["e2", "e1"]),
        ({"field": "n", "lt": 5}, ["e4"]),
        ({"field": "n", "lte": 5}, ["e4", "e1"]),
        ({"field": "n", "gt": "4"}, ["e3"]),
        ({"field": "t", "eq": "five"}, ["e1"]),
        ({"field": "t", "eq": "$n"}, ["e2"]),
        ({"field": "t", "contains": "ive"}, ["e5", "e1"]),
        ({"field": "t", "contains": "Five"}, ["e5"]),
        ({"field": "t", "contains": "\x00"}, ["e5"]),
        ({"field": "t", "contains": "."}, []),
        ({"field": "t", "contains": "$"}, ["e2"]),
        ({"field": "b", "eq": True}, ["e1"]),
        ({"field": "b", "ne": True}, ["e5", "e4", "e3", "e2"]),
        ({"field": "b", "eq": 1}, []),
        ({"field": "b", "exists": True}, ["e2", "e1"]),
        ({"field": "b", "exists": False}, ["e5", "e4", "e3"]),
        ({"field": "null", "exists": True}, []),
        ({"field": "list", "eq": "y"}, ["e1"]),
        ({"field": "list", "in": ["y", "z"]}, ["e1"]),
        ({"field": "list", "contains": "x"}, ["e1"]),
        ({"field": "deep.n", "eq": 7}, ["e4"]),
        ({"field": "user.plan", "eq": "pro"}, ["e1"]),
        ({"field": "usr.plan", "eq": "pro"}, ["e1"]),
        ({"field": "account.arr", "gte": 1000}, ["e1"]),
        ({"field": "geo.city", "eq": "Recife"}, ["e1"]),
        ({"field": "context.geo.city", "eq": "Recife"}, ["e1"]),
        ({"field": "event.id", "eq": "e4"}, ["e4"]),
        ({"field": "event.name", "contains": "products"}, ["e2", "e1"]),
        ({"field": "event.session_id", "eq": "s1"}, ["e1"]),
        ({"field": "event.account_id", "exists": True}, ["e1"]),
        ({"field": "gt", "exists": True}, []),
        ({"field": "100% sure", "exists": True}, []),
        ({"field": "no.such\x00field", "exists": True}, []),
    ],
)
async def test_condition_compares_a_field_by_the_type_of_its_value(
    api: Api, condition: dict[str, Any], found: list[str]
) -> None:
    await api.ingest(*EVENTS)

    assert await fitting(api, where=[condition]) == found


async def test_all_conditions_have_to_fit_also_those_of_one_field(api: Api) -> None:
    await api.ingest(*EVENTS)

    between = [{"field": "n", "gt": -5}, {"field": "n", "lt": 5}]
    assert await fitting(api, where=between) == ["e4"]
    assert await fitting(api, type="VIEW", where=between) == []


async def test_number_fits_with_all_its_digits(api: Api) -> None:
    odd = {"n": 0.1, "long": 10**30, "fine": 1.5}
    await api.ingest(an_event("e1", properties=odd))

    for field, value in odd.items():
        assert await fitting(api, where=[{"field": field, "eq": value}]) == ["e1"]
        assert await fitting(api, where=[{"field": field, "in": [value]}]) == ["e1"]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"field": "n"}, "filter.where.1: one operator is needed, 0 are given."),
        ({"field": "n", "eq": 1, "ne": 2}, "filter.where.1: one operator is needed, 2 are given."),
        (
            {"field": "n", "eq": None},
            f"filter.where.1.eq: {SCALAR}.",
        ),
        (
            {"field": "n", "eq": {"$gt": 0}},
            f"filter.where.1.eq: {SCALAR}.",
        ),
        (
            {"field": "n", "in": [1, ["x"]]},
            f"filter.where.1.in.1: {SCALAR}.",
        ),
        ({"field": "n", "in": []}, "filter.where.1.in: it takes a list of 1 to 200 values."),
        ({"field": "n", "in": None}, "filter.where.1.in: it takes a list of 1 to 200 values."),
        (
            {"field": "n", "gt": True},
            "filter.where.1.gt: it takes a number or a text: these have an order.",
        ),
        (
            {"field": "n", "contains": ""},
            "filter.where.1.contains: it takes a text that is not empty.",
        ),
        (
            {"field": "n", "eq": "x" * 4097},
            f'filter.where.1.eq: "{"x" * 57}..." is not a text of at most 4096 characters.',
        ),
        ({"field": "", "eq": 1}, "filter.where.1.field: it names no event field."),
        ({"field": "a..b", "eq": 1}, "filter.where.1.field: it names no event field."),
        ({"field": "a.", "eq": 1}, "filter.where.1.field: it names no event field."),
        (
            {"field": "$where", "eq": 1},
            "filter.where.1.field: a key of an event field does not begin with $.",
        ),
        (
            {"field": "properties.$gt", "eq": 1},
            "filter.where.1.field: a key of an event field does not begin with $.",
        ),
        (
            {"field": "event.lane", "eq": 1},
            f"filter.where.1.field: {KNOWN_FIELDS}.",
        ),
        (
            {"field": "identity.user_id", "eq": "u1"},
            f"filter.where.1.field: {KNOWN_FIELDS}.",
        ),
    ],
)
async def test_condition_that_means_nothing_is_refused_by_its_place(
    api: Api, condition: dict[str, Any], message: str
) -> None:
    where = [{"field": "n", "eq": 1}, condition]
    error = {"code": "EVENT_FILTER_INVALID", "message": message, "path": ["events"]}

    assert await api.error(QUERY, filter={"where": where}) == error


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"name": "x" * 4097}, "filter.name: a name has at most 4096 characters."),
        (
            {"where": [{"field": "n", "eq": 1}] * 21},
            "filter.where: a filter has at most 20 conditions.",
        ),
        (
            {"where": [{"field": "n", "in": [1] * 201}]},
            "filter.where.0.in: it takes a list of 1 to 200 values.",
        ),
    ],
)
async def test_filter_beyond_a_limit_is_refused(
    api: Api, wanted: dict[str, Any], message: str
) -> None:
    error = {"code": "EVENT_FILTER_INVALID", "message": message, "path": ["events"]}

    assert await api.error(QUERY, filter=wanted) == error


async def test_unknown_operator_or_type_is_refused(api: Api) -> None:
    for wanted in ({"where": [{"field": "n", "regex": ".*"}]}, {"type": "view"}, {"search": "x"}):
        assert (await api.error(QUERY, filter=wanted))["code"] == "GRAPHQL_INVALID"


async def test_filters_that_are_equal_in_python_are_kept_apart(api: Api) -> None:
    await api.ingest(
        an_event("e1", cookieId=None, userId="u1", properties={"n": 1}),
        an_event("e2", cookieId=None, userId="u1", properties={"n": True}),
    )
    query = """
    { profiles { nodes {
      one: events(filter: {where: [{field: "n", eq: 1}]}) { nodes { eventId } }
      true: events(filter: {where: [{field: "n", eq: true}]}) { nodes { eventId } }
    } } }
    """

    [row] = (await api.data(query))["profiles"]["nodes"]

    assert row == {"one": {"nodes": [{"eventId": "e1"}]}, "true": {"nodes": [{"eventId": "e2"}]}}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ALL),
        ("@type:view", ["e2", "e1"]),
        ("@type:(VIEW OR action)", ["e4", "e3", "e2", "e1"]),
        ("-@type:view", ["e5", "e4", "e3"]),
        ("@view.name:/products*", ["e2", "e1"]),
        ("@action.name:/products*", []),
        ('@action.name:"click on CART"', ["e3"]),
        ("CART OR desk", ["e3", "e1"]),
        ("@session.id:s1", ["e1"]),
        ("@session.id:*", ["e1"]),
        ("@account.id:a*", ["e1"]),
        ("@account.arr:>=1200", ["e1"]),
        ("@usr.anonymous_id:c1", ALL),
        ("@usr.anonymous_id:(c2 OR c3)", []),
        ("@usr.id:*", []),
        ("@usr.plan:pro", ["e1"]),
        ("@geo.city:(Recife OR Olinda) @n:[1 TO *]", ["e1"]),
        ("@n:5", ["e3", "e1"]),
        ("@n:<0", ["e4"]),
        ("@n:[5 TO 5.5] -@t:five", ["e2"]),
        ("n:5 AND b:true", ["e1"]),
        ("@t:fiv*", ["e1"]),
        ("@deep.n:7", ["e4"]),
        (r"@t:\$n", ["e2"]),
        ("@list:x", ["e1"]),
        ("@missing:*", []),
    ],
)
async def test_search_finds_events(api: Api, query: str, found: list[str]) -> None:
    await api.ingest(*EVENTS)

    assert await fitting(api, query=query) == found


@pytest.mark.parametrize(
    ("query", "code", "problem"),
    [
        ("(a", "SEARCH_INVALID", ", character 3: something is missing here."),
        (
            "@type:session",
            "EVENT_FILTER_INVALID",
            ": an event's type is one of view, action, error, resource, long_task, custom.",
        ),
        ("@usr.id:>5", "EVENT_FILTER_INVALID", ": user_id has no order to compare by."),
        ("@a..b:1", "EVENT_FILTER_INVALID", ": 'a..b' names no event field."),
    ],
)
async def test_search_that_means_nothing_is_refused(
    api: Api, query: str, code: str, problem: str
) -> None:
    error = await api.error(QUERY, filter={"query": query})

    assert (error["code"], error["message"]) == (code, f"filter.query{problem}")


async def test_pattern_matches_whole_texts(api: Api) -> None:
    await api.ingest(*EVENTS)

    assert await fitting(api, where=[{"field": "t", "matches": "f*e"}]) == ["e1"]
    assert await fitting(api, where=[{"field": "event.identifiers", "eq": "cookie_id:c1"}]) == ALL
