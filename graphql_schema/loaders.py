"""DataLoaders: what the rows of one request ask for is read together, by key."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from strawberry.dataloader import DataLoader

from app.services import Services

MAX_KEYS = 500
"""Keys of one read: an ``$in`` of this size is still a quick walk through an index."""

T = TypeVar("T")
ById = Callable[[Sequence[str]], Awaitable[dict[str, T]]]


class Loaders:
    """The loaders of one request."""

    def __init__(self, services: Services) -> None:
        self.profiles_by_id = _loader(services.profiles.by_ids)
        self.accounts_by_id = _loader(services.accounts.by_ids)
        self.sessions_by_id = _loader(services.sessions.by_ids)
        self.backfills = _loader(services.backfill.progress)


def _loader(read: ById[T]) -> DataLoader[str, T | None]:
    async def load(ids: list[str]) -> list[T | None]:
        found = await read(ids)
        return [found.get(one) for one in ids]

    return DataLoader(load, max_batch_size=MAX_KEYS)
