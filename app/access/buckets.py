"""Token buckets: how many events each source may still send. Pure, and of one process.

A request is let in while there is anything left, and its events are taken off afterwards, when
they are counted: nobody has to send smaller batches, and whoever overdraws waits the longer.
Each process counts by itself, so that of n processes a source may send n times as much.
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.access.errors import RateLimitedError
from app.access.model import EventSource


@dataclass(slots=True)
class Bucket:
    """What was left at a moment, in events; less than nothing is a debt."""

    left: float
    at: float


class Buckets:
    """The buckets of all sources; ``clock`` tells seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}

    def check(self, source: EventSource) -> None:
        """Raise where the source has nothing left."""
        if source.rate is None:
            return
        left = self._filled(source, source.rate).left
        if left < 1:
            raise RateLimitedError(source.rate, (1 - left) / source.rate)

    def take(self, source: EventSource, events: int) -> None:
        """Count events of a request that was let in."""
        if source.rate is not None:
            self._filled(source, source.rate).left -= events

    def _filled(self, source: EventSource, rate: float) -> Bucket:
        """The bucket as it is now; what nobody has used yet is full."""
        now = self._clock()
        bucket = self._buckets.setdefault(source.id, Bucket(source.burst, now))
        bucket.left = min(source.burst, bucket.left + (now - bucket.at) * rate)
        bucket.at = now
        return bucket
