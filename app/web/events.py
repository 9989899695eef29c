"""``POST /v1/events``: events as lines of JSON, for bulk producers.

The events are those of the mutation ``ingestEvents``; a bad line is reported by its number, and
the others are taken.
"""

from dataclasses import asdict
from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.access.gate import Gate
from app.access.model import EventSourceKind
from app.events.lines import Line, read_lines
from app.ingestion.outcome import Outcome
from app.ingestion.service import MAX_BATCH, IngestionService
from app.web.answers import json_response
from app.web.keys import bearer_key

Numbered = list[tuple[int, Line]]


class EventsEndpoint:
    """Takes a body of any number of lines in batches, one after the other."""

    def __init__(self, ingestion: IngestionService, gate: Gate) -> None:
        self._ingestion = ingestion
        self._gate = gate

    async def take(self, request: Request) -> Response:
        origin = request.headers.get("origin")
        source = await self._gate.admit(bearer_key(request), [EventSourceKind.API], origin=origin)
        lines = read_lines((await request.body()).splitlines())
        answer: dict[str, Any] = {"accepted": 0, "duplicate": 0, "rejected": [], "warnings": []}
        while batch := list(islice(lines, MAX_BATCH)):
            self._gate.count(source, len(batch))
            outcome = await self._ingestion.ingest(
                [event for _, event in batch], policy=source.policy
            )
            _add(answer, outcome, [number for number, _ in batch])
        return json_response(answer)


def _add(answer: dict[str, Any], outcome: Outcome, numbers: list[int]) -> None:
    answer["accepted"] += outcome.accepted
    answer["duplicate"] += outcome.duplicate
    answer["rejected"] += [_placed(asdict(one), numbers) for one in outcome.rejected]
    answer["warnings"] += [_placed(asdict(one), numbers) for one in outcome.warnings]


def _placed(entry: dict[str, Any], numbers: list[int]) -> dict[str, Any]:
    """The entry by the number of its line instead of its place in the batch."""
    return {"line": numbers[entry.pop("index")], **entry}
