"""What calls of Segment and RudderStack say beside who did what: context, properties. Pure."""

import re

from app.events.model import Payload
from app.events.wire import IdentifierInput
from app.intake.peer import Peer
from app.intake.reading import filled, inner, path_of, text, without

_MOBILE = {"ios", "android"}
_PAGE = ("url", "path", "referrer", "title")
_CODE = 2
"""Letters of a country's code; Segment also has names here."""


def with_name(traits: Payload) -> Payload:
    """The traits, with a name made of its parts where there is none."""
    parts = (text(traits.get(part)) for part in ("firstName", "lastName"))
    name = " ".join(part for part in parts if part)
    return {"name": name, **traits} if name else traits


def external_ids(context: Payload) -> list[IdentifierInput]:
    """Ids of the person in other systems; what is no type of ours becomes one."""
    listed = context.get("externalIds")
    return [
        IdentifierInput(re.sub(r"[^a-z0-9_]+", "_", kind.lower()), value)
        for one in (listed if isinstance(listed, list) else [])
        if inner(one).get("collection", "users") == "users"
        if (kind := text(inner(one).get("type"))) and (value := text(inner(one).get("id")))
    ]


def event_context(call: Payload, peer: Peer) -> Payload:
    """The context by our names, completed by what the sender is known by."""
    context = inner(call, "context")
    sent = filled(
        application=_application(inner(context, "app")),
        device=_device(context),
        os=inner(context, "os"),
        geo=_place(inner(context, "location")),
        marketing=_campaign(inner(context, "campaign")),
    )
    return peer.context(
        sent,
        user_agent=text(context.get("userAgent")),
        address=text(context.get("ip")),
        is_visitor=_is_visitor(call, peer),
    )


def event_properties(call: Payload) -> Payload:
    """The properties, with the page they belong to and what a page or screen is called."""
    context, properties = inner(call, "context"), inner(call, "properties")
    page = {name: inner(context, "page").get(name) for name in _PAGE}
    called = {name: call.get(name) for name in ("name", "category")}
    known = filled(**page, **called) | properties
    path = path_of(text(known.get("url")))
    return filled(path=path) | known


def _is_visitor(call: Payload, peer: Peer) -> bool:
    """Whether the sender is the person's own device, rather than a server that tells of people."""
    if (peer.user_agent or "").startswith("Mozilla/"):
        return True
    return call.get("channel") in ("web", "mobile") or bool(inner(call, "context", "device"))


def _application(app: Payload) -> Payload:
    named = {name: app.get(name) for name in ("name", "version", "build")}
    return filled(id=text(app.get("namespace")) or text(app.get("name")), **named)


def _device(context: Payload) -> Payload:
    device = inner(context, "device")
    kind = text(device.get("type")) or ""
    return without(device, "type") | filled(
        type="mobile" if kind.lower() in _MOBILE else kind,
        locale=context.get("locale"),
        time_zone=context.get("timezone"),
    )


def _place(location: Payload) -> Payload:
    country = text(location.get("country")) or ""
    return filled(
        city=location.get("city"),
        country_subdivision=location.get("region"),
        country_iso_code=country if len(country) == _CODE else None,
    )


def _campaign(campaign: Payload) -> Payload:
    return without(campaign, "name") | filled(campaign=campaign.get("name"))
