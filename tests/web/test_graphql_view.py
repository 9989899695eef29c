"""What a client of the GraphQL endpoint sees, byte for byte where it matters."""

from collections.abc import AsyncIterator, Iterator, MutableMapping
from decimal import Decimal
from typing import Any, NewType

import httpx
import orjson
import pytest
import strawberry
from pymongo.errors import ServerSelectionTimeoutError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import scalar
from structlog.testing import capture_logs
from typing_extensions import override

from app.errors import OverloadedError, ProfileNotFoundError, ValueRefusedError
from app.web.graphql import GraphQLView

JSON = NewType("JSON", object)
URL = "/graphql"
NEW_MEDIA_TYPE = "application/graphql-response+json"


def no_odd_numbers(value: object) -> object:
    if isinstance(value, int) and value % 2:
        raise ValueRefusedError(value, "an even number")
    return value


class Failing(SchemaExtension):
    """Fails before an operation runs, where the operation's name says so."""

    @override
    def on_execute(self) -> Iterator[None]:
        if self.execution_context.operation_name == "Busy":
            raise OverloadedError(waiting=256)
        if self.execution_context.operation_name == "Broken":
            raise KeyError("password")
        yield


@strawberry.type
class Query:
    @strawberry.field
    def number(self) -> JSON:
        return JSON(
            {"exact": Decimal("1234567890123456789012345678901.05"), "tiny": Decimal("1E-7")}
        )

    @strawberry.field
    def echo(self, value: JSON | None = None, first: int = 10) -> JSON | None:
        return value or JSON(first)

    @strawberry.field
    def missing(self) -> int | None:
        raise ProfileNotFoundError(("by",))

    @strawberry.field
    def broken(self) -> int | None:
        raise RuntimeError("password")

    @strawberry.field
    def unreachable(self) -> int | None:
        raise ServerSelectionTimeoutError("database.internal:27017: connection refused")

    @strawberry.field
    def too_large(self) -> int | None:
        return 2**40

    @strawberry.field
    async def caller(self, info: strawberry.Info[dict[str, str]]) -> str:
        return info.context["agent"]


@strawberry.type
class Mutation:
    @strawberry.mutation
    def change(self) -> int:
        return 1


def a_schema() -> strawberry.Schema:
    anything = scalar(name="JSON", serialize=lambda value: value, parse_value=no_odd_numbers)
    config = StrawberryConfig(scalar_map={JSON: anything})
    return strawberry.Schema(Query, Mutation, extensions=[Failing], config=config)


async def agent_of(request: Request) -> dict[str, str]:
    return {"agent": request.headers["user-agent"]}


def a_page() -> HTMLResponse:
    return HTMLResponse("<title>the page</title>")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    view = GraphQLView(a_schema(), get_context=agent_of, page=a_page)
    transport = httpx.ASGITransport(Starlette(routes=[Route("/graphql", view)]))
    headers = {"accept": NEW_MEDIA_TYPE, "user-agent": "a test"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://server", headers=headers
    ) as client:
        yield client


@pytest.fixture
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    with capture_logs() as entries:
        yield entries


async def asked(client: httpx.AsyncClient, query: str, **variables: object) -> httpx.Response:
    return await client.post(URL, json={"query": query, "variables": variables})


async def error_of(client: httpx.AsyncClient, query: str, **variables: object) -> Any:
    """The only error of the answer."""
    [error] = (await asked(client, query, **variables)).json()["errors"]
    return error


async def test_decimals_are_exact_numbers(client: httpx.AsyncClient) -> None:
    response = await asked(client, "{ number }")
    assert response.content == (
        b'{"data":{"number":{"exact":1234567890123456789012345678901.05,"tiny":0.0000001}}}'
    )


async def test_context_is_made_from_the_request(client: httpx.AsyncClient) -> None:
    assert (await asked(client, "{ caller }")).json() == {"data": {"caller": "a test"}}


@pytest.mark.parametrize(
    ("accept", "content_type", "status"),
    [
        (NEW_MEDIA_TYPE, NEW_MEDIA_TYPE, 400),
        (f"{NEW_MEDIA_TYPE}, application/json;q=0.9", NEW_MEDIA_TYPE, 400),
        ("application/json", "application/json", 200),
        ("*/*", "application/json", 200),
    ],
)
async def test_refused_document_is_answered_as_the_client_accepts(
    client: httpx.AsyncClient, accept: str, content_type: str, status: int
) -> None:
    response = await client.post(URL, json={"query": "{ nothing }"}, headers={"accept": accept})
    assert response.status_code == status
    assert response.headers["content-type"] == f"{content_type}; charset=utf-8"
    assert response.headers["vary"] == "accept"
    assert "data" not in response.json()


async def test_failed_field_leaves_the_rest_of_the_answer(client: httpx.AsyncClient) -> None:
    response = await asked(client, "{ echo missing }")
    assert response.status_code == 200
    assert response.json() == {
        "data": {"echo": 10, "missing": None},
        "errors": [
            {
                "message": "No profile is known by this reference.",
                "locations": [{"line": 1, "column": 8}],
                "path": ["missing"],
                "extensions": {"code": "PROFILE_NOT_FOUND", "path": ["by"]},
            }
        ],
    }


