"""What somebody performed means the same to Python and to the store."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.attributes.model import ProfileKind
from app.events.evaluate import passes
from app.events.model import EventType
from app.events.stored import event_document
from app.segments.check import Frame, check_filter
from app.segments.finding_repository import Finder
from app.segments.grouping import is_simple
from app.segments.model import Performed
from app.segments.rows.repository import RowRepository
from app.segments.sequence import has_performed
from app.storage.client import Database
from tests.building import NOON, an_accepted_event, at
from tests.performing import Raw, histories, ledger
from tests.properties.test_event_filters import events as any_events
from tests.properties.test_event_filters import filters as any_filters
from tests.properties.test_event_filters import means
from tests.properties.test_operators import CATALOGUE

NAMES = ["a", "b", "ab", "/a/b"]
WHO = ["p1", "p2", None]
PLACES = ["x", "y", None]

deeds = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["VIEW", "ACTION"]),
        "name": st.sampled_from(NAMES),
        "time": st.integers(0, 9),
        "sequence": st.none() | st.integers(0, 2),
        "session_id": st.sampled_from(PLACES),
        "account": st.sampled_from(PLACES),
        "profile": st.sampled_from(WHO),
        "properties": st.sampled_from([{}, {"n": 1}, {"n": True}, {"n": [1, "x"]}]),
    }
)
event_filters = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from([EventType.VIEW, "ACTION"]),
        "name": st.sampled_from([*NAMES, "a*", "*b", "/*/*"]),
        "where": st.lists(
            st.sampled_from(
                [
                    {"field": "n", "eq": 1},
                    {"field": "n", "ne": True},
                    {"field": "n", "in": [True, "x"]},
                    {"field": "n", "exists": True},
                    {"field": "event.session_id", "eq": "x"},
                ]
            ),
            max_size=1,
        ),
    },
)
steps = st.lists(
    st.fixed_dictionaries({"event": event_filters, "negated": st.booleans()}),
    min_size=1,
    max_size=4,
).filter(lambda ones: not all(one["negated"] for one in ones))
times = st.none() | st.tuples(st.integers(1, 3), st.integers(0, 2), st.booleans()).map(
    lambda one: {"atLeast": one[0], **({"atMost": one[0] + one[1]} if one[2] else {})}
)
durings = st.sampled_from(
    [
        {"last": "P7D"},
        {"last": timedelta(hours=11, minutes=59, seconds=57)},
        {"between": {"from": at(2), "to": at(8)}},
    ]
)
scopes = st.one_of(
    st.just({"scope": "SESSION"}),
    st.just({"scope": "WINDOW"}),
    st.sampled_from(["PT1S", "PT3S", "PT9S", timedelta(milliseconds=1)]).map(
        lambda window: {"scope": "WINDOW", "window": window}
    ),
)
conditions = st.tuples(steps, durings, scopes, times).map(
    lambda one: {"steps": one[0], "during": one[1], "times": one[3], **one[2]}
)


async def store(database: Database, given: list[dict[str, Any]]) -> None:
    """The events, each of somebody and in some account."""
    await database["events"].delete_many({})
    for number, deed in enumerate(given):
        account = {"id": deed["account"]} if deed["account"] else None
        fields = deed | {"account": account}
        profile, time = fields.pop("profile"), fields.pop("time")
        event = an_accepted_event(f"e{number}", time, **fields)
        document = event_document(event) | {"lane": "1", "seq": 1, "catalogue": 0}
        if profile:
            document |= {"profile": profile, "target": profile}
        await database["events"].insert_one(document)


def read(raw: Raw, kind: ProfileKind) -> Performed:
    condition = check_filter({"performed": raw}, Frame(kind, CATALOGUE, NOON))
    assert isinstance(condition, Performed)
    return condition


@given(
    given=st.lists(deeds, max_size=12),
    raw=conditions,
    kind=st.sampled_from([ProfileKind.USER, ProfileKind.ACCOUNT]),
)
async def test_those_are_found_who_performed_it(
    database: Database, given: list[dict[str, Any]], raw: Raw, kind: ProfileKind
) -> None:
    condition = read(raw, kind)
    await store(database, given)
    events = await ledger(database)

    everybody = ["p1", "p2", "x", "y"]
    expected = {
        one
        for one in everybody
        if any(has_performed(condition, history) for history in histories(events, kind, one))
    }

    finder = Finder(database, RowRepository(database))
    assert await finder.performed(condition, kind) == expected
    some = ["p1", "x"]
    assert await finder.performed(condition, kind, some) == expected & set(some)


@given(raw=conditions)
def test_shape_alone_says_who_decides(raw: Raw) -> None:
    condition = read(raw, ProfileKind.USER)
    negated = [one.negated for one in condition.steps]

    if condition.window is None and negated.count(False) == 1:
        assert is_simple(condition)
    if negated.count(False) > 2:
        assert not is_simple(condition)


@given(given=st.lists(any_events, min_size=1, max_size=6), wanted=any_filters)
def test_filter_of_events_means_the_same_to_steps(given: list[dict[str, Any]], wanted: Any) -> None:
    for number, fields in enumerate(given):
        event = an_accepted_event(str(number), **fields)
        assert passes(wanted, event) == means(wanted, fields)
