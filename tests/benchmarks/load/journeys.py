"""What people do in their sessions, as the ledger keeps it: ten million events in minutes.

Each session begins with the view that made the person's profile; where it goes from there is
chance by fixed odds. Documents are put together from pieces of BSON that are encoded once, since
the driver would take longer to encode them than the server to store them. The same number is always
the same person, doing the same.
"""

import struct
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from math import exp
from random import Random
from statistics import NormalDist
from typing import Any

import bson
from bson.raw_bson import RawBSONDocument

from app.events.parse import Arrival, parse_event
from app.events.repository import Batch
from app.events.stored import event_document
from tests.benchmarks.load.people import Shares, events_of

LANE = "load"
"""No lane that a process holds."""

_SEED = 10**9
"""Other chances than those that people are made of."""

_SIGMA = 0.5467
"""Of the page views of a session, whose logarithms are nearly normal."""

_GAPS = (1.9, 1.0921)
_ORDERS = (5.5835, 1.0717)
_OTHERS = ("_id", "type", "time", "name", "session", "user", "account_traits", "properties")
_DOUBLE = struct.Struct("<d")
_INT64 = struct.Struct("<q")
_INT32 = struct.Struct("<i")


def _view(name: str) -> tuple[str, str, dict[str, Any]]:
    return "VIEW", name, {}


def _click(on: str) -> tuple[str, str, dict[str, Any]]:
    return "ACTION", f"click on {on}", {}


_ODDS: dict[str, list[tuple[float, tuple[str, str, dict[str, Any]], str]]] = {
    "/": [
        (0.55, _view("/products"), "/products"),
        (0.20, _click("SEARCH"), "/"),
        (0.15, _view("/account"), "/account"),
        (0.10, _view("/cart"), "/cart"),
    ],
    "/products": [
        (0.40, _view("/products"), "/products"),
        (0.25, _click("ADD TO CART"), "/products"),
        (0.17, _view("/cart"), "/cart"),
        (0.10, _view("/"), "/"),
        (0.06, ("CUSTOM", "filtered", {"category": "shoes"}), "/products"),
        (0.02, ("ERROR", "TypeError", {}), "/products"),
    ],
    "/cart": [
        (0.30, _click("CHECKOUT"), "/checkout"),
        (0.35, _view("/products"), "/products"),
        (0.20, _click("REMOVE"), "/cart"),
        (0.15, _view("/"), "/"),
    ],
    "/checkout": [
        (0.40, _view("/checkout"), "/checkout"),
        (0.35, ("CUSTOM", "order", {"revenue": 0.0}), "/"),
        (0.25, _view("/cart"), "/cart"),
    ],
    "/account": [
        (0.60, _view("/"), "/"),
        (0.40, _click("SAVE"), "/account"),
    ],
}
"""From each page: how likely what is, and the page that one is on then."""


def _elements(fields: dict[str, Any]) -> bytes:
    """The fields as they stand inside a document."""
    return bson.encode(fields)[4:-1]


class Move:
    """What may be done next; its part of a document."""

    def __init__(self, kind: str, name: str, properties: dict[str, Any], page: str) -> None:
        payload = {"properties": properties} if properties else {}
        self.bytes = _elements({"type": kind, "name": name, **payload})
        self.page = page
        self.is_order = name == "order"


_MOVES = {
    page: (
        [Move(*done, then) for _, done, then in odds],
        list(accumulate(odd for odd, _, _ in odds[:-1])),
    )
    for page, odds in _ODDS.items()
}
_REVENUES = [
    _DOUBLE.pack(round(exp(_ORDERS[0] + _ORDERS[1] * NormalDist().inv_cdf((one + 0.5) / 500)), 2))
    for one in range(500)
]


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where the events of some people go: their batch, and how many each session has about."""

    shares: Shares
    batch: Batch
    received_at: datetime
    mean: float

    def documents_of(self, number: int) -> Iterator[RawBSONDocument]:
        """Every event of a person, session by session."""
        chance = Random(_SEED + number)
        arrival = Arrival(self.received_at)
        fixed = b""
        for wire in events_of(number, self.shares):
            first = event_document(parse_event(wire, arrival).event)
            placed = {"target": f"p{number:08}", "profile": f"p{number:08}", **self.batch.fields}
            if not fixed:
                shared = {key: one for key, one in first.items() if key not in _OTHERS}
                fixed = _elements({**shared, **placed})
            yield RawBSONDocument(bson.encode({**first, **placed}))
            yield from self._rest(first, fixed, chance)

    def _rest(
        self, first: dict[str, Any], fixed: bytes, chance: Random
    ) -> Iterator[RawBSONDocument]:
        session = fixed + _elements({"session": first["session"]})
        time = int(first["time"].timestamp() * 1000)
        begin = f"{first['_id']}-"
        moves, odds = _MOVES[first["name"]]
        for index in range(1, self._length(chance)):
            time += int(1000 * chance.lognormvariate(*_GAPS)) + 1
            move = moves[bisect(odds, chance.random())]
            piece = _with_revenue(move.bytes, chance) if move.is_order else move.bytes
            yield _document(f"{begin}{index}", time, piece + session)
            moves, odds = _MOVES[move.page]

    def _length(self, chance: Random) -> int:
        return round(chance.lognormvariate(0, _SIGMA) * self.mean / exp(_SIGMA**2 / 2))


def _document(event_id: str, time: int, rest: bytes) -> RawBSONDocument:
    name = event_id.encode()
    body = (
        b"\x02_id\x00"
        + _INT32.pack(len(name) + 1)
        + name
        + b"\x00\x09time\x00"
        + _INT64.pack(time)
        + rest
        + b"\x00"
    )
    return RawBSONDocument(_INT32.pack(len(body) + 4) + body)


def _with_revenue(piece: bytes, chance: Random) -> bytes:
    """The revenue is the last of the properties, which are the last of the piece."""
    at = len(piece) - 1 - _DOUBLE.size
    return piece[:at] + chance.choice(_REVENUES) + piece[at + _DOUBLE.size :]
