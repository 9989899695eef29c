"""How long profiles are kept: calendar months after the last event, longer with a user id. Pure.

A profile expires on the day of the same number, or on the last one of a shorter month, at the time
of its last event: what was updated on 31 January at noon is kept for a month until noon of the
last day of February.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.paging import Mql

IDENTIFIED: Mql = {"attributes.user_id": {"$ne": None}}
ANONYMOUS: Mql = {"attributes.user_id": None}
"""Profiles with a user id, and those without one."""

_MILLISECOND = timedelta(milliseconds=1)
_SHORTEST_MONTH = timedelta(days=28)
_EARLIEST_YEAR = 2


def months_later(moment: datetime, months: int) -> datetime:
    """The same day and time some months later, or the last day of a shorter month."""
    year, month = _month(moment, months)
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def cut(now: datetime, months: int) -> datetime:
    """Everything that was updated until then has expired."""
    year, month = _month(now, -months)
    if year < _EARLIEST_YEAR:
        return datetime.min.replace(tzinfo=UTC)
    if now.day <= monthrange(year, month)[1]:
        return now.replace(year=year, month=month)
    return months_later(
        now.replace(day=1, hour=0, minute=0, second=0, microsecond=0), 1 - months
    ) - (_MILLISECOND)


def expired_spans(now: datetime, months: int) -> list[Mql]:
    """When profiles were updated that have expired, as conditions of which one holds.

    On the last day of a month, the days which that month does not have expire hour by hour.
    """
    until = cut(now, months)
    spans: list[Mql] = [{"$lte": until}]
    year, month = _month(now, -months)
    if now.day == monthrange(now.year, now.month)[1] and year >= _EARLIEST_YEAR:
        for day in range(now.day + 1, monthrange(year, month)[1] + 1):
            time = now.replace(year=year, month=month, day=day)
            midnight = time.replace(hour=0, minute=0, second=0, microsecond=0)
            spans.append({"$gte": midnight, "$lte": time})
    return spans


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many months profiles are kept, with a user id and without one."""

    identified: int = 13
    anonymous: int = 1

    def expired(self, now: datetime) -> list[Mql]:
        """Filters of which one matches a profile that has expired."""
        return [one for filters in self.expired_by_kind(now).values() for one in filters]

    def expired_by_kind(self, now: datetime) -> dict[str, list[Mql]]:
        """The same, of those with a user id and of those without one."""
        kinds = {
            "identified": (IDENTIFIED, self.identified),
            "anonymous": (ANONYMOUS, self.anonymous),
        }
        return {
            name: [{"updated_at": one, **those} for one in expired_spans(now, months)]
            for name, (those, months) in kinds.items()
        }

    def kept(self, now: datetime) -> Mql:
        """The filter for profiles that have not expired; no index is asked to answer it.

        Most of those that are read are too young for any kind to expire: one look tells it.
        """
        expired = self.expired(now)
        youngest = max(one["updated_at"]["$lte"] for one in expired)
        return {"$or": [{"updated_at": {"$gt": youngest}}, {"$nor": expired}]}

    def may_have_expired(self, profile: str, now: datetime) -> bool:
        """Whether a profile is old enough; ids tell when they were made."""
        made = UUID(profile).int >> 80
        shortest = min(self.identified, self.anonymous) * _SHORTEST_MONTH
        return made < (now - shortest).timestamp() * 1000


def _month(moment: datetime, later: int) -> tuple[int, int]:
    months = moment.year * 12 + moment.month - 1 + later
    return months // 12, months % 12 + 1
