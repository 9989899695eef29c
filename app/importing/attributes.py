"""Creates the attributes that a mapping declares and the catalogue does not have yet."""

from collections.abc import Sequence
from datetime import datetime

from app.attributes.catalogue import Catalogue
from app.attributes.model import AttributeDefinition, ProfileKind
from app.attributes.service import AttributeService, NewAttribute
from app.attributes.sources import normal_source
from app.errors import InputError, MappingError
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
    catalogue = await attributes.current() if declared else Catalogue()
    missing = []
    for place, one in enumerate(declared):
        known = catalogue.get(ProfileKind(one.kind), one.name)
        if known:
            _check_same(one, known, _where(place, one))
        else:
            missing.append((_where(place, one), one))
    for where, one in missing:
        await _create(one, backfill, where=where, now=now)
    return [one.name for _, one in missing]


async def _create(
    one: DeclaredAttribute, backfill: BackfillService, *, where: str, now: datetime
) -> None:
    try:
        await backfill.define(_new(one), backfill=True, now=now)
    except InputError as invalid:
        raise MappingError(where, str(invalid).rstrip(".")) from invalid


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


def _check_same(one: DeclaredAttribute, known: AttributeDefinition, where: str) -> None:
    wanted: list[str | None] = [one.data_type, one.aggregation]
    has: list[str | None] = [known.data_type, known.aggregation]
    if one.event_field is not None:
        wanted.append(normal_source(one.event_field))
        has.append(known.source)
    if wanted != has:
        problem = f"it exists as {_listed(has)}, not {_listed(wanted)}"
        raise MappingError(where, problem)


def _listed(facts: Sequence[str | None]) -> str:
    return " ".join(str(one) for one in facts)


def _where(place: int, one: DeclaredAttribute) -> str:
    return f"attributes[{place}] {one.name}"
