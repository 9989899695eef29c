"""Export: one line for the profile, then one for each session and each event.

Lines are made one at a time, so that a person with a million events takes no more memory than
one with ten.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from app.aggregation.reading import read
from app.aggregation.stored import load_state
from app.attributes.catalogue import Catalogue
from app.attributes.model import ProfileKind
from app.attributes.service import AttributeService
from app.events.stored import PAYLOADS, load_entry
from app.exporting.repository import BelongingsRepository
from app.identity.model import Identifier
from app.profiles.service import ProfileService
from app.storage.client import Document

Line = dict[str, Any]

_FACTS = ("id", "type", "name", "time", "received_at", "sequence", "account_id", "session_id")


class ExportService:
    """Tells everything that is stored of a person."""

    def __init__(
        self,
        *,
        profiles: ProfileService,
        belongings: BelongingsRepository,
        attributes: AttributeService,
    ) -> None:
        self._profiles = profiles
        self._belongings = belongings
        self._attributes = attributes

    async def find(self, identifier: Identifier) -> Document | None:
        """The profile of a person."""
        return await self._profiles.by_identifier(identifier)

    async def lines(self, profile: Document) -> AsyncIterator[Line]:
        """Everything about the person, as plain values."""
        catalogue = await self._attributes.current()
        yield {"profile": _profile(profile, catalogue)}
        async for session in self._belongings.sessions(profile["_id"]):
            yield {"session": _session(session, catalogue)}
        async for event in self._belongings.events(profile["_id"]):
            yield {"event": _event(event)}


def _profile(document: Document, catalogue: Catalogue) -> Line:
    keys = sorted(document.get("identifiers", ()))
    return {
        "id": document["_id"],
        "identifiers": [Identifier.from_key(key)._asdict() for key in keys],
        "created_at": document["created_at"],
        "updated_at": document["updated_at"],
        "accounts": sorted(document.get("accounts", ())),
        "attributes": dict(_attributes(document, ProfileKind.USER, catalogue)),
    }


def _session(document: Document, catalogue: Catalogue) -> Line:
    return {
        "id": document["session_id"],
        "attributes": dict(_attributes(document, ProfileKind.SESSION, catalogue)),
    }


def _attributes(
    document: Document, kind: ProfileKind, catalogue: Catalogue
) -> Iterator[tuple[str, object]]:
    """What each attribute shows: a value, first and last, or values with their times."""
    for field, stored in document.get("attributes", {}).items():
        definition = catalogue.by_id(f"{kind}:{field}")
        if definition is None:  # it was deleted, and waits to be swept
            continue
        reading = read(definition.aggregation, load_state(definition.aggregation, stored))
        if reading.entries is not None:
            shown: object = [{"value": one.value, "time": one.time} for one in reading.entries]
        elif reading.first is not None:
            shown = {"first": reading.first, "last": reading.last}
        else:
            shown = reading.value
        yield definition.name, shown


def _event(document: Document) -> Line:
    event = load_entry(document).event
    facts = {name: getattr(event, name) for name in _FACTS}
    identifiers = [Identifier.from_key(key)._asdict() for key in event.identifiers]
    return {
        **facts,
        "identifiers": identifiers,
        **{name: getattr(event, name) for name in PAYLOADS},
    }
