"""What must hold of a database whenever nothing is under way, whatever happened before."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from app.attributes.catalogue import Catalogue
from app.attributes.model import ProfileKind
from app.events.stored import Entry, load_entry
from app.profiles.model import Fold, combine
from app.profiles.plan import plan
from app.profiles.sessions import session_document_id
from app.profiles.stored import load_fold
from app.storage.client import Document
from tests.living import World

Content = dict[str, tuple[Any, ...]]


async def assert_equal_to_ledger(world: World) -> None:
    """Every document equals a fold over the ledger, and identity is whole."""
    profiles = {one["_id"]: one for one in await world.documents("profiles")}
    entries = [
        Entry(one.event, home(profiles, one.target), one.apart) for one in await world.entries()
    ]
    catalogue = await world.services.attributes.current()
    planned = plan(entries, catalogue, now=world.clock.now)
    sessions = {session_document_id(*key): fold for key, fold in planned.sessions.items()}
    await assert_equal(world, ProfileKind.USER, planned.profiles)
    await assert_equal(world, ProfileKind.SESSION, sessions)
    await assert_accounts_are_equal_to_ledger(world, catalogue)
    await assert_identity_is_whole(world, profiles, entries)


async def assert_accounts_are_equal_to_ledger(world: World, catalogue: Catalogue) -> None:
    """Accounts hold what came since they were last broken, and with what was broken everything."""
    accounts = {one["_id"]: one for one in await world.documents("accounts")}
    assert not any(one.get("ending") for one in accounts.values()), "an account is half put away"
    outliving = {one for one, document in accounts.items() if document.get("outlives")}
    events = [one for one in await world.documents("events") if one["account"] not in outliving]
    later = [one for one in events if not is_gone(one, accounts.get(one["account"], {}))]
    folds = plan(map(load_entry, later), catalogue, now=world.clock.now).accounts
    await assert_equal(world, ProfileKind.ACCOUNT, folds, but=outliving)
    everything = plan(map(load_entry, events), catalogue, now=world.clock.now).accounts
    for record in await world.documents("broken_accounts"):
        fold, account = load_fold(record, ProfileKind.ACCOUNT, catalogue), record["account"]
        folds[account] = combine(folds[account], fold) if account in folds else fold
    assert always_there(folds, outliving) == always_there(everything, outliving)


def is_gone(event: Document, account: Document) -> bool:
    """Whether an event went with what the account was before it was broken."""
    since = account.get("since", {})
    return event["lane"] in since and bool(event["seq"] <= since[event["lane"]])


ALWAYS = ("first_seen", "last_seen", "account_id", "n")
"""Attributes of accounts that tests never define or delete while events come in."""


def always_there(folds: dict[str, Fold], but: Collection[str]) -> Content:
    """What these folds have of attributes that there always were."""
    return {
        key: tuple((name, one.attributes[name]) for name in ALWAYS if name in one.attributes)
        for key, one in folds.items()
        if key not in but
    }


async def assert_equal(
    world: World, kind: ProfileKind, folds: dict[str, Fold], *, but: Collection[str] = ()
) -> None:
    """The documents hold these folds; terms may be left of values that were replaced."""
    found = {one: fold for one, fold in (await world.folds(kind)).items() if one not in but}
    assert content(found) == content(folds)
    assert all(fold.terms <= found[key].terms for key, fold in folds.items())


async def assert_identity_is_whole(
    world: World, profiles: dict[str, Document], entries: list[Entry]
) -> None:
    """Each identifier leads to one living profile, with everything that belongs to it."""
    registry = {one: root(profiles, owner) for one, owner in (await world.registry()).items()}
    folds = await world.folds()
    holders = Counter(identifier for fold in folds.values() for identifier in fold.identifiers)
    assert all(count == 1 for count in holders.values()), "an identifier is on two profiles"
    for profile, fold in folds.items():
        assert {registry[one] for one in fold.identifiers} <= {profile}
    for entry in entries:
        owners = {registry[one] for one in entry.identifiers if entry.target}
        assert owners <= {entry.target}, "an event is not at home"
    for document in await world.documents("events"):
        assert document.get("profile") == home(profiles, document.get("target"))
        is_somebodys = document["profiled"] and document["identifiers"]
        assert not is_somebodys or document.get("target"), "an event is homeless"
    assert not any(one.get("pending") for one in profiles.values()), "a merge is unfinished"
    assert not any(one.get("ending") for one in profiles.values()), "a removal is unfinished"
    for one in profiles.values():
        if one.get("deleted"):
            assert not one.keys() & {"attributes", "identifiers", "accounts", "terms"}
    await assert_every_claim_is_somebodys(world, profiles, set(registry.values()))
    sessions = await world.documents("sessions")
    assert not any(one.get("pending") for one in sessions), "a session is half moved"
    for session in await world.living("sessions"):
        assert session["_id"] == session_document_id(session["profile"], session["session_id"])
        assert session["profile"] in folds, "a session belongs to nobody"


async def assert_every_claim_is_somebodys(
    world: World, profiles: dict[str, Document], owners: set[str]
) -> None:
    """Identifiers and marks are those of profiles with events, or of such as were taken apart."""
    live = [
        one
        for one in profiles.values()
        if one.get("merged_into") is None and one.get("deleted") is None
    ]
    apart = {one["_id"] for one in live if "unmerge/" in "".join(one.get("marks") or ())}
    somebody = apart | (await world.folds()).keys()
    assert owners <= somebody, "a claim belongs to nobody"
    assert {one["_id"] for one in live} <= somebody, "marks belong to nobody"


def home(profiles: dict[str, Document], target: str | None) -> str | None:
    """The living profile that an event counts in; none if it was removed with the event in it."""
    if target is None:
        return None
    profile = root(profiles, target)
    return None if profiles[profile].get("deleted") else profile


def root(profiles: dict[str, Document], profile: str) -> str:
    """The profile that an id leads to through merges."""
    seen = set()
    while (document := profiles.get(profile)) and document.get("merged_into"):
        assert profile not in seen, "merges go in a circle"
        seen.add(profile)
        profile = document["merged_into"]
    return profile


def content(folds: dict[str, Fold]) -> Content:
    """Everything but the times of processing, which the ledger does not tell."""
    return {
        key: (dict(one.attributes), one.identifiers, one.accounts) for key, one in folds.items()
    }
