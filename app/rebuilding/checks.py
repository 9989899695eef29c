"""What an audit looks at. Each check tells what is wrong among some ids, and can mend one."""

from collections.abc import Collection, Mapping
from typing import Protocol

from app.attributes.model import ProfileKind
from app.events.repository import EventRepository
from app.identity.repository import IdentifierRepository
from app.profiles.repository import DocumentRepository
from app.profiles.sessions import session_document_id
from app.rebuilding.chains import circles
from app.rebuilding.rebuilder import Rebuilder
from app.rebuilding.repository import COLLECTIONS, LedgerRepository
from app.storage.client import Document

Wrong = dict[str, str]
"""What is wrong with each of some ids, in words."""


class Check(Protocol):
    """One question about every document of a collection."""

    subject: str
    collection: str

    async def wrong(self, ids: Collection[str]) -> Wrong:
        """Those of these for which something is wrong; it may be over in a moment."""

    async def repair(self, one: str) -> bool:
        """Mend one; False where nobody can tell how."""


class ContentCheck:
    """Documents hold what their events say."""

    def __init__(self, kind: ProfileKind, rebuilder: Rebuilder) -> None:
        self.subject = COLLECTIONS[kind].removesuffix("s")
        self.collection = COLLECTIONS[kind]
        self._kind = kind
        self._rebuilder = rebuilder

    async def wrong(self, ids: Collection[str]) -> Wrong:
        expected = await self._rebuilder.expected(self._kind, ids)
        differing = {one.document["_id"]: one.differences() for one in expected}
        return {one: ", ".join(parts) for one, parts in differing.items() if parts}

    async def repair(self, one: str) -> bool:
        return await self._rebuilder.rebuild(self._kind, one) is not None


class RegistryCheck:
    """Every identifier of a profile is registered with it, so that no two have the same."""

    subject = "profile"
    collection = "profiles"

    def __init__(
        self,
        *,
        ledger: LedgerRepository,
        identifiers: IdentifierRepository,
        profiles: DocumentRepository,
        rebuilder: Rebuilder,
    ) -> None:
        self._ledger = ledger
        self._identifiers = identifiers
        self._profiles = profiles
        self._rebuilder = rebuilder

    async def wrong(self, ids: Collection[str]) -> Wrong:
        wrong: dict[str, list[str]] = {}
        for name, (holder, owner) in (await self._strays(ids)).items():
            where = f"registered with {owner}" if owner else "not registered"
            wrong.setdefault(holder, []).append(f"{name} is {where}")
        return {one: ", ".join(sorted(parts)) for one, parts in wrong.items()}

    async def repair(self, one: str) -> bool:
        """Register what the profile has, unless another one has it too: then one has to choose."""
        strays = await self._strays([one])
        return all([await self._claim(name, one, owner) for name, (_, owner) in strays.items()])

    async def _claim(self, name: str, profile: str, owner: str | None) -> bool:
        if owner is None:
            return not await self._identifiers.claim({name: profile})
        root = (await self._profiles.standings([owner]))[owner].profile
        [other] = await self._rebuilder.expected(ProfileKind.USER, [root])
        if other.is_living and other.fold and name in other.fold.identifiers:
            return False
        await self._identifiers.replace(name, owner=owner, to=profile)
        return True

    async def _strays(self, ids: Collection[str]) -> dict[str, tuple[str, str | None]]:
        """Identifiers that the registry has elsewhere: who has them, and who owns them."""
        found = await self._ledger.documents(ProfileKind.USER, ids)
        holders = {
            name: one["_id"]
            for one in found.values()
            if _is_living(one)
            for name in one.get("identifiers", ())
        }
        owners = await self._identifiers.owners(holders) if holders else {}
        standings = await self._profiles.standings(set(owners.values())) if owners else {}
        return {
            name: (holder, owner)
            for name, holder in holders.items()
            if (owner := owners.get(name)) is None or standings[owner].profile != holder
        }


