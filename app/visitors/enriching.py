"""Facts about visitors, derived once for all events of a request and remembered for the next.

Values that an event has itself count more than these. The address is among them only where it may
be stored; the place that it leads to is, whenever it is known.
"""

from functools import lru_cache

from app.visitors.addresses import read_address
from app.visitors.agents import MAX_LENGTH, Facts, read_agent
from app.visitors.places import FindPlace, nowhere

KNOWN = 4096


class Enriching:
    """From user agent and address to parts of a context: ``browser``, ``os``, ``device``, ``geo``.

    ``store_addresses``: and ``network``, with the address itself.
    """

    def __init__(self, find: FindPlace = nowhere, *, store_addresses: bool = False) -> None:
        self._find = find
        self._store_addresses = store_addresses
        self._of_address = lru_cache(KNOWN)(self._located)

    def __call__(self, user_agent: str | None, address: str | None) -> Facts:
        """What these two say; parts are shared, so nobody may change them."""
        of_agent = read_agent(user_agent[:MAX_LENGTH]) if user_agent else {}
        return {**of_agent, **self._of_address(address)} if address else of_agent

    def _located(self, text: str) -> Facts:
        address = read_address(text)
        if address is None:
            return {}
        place = self._find(address)
        found: Facts = {"geo": place} if place else {}
        if self._store_addresses:
            found["network"] = {"client": {"ip": str(address)}}
        return found
