"""Segments of the demo shop's customers, under ids that examples can name."""

from app.attributes.model import ProfileKind
from app.segments.segment import Definition, NewSegment

_CART = {"event": {"type": "VIEW", "name": "/cart"}}
_CLICK = {"event": {"type": "ACTION", "name": "click on CHECKOUT"}}
_DID_NOT = {**_CLICK, "negated": True}
_WEEK = {"last": "P7D"}

DEMO_SEGMENTS = {
    "demo-brazil": NewSegment(
        kind=ProfileKind.USER,
        name="Checked out from Brazil",
        description="Viewed the cart, then clicked on checkout in the same session of this week.",
        source=Definition(
            {
                "and": [
                    {"attribute": {"name": "last_seen_country", "eq": "Brazil"}},
                    {"performed": {"steps": [_CART, _CLICK], "during": _WEEK}},
                ]
            }
        ),
    ),
    "demo-dropped": NewSegment(
        kind=ProfileKind.USER,
        name="Dropped before buying",
        description="Viewed the cart, then did not click on checkout.",
        source=Definition({"performed": {"steps": [_CART, _DID_NOT], "during": _WEEK}}),
    ),
    "demo-lost": NewSegment(
        kind=ProfileKind.USER,
        name="Not seen for a month",
        description="People to win back.",
        source=Definition({"attribute": {"name": "last_seen", "notWithinLast": "P30D"}}),
    ),
    "demo-accounts": NewSegment(
        kind=ProfileKind.ACCOUNT,
        name="Companies that buy",
        description="At least one of their users clicked on checkout this month.",
        source=Definition({"performed": {"steps": [_CLICK], "during": {"last": "P30D"}}}),
    ),
}
