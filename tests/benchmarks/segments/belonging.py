"""The segments of one person, of two hundred that there are."""

from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

from typing_extensions import override

from app.attributes.model import ProfileKind
from app.segments.segment import Definition, NewSegment
from app.services import compose, utc_now
from app.settings import Settings
from app.storage.client import Database
from tests.benchmarks.segments.asking import Asking
from tests.benchmarks.segments.questions import QUESTIONS

SEGMENTS = 200
_PREFIX = "benchmark-"
_QUERY = "query ($userId: String!) { profile(by: {userId: $userId}) { segments { name } } }"


@dataclass(frozen=True, slots=True)
class Belonging:
    """What it took to find them."""

    milliseconds: float
    commands: int
    found: int

    @override
    def __str__(self) -> str:
        return (
            f"the segments of one person, {self.found} of {SEGMENTS}: "
            f"{self.milliseconds:.1f} ms, {self.commands} commands"
        )


async def ask_belonging(asking: Asking, user_id: str, rounds: int) -> Belonging:
    """Save the segments, ask, and take them away again."""
    await _save(asking.database)
    seconds = []
    for _ in range(rounds + 1):
        asking.recorder.commands.clear()
        started = perf_counter()
        answer = await asking.answer(_QUERY, userId=user_id)
        seconds.append(perf_counter() - started)
    commands = len(asking.recorder.commands)
    await asking.database["segments"].delete_many({"_id": {"$regex": f"^{_PREFIX}"}})
    found = len(answer["profile"]["segments"])
    return Belonging(median(seconds[1:]) * 1e3, commands, found)


async def _save(database: Database) -> None:
    """A quarter by attributes, by one event, by a sequence, and by two of these."""
    services = compose(database, Settings())
    await database["segments"].delete_many({"_id": {"$regex": f"^{_PREFIX}"}})
    for number in range(SEGMENTS):
        new = NewSegment(ProfileKind.USER, f"Segment {number}", Definition(_definition(number)))
        await services.segments.create(new, now=utc_now(), segment_id=f"{_PREFIX}{number}")
    await services.close()


def _definition(number: int) -> dict[str, Any]:
    score = {"attribute": {"name": "score", "gte": number * 50}}
    [_, viewed, left, _] = (one.filter for one in QUESTIONS)
    kinds: list[dict[str, Any]] = [score, viewed, left, {"and": [score, {"not": viewed}]}]
    return kinds[number % len(kinds)]
