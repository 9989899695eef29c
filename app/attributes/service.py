"""Use cases of attribute definitions: reading the catalogue, changing it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypedDict

from app.aggregation.monoids import Aggregation
from app.attributes.catalogue import Catalogue
from app.attributes.check import check_change, check_definition, check_deletion
from app.attributes.model import AttributeDefinition, AttributeOrigin, ProfileKind
from app.attributes.repository import AttributeRepository
from app.attributes.sources import normal_source
from app.errors import AttributeNotFoundError, InputError
from app.values import DataType

_RECENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class NewAttribute:
    """What a caller says about an attribute to be created."""

    kind: ProfileKind
    name: str
    data_type: DataType
    aggregation: Aggregation
    display_name: str | None = None
    description: str | None = None
    event_field: str | None = None


class Changes(TypedDict, total=False):
    """What a caller wants an attribute to be; what is left out stays."""

    display_name: str | None
    description: str | None
    data_type: DataType
    aggregation: Aggregation
    event_field: str


class AttributeService:
    """Keeps the newest catalogue it has seen; ``current`` asks whether there is a newer one."""

    def __init__(self, repository: AttributeRepository) -> None:
        self._repository = repository
        self.known = Catalogue()
        self._asked_at: datetime | None = None

    async def recent(self, *, now: datetime) -> Catalogue:
        """The catalogue for reading: at most a second behind what other processes have added."""
        if self._asked_at is None or now - self._asked_at > _RECENT:
            self._asked_at = now
            return await self.current()
        return self.known

    async def current(self) -> Catalogue:
        """The newest catalogue."""
        if await self._repository.version() != self.known.version:
            self.known = await self._repository.load()
        return self.known

    async def create(
        self, new: NewAttribute, *, now: datetime, waiting: bool = False
    ) -> AttributeDefinition:
        """Add a custom attribute; from the next batch on, events feed it.

        ``waiting``: it is also to be filled from stored events, see ``app.ingestion.backfill``.
        """
        definition = _custom(new, now)
        await self._add([definition], waiting=waiting)
        return self._stored(definition)

    async def create_together(
        self, new: Iterable[NewAttribute], *, now: datetime
    ) -> list[InputError]:
        """Add custom attributes as one change, to be filled together from stored events.

        Those that break a rule are left out; why they do is the answer.
        """
        wanted = [_custom(one, now) for one in new]
        while True:  # each turn means that somebody else has just added another definition
            catalogue = await self.current()
            fresh, refused = _sifted(wanted, catalogue)
            if not fresh:
                return refused
            added = await self._repository.add(fresh, onto=catalogue.version, waiting=True)
            if added:
                self.known = added
                return refused

    async def update(
        self, definition_id: str, changes: Changes, *, now: datetime
    ) -> AttributeDefinition:
        """Change what an attribute is called and said to mean."""
        while True:  # each turn means that somebody else has just changed another definition
            catalogue = await self.current()
            definition = _known(definition_id, catalogue)
            changed = _changed(definition, changes, now)
            check_change(definition, changed)
            updated = await self._repository.replace(changed, onto=catalogue.version)
            if updated:
                self.known = updated
                return changed

    async def delete(self, definition_id: str) -> None:
        """Delete an attribute: nobody reads it any more, and no later batch feeds it.

        What stands in the documents is swept away later, see ``app.ingestion.sweeping``.
        """
        while True:  # as above
            catalogue = await self.current()
            definition = _known(definition_id, catalogue)
            check_deletion(definition)
            left = await self._repository.remove(definition, onto=catalogue.version)
            if left:
                self.known = left
                return

    async def ensure_dimensions(self, names: Iterable[str], *, now: datetime) -> Catalogue:
        """The catalogue with a unique list of text for each of these session dimensions."""
        catalogue = self.known
        missing = [name for name in sorted(names) if not catalogue.get(ProfileKind.USER, name)]
        return (
            await self._add([_dimension(name, now) for name in missing]) if missing else catalogue
        )

    async def _add(
        self, definitions: list[AttributeDefinition], *, waiting: bool = False
    ) -> Catalogue:
        while True:  # each turn means that somebody else has just added another definition
            catalogue = await self.current()
            fresh = [
                _checked(one, catalogue)
                for one in definitions
                if not _is_known_dimension(one, catalogue)
            ]
            if not fresh:
                return catalogue
            version = catalogue.version
            added = await self._repository.add(fresh, onto=version, waiting=waiting)
            if added:
                self.known = added
                return added

    def _stored(self, definition: AttributeDefinition) -> AttributeDefinition:
        stored = self.known.get(definition.kind, definition.name)
        assert stored, "an attribute that was just added is in the catalogue"
        return stored


def _checked(definition: AttributeDefinition, catalogue: Catalogue) -> AttributeDefinition:
    fresh = replace(definition, life=catalogue.next_life(definition))
    check_definition(fresh, catalogue)
    return fresh


def _sifted(
    definitions: Iterable[AttributeDefinition], catalogue: Catalogue
) -> tuple[list[AttributeDefinition], list[InputError]]:
    fresh: dict[str, AttributeDefinition] = {}
    refused: list[InputError] = []
    for one in definitions:
        try:
            fresh.setdefault(one.key, _checked(one, catalogue))
        except InputError as error:
            refused.append(error)
    return list(fresh.values()), refused


def _is_known_dimension(definition: AttributeDefinition, catalogue: Catalogue) -> bool:
    known = catalogue.get(definition.kind, definition.name)
    return definition.origin is AttributeOrigin.CUSTOM_DIMENSION and known is not None


def _known(definition_id: str, catalogue: Catalogue) -> AttributeDefinition:
    definition = catalogue.by_id(definition_id)
    if definition is None or definition.kind is ProfileKind.SESSION:
        raise AttributeNotFoundError
    return definition


def _changed(
    definition: AttributeDefinition, changes: Changes, now: datetime
) -> AttributeDefinition:
    field = changes.get("event_field")
    return replace(
        definition,
        display_name=changes.get("display_name", definition.display_name) or definition.name,
        description=changes.get("description", definition.description),
        data_type=changes.get("data_type", definition.data_type),
        aggregation=changes.get("aggregation", definition.aggregation),
        source=definition.source if field is None else normal_source(field),
        updated_at=now,
    )


def _custom(new: NewAttribute, now: datetime) -> AttributeDefinition:
    part = "account." if new.kind is ProfileKind.ACCOUNT else "properties."
    return AttributeDefinition(
        kind=new.kind,
        name=new.name,
        display_name=new.display_name or new.name,
        description=new.description,
        data_type=new.data_type,
        aggregation=new.aggregation,
        origin=AttributeOrigin.CUSTOM,
        source=normal_source(new.event_field) if new.event_field is not None else part + new.name,
        created_at=now,
        updated_at=now,
    )


def _dimension(name: str, now: datetime) -> AttributeDefinition:
    return AttributeDefinition(
        kind=ProfileKind.USER,
        name=name,
        display_name=name.replace("_", " ").title(),
        data_type=DataType.STRING,
        aggregation=Aggregation.UNIQUE_LIST,
        origin=AttributeOrigin.CUSTOM_DIMENSION,
        source=f"properties.{name}",
        created_at=now,
        updated_at=now,
    )