class MergeCheck:
    """Merged profiles lead to a living one, and nothing of them is left behind."""

    subject = "merged profile"
    collection = "profiles"

    def __init__(self, ledger: LedgerRepository) -> None:
        self._ledger = ledger

    async def wrong(self, ids: Collection[str]) -> Wrong:
        tombstones = await self._tombstones(ids)
        leads = {one: found["merged_into"] for one, found in tombstones.items()}
        ends = set(leads.values()) - leads.keys()
        known = await self._ledger.documents(ProfileKind.USER, ends)
        wrong = {one: "its merge has not ended" for one in leads if tombstones[one].get("pending")}
        lost = {one: into for one, into in leads.items() if into in ends and into not in known}
        wrong |= {one: f"it leads to {into}, which is not there" for one, into in lost.items()}
        wrong |= dict.fromkeys(circles(leads), "its merges go in a circle")
        return {one: what for one, what in wrong.items() if one in ids}

    async def repair(self, one: str) -> bool:
        """Unfinished merges end by themselves; nobody can tell where others should lead."""
        return not await self.wrong([one])

    async def _tombstones(self, ids: Collection[str]) -> dict[str, Document]:
        """Those of these that are merged, and all that they lead to."""
        tombstones: dict[str, Document] = {}
        moving = set(ids)
        while moving:
            found = await self._ledger.documents(ProfileKind.USER, moving)
            merged = {one: it for one, it in found.items() if it.get("merged_into")}
            tombstones |= merged
            moving = {one["merged_into"] for one in merged.values()} - tombstones.keys()
        return tombstones


class EventCheck:
    """Events show where they belong, and their documents are there."""

    subject = "event"
    collection = "events"

    def __init__(
        self,
        *,
        ledger: LedgerRepository,
        profiles: DocumentRepository,
        events: EventRepository,
        rebuilder: Rebuilder,
    ) -> None:
        self._ledger = ledger
        self._profiles = profiles
        self._events = events
        self._rebuilder = rebuilder

    async def wrong(self, ids: Collection[str]) -> Wrong:
        batches = await self._ledger.batches()
        events = await self._ledger.events(ids)
        homes = await self._homes(events.values())
        wrong = {
            one: f"it shows under {events[one].get('profile')} instead of {home}"
            for one, home in homes.items()
            if events[one].get("profile") != home
        }
        over = {
            one: event
            for one, event in events.items()
            if batches.is_over(event["lane"], event["seq"])
        }
        for kind, documents in _documents(over, homes).items():
            missing = await self._ledger.missing(kind, documents.values())
            wrong |= {
                one: f"there is no {COLLECTIONS[kind].removesuffix('s')} {document}"
                for one, document in documents.items()
                if document in missing
            }
        return wrong

    async def repair(self, one: str) -> bool:
        events = await self._ledger.events([one])
        homes = await self._homes(events.values())
        if home := homes.get(one):
            await self._events.show([one], under=home)
        for kind, documents in _documents(events, homes).items():
            if await self._ledger.missing(kind, documents.values()):
                await self._rebuilder.rebuild(kind, documents[one])
        return True

    async def _homes(self, events: Collection[Document]) -> dict[str, str]:
        """The living profile of each event that has one.

        Tombstones redirect for a month only, but profiles know for ever what they absorbed.
        """
        targets = {one["_id"]: one["target"] for one in events if "target" in one}
        families = await self._ledger.families(
            {one["profile"] for one in events if "profile" in one}
        )
        homes = {
            one["_id"]: one["profile"]
            for one in events
            if targets.get(one["_id"]) in families.get(one.get("profile", ""), ())
        }
        lost = {one: target for one, target in targets.items() if one not in homes}
        standings = await self._profiles.standings(set(lost.values())) if lost else {}
        found = {one: standings[target] for one, target in lost.items()}
        return homes | {one: it.profile for one, it in found.items() if not it.deleted}


def _is_living(document: Document) -> bool:
    return document.get("merged_into") is None and document.get("deleted") is None


def _documents(
    events: Mapping[str, Document], homes: Mapping[str, str]
) -> dict[ProfileKind, dict[str, str]]:
    """The documents that these events are in, by the event."""
    profiled = {one: event for one, event in events.items() if event["profiled"]}
    at_home = {one: homes[one] for one in profiled if one in homes}
    return {
        ProfileKind.USER: at_home,
        ProfileKind.SESSION: {
            one: session_document_id(home, session)
            for one, home in at_home.items()
            if (session := profiled[one]["session"])
        },
        ProfileKind.ACCOUNT: {
            one: account for one, event in profiled.items() if (account := event["account"])
        },
    }