@pytest.mark.parametrize("field", ["broken", "tooLarge"])
async def test_fault_is_masked_and_logged_with_its_cause(
    client: httpx.AsyncClient, logged: list[MutableMapping[str, Any]], field: str
) -> None:
    response = await asked(client, f"{{ {field} }}")
    assert response.status_code == 200
    assert response.json() == {
        "data": {field: None},
        "errors": [
            {
                "message": "Unexpected error.",
                "locations": [{"line": 1, "column": 3}],
                "path": [field],
                "extensions": {"code": "INTERNAL"},
            }
        ],
    }
    [entry] = logged
    assert (entry["event"], entry["path"]) == ("graphql_fault", [field])
    assert entry["exc_info"].__traceback__


async def test_absent_database_is_told_without_its_address(client: httpx.AsyncClient) -> None:
    error = await error_of(client, "{ unreachable }")
    assert error["message"] == "The database does not answer; send the request again."
    assert error["extensions"] == {"code": "STORE_UNAVAILABLE"}


async def test_fault_before_execution_is_a_server_error(client: httpx.AsyncClient) -> None:
    response = await asked(client, "query Broken { echo }")
    assert response.status_code == 500
    assert response.json() == {
        "errors": [{"message": "Unexpected error.", "extensions": {"code": "INTERNAL"}}]
    }


async def test_overload_is_told_with_its_code(client: httpx.AsyncClient) -> None:
    error = await error_of(client, "query Busy { echo }")
    assert error["extensions"] == {"code": "OVERLOADED"}


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{ echo", {}, "GRAPHQL_SYNTAX"),
        ("{ nothing }", {}, "GRAPHQL_INVALID"),
        ("{ echo(value: 1) }", {}, "VALUE_REFUSED"),
        ("query ($value: JSON) { echo(value: $value) }", {"value": 1}, "VALUE_REFUSED"),
        ("query ($first: Int!) { echo(first: $first) }", {"first": "x"}, "GRAPHQL_INVALID"),
        ("query ($first: Int) { echo(first: $first) }", {"first": None}, "GRAPHQL_INVALID"),
    ],
)
async def test_mistake_of_the_caller_is_told_with_a_code(
    client: httpx.AsyncClient, query: str, variables: dict[str, object], code: str
) -> None:
    error = await error_of(client, query, **variables)
    assert error["extensions"] == {"code": code}
    assert error["message"] != "Unexpected error."


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"null",
        b'"{ echo }"',
        b"[]",
        b"{}",
        b'{"query": 5}',
        b'{"query": ""}',
        b'{"query": "{ echo }", "variables": []}',
        b'{"query": "{ echo }", "extensions": 5}',
        b'{"query": "{ echo }", "operationName": {}}',
        b'{"query": "{ echo }", "operationName": "Other"}',
        b'{"query": "fragment A on Query { echo }"}',
        b"[" * 100_000,
        b'{"query": ' * 100_000,
    ],
)
async def test_request_without_an_operation_is_refused(
    client: httpx.AsyncClient, body: bytes
) -> None:
    response = await client.post(URL, content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert list(response.json()) == ["errors"]
    assert response.json()["errors"][0]["extensions"] == {"code": "GRAPHQL_REQUEST"}


async def test_form_cannot_reach_the_api(client: httpx.AsyncClient) -> None:
    """A form of another site needs no permission to post these types."""
    for media_type in ("text/plain", "multipart/form-data; boundary=x"):
        response = await client.post(
            URL, content=b'{"query": "{ echo }"}', headers={"content-type": media_type}
        )
        assert response.status_code == 400


async def test_query_is_answered_by_get(client: httpx.AsyncClient) -> None:
    parameters = {
        "query": "query ($value: JSON) { echo(value: $value) }",
        "variables": '{"value": 2}',
    }
    response = await client.get(URL, params=parameters, headers={"accept": "text/html"})
    assert response.json() == {"data": {"echo": 2}}


async def test_mutation_is_refused_by_get(client: httpx.AsyncClient) -> None:
    response = await client.get(URL, params={"query": "mutation { change }"})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "OPTIONS"])
async def test_other_methods_are_refused(client: httpx.AsyncClient, method: str) -> None:
    response = await client.request(method, URL)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


async def test_browser_is_given_the_page(client: httpx.AsyncClient) -> None:
    response = await client.get(
        URL, headers={"accept": "text/html,application/xml;q=0.9,*/*;q=0.8"}
    )
    assert response.text == "<title>the page</title>"
    assert response.headers["vary"] == "accept"


async def test_anything_but_html_is_not_given_the_page(client: httpx.AsyncClient) -> None:
    response = await client.get(URL, headers={"accept": "*/*"})
    assert response.status_code == 400


async def test_encoding_refuses_what_json_cannot_say() -> None:
    view = GraphQLView(a_schema(), get_context=agent_of)
    for value in (Decimal("NaN"), object()):
        with pytest.raises(orjson.JSONEncodeError):
            view.encode_json({"value": value})
