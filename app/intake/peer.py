"""Who sent a request, and what can be told from that about the person behind it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from app.events.model import Payload

Enrich: TypeAlias = Callable[[str | None, str | None], Payload]
"""From user agent and address to ``browser``, ``os``, ``device`` and ``geo`` of a context."""


def nothing(_user_agent: str | None, _address: str | None) -> Payload:
    """What is known without any enrichment."""
    return {}


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end of a request; an event may name another user agent and address than these."""

    received_at: datetime
    user_agent: str | None = None
    address: str | None = None
    enrich: Enrich = nothing

    def context(
        self,
        sent: Payload,
        *,
        user_agent: str | None = None,
        address: str | None = None,
        is_visitor: bool = True,
    ) -> Payload:
        """The context as sent, completed by what can be derived; what was sent counts.

        ``is_visitor``: the peer is the person's own device, not a server that tells of people.
        """
        if is_visitor:
            user_agent, address = user_agent or self.user_agent, address or self.address
        derived = self.enrich(user_agent, address)
        both = {
            part: {**found, **sent[part]}
            for part, found in derived.items()
            if isinstance(found, dict) and isinstance(sent.get(part), dict)
        }
        return {part: value for part, value in {**derived, **sent, **both}.items() if value}
