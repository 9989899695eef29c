"""What requests tell of visitors: their program, their address, their place, their page."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from app.errors import SettingError
from app.visitors.addresses import client_address
from app.visitors.agents import MAX_LENGTH, read_agent
from app.visitors.enriching import Enriching
from app.visitors.pages import Page, read_page, view_facts
from app.visitors.places import open_places, read_place

CHROME = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36"
)
PROXIES = (ip_network("10.0.0.0/8"), ip_network("2001:db8::/32"))
RECIFE = {
    "continent": {"code": "SA", "names": {"en": "South America"}},
    "country": {"iso_code": "BR", "names": {"en": "Brazil", "de": "Brasilien"}},
    "subdivisions": [{"iso_code": "PE", "names": {"en": "Pernambuco"}}],
    "city": {"names": {"en": "Recife"}},
}
GEO = {
    "continent": "South America",
    "continent_code": "SA",
    "country": "Brazil",
    "country_iso_code": "BR",
    "country_subdivision": "Pernambuco",
    "country_subdivision_iso_code": "BR-PE",
    "city": "Recife",
}


def test_user_agent_names_browser_system_and_device() -> None:
    assert read_agent(CHROME) == {
        "browser": {"name": "Chrome Mobile", "version": "126.0.0.0", "version_major": "126"},
        "os": {"name": "Android", "version": "14", "version_major": "14"},
        "device": {"type": "mobile", "name": "Pixel 8", "brand": "Google", "model": "Pixel 8"},
    }


@pytest.mark.parametrize(
    ("agent", "browser", "system", "device"),
    [
        (
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0"
            ),
            *("Edge", "Windows", "desktop"),
        ),
        (
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like "
                "Gecko) Version/17.4 Safari/605.1.15"
            ),
            *("Safari", "Mac OS X", "desktop"),
        ),
        (
            "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0",
            *("Firefox", "Ubuntu", "desktop"),
        ),
        (
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/114.0.0.0 Safari/537.36"
            ),
            *("Chrome", "Chrome OS", "desktop"),
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
                "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
            ),
            *("Mobile Safari", "iOS", "mobile"),
        ),
        (
            (
                "Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
                "Gecko) Version/17.4 Mobile/15E148 Safari/604.1"
            ),
            *("Mobile Safari", "iOS", "tablet"),
        ),
        (
            (
                "Mozilla/5.0 (Linux; Android 13; SM-X906C) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/114.0.0.0 Safari/537.36"
            ),
            *("Chrome", "Android", "tablet"),
        ),
        (
            (
                "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) "
                "SamsungBrowser/2.2 Chrome/63.0.3239.84 TV Safari/537.36"
            ),
            *("Samsung Internet", "Tizen", "tv"),
        ),
        (
            (
                "Mozilla/5.0 (PlayStation; PlayStation 5/2.26) AppleWebKit/605.1.15 (KHTML, like "
                "Gecko) Version/13.0 Safari/605.1.15"
            ),
            *("Safari", None, "gaming_console"),
        ),
        (
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            *("Googlebot", None, "bot"),
        ),
        ("GPTBot/1.0", "GPTBot", None, "bot"),
    ],
)
def test_kinds_of_devices_are_told_apart(
    agent: str, browser: str | None, system: str | None, device: str
) -> None:
    found: dict[str, dict[str, Any]] = read_agent(agent)

    names = [found.get(part, {}).get("name") for part in ("browser", "os")]
    assert [*names, found["device"]["type"]] == [browser, system, device]


@pytest.mark.parametrize(
    "agent",
    ["", "-", "curl/8.4.0", "python-requests/2.31", "analytics-python/2.4.0", "node", "posthog/7"],
)
def test_programs_that_are_no_browser_tell_nothing(agent: str) -> None:
    assert read_agent(agent) == {}


def test_long_user_agent_is_read_by_its_beginning() -> None:
    assert read_agent(CHROME + "x" * MAX_LENGTH * 100)["os"]["name"] == "Android"


@pytest.mark.parametrize(
    ("peer", "headers", "address"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6", "198.51.100.1", "10.9.9.9"], "198.51.100.1"),
        ("10.0.0.1", ["10.0.0.7"], "10.0.0.7"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", ["[2001:db9::7]:4711"], "2001:db9::7"),
        ("10.0.0.1", ["2001:db9::7"], "2001:db9::7"),
        ("2001:db8::1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, unknown"], None),
        ("10.0.0.1", [","], None),
        (None, ["198.51.100.1"], None),
        ("testclient", ["198.51.100.1"], None),
    ],
)
def test_addresses_are_believed_as_far_as_proxies_are_trusted(
    peer: str | None, headers: list[str], address: str | None
) -> None:
    assert client_address(peer, forwarded_for=headers, trusted=PROXIES) == address


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("for=198.51.100.1", "198.51.100.1"),
        ('For="[2001:db9:cafe::17]:4711"', "2001:db9:cafe::17"),
        ("for=6.6.6.6;proto=http;by=10.0.0.1, proto=https;for=198.51.100.1", "198.51.100.1"),
        ('for=198.51.100.1, for=10.0.0.3;ext="a, for=6.6.6.6"', "198.51.100.1"),
        ("for=_hidden", None),
        ("for=unknown", None),
        ("proto=https", None),
        ("xfor=198.51.100.1", None),
    ],
)
def test_standard_header_counts_before_the_older_one(header: str, address: str | None) -> None:
    found = client_address(
        "10.0.0.1", forwarded=[header], forwarded_for=["6.6.6.6"], trusted=PROXIES
    )
    assert found == address


def test_nobody_is_trusted_unless_told() -> None:
    assert client_address("127.0.0.1", forwarded_for=["6.6.6.6"]) == "127.0.0.1"
    everybody = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))
    hops = ", ".join(["10.0.0.1"] * 100)
    assert client_address("127.0.0.1", forwarded_for=[hops], trusted=everybody) == "10.0.0.1"


@pytest.fixture
def geoip(tmp_path: Path) -> Path:
    """A database that knows one network."""
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="Test-City")
    writer.insert_network(IPSet(["203.0.113.0/24"]), RECIFE)
    file = tmp_path / "test.mmdb"
    writer.to_db_file(str(file))
    return file


def test_address_leads_to_its_place(geoip: Path) -> None:
    find = open_places(geoip)

    assert find(ip_address("203.0.113.9")) == GEO
    assert find(ip_address("198.51.100.1")) == {}
    assert find(ip_address("2001:db8::1")) == {}


@pytest.mark.parametrize(
    ("record", "place"),
    [
        (None, {}),
        (7, {}),
        ({}, {}),
        ({"country": "BR", "city": ["x"], "subdivisions": {}}, {}),
        ({"country": {"iso_code": 7, "names": {"en": ""}}}, {}),
        ({"registered_country": {"iso_code": "BR"}}, {"country_iso_code": "BR"}),
        (
            {"country": {"iso_code": "BR"}, "subdivisions": [{"names": {"en": "Acre"}}, 7]},
            {"country_iso_code": "BR", "country_subdivision": "Acre"},
        ),
    ],
)
def test_records_of_other_databases_tell_what_they_can(record: object, place: object) -> None:
    assert read_place(record) == place


@pytest.mark.parametrize("content", [None, b"", b"no database"])
def test_database_that_cannot_be_read_is_told_at_the_start(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "broken.mmdb"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(SettingError, match="GEOIP_DATABASE"):
        open_places(file)


def test_visitor_is_known_by_program_and_place(geoip: Path) -> None:
    enrich = Enriching(open_places(geoip))

    assert enrich(CHROME, "203.0.113.9") == {**read_agent(CHROME), "geo": GEO}
    assert enrich(CHROME, None) == read_agent(CHROME)
    assert enrich(None, "198.51.100.1") == {}
    assert enrich("", "no address") == {}


def test_address_is_kept_only_where_it_may_be(geoip: Path) -> None:
    enrich = Enriching(open_places(geoip), store_addresses=True)

    assert enrich(None, "203.0.113.9:80") == {
        "geo": GEO,
        "network": {"client": {"ip": "203.0.113.9"}},
    }
    assert "203.0.113.9" not in str(Enriching(open_places(geoip))(CHROME, "203.0.113.9"))


def test_same_visitor_costs_once() -> None:
    asked: list[object] = []

    def find(address: object) -> dict[str, Any]:
        asked.append(address)
        return {}

    enrich = Enriching(find)
    for _ in range(3):
        enrich(CHROME, "203.0.113.9")

    assert len(asked) == 1


@pytest.mark.parametrize(
    ("url", "page"),
    [
        (
            "https://Shop.example:8443/cart?utm_source=news&utm_medium=email&UTM_Campaign=a%20b#x",
            Page(
                "shop.example",
                "/cart",
                {"source": "news", "medium": "email", "campaign": "a b"},
            ),
        ),
        ("https://shop.example", Page("shop.example", "/")),
        (
            "https://shop.example/?utm_source=&utm_source=a&utm_source=b",
            Page("shop.example", "/", {"source": "a"}),
        ),
        ("/cart?utm_term=x", Page(None, "/cart", {"term": "x"})),
        (f"https://shop.example/?utm_source={'x' * 257}", Page("shop.example", "/")),
        ("https://[::1", Page()),
        ("", Page()),
        (None, Page()),
        ({"$gt": ""}, Page()),
    ],
)
def test_url_is_taken_apart(url: object, page: Page) -> None:
    assert read_page(url) == page


def test_what_a_view_says_itself_counts() -> None:
    context = {"marketing": {"source": "mine"}, "geo": {}}
    properties = {
        "url": "https://shop.example/cart?utm_source=news&utm_medium=email",
        "referrer": "https://www.search.example/?q=x",
        "path": "/mine",
    }

    assert view_facts(context, properties) == {
        "context": {"geo": {}, "marketing": {"source": "mine", "medium": "email"}},
        "properties": {
            **properties,
            "host": "shop.example",
            "referrer_host": "www.search.example",
        },
    }
    assert view_facts({}, {"x": 1}) == {"context": {}, "properties": {"x": 1}}
