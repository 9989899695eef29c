"""One index for each attribute that lists are filtered and sorted by.

An index on the value and the id answers equality, ranges and prefixes, sorts, and continues a page
in the middle; one wildcard index over all attributes could not sort, and costs twice as much a
write. MongoDB has room for 64 a collection: the default attributes have theirs from a migration,
then come custom ones by age. What has none is still filtered and sorted, by reading the list.
"""

from collections.abc import Iterable

from app.aggregation.monoids import Aggregation
from app.attributes.model import AttributeDefinition
from app.profiles.compile import attribute_path, value_paths
from app.storage.client import Collection, Index
from app.storage.indexes import drop_index

MAX_INDEXES = 30
"""Of custom attributes: 64 is MongoDB's limit, the rest is ours."""

_PREFIX = "by_"


def index_keys(attribute: AttributeDefinition) -> list[Index]:
    """The keys of the indexes that an attribute needs."""
    if attribute.aggregation is Aggregation.UNIQUE_LIST:
        return [[(f"{attribute_path(attribute)}.$**", 1)]]  # its values stand under made-up keys
    return [[(path, 1), ("_id", 1)] for path in value_paths(attribute)]


def index_names(attribute: AttributeDefinition) -> list[str]:
    """The names of these indexes."""
    name = attribute.stored_as
    return [f"{_PREFIX}{name}_{number}" for number, _ in enumerate(index_keys(attribute))]


class IndexRepository:
    """The attribute indexes of one collection."""

    def __init__(self, collection: Collection) -> None:
        self._documents = collection

    async def create(self, attribute: AttributeDefinition) -> None:
        """Index an attribute; nothing happens if it is."""
        for name, keys in zip(index_names(attribute), index_keys(attribute), strict=True):
            await self._documents.create_index(keys, name=name)

    async def keep_up(self, custom: Iterable[AttributeDefinition], *, but: set[str]) -> None:
        """Index custom attributes while there is room; drop indexes of attributes that are gone.

        ``but``: names of indexes that stay, whatever ``custom`` says.
        """
        standing = {name for name in await self._documents.index_information() if _is_ours(name)}
        wanted = list(_within_room(custom))
        kept = but | {name for one in wanted for name in index_names(one)}
        for name in sorted(standing - kept):
            await drop_index(self._documents, name)
        for one in wanted:
            if not standing.issuperset(index_names(one)):
                await self.create(one)


def _is_ours(name: str) -> bool:
    return name.startswith(_PREFIX)


def _within_room(custom: Iterable[AttributeDefinition]) -> Iterable[AttributeDefinition]:
    room = MAX_INDEXES
    for one in custom:
        room -= len(index_keys(one))
        if room < 0:
            return
        yield one
