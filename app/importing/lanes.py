"""Waiting for what died half-way.

A process that was killed leaves a lane with a batch that is stored but not applied. Whoever comes
after the lease has run out finishes it; an import waits for that, so that its numbers are final.
"""

import asyncio
from typing import Protocol

from app.ingestion.lanes import IDLE, LEASE, LaneRepository
from app.storage.client import Document

_PATIENCE = LEASE.total_seconds() + 5

_Standing = tuple[str, str | None, int]
"""A lane at one batch; a living owner moves on to the next."""


class Recovery(Protocol):
    """The part of the ingestion service that finishes what others left."""

    async def recover(self) -> int: ...


class Announce(Protocol):
    """Tells a person."""

    def __call__(self, message: str, /) -> None: ...


async def settle_lanes(lanes: LaneRepository, ingestion: Recovery, announce: Announce) -> int:
    """Wait until no batch of a dead process is left half-way; how many were finished here."""
    settled = await ingestion.recover()
    left = await _unfinished(lanes)
    if left:
        announce(
            "Another process is at work, or was stopped half-way. Its batches can be finished "
            f"when its lease has run out: waiting up to {_PATIENCE:.0f} s."
        )
    deadline = asyncio.get_running_loop().time() + _PATIENCE
    while left and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.5)
        settled += await ingestion.recover()
        left &= await _unfinished(lanes)
    return settled


async def _unfinished(lanes: LaneRepository) -> set[_Standing]:
    found = await lanes.all()
    return {(lane["_id"], lane["owner"], lane["seq"]) for lane in found if _is_unfinished(lane)}


def _is_unfinished(lane: Document) -> bool:
    """In a batch, or given up in the last one, which nobody has adopted yet."""
    return lane["state"] != IDLE or lane["seq"] in lane["abandoned"]
