"""The demo shop's last sixty days as events, in the shape of GraphQL's ``EventInput``. Pure.

The same arguments give the same events, and ids do not depend on ``now``: sending the demo
again changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeAlias

from app.demo.journeys import Step, journey
from app.demo.people import (
    SHOWCASE,
    Company,
    Member,
    Shopper,
    demo_companies,
    demo_member,
    demo_visitor,
)
from app.demo.visits import LONGEST, Login, Visit, plan_visits, start_times

USERS_PER_VISITOR = 4
"""For so many users there is one visitor whom nobody knows."""

EventInput: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Session:
    """A visit at its time: what all its events have in common."""

    id: str
    start: datetime
    visit: Visit
    member: Member | None
    company: Company | None


def demo_events(now: datetime, users: int = 300, seed: int = 7) -> Iterator[EventInput]:
    """Everything that happened before ``now``, in the order in which it happened."""
    events = [event for shopper in _shoppers(users, seed) for event in _history(shopper, now, seed)]
    yield from sorted(events, key=lambda event: (event["time"], event["id"]))


def _shoppers(users: int, seed: int) -> Iterator[Shopper]:
    companies = demo_companies(seed)
    for number in range(1, users + 1):
        yield demo_member(seed, number, companies)
    for number in range(1, users // USERS_PER_VISITOR + 1):
        yield demo_visitor(seed, number)


def _history(shopper: Shopper, now: datetime, seed: int) -> Iterator[EventInput]:
    """Every event of a shopper's life."""
    chance = Random(f"{seed} visits of {shopper.key}")
    is_showcase = shopper.key == f"user_{SHOWCASE}"
    visits = plan_visits(chance, shopper, regular=is_showcase)
    eagerness = 0.8 if is_showcase else chance.uniform(0, 0.7)
    starts = start_times(
        chance, now.astimezone(UTC), visits=len(visits), utc_offset=shopper.city.utc_offset
    )
    for number, (visit, start) in enumerate(zip(visits, starts, strict=True), start=1):
        company = chance.choice(shopper.companies) if shopper.companies else None
        identity = f"demo-{seed}-{shopper.key}-{number}"
        session = Session(identity, start, visit, shopper.member, company)
        yield from _session_events(chance, session, journey(chance, eagerness=eagerness))


def _session_events(chance: Random, session: Session, steps: list[Step]) -> Iterator[EventInput]:
    """The steps, each some seconds after the one before, by somebody known from some step on."""
    known_from = _known_from(chance, session.visit.login, steps)
    if session.visit.login is Login.MIDWAY:
        steps = [*steps[:known_from], _login(steps[known_from - 1]), *steps[known_from:]]
    time = session.start
    for number, step in enumerate(steps):
        yield {
            **_what(f"{session.id}-{number + 1}", step, time),
            **_who(session, knows=number >= known_from, tells_all=number == known_from),
            "sessionId": session.id,
            "context": session.visit.device.context,
        }
        time += min(_pause(chance), LONGEST / (len(steps) + 1))


def _known_from(chance: Random, login: Login, steps: list[Step]) -> int:
    """The number of steps before the shop knows who it is."""
    match login:
        case Login.ALREADY:
            return 0
        case Login.MIDWAY:
            return chance.randint(1, (len(steps) + 1) // 2)
        case Login.NEVER:
            return len(steps)


def _login(after: Step) -> Step:
    return Step("ACTION", "click on LOG IN", {"page_url": after.properties["page_url"]})


def _pause(chance: Random) -> timedelta:
    return timedelta(milliseconds=1 + int(1000 * chance.lognormvariate(2.3, 1.0)))


def _what(event_id: str, step: Step, time: datetime) -> EventInput:
    return {
        "id": event_id,
        "type": step.type,
        "name": step.name,
        "time": _rfc3339(time),
        "properties": _placed(step, time),
    }


def _who(session: Session, *, knows: bool, tells_all: bool) -> EventInput:
    """The cookie always; user and account once they are known, their traits on the first event."""
    event: EventInput = {"cookieId": session.visit.device.cookie_id}
    member, company = session.member, session.company
    if member is None or not knows:
        return event
    event["userId"] = member.user_id
    if tells_all:
        event["user"] = {"email": member.email, "name": member.name, "plan": member.plan}
    if company:
        event["account"] = {"id": company.id}
        if tells_all:
            event["account"] |= {"name": company.name, "plan": company.plan, "arr": company.arr}
    return event


def _rfc3339(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _placed(step: Step, time: datetime) -> EventInput:
    """The properties; an order says when it was placed."""
    if "order_id" in step.properties:
        return {**step.properties, "order_time": _rfc3339(time)}
    return dict(step.properties)
