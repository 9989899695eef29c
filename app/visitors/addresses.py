"""Where a request came from, through proxies that are trusted to say it. Pure.

Each proxy appends whom it got a request from, and anybody may write anything in front of that:
the list is read from its end, as long as those who wrote it are trusted.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

MAX_HOPS = 32
"""Proxies that are followed; nobody has so many in a row."""

_FOR = re.compile(r'(?:^|;)\s*for\s*=\s*(?:"([^"]*)"|([^\s;,"]*))', re.IGNORECASE)
_QUOTED_COMMA = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)')
_MAX_HEADER = 4096


def client_address(
    peer: str | None,
    *,
    forwarded: Sequence[str] = (),
    forwarded_for: Sequence[str] = (),
    trusted: Iterable[Network] = (),
) -> str | None:
    """The address of the client; None where whoever is trusted does not say it.

    ``peer``: the other end of the connection; ``forwarded``, ``forwarded_for``: the values of the
    headers ``Forwarded`` and ``X-Forwarded-For``, of which the standard one counts.
    """
    networks = tuple(trusted)
    current = read_address(peer)
    hops = _forwarded(forwarded) if forwarded else _forwarded_for(forwarded_for)
    for _, hop in zip(range(MAX_HOPS), hops, strict=False):
        if current is None or not _is_trusted(current, networks):
            break
        current = read_address(hop)
    return str(current) if current else None


def read_networks(text: str) -> tuple[Network, ...]:
    """The networks that a text names between commas; ``ValueError`` where one is none."""
    return tuple(ip_network(one.strip(), strict=False) for one in text.split(",") if one.strip())


def read_address(text: str | None) -> Address | None:
    """The address that a text is, with or without a port; None if it is none."""
    plain = (text or "").strip().strip('"')
    if plain.startswith("["):
        plain = plain[1:].partition("]")[0]
    elif plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        found = ip_address(plain.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def _is_trusted(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)


def _forwarded(values: Sequence[str]) -> Iterator[str]:
    """The hops of ``Forwarded``, the last one first; one that says nothing is no address."""
    for element in reversed(_QUOTED_COMMA.split(_joined(values))):
        found = _FOR.search(element)
        yield (found[1] or found[2] or "") if found else ""


def _forwarded_for(values: Sequence[str]) -> Iterator[str]:
    """The hops of ``X-Forwarded-For``, the last one first."""
    text = _joined(values)
    yield from reversed(text.split(",")) if text else ()


def _joined(values: Sequence[str]) -> str:
    """Repeated headers as one, its end only: that is what those who are trusted wrote."""
    return ",".join(values)[-_MAX_HEADER:]
