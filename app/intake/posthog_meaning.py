"""What an event of PostHog means: its type and name, its context, its properties. Pure.

What happens on pages becomes what it is elsewhere: ``$pageview`` a view, ``$autocapture`` an
action, ``$exception`` an error. Properties keep PostHog's names.
"""

from typing import Literal, TypeAlias

from app.events.model import Payload
from app.intake.peer import Peer
from app.intake.posthog_people import is_on_device
from app.intake.reading import filled, inner, path_of, text, without

Kind: TypeAlias = Literal["VIEW", "ACTION", "ERROR", "CUSTOM"]

_FRUSTRATIONS = {"$rageclick": ["rage_click"], "$dead_click": ["dead_click"]}
_ELSEWHERE = ("$set", "$set_once", "$groups", "$group_set", "$ip", "token", "distinct_id")
_MARKETING = ("source", "medium", "campaign", "term", "content")


def meaning(name: str, given: Payload) -> tuple[Kind, object, Payload]:
    """Type, name and further properties of an event."""
    match name:
        case "$pageview":
            page = text(given.get("$pathname")) or path_of(text(given.get("$current_url")))
            return "VIEW", page or name, {}
        case "$screen":
            return "VIEW", given.get("$screen_name") or name, {}
        case "$autocapture" | "$rageclick" | "$dead_click":
            return _action(name, given)
        case "$exception":
            return _exception(given)
        case _:
            return "CUSTOM", name, {}


def event_context(given: Payload, peer: Peer) -> Payload:
    """The context by our names; what a server says of itself says nothing about the person."""
    marketing = filled(**{one: given.get(f"utm_{one}") for one in _MARKETING})
    sent = _device_context(given) if is_on_device(given) else {}
    return peer.context(
        filled(**sent, geo=_place(given), marketing=marketing),
        user_agent=text(given.get("$raw_user_agent")),
        address=text(given.get("$ip")),
        is_visitor=is_on_device(given) and given.get("$geoip_disable") is not True,
    )


def event_properties(given: Payload) -> Payload:
    """The properties but for what has a place of its own, with the page by our names."""
    url = text(given.get("$current_url"))
    page = filled(
        url=url,
        path=given.get("$pathname") or path_of(url),
        referrer=given.get("$referrer"),
    )
    return page | without(given, *_ELSEWHERE)


def _action(name: str, given: Payload) -> tuple[Kind, object, Payload]:
    elements = given.get("$elements")
    first = inner(elements[0]) if isinstance(elements, list) and elements else {}
    kind = text(given.get("$event_type")) or "click"
    target = text(given.get("$el_text") or first.get("$el_text") or first.get("tag_name"))
    action = {"type": kind, "target": filled(name=target)}
    more = filled(action=action, frustration=_FRUSTRATIONS.get(name))
    return "ACTION", f"{kind} on {target}" if target else kind, more


def _exception(given: Payload) -> tuple[Kind, object, Payload]:
    listed = given.get("$exception_list")
    first = inner(listed[0]) if isinstance(listed, list) and listed else {}
    kind = text(first.get("type")) or text(given.get("$exception_type"))
    message = text(first.get("value")) or text(given.get("$exception_message"))
    return "ERROR", message or kind, filled(error=filled(type=kind, message=message))


def _device_context(given: Payload) -> Payload:
    named = {
        "browser": {"name": "$browser", "version": "$browser_version"},
        "os": {"name": "$os", "version": "$os_version"},
        "device": {"model": "$device_model", "brand": "$device_manufacturer", "locale": "$locale"},
        "application": {"id": "$app_namespace", "name": "$app_name", "version": "$app_version"},
    }
    parts = {
        part: {name: given.get(key) for name, key in keys.items() if given.get(key)}
        for part, keys in named.items()
    }
    if isinstance(version := parts["browser"].get("version"), int | float):
        parts["browser"]["version"] = str(version)
    kind = text(given.get("$device_type"))
    return parts | {"device": parts["device"] | filled(type=kind.lower() if kind else None)}


def _place(given: Payload) -> Payload:
    return filled(
        city=given.get("$geoip_city_name"),
        country_iso_code=given.get("$geoip_country_code"),
        country_subdivision=given.get("$geoip_subdivision_1_name"),
    )
