"""Creates the attributes that a mapping declares and the catalogue does not have yet."""

from collections.abc import Sequence
from datetime import datetime

from app.attributes.model import AttributeDefinition, ProfileKind
from app.attributes.service import AttributeService, NewAttribute
from app.attributes.sources import normal_source
from app.errors import AttributeExistsError, AttributeInvalidError, InputError, MappingError
from app.importing.mapping import DeclaredAttribute
from app.ingestion.backfill import BackfillService


async def create_missing(
    declared: Sequence[DeclaredAttribute],
    attributes: AttributeService,
    backfill: BackfillService,
    *,
    now: datetime,
) -> list[str]:
    """The names of the attributes that were created; one that exists has to be the same.

    All are compared before the first is created. New ones are filled from events that are
    stored already.
    """
    places = [(f"attributes[{place}] {one.name}", one) for place, one in enumerate(declared)]
    missing = [(where, one) for where, one in places if not await _is_known(where, one, attributes)]
    created = []
    for where, one in missing:
        if await _create(where, one, attributes, backfill, now=now):
            created.append(one.name)
    return created


async def _is_known(where: str, one: DeclaredAttribute, attributes: AttributeService) -> bool:
    """Whether there is such an attribute; an error if there is another of this name."""
    known = (await attributes.current()).get(ProfileKind(one.kind), one.name)
    try:
        return known is not None and _is_same(where, one, known)
    except AttributeInvalidError as invalid:
        raise _told(where, invalid) from invalid


async def _create(
    where: str,
    one: DeclaredAttribute,
    attributes: AttributeService,
    backfill: BackfillService,
    *,
    now: datetime,
) -> bool:
    try:
        await backfill.define(_new(one), backfill=True, now=now)
    except AttributeExistsError:  # somebody else was faster
        return not await _is_known(where, one, attributes)
    except InputError as invalid:
        raise _told(where, invalid) from invalid
    return True


def _told(where: str, invalid: InputError) -> MappingError:
    return MappingError(where, str(invalid).rstrip("."))


def _new(one: DeclaredAttribute) -> NewAttribute:
    return NewAttribute(
        kind=ProfileKind(one.kind),
        name=one.name,
        data_type=one.data_type,
        aggregation=one.aggregation,
        display_name=one.display_name,
        description=one.description,
        event_field=one.event_field,
    )


def _is_same(where: str, one: DeclaredAttribute, known: AttributeDefinition) -> bool:
    wanted: list[str | None] = [one.data_type, one.aggregation]
    has: list[str | None] = [known.data_type, known.aggregation]
    if one.event_field is not None:
        wanted.append(normal_source(one.event_field))
        has.append(known.source)
    if wanted != has:
        problem = f"it exists as {_listed(has)}, not {_listed(wanted)}"
        raise MappingError(where, problem)
    return True


def _listed(facts: Sequence[str | None]) -> str:
    return " ".join(str(one) for one in facts)
