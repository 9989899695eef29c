"""GraphiQL's page: nothing inline, nothing from elsewhere unless it says so."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from hashlib import sha384
from html.parser import HTMLParser
from pathlib import Path
from shutil import which

import httpx
import pytest
from graphql import OperationDefinitionNode, parse
from starlette.applications import Starlette
from starlette.routing import Route
from typing_extensions import override

from app.web.graphiql.assets import fetch, keep
from app.web.graphiql.page import Example, content_security_policy, render_page
from app.web.graphiql.routes import examples, graphiql_page, graphiql_routes
from app.web.graphiql.vendored import ASSETS, CDN, FILES, HERE, SCRIPTS

TEMPLATE = (HERE / "page.html").read_text("utf-8")
EXAMPLES = sorted((HERE / "examples").glob("*.graphql"))


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    @override
    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]

    def loaded(self) -> list[dict[str, str | None]]:
        """What the browser fetches."""
        return [*self.all("script"), *self.all("link")]


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """A folder with files in place of those that npm would bring."""
    for file in FILES:
        (tmp_path / file.name).write_text(f"/* {file.name} */")
    return tmp_path


@pytest.fixture
async def client(assets: Path) -> AsyncIterator[httpx.AsyncClient]:
    page = Route("/graphql", lambda _: graphiql_page(assets))
    transport = httpx.ASGITransport(Starlette(routes=[page, *graphiql_routes(assets)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
        yield client


def test_examples_survive_the_way_into_the_page() -> None:
    example = Example(query='{ a(b: "</main>\'&amp;$c") }', variables='{"c": "ü"}')
    page = Elements(render_page(TEMPLATE, [example], installed=True))
    [main] = page.all("main")
    assert json.loads(main["data-examples"] or "") == [
        {"query": example.query, "variables": example.variables}
    ]


@pytest.mark.parametrize("installed", [True, False])
def test_page_has_no_inline_script_or_style(*, installed: bool) -> None:
    page = Elements(render_page(TEMPLATE, examples(), installed=installed))
    assert all(script["src"] for script in page.all("script"))
    assert page.all("style") == []
    handlers = [name for _, attributes in page.found for name in attributes if name[:2] == "on"]
    assert handlers == []


def test_installed_page_loads_only_from_here() -> None:
    page = Elements(render_page(TEMPLATE, [], installed=True))
    urls = [element.get("src") or element["href"] for element in page.loaded()]
    assert all(url and url.startswith("graphql/assets/") for url in urls)
    assert {f"graphql/assets/{file.name}" for file in FILES} <= set(urls)
    assert CDN not in content_security_policy(installed=True)
    assert "not installed" not in page.text


def test_page_without_files_says_so_and_loads_them_from_the_cdn() -> None:
    page = Elements(render_page(TEMPLATE, [], installed=False))
    foreign = [element for element in page.loaded() if "integrity" in element]
    assert {element.get("src") or element["href"] for element in foreign} == {
        file.cdn_url for file in FILES
    }
    assert {element["integrity"] for element in foreign} == {file.integrity for file in FILES}
    assert "python -m app.web.graphiql.assets" in page.text


def test_policy_allows_nothing_that_it_does_not_name() -> None:
    policy = content_security_policy(installed=True)
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self' 'sha256-")
    assert "unsafe" not in policy
    assert "*" not in policy


def test_policy_allows_exactly_the_files_of_the_cdn() -> None:
    policy = content_security_policy(installed=False)
    scripts = " ".join(file.cdn_url for file in SCRIPTS)
    assert f"script-src 'self' {scripts};" in policy
    assert f"{CDN} " not in policy


async def test_page_is_sent_with_its_policy(client: httpx.AsyncClient) -> None:
    response = await client.get("/graphql")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"] == content_security_policy(installed=True)
    assert response.headers["cache-control"] == "no-cache"


async def test_one_missing_file_is_enough_for_the_cdn(
    client: httpx.AsyncClient, assets: Path
) -> None:
    (assets / FILES[0].name).unlink()
    response = await client.get("/graphql")
    assert response.headers["content-security-policy"] == content_security_policy(installed=False)


async def test_versioned_files_are_cached_for_ever(client: httpx.AsyncClient) -> None:
    for file in FILES:
        response = await client.get(f"/graphql/assets/{file.name}")
        assert response.text == f"/* {file.name} */"
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_our_files_are_asked_for_again_and_not_sent_twice(client: httpx.AsyncClient) -> None:
    first = await client.get("/graphql/assets/page.js")
    assert first.headers["cache-control"] == "no-cache"
    again = await client.get(
        "/graphql/assets/page.js", headers={"if-none-match": first.headers["etag"]}
    )
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


@pytest.mark.parametrize("path", ["page.py", "../page.py", "%2e%2e/page.py", "", "package.json"])
async def test_nothing_else_is_served(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(f"/graphql/assets/{path}")).status_code == 404


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_example_is_one_named_operation_with_its_variables(file: Path) -> None:
    text = file.read_text("utf-8")
    assert text.startswith("# ")
    [operation] = parse(text).definitions
    assert isinstance(operation, OperationDefinitionNode)
    assert operation.name
    declared = [one.variable.name.value for one in operation.variable_definitions or ()]
    assert list(json.loads(file.with_suffix(".json").read_text("utf-8"))) == declared


def test_examples_are_tabs_in_the_order_of_their_names() -> None:
    assert [example.query for example in examples()] == [
        file.read_text("utf-8").rstrip() for file in EXAMPLES
    ]


def test_locks_name_no_registry() -> None:
    lock = json.loads((HERE / "package-lock.json").read_text("utf-8"))
    packages = [one for path, one in lock["packages"].items() if path]
    assert all(one["integrity"].startswith("sha512-") for one in packages)
    assert not any("resolved" in one for one in packages)


def test_manifest_names_every_file() -> None:
    lines = (HERE / "assets.sha256").read_text("utf-8").splitlines()
    assert [line.split()[1] for line in lines] == [file.name for file in FILES]


def test_machine_without_npm_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    fetch(tmp_path)
    assert "npm is not installed" in capsys.readouterr().out


def test_file_that_the_manifest_does_not_name_is_refused(tmp_path: Path) -> None:
    source, target = tmp_path / "index.js", tmp_path / FILES[0].name
    source.write_text("alert(1)")
    with pytest.raises(SystemExit, match="refused"):
        keep(source, target)
    assert not target.exists()


@pytest.mark.npm
@pytest.mark.slow
@pytest.mark.skipif(which("npm") is None, reason="needs npm")
def test_fetched_files_are_those_that_the_cdn_is_held_to() -> None:
    fetch()
    for file in FILES:
        digest = sha384((ASSETS / file.name).read_bytes()).digest()
        assert file.integrity == f"sha384-{b64encode(digest).decode()}"
