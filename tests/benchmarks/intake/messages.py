"""What SDKs send: believable requests of each wire format, and how the intake reads them.

The same arguments give the same requests, so that every contender is given the same work.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from app.events.lines import read_lines
from app.intake import datadog, posthog, segment
from app.intake.pages import about_page
from app.intake.peer import Peer
from app.intake.reading import Sent
from tests.benchmarks.calling import Request

MESSAGES = 1000
"""Of a round."""

PEOPLE = 100
AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36"
)
ADDRESS = "203.0.113.9"

_START = datetime(2026, 1, 1, tzinfo=UTC)
_PAGES = ("/", "/sale?utm_source=newsletter&utm_medium=email", "/cart", "/checkout", "/help")
_RUM = ("view", "action", "action", "resource", "resource", "resource", "error")
_CALLS = ("identify", "page", "track", "track", "track", "group")

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Format:
    """A wire format: ``size`` messages make a request, as its SDK does it."""

    name: str
    path: str
    size: int
    message: Callable[[int, Random], Message]
    body: Callable[[list[Message]], bytes]
    read: Callable[[bytes, Peer], Sequence[Sent]]

    def bodies(self, number: int) -> Iterator[bytes]:
        """The bodies of a round, by its number."""
        chance = Random(number)
        first = number * MESSAGES
        messages = [self.message(one, chance) for one in range(first, first + MESSAGES)]
        for at in range(0, MESSAGES, self.size):
            yield self.body(messages[at : at + self.size])

    def request(self, body: bytes) -> Request:
        """The request with this body."""
        headers = [
            (b"host", b"localhost"),
            (b"user-agent", AGENT.encode()),
            (b"origin", b"https://shop.example"),
        ]
        return Request("POST", self.path, body, headers)

    def events(self, body: bytes, peer: Peer) -> list[Sent]:
        """What the ingestion service is given of it."""
        return [about_page(one) for one in self.read(body, peer)]


def _rum(number: int, chance: Random) -> Message:
    person, kind = chance.randrange(PEOPLE), chance.choice(_RUM)
    page = {"id": f"view-{number}", "url": f"https://shop.example{chance.choice(_PAGES)}"}
    return {
        "type": kind,
        "date": _milliseconds(number),
        "application": {"id": "web-shop"},
        "service": "shop",
        "source": "browser",
        "session": {"id": f"session-{person}", "type": "user"},
        "view": {**page, "referrer": "", "time_spent": 5_000_000_000, "action": {"count": 1}},
        "usr": {"id": f"user-{person}", "anonymous_id": f"cookie-{person}", "plan": "pro"},
        "account": {"id": f"company-{person // 20}", "name": f"Company {person // 20}"},
        "display": {"viewport": {"width": 1280, "height": 720}},
        "connectivity": {"status": "connected"},
        "context": {"cart": {"items": chance.randrange(5)}},
        "_dd": {"format_version": 2, "document_version": 1, "drift": 0},
        **_RUM_PARTS[kind](f"{kind}-{number}"),
    }


_RUM_PARTS: dict[str, Callable[[str], Message]] = {
    "view": lambda _: {},
    "action": lambda one: {"action": {"id": one, "type": "click", "target": {"name": "BUY"}}},
    "resource": lambda one: {
        "resource": {"id": one, "type": "js", "url": "https://cdn.example/app.js", "duration": 1e6}
    },
    "error": lambda one: {
        "error": {"id": one, "message": "boom", "source": "source", "stack": "at f\n" * 20}
    },
}


def _call(number: int, chance: Random) -> Message:
    person, call = chance.randrange(PEOPLE), chance.choice(_CALLS)
    url = f"https://shop.example{chance.choice(_PAGES)}"
    return {
        "type": call,
        "messageId": f"message-{number}",
        "timestamp": _moment(number),
        "userId": f"user-{person}",
        "anonymousId": f"cookie-{person}",
        "context": {"userAgent": AGENT, "ip": ADDRESS, "locale": "pt-BR"},
        **_CALL_PARTS[call](person, url),
    }


_CALL_PARTS: dict[str, Callable[[int, str], Message]] = {
    "identify": lambda person, _: {"traits": {"email": f"u{person}@example.org", "plan": "pro"}},
    "page": lambda _, url: {"name": "Page", "properties": {"url": url}},
    "track": lambda person, _: {"event": "Order Completed", "properties": {"revenue": person}},
    "group": lambda person, _: {
        "groupId": f"company-{person // 20}",
        "traits": {"name": f"Company {person // 20}"},
    },
}


def _capture(number: int, chance: Random) -> Message:
    person = chance.randrange(PEOPLE)
    event = chance.choice(("$pageview", "order completed", "order completed", "$identify"))
    return {
        "event": event,
        "uuid": f"00000000-0000-7000-8000-{number:012}",
        "timestamp": _moment(number),
        "distinct_id": f"user-{person}",
        "properties": {
            "$current_url": f"https://shop.example{chance.choice(_PAGES)}",
            "$session_id": f"session-{person}",
            "$lib": "web",
            "revenue": person,
            "$set": {"email": f"u{person}@example.org"},
        },
    }


def _own(number: int, chance: Random) -> Message:
    person = chance.randrange(PEOPLE)
    return {
        "id": f"event-{number}",
        "type": chance.choice(("VIEW", "ACTION", "CUSTOM")),
        "name": "click on BUY",
        "time": _moment(number),
        "userId": f"user-{person}",
        "cookieId": f"cookie-{person}",
        "user": {"email": f"u{person}@example.org", "plan": "pro"},
        "account": {"id": f"company-{person // 20}"},
        "sessionId": f"session-{person}",
        "context": {"application": {"id": "web-shop"}, "device": {"type": "desktop"}},
        "properties": {"revenue": person, "event_url": "https://shop.example/cart"},
    }


def _moment(number: int) -> str:
    return (_START + timedelta(seconds=number)).isoformat().replace("+00:00", "Z")


def _milliseconds(number: int) -> int:
    return int((_START + timedelta(seconds=number)).timestamp() * 1000)


def _lines(messages: list[Message]) -> bytes:
    return b"\n".join(json.dumps(one).encode() for one in messages)


FORMATS = (
    Format(
        "POST /v1/events",
        "/v1/events",
        100,
        _own,
        _lines,
        lambda body, _: [event for _, event in read_lines(body.splitlines())],
    ),
    Format("Datadog RUM", "/api/v2/rum?dd-api-key=key", 50, _rum, _lines, datadog.read_rum),
    Format(
        "Segment, RudderStack",
        "/v1/batch?writeKey=key",
        100,
        _call,
        lambda messages: json.dumps({"batch": messages, "writeKey": "key"}).encode(),
        lambda body, peer: segment.read_events(segment.read_calls(body), peer),
    ),
    Format(
        "PostHog",
        "/batch/",
        100,
        _capture,
        lambda messages: json.dumps({"batch": messages, "api_key": "key"}).encode(),
        lambda body, peer: posthog.read_events(posthog.read_capture(body), peer),
    ),
)
