"""Whatever stands in the headers of a request, reading it raises nothing and gives what it says."""

from ipaddress import ip_network

from hypothesis import given
from hypothesis import strategies as st

from app.visitors.addresses import client_address, read_address
from app.visitors.agents import read_agent
from app.visitors.enriching import Enriching
from app.visitors.pages import read_page, view_facts
from app.visitors.places import read_place

HEADERS = st.binary(max_size=300).map(lambda raw: raw.decode("latin-1"))
"""As servers give them to applications."""

PIECES = ("for=", '"', ",", ";", "[", "]", ":", "10.0.0.1", "::1", "6.6.6.6", "unknown", " ", "%")
CRAFTED = st.lists(st.sampled_from(PIECES), max_size=20).map("".join)
AGENTS = st.lists(
    st.sampled_from(
        ("Mozilla/5.0 ", "(", ")", "; ", "Android 14", "Mobile", "Chrome/1.2", "bot", "iPhone", "é")
    ),
    max_size=20,
).map("".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
TRUSTED = (ip_network("10.0.0.0/8"),)


@given(HEADERS | AGENTS)
def test_any_user_agent_can_be_read(agent: str) -> None:
    for part in read_agent(agent).values():
        assert part
        assert all(isinstance(value, str) and value for value in part.values())


@given(
    HEADERS | CRAFTED | st.none(),
    st.lists(HEADERS | CRAFTED, max_size=3),
    st.lists(HEADERS | CRAFTED, max_size=3),
)
def test_any_forwarding_headers_can_be_read(
    peer: str | None, forwarded: list[str], forwarded_for: list[str]
) -> None:
    found = client_address(peer, forwarded=forwarded, forwarded_for=forwarded_for, trusted=TRUSTED)

    assert found is None or str(read_address(found)) == found


@given(st.lists(st.sampled_from(("6.6.6.6", "10.0.0.1", "junk")), max_size=6))
def test_nobody_can_write_an_address_in_front(written: list[str]) -> None:
    """What a client writes itself stands before what the proxy adds, and is never reached."""
    header = ", ".join([*written, "198.51.100.1"])

    assert client_address("10.0.0.1", forwarded_for=[header], trusted=TRUSTED) == "198.51.100.1"


@given(HEADERS | AGENTS | st.none(), HEADERS | CRAFTED | st.none())
def test_any_request_can_be_enriched(agent: str | None, address: str | None) -> None:
    facts = Enriching(store_addresses=True)(agent, address)

    assert facts.keys() <= {"browser", "os", "device", "geo", "network"}


@given(st.text() | st.builds("https://{}?utm_source={}".format, st.text(), st.text()) | JSON)
def test_any_url_can_be_read(url: object) -> None:
    read_page(url)
    facts = view_facts({}, {"url": url, "referrer": url})

    assert facts["properties"]["url"] == url


@given(JSON)
def test_any_record_of_a_place_can_be_read(record: object) -> None:
    assert all(isinstance(value, str) and value for value in read_place(record).values())
