"""What the server adds to events of SDKs, as the settings allow it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from app.errors import SettingError
from app.main import create_app
from app.settings import Settings, load_settings
from app.storage.client import Database
from tests.web.serving import ask, serve, settings

PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36"
)
BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
ADDRESS = "203.0.113.9"
BROWSER = {
    "browser": {"name": "Chrome Mobile", "version": "126.0.0.0", "version_major": "126"},
    "os": {"name": "Android", "version": "14", "version_major": "14"},
    "device": {"type": "mobile", "name": "Pixel 8", "brand": "Google", "model": "Pixel 8"},
}
BRAZIL = {"country": "Brazil", "country_iso_code": "BR"}
EVENTS = "{ events(first: 50) { nodes { type context properties } } }"
PEOPLE = """{ profiles(first: 5) { nodes {
  userId lastBrowserName lastOsVersion lastDeviceType lastSeenCountry { name }
} } }"""


@pytest.fixture
def geoip(tmp_path: Path) -> Path:
    """A database that knows the country of one network."""
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="Test-Country")
    country = {"iso_code": "BR", "names": {"en": "Brazil"}}
    writer.insert_network(IPSet(["203.0.113.0/24"]), {"country": country})
    file = tmp_path / "test.mmdb"
    writer.to_db_file(str(file))
    return file


@asynccontextmanager
async def serving(database: Database, **changed: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A server behind a proxy that forwards for others."""
    async with serve(settings(trusted_proxies="127.0.0.1", **changed), database) as client:
        yield client


async def view(client: httpx.AsyncClient, agent: str = PHONE, **fields: Any) -> Any:
    """Send one view of a browser; the event that is kept of it."""
    sent = {
        "type": "view",
        "date": 1767225600000,
        "session": {"id": "s1", "type": "user"},
        "view": {
            "id": "v1",
            "url": "https://shop.example/cart?utm_source=news&utm_medium=email",
            "referrer": "https://search.example/?q=shop",
        },
        "usr": {"id": "ana"},
        "_dd": {"document_version": 1},
    }
    headers = {"user-agent": agent, "x-forwarded-for": f"6.6.6.6, {ADDRESS}"}
    body = json.dumps(sent | fields).encode()
    answer = await client.post("/api/v2/rum?dd-api-key=pub1", content=body, headers=headers)
    assert answer.status_code == 202
    [event] = (await ask(client, EVENTS))["data"]["events"]["nodes"]
    return event


async def test_browser_device_place_and_campaign_are_added(database: Database, geoip: Path) -> None:
    async with serving(database, geoip_database=geoip) as client:
        event = await view(client)
        people = await ask(client, PEOPLE)

    assert event["context"] == {
        **BROWSER,
        "geo": BRAZIL,
        "marketing": {"source": "news", "medium": "email"},
        "session": {"type": "user"},
    }
    assert event["properties"]["host"] == "shop.example"
    assert event["properties"]["referrer_host"] == "search.example"
    assert people["data"]["profiles"]["nodes"] == [
        {
            "userId": "ana",
            "lastBrowserName": "Chrome Mobile",
            "lastOsVersion": "14",
            "lastDeviceType": "mobile",
            "lastSeenCountry": {"name": "Brazil"},
        }
    ]


async def test_what_the_event_says_itself_counts(database: Database, geoip: Path) -> None:
    async with serving(database, geoip_database=geoip) as client:
        event = await view(
            client,
            device={"type": "tablet", "locale": "pt-BR"},
            os={"name": "Own OS"},
            geo={"city": "Lisbon"},
        )

    context = event["context"]
    assert context["device"] == {**BROWSER["device"], "type": "tablet", "locale": "pt-BR"}
    assert context["os"] == {**BROWSER["os"], "name": "Own OS"}
    assert context["geo"] == {**BRAZIL, "city": "Lisbon"}


async def test_bot_is_kept_but_is_nobody(database: Database) -> None:
    async with serving(database) as client:
        event = await view(client, BOT)
        people = await ask(client, PEOPLE)

    assert event["context"]["device"] == {"type": "bot"}
    assert people["data"]["profiles"]["nodes"] == []


@pytest.mark.parametrize("allowed", [True, False])
async def test_addresses_are_forgotten_unless_they_may_be_kept(
    database: Database, *, allowed: bool
) -> None:
    async with serving(database, store_ip_addresses=allowed) as client:
        event = await view(client)

    network = {"client": {"ip": ADDRESS}} if allowed else None
    assert event["context"].get("network") == network
    for name in ("events", "profiles", "sessions", "identifiers", "accounts"):
        stored = str(await database[name].find({}).to_list())
        assert (ADDRESS in stored) is (allowed and name == "events"), name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRUSTED_PROXIES", "10.0.0.0/8, proxy.example"),
        ("TRUSTED_PROXIES", "10.0.0.0/99"),
    ],
)
def test_networks_that_are_none_are_told(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=name):
        load_settings()


def test_empty_settings_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TRUSTED_PROXIES", "GEOIP_DATABASE"):
        monkeypatch.setenv(name, "")

    loaded = load_settings()

    assert (loaded.proxies, loaded.geoip_database) == ((), None)


def test_database_that_is_not_there_is_told_before_the_server_starts() -> None:
    with pytest.raises(SettingError, match="GEOIP_DATABASE"):
        create_app(Settings(geoip_database=Path("nowhere.mmdb")))
