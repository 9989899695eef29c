"""Times of senders whose clocks are wrong, by Segment's rule, which others follow. Pure."""

from datetime import datetime

from app.errors import ValueRefusedError
from app.values import to_datetime


def sent_time(value: object) -> datetime | None:
    """When a request was sent, as far as it says so."""
    try:
        return None if value is None else to_datetime(value)
    except ValueRefusedError:
        return None


def by_our_clock(original: datetime, sent_at: datetime | None, received_at: datetime) -> datetime:
    """The time of arrival less the age that an event had when it was sent."""
    try:
        return received_at - (sent_at - original) if sent_at else original
    except OverflowError:  # thousands of years old or ahead: there is no clock to go by
        return original
