"""Filters of events and summaries as MongoDB filters and pipelines. Pure.

Keys of a field are encoded as the ledger stores them, and what a client wrote is only ever an
operand or the escaped text of a pattern, so that nothing can become an operator or a path.
"""

from typing import TypeAlias, assert_never

from app.attributes.defaults import FRUSTRATIONS
from app.events.filter import (
    AllOf,
    AnyOf,
    Condition,
    EventFilter,
    EventQuery,
    NoneOf,
    Operator,
    Query,
    SessionSpan,
)
from app.events.keys import encode_json, encode_key
from app.events.model import EventType
from app.events.ranges import TimeRange, during_match
from app.events.stored import FACTS, HIDDEN, PAYLOADS
from app.paging import Mql
from app.patterns import containing, pieces, wildcard

Pair: TypeAlias = tuple[str, str]
"""An identifier of one person, and one of whom events with it are about."""
SHOWN: Mql = {"$nor": [{"type": HIDDEN}]}
"""The filter for events that are shown, where none of a certain type are asked for. It hides from
planners what is no narrowing: they would walk an index by type, and sort, to leave few out."""


def event_match(wanted: EventQuery) -> Mql:
    """The filter for the events that are asked for."""
    return {**during_match("time", wanted.during), **_filter_match(wanted.filter)}


def session_events_match(session: SessionSpan) -> Mql:
    """The filter for the events of a session; its span makes that a short walk in an index."""
    span = {"$gte": session.started_at, "$lte": session.ended_at}
    return {"profile": session.profile, "time": span, "session": session.session_id, **SHOWN}


def collision_match(pair: Pair) -> Mql:
    """The filter for events with an identifier that are about somebody else."""
    identifier, about = pair
    return {"apart": {"$eq": identifier}, "about": {"$eq": about}, **SHOWN}


def session_moments(session: SessionSpan, limit: int) -> list[Mql]:
    """The first views of a session and whatever was frustrating in it, the earliest first."""
    frustrated = {"properties.frustration": {"$in": list(FRUSTRATIONS)}}
    either = {"$or": [{"type": EventType.VIEW}, frustrated]}
    kept = {"type": 1, "time": 1, "name": 1, "sequence": 1, "properties.frustration": 1}
    return [
        {"$match": {**session_events_match(session), **either}},
        {"$sort": {"time": 1, "_id": 1}},
        {"$limit": limit},
        {"$project": kept},
    ]


def named_match(profile: str, kind: EventType, during: TimeRange | None) -> Mql:
    """The filter for a profile's events of a type that have a name."""
    return {
        "profile": profile,
        **during_match("time", during),
        "type": kind,
        "name": {"$ne": None},
    }


def page_counts(matching: Mql, limit: int) -> list[Mql]:
    """Views and sessions by name, the most viewed first."""
    return [
        {"$match": matching},
        {"$group": {"_id": {"name": "$name", "session": "$session"}, "views": {"$sum": 1}}},
        {"$group": {"_id": "$_id.name", "views": {"$sum": "$views"}, "sessions": _IN_SESSIONS}},
        {"$sort": {"views": -1, "_id": 1}},
        {"$limit": limit},
    ]


_IN_SESSIONS = {"$sum": {"$cond": [{"$ne": ["$_id.session", None]}, 1, 0]}}
"""Groups are by session too; one of them has the views outside of any."""


def action_counts(matching: Mql, limit: int) -> list[Mql]:
    """Actions by name, the most frequent first."""
    return [
        {"$match": matching},
        {"$group": {"_id": "$name", "count": {"$sum": 1}}},
        {"$sort": {"count": -1, "_id": 1}},
        {"$limit": limit},
    ]


def _filter_match(wanted: EventFilter) -> Mql:
    return (SHOWN if wanted.type is None else {}) | _leaf_match(wanted)


def _leaf_match(wanted: EventFilter) -> Mql:
    match: Mql = {} if wanted.type is None else {"type": wanted.type}
    if wanted.name is not None:
        match["name"] = _name_match(wanted.name)
    parts = [{_stored_path(one): _comparison(one)} for one in wanted.where]
    if wanted.query is not None:
        parts.append(_query_match(wanted.query))
    if parts:
        match["$and"] = parts
    return match


def _query_match(query: Query) -> Mql:
    match query:
        case AllOf(queries=queries):
            return {"$and": [_query_match(one) for one in queries]} if queries else {}
        case AnyOf(queries=queries):
            return {"$or": [_query_match(one) for one in queries]}
        case NoneOf(query=negated):
            return {"$nor": [_query_match(negated)]}
        case EventFilter() as wanted:
            return _leaf_match(wanted)


def _name_match(name: str) -> Mql:
    """Equality, or a pattern; what stands before the first ``*`` narrows an index down."""
    return {"$regex": wildcard(name)} if "*" in name else {"$eq": name}


def _stored_path(condition: Condition) -> str:
    part, *keys = condition.keys
    if part == "event":
        return FACTS[".".join(keys)]
    return ".".join([PAYLOADS[part], *map(encode_key, keys)])


def _comparison(condition: Condition) -> Mql:
    operand = condition.operand
    match condition.operator:
        case Operator.EXISTS:
            return {"$ne": None} if operand else {"$eq": None}
        case Operator.CONTAINS:
            return {"$regex": containing(str(operand))}
        case Operator.MATCHES:
            assert isinstance(operand, tuple), "checked"
            return {"$regex": pieces(map(str, operand))}
        case Operator.IN:
            assert isinstance(operand, tuple), "checked"
            return {"$in": [encode_json(one) for one in operand]}
        case (
            Operator.EQ | Operator.NE | Operator.GT | Operator.GTE | Operator.LT | Operator.LTE
        ) as operator:
            return {f"${operator}": encode_json(operand)}
        case _:
            assert_never(condition.operator)
