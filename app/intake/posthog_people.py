"""Whom an event of PostHog is about. Pure.

A ``distinct_id`` names a person, known or not, and is an identifier of its own type. It is the
user id as well where the event says that the person is identified, and where it comes from a
server, which names people as it knows them. ``$identify``, ``$create_alias`` and
``$merge_dangerously`` say that two of these ids are one person. Of ``$groups``, which have types
that everybody names as they like, the account is the company.
"""

from app.events.model import Payload
from app.events.wire import IdentifierInput
from app.intake.reading import inner, text

DISTINCT_ID = "distinct_id"

COMPANIES = ("account", "company", "organization", "organisation", "customer", "workspace")
"""Types of groups that are companies, the first that there is; else the only type there is."""

_OTHER_ID = {
    "$identify": "$anon_distinct_id",
    "$create_alias": "alias",
    "$merge_dangerously": "alias",
}
_ON_DEVICES = ("web", "ios", "android", "react-native", "flutter")


def user_id(name: str, distinct_id: str | None, given: Payload) -> str | None:
    """The distinct id, if it is that of somebody who is known."""
    return distinct_id if _is_identified(name, distinct_id, given) else None


def identifiers(name: str, distinct_id: str | None, given: Payload) -> list[IdentifierInput]:
    """The distinct ids of an event; two of them are one person."""
    other = text(given.get(_OTHER_ID[name])) if name in _OTHER_ID else None
    return [IdentifierInput(DISTINCT_ID, one) for one in (distinct_id, other) if one]


def account(given: Payload) -> Payload:
    """The company, with its traits where the event is about them."""
    kind, key = text(given.get("$group_type")), text(given.get("$group_key"))
    if kind and key:
        return {**inner(given, "$group_set"), "id": key} if _company([kind]) else {}
    groups = {kind: key for kind, value in inner(given, "$groups").items() if (key := text(value))}
    company = _company(list(groups))
    return {"id": groups[company]} if company else {}


def is_on_device(given: Payload) -> bool:
    """Whether the person's own browser or app sent an event, rather than a server."""
    sdk = text(given.get("$lib")) or ""
    return sdk.removeprefix("posthog-") in _ON_DEVICES and given.get("$is_server") is not True


def _is_identified(name: str, distinct_id: str | None, given: Payload) -> bool:
    if name == "$identify":
        return True
    if name == "$create_alias" or given.get("$process_person_profile") is False:
        return False
    told = given.get("$is_identified")
    if isinstance(told, bool):
        return told
    return not is_on_device(given) or given.get("$user_id") == distinct_id


def _company(kinds: list[str]) -> str | None:
    named = (one for company in COMPANIES for one in kinds if one.lower() == company)
    return next(named, kinds[0] if len(kinds) == 1 else None)
