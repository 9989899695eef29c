"""What the URL and the referrer of a view tell of where its visitor came from. Pure."""

import msgspec

from app.events.wire import EventInput
from app.intake.reading import Sent
from app.visitors.pages import view_facts


def about_page(sent: Sent) -> Sent:
    """A view with host, path and campaign of its URL; what it says itself counts."""
    if not isinstance(sent, EventInput) or sent.type != "VIEW":
        return sent
    context, properties = sent.context or {}, sent.properties or {}
    if not isinstance(context, dict) or not isinstance(properties, dict):
        return sent  # is refused later
    return msgspec.structs.replace(sent, **view_facts(context, properties))
