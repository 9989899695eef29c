"""Conditions of what people performed, as they are sent, and the people who did it."""

from collections.abc import Iterable
from typing import Any

from app.attributes.model import ProfileKind
from app.events.stored import load_entry
from app.segments.evaluate import Subject, evaluate
from app.segments.model import Condition
from app.segments.sequence import History
from app.storage.client import Database, Document
from tests.building import an_event
from tests.living import World

Raw = dict[str, Any]

CART: Raw = {"type": "VIEW", "name": "/cart"}
CLICK: Raw = {"type": "ACTION", "name": "click on CHECKOUT"}
ALWAYS: Raw = {"last": "P7D"}


def performed(*steps: Raw, **options: Any) -> Raw:
    """A filter for those who performed these steps, in the past week unless it says otherwise."""
    return {"performed": {"steps": list(steps), "during": ALWAYS, **options}}


def step(event: Raw, *, negated: bool = False) -> Raw:
    """One step; ``not_`` makes it a negated one."""
    return {"event": event, "negated": negated}


def not_(event: Raw) -> Raw:
    """A step that may not happen any more."""
    return step(event, negated=True)


async def act(world: World, user_id: str, *deeds: tuple[Raw, float], **fields: Any) -> None:
    """Let somebody do things at times of a session ``s``, or as the fields say."""
    events = [
        an_event(
            None,
            seconds,
            **{"session_id": "s", "user_id": user_id, "cookie_id": None, **fields, **deed},
        )
        for deed, seconds in deeds
    ]
    await world.ingest(*events)


async def ledger(database: Database) -> list[Document]:
    """Every stored event."""
    return await database["events"].find({}, sort=[("_id", 1)]).to_list()


def histories(events: Iterable[Document], kind: ProfileKind, subject: str) -> list[History]:
    """The events of a person; those of an account, for each of its users."""
    of_user: dict[str, list[Any]] = {}
    for one in events:
        owner = one.get("profile") if kind is ProfileKind.USER else one["account"]
        if owner == subject and one.get("profile"):
            of_user.setdefault(one["profile"], []).append(load_entry(one).event)
    return [History(one) for one in of_user.values()]


def holds(condition: Condition, kind: ProfileKind, subject: str, events: list[Document]) -> bool:
    """Whether a condition about events alone holds, by its meaning."""
    told = Subject(subject, _no_fold, histories(events, kind, subject))
    return evaluate(condition, told)


def _no_fold() -> Any:
    raise AssertionError("it is about events alone")
