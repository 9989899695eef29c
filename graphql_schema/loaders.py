"""DataLoaders: what the rows of one request ask for is read together, by key."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

from strawberry.dataloader import DataLoader

from app.services import Services

MAX_KEYS = 500
"""Keys of one read: an ``$in`` of this size is still a quick walk through an index."""

K = TypeVar("K")
T = TypeVar("T")
V = TypeVar("V")
P = ParamSpec("P")
ById = Callable[[Sequence[str]], Awaitable[dict[str, T]]]


class Loaders:
    """The loaders of one request."""

    def __init__(self, services: Services) -> None:
        self.profiles_by_id = _loader(services.profiles.by_ids)
        self.accounts_by_id = _loader(services.accounts.by_ids)
        self.sessions_by_id = _loader(services.sessions.by_ids)
        self.backfills = _loader(services.backfill.progress)
        self.segments_by_id = _loader(services.segments.by_ids)
        self.event_sources_by_id = _loader(services.event_sources.by_ids)
        self.events_by_id = _loader(services.events.by_ids)
        self.broken_by_id = _loader(services.removal.broken_by_ids)
        self.broken_accounts_by_id = _loader(services.account_removal.broken_by_ids)
        self._together: dict[tuple[object, str], DataLoader[Any, Any]] = {}

    def together(
        self,
        read: Callable[Concatenate[Sequence[K], P], Awaitable[list[V]]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> DataLoader[K, V]:
        """What all rows ask for with these arguments, in one read of all their keys."""
        # By their text: 1, 1.0 and true are equal in Python, and not the same condition.
        known_as = (read, repr((args, kwargs)))
        if known_as not in self._together:

            async def load(keys: list[K]) -> list[V]:
                return await read(keys, *args, **kwargs)

            self._together[known_as] = DataLoader(load, max_batch_size=MAX_KEYS)
        return self._together[known_as]


def _loader(read: ById[T]) -> DataLoader[str, T | None]:
    async def load(ids: list[str]) -> list[T | None]:
        found = await read(ids)
        return [found.get(one) for one in ids]

    return DataLoader(load, max_batch_size=MAX_KEYS)
