"""Segments of the demo shop's customers, under ids that examples can name."""

from app.attributes.model import ProfileKind
from app.segments.segment import Definition, NewSegment

DEMO_SEGMENTS = {
    "demo-brazil": NewSegment(
        kind=ProfileKind.USER,
        name="Customers from Brazil",
        description="Where they were last seen.",
        source=Definition({"attribute": {"name": "last_seen_country", "eq": "Brazil"}}),
    ),
    "demo-lost": NewSegment(
        kind=ProfileKind.USER,
        name="Not seen for a month",
        description="People to win back.",
        source=Definition({"attribute": {"name": "last_seen", "notWithinLast": "P30D"}}),
    ),
    "demo-accounts": NewSegment(
        kind=ProfileKind.ACCOUNT,
        name="Companies for a week",
        description="Their first user came a week ago or earlier.",
        source=Definition({"attribute": {"name": "first_seen", "notWithinLast": "P7D"}}),
    ),
}
