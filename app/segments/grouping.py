"""Who performed a sequence, as pipelines over the ledger. Pure.

Each step is a walk of its own through an index, by type, name and time. A sequence of one or two
events, whatever is negated after the last, is decided by the server: it needs only when each step
happened first and last. Equal times cannot be decided there, since only the ids of events order
them; for these, and for longer sequences, the server gathers the moments of each step and
``sequence`` decides, which says what a sequence means anyway.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from app.aggregation.stamps import tie_break
from app.attributes.model import ProfileKind
from app.events.compile import event_match
from app.events.filter import EventQuery
from app.events.model import EventType
from app.paging import Mql
from app.segments.model import Performed, Step, Times
from app.segments.sequence import Moment, holds_for, needs_session, positive

Document: TypeAlias = dict[str, Any]
Among: TypeAlias = Collection[str] | None

LEDGER = "events"
_ONCE = Times()
_SIMPLE = 2
"""Steps that have to happen, as far as first and last moments decide."""


def is_simple(condition: Performed) -> bool:
    """Whether the server can decide it, but for equal times."""
    steps = condition.steps
    if len(steps) == 1:
        return True
    if _slides(condition):
        return False
    numbers = positive(steps)
    return len(numbers) == 1 or (len(numbers) == _SIMPLE and numbers[1] == numbers[0] + 1)


def _slides(condition: Performed) -> bool:
    """Whether there are many windows, that begin where the first step happens."""
    return condition.window is not None and len(condition.steps) > 1


def deciding(condition: Performed, kind: ProfileKind, among: Among) -> list[Mql]:
    """Who may have done it: ids, and whether that is ``sure``; where it does not say, it is."""
    if len(condition.steps) == 1:
        return _counted(condition, kind, among)
    used = {name for pair in _orders(condition) for name in pair} | _happened(condition).keys()
    units: list[Mql] = [
        *_walks(condition, kind, among, _times_of),
        {"$group": {"_id": _unit(condition, kind), **dict(map(_moment, sorted(used)))}},
    ]
    if condition.times == _ONCE:
        return [*units, *_any_unit(condition)]
    return [
        *units,
        {"$match": _happened(condition)},
        {"$group": _judged(condition, kind)},
        *_often(condition.times),
        *_of_anybody(kind),
    ]


def gathering(condition: Performed, kind: ProfileKind, among: Among) -> list[Mql]:
    """The moments of each step, by person and session, where every step happened that has to."""
    steps = condition.steps
    marks = {"step": "$step", "time": "$time", "event": "$event", "sequence": "$sequence"}
    group = {
        "_id": _unit(condition, kind),
        "marks": {"$push": marks},
        "steps": {"$addToSet": "$step"},
    }
    # What happened outside of a window does not matter to it.
    before = [] if _slides(condition) else [str(one) for one in range(positive(steps)[0])]
    needed: Mql = {"$all": [str(one) for one in positive(steps)]}
    if before:
        needed["$nin"] = before
    return [
        *_walks(condition, kind, among, _mark_of),
        {"$group": group},
        {"$match": {"steps": needed}},
        {"$project": {"marks": 1}},
    ]


def decided(condition: Performed, gathered: Iterable[Document]) -> set[str]:
    """Who of those whose moments were gathered did it."""
    people: dict[tuple[str, str | None], list[tuple[str | None, list[list[Moment]]]]] = {}
    for one in gathered:
        unit = one["_id"]
        marks = _marks(condition.steps, one["marks"])
        key = (unit["who"], unit.get("user"))
        people.setdefault(key, []).append((unit.get("session"), marks))
    return {who for (who, _), units in people.items() if holds_for(condition, units)}


def _counted(condition: Performed, kind: ProfileKind, among: Among) -> list[Mql]:
    """Of one step it is enough to count; who did it is sure."""
    if condition.times == _ONCE:
        who = "$profile" if kind is ProfileKind.USER else "$account"
        return [{"$match": _walk(condition, 0, kind, among)}, {"$group": {"_id": who}}]
    walks = _walks(condition, kind, among, _nothing)
    group = {"_id": _person(kind), "sure": {"$sum": 1}, "maybe": {"$max": 0}}
    return [*walks, {"$group": group}, *_often(condition.times), *_of_anybody(kind)]


def _walks(condition: Performed, kind: ProfileKind, among: Among, kept: Any) -> list[Mql]:  # noqa: ANN401  # a function of this module
    first, *others = (
        [
            {"$match": _walk(condition, number, kind, among)},
            {"$project": {"_id": 0, **_owner(condition, kind), **kept(number)}},
        ]
        for number in range(len(condition.steps))
    )
    return [*first, *({"$unionWith": {"coll": LEDGER, "pipeline": one}} for one in others)]


def _walk(condition: Performed, number: int, kind: ProfileKind, among: Among) -> Mql:
    """The filter for the events of a step."""
    step = condition.steps[number]
    match = event_match(EventQuery(step.event, condition.during))
    if step.event.type is None and step.event.name is not None:  # the index begins with the type
        match["type"] = {"$in": [str(one) for one in EventType]}
    lacking = [{"profile": None}]
    if kind is ProfileKind.ACCOUNT:
        lacking.append({"account": None})
    if needs_session(condition):
        lacking.append({"session": None})
    # As `$ne` it would lure planners into walking all events in the order of the group.
    match["$nor"] = [*match.get("$nor", ()), *lacking]
    if among is not None:
        match["profile" if kind is ProfileKind.USER else "account"] = {"$in": sorted(among)}
    return match


def _owner(condition: Performed, kind: ProfileKind) -> Mql:
    """What of an event says whose it is, and in which session: no more is sorted and grouped."""
    account = {"account": 1} if kind is ProfileKind.ACCOUNT else {}
    session = {"session": 1} if needs_session(condition) else {}
    return {"profile": 1, **account, **session}


def _nothing(_number: int) -> Mql:
    return {}


def _times_of(number: int) -> Mql:
    return {f"at{number}": "$time"}


def _mark_of(number: int) -> Mql:
    return {"time": 1, "event": "$_id", "sequence": 1, "step": {"$literal": str(number)}}


def _person(kind: ProfileKind) -> Mql:
    """Of an account each user is judged apart."""
    if kind is ProfileKind.USER:
        return {"who": "$profile"}
    return {"who": "$account", "user": "$profile"}


def _unit(condition: Performed, kind: ProfileKind) -> Mql:
    session = {"session": "$session"} if needs_session(condition) else {}
    return {**_person(kind), **session}


def _happened(condition: Performed) -> Mql:
    """Every step happened that has to, and none that may not happen at all."""
    first, *_ = numbers = positive(condition.steps)
    happened = {f"last{one}": {"$ne": None} for one in numbers}
    return {**happened, **{f"last{one}": None for one in range(first)}}


def _any_unit(condition: Performed) -> list[Mql]:
    """Where once is enough, sessions that cannot be are left out before they are counted."""
    happened, who = _happened(condition), {"_id": "$_id.who"}
    if not any(_orders(condition)):
        return [{"$match": happened}, {"$group": who}]
    return [
        {"$match": {**happened, "$expr": _ordered(condition, "$lte")}},
        {"$group": {**who, "sure": {"$max": _ordered(condition, "$lt")}}},
    ]


def _ordered(condition: Performed, operator: str) -> Mql:
    """Whether the moments are in their order, surely (``$lt``) or maybe (``$lte``)."""
    return {"$and": [{operator: [f"${one}" for one in pair]} for pair in _orders(condition)]}


def _judged(condition: Performed, kind: ProfileKind) -> Mql:
    """How many sessions of a person are sure, and how many may be, by equal times."""
    person = {"who": "$_id.who"}
    if kind is ProfileKind.ACCOUNT:
        person["user"] = "$_id.user"
    surely, maybe = _ordered(condition, "$lt"), _ordered(condition, "$lte")
    return {
        "_id": person,
        "sure": {"$sum": {"$cond": [surely, 1, 0]}},
        "maybe": {"$sum": {"$cond": [surely, 0, {"$cond": [maybe, 1, 0]}]}},
    }


def _moment(name: str) -> tuple[str, Mql]:
    """The first or last time of a step, as a name says."""
    number = name.lstrip("firstla")
    return name, {"$min" if name.startswith("first") else "$max": f"$at{number}"}


def _orders(condition: Performed) -> Iterator[tuple[str, str]]:
    """Pairs of moments of which the first has to be earlier; what never happened is earliest."""
    numbers = positive(condition.steps)
    if len(numbers) == _SIMPLE:
        yield f"first{numbers[0]}", f"last{numbers[1]}"
    for one in range(numbers[-1] + 1, len(condition.steps)):
        yield f"last{one}", f"last{numbers[-1]}"


def _often(times: Times) -> list[Mql]:
    """Who surely did it this often, and who may have."""
    surely: list[Mql] = [{"$gte": ["$sure", times.at_least]}]
    few: Mql = {}
    if times.at_most is not None:
        few = {"sure": {"$lte": times.at_most}}
        surely.append({"$eq": ["$maybe", 0]})
    return [
        {"$addFields": {"possible": {"$add": ["$sure", "$maybe"]}}},
        {"$match": {"possible": {"$gte": times.at_least}, **few}},
        {"$project": {"sure": {"$and": surely}}},
    ]


def _of_anybody(kind: ProfileKind) -> list[Mql]:
    """An account is in when one of its users is."""
    if kind is ProfileKind.USER:
        return [{"$project": {"_id": "$_id.who", "sure": 1}}]
    return [{"$group": {"_id": "$_id.who", "sure": {"$max": "$sure"}}}]


def _marks(steps: Sequence[Step], gathered: Iterable[Document]) -> list[list[Moment]]:
    marks: list[list[Moment]] = [[] for _ in steps]
    for one in gathered:
        tie = tie_break(one["event"], one.get("sequence"))
        marks[int(one["step"])].append((one["time"], tie))
    return marks
