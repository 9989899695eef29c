"""Whom segments ask for, and the best that one would write by hand for the same question.

By hand one knows the answer's shape and trusts the ledger; what is written here needs the same
indexes and the same two steps: ids first, then the documents of one page.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from app.paging import Mql

WEEK = datetime(2025, 10, 20, tzinfo=UTC), datetime(2025, 10, 27, tzinfo=UTC)
"""A week near the end of what people did; the last that is full."""

PAGE = 50


@dataclass(frozen=True, slots=True)
class Question:
    """A filter of people or accounts, and the pipeline that finds their ids by hand.

    Events are those of one week; (c) asks who viewed the cart and then, in the same session, did
    not click on CHECKOUT, (d) for the accounts of which at least one user ordered.
    """

    title: str
    filter: dict[str, Any]
    collection: str
    by_hand: list[Mql]
    kind: str = "profiles"
    order: dict[str, int] = field(default_factory=lambda: {"_id": -1})


def _performed(*steps: dict[str, Any]) -> dict[str, Any]:
    start, end = (moment.isoformat() for moment in WEEK)
    return {"performed": {"steps": list(steps), "during": {"between": {"from": start, "to": end}}}}


def _step(kind: str, name: str, **more: bool) -> dict[str, Any]:
    return {"event": {"type": kind, "name": name}, **more}


def _events(kind: str, name: str, owner: str = "profile") -> Mql:
    """Those that have an owner; as ``$ne`` that would lure planners into walking all events."""
    during = {"$gte": WEEK[0], "$lt": WEEK[1]}
    return {"type": kind, "name": name, "time": during, "$nor": [{owner: None}]}


_CART = _events("VIEW", "/cart")
_CLICK = _events("ACTION", "click on CHECKOUT")
_LAST_OF_EACH = [
    {"$match": _CART},
    {"$project": {"_id": 0, "profile": 1, "session": 1, "cart": "$time"}},
    {
        "$unionWith": {
            "coll": "events",
            "pipeline": [
                {"$match": _CLICK},
                {"$project": {"_id": 0, "profile": 1, "session": 1, "click": "$time"}},
            ],
        }
    },
    {
        "$group": {
            "_id": {"profile": "$profile", "session": "$session"},
            "cart": {"$max": "$cart"},
            "click": {"$max": "$click"},
        }
    },
    {"$match": {"$expr": {"$gt": ["$cart", "$click"]}}},  # null is smaller than any time
    {"$group": {"_id": "$_id.profile"}},
]

QUESTIONS = (
    Question(
        "(a) a browser",
        {"attribute": {"name": "last_browser_name", "eq": "Opera"}},
        "profiles",
        [{"$match": {"attributes.last_browser_name.v": "Opera", "merged_into": None}}],
    ),
    Question(
        "(b) viewed /cart",
        _performed(_step("VIEW", "/cart")),
        "events",
        [{"$match": _CART}, {"$group": {"_id": "$profile"}}],
    ),
    Question(
        "(c) then did not click",
        _performed(_step("VIEW", "/cart"), _step("ACTION", "click on CHECKOUT", negated=True)),
        "events",
        _LAST_OF_EACH,
    ),
    Question(
        "(d) accounts: ordered",
        _performed(_step("CUSTOM", "order")),
        "events",
        [
            {"$match": _events("CUSTOM", "order", "account")},
            {"$group": {"_id": "$account"}},
        ],
        kind="accounts",
        order={"_id": 1},
    ),
)
