"""DataLoaders: what the rows of one request ask for is read together, by key."""

from collections.abc import Awaitable, Callable, Sequence

from strawberry.dataloader import DataLoader

from app.services import Services
from app.storage.client import Document

MAX_KEYS = 500
"""Keys of one read: an ``$in`` of this size is still a quick walk through an index."""

ById = Callable[[Sequence[str]], Awaitable[dict[str, Document]]]


class Loaders:
    """The loaders of one request."""

    def __init__(self, services: Services) -> None:
        self.profiles_by_id = _loader(services.profiles.by_ids)
        self.accounts_by_id = _loader(services.accounts.by_ids)
        self.sessions_by_id = _loader(services.sessions.by_ids)


def _loader(read: ById) -> DataLoader[str, Document | None]:
    async def load(ids: list[str]) -> list[Document | None]:
        found = await read(ids)
        return [found.get(one) for one in ids]

    return DataLoader(load, max_batch_size=MAX_KEYS)
