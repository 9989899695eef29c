"""Keeps the indexes of attributes in step with their definitions."""

from collections.abc import Mapping

from app.attributes.defaults import account_attributes, datadog_user_attributes
from app.attributes.model import AttributeOrigin, ProfileKind
from app.attributes.service import AttributeService
from app.profiles.index_repository import IndexRepository, index_names

_DEFAULTS = {
    name for one in (*datadog_user_attributes(), *account_attributes()) for name in index_names(one)
}


class IndexService:
    """Indexes what has been defined since it last looked, and drops what is gone."""

    def __init__(
        self, *, attributes: AttributeService, indexes: Mapping[ProfileKind, IndexRepository]
    ) -> None:
        self._attributes = attributes
        self._indexes = indexes
        self._version: int | None = None

    async def keep_up(self) -> None:
        """To be called now and then; does nothing while no definition changes."""
        catalogue = await self._attributes.current()
        if catalogue.version == self._version:
            return
        for kind, indexes in self._indexes.items():
            added = [
                one for one in catalogue.of_kind(kind) if one.origin is not AttributeOrigin.DEFAULT
            ]
            await indexes.keep_up(added, but=_DEFAULTS)
        self._version = catalogue.version
