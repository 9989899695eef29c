"""Files by the GraphQL multipart request specification, and every way to get it wrong."""

import json
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any, TypeAlias

import httpx
import pytest
import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from strawberry.schema.config import StrawberryConfig

from app.storage.client import Database
from app.uploads import Upload
from app.web.graphql import GraphQLView
from app.web.uploads import MAX_FIELD, MAX_FILES
from graphql_schema.coercion import CompiledCoercion
from graphql_schema.scalars import JSON, SCALARS
from tests.web.serving import serve, settings

Parts: TypeAlias = dict[str, Any]

PREFLIGHT = {"apollo-require-preflight": "true"}
ONE = "query ($file: Upload!) { told(file: $file) }"
MANY = "query ($files: [Upload!]!) { all(files: $files) }"
NESTED = "query ($input: Letter!) { letter(input: $input) }"
FREE = "query ($any: JSON) { free(any: $any) }"
A_MAP = {"0": ["variables.file"]}


@strawberry.input
class Letter:
    text: str
    attachment: Upload | None = None


RECEIVED: list[Upload] = []


def told_of(file: Upload) -> str:
    RECEIVED.append(file)
    return f"{file.name}: {file.file.read().decode()}"


@strawberry.type
class Query:
    @strawberry.field
    def told(self, file: Upload) -> str:
        return told_of(file)

    @strawberry.field
    def size(self, file: Upload) -> int:
        return file.size

    @strawberry.field
    def all(self, files: list[Upload]) -> list[str]:
        return [told_of(file) for file in files]

    @strawberry.field
    def letter(self, input: Letter) -> str:  # noqa: A002  # the name in the API
        return f"{input.text}, {told_of(input.attachment) if input.attachment else 'no file'}"

    @strawberry.field
    def free(self, any: JSON | None = None) -> str:  # noqa: A002  # the name in the API
        return str(any)


def a_schema() -> strawberry.Schema:
    config = StrawberryConfig(scalar_map=SCALARS)
    return strawberry.Schema(Query, execution_context_class=CompiledCoercion, config=config)


async def nothing(_request: Request) -> None:
    return None


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    view = GraphQLView(a_schema(), get_context=nothing)
    transport = httpx.ASGITransport(Starlette(routes=[Route("/graphql", view)]))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://server", headers=PREFLIGHT
    ) as client:
        yield client


def a_request(query: str, variables: object, places: object, *contents: bytes) -> Parts:
    """The parts of a form, files named by their number."""
    operations = {"query": query, "variables": variables}
    return {
        "operations": (None, json.dumps(operations)),
        "map": (None, json.dumps(places)),
        **{
            str(number): (f"{number}.txt", content, "text/plain")
            for number, content in enumerate(contents)
        },
    }


async def sent(client: httpx.AsyncClient, parts: Parts) -> Any:
    return (await client.post("/graphql", files=parts)).json()


async def refused(client: httpx.AsyncClient, parts: Parts) -> str:
    """Why the upload is not taken."""
    response = await client.post("/graphql", files=parts)
    [error] = response.json()["errors"]
    assert (response.status_code, error["extensions"]) == (400, {"code": "UPLOAD_INVALID"})
    return str(error["message"]).removeprefix("The upload cannot be taken: ")


async def test_single_file_of_the_specification(client: httpx.AsyncClient) -> None:
    answer = await sent(client, a_request(ONE, {"file": None}, A_MAP, b"Alpha"))
    assert answer == {"data": {"told": "0.txt: Alpha"}}


async def test_file_list_of_the_specification(client: httpx.AsyncClient) -> None:
    places = {"0": ["variables.files.0"], "1": ["variables.files.1"]}
    answer = await sent(client, a_request(MANY, {"files": [None, None]}, places, b"B", b"C"))
    assert answer == {"data": {"all": ["0.txt: B", "1.txt: C"]}}


async def test_file_inside_an_input_object(client: httpx.AsyncClient) -> None:
    variables = {"input": {"text": "Dear", "attachment": None}}
    places = {"0": ["variables.input.attachment"]}
    answer = await sent(client, a_request(NESTED, variables, places, b"D"))
    assert answer == {"data": {"letter": "Dear, 0.txt: D"}}


async def test_parts_come_in_any_order(client: httpx.AsyncClient) -> None:
    parts = a_request(ONE, {"file": None}, A_MAP, b"E")
    answer = await sent(client, dict(reversed(parts.items())))
    assert answer == {"data": {"told": "0.txt: E"}}


async def test_large_file_is_taken_whole(client: httpx.AsyncClient) -> None:
    query = "query ($file: Upload!) { size(file: $file) }"
    answer = await sent(client, a_request(query, {"file": None}, A_MAP, b"x" * 5_000_001))
    assert answer == {"data": {"size": 5_000_001}}


async def test_file_is_closed_with_the_answer(client: httpx.AsyncClient) -> None:
    RECEIVED.clear()
    await sent(client, a_request(ONE, {"file": None}, A_MAP, b"x" * 2_000_000))
    assert [file.file.closed for file in RECEIVED] == [True]


@pytest.mark.parametrize(
    "header", ["apollo-require-preflight", "X-Requested-With", "GraphQL-Preflight"]
)
async def test_form_of_another_site_is_refused(client: httpx.AsyncClient, header: str) -> None:
    """A browser sends none of these headers to another site without asking it first."""
    del client.headers["apollo-require-preflight"]
    parts = a_request(ONE, {"file": None}, A_MAP, b"F")

    assert (await refused(client, parts)).startswith("it needs one of the headers")
    client.headers[header] = "1"
    assert await sent(client, parts) == {"data": {"told": "0.txt: F"}}


@pytest.mark.parametrize(
    ("variables", "places", "contents", "problem"),
    [
        ({"file": None}, {}, [b""], "map: it is no object with anything in it."),
        ({"file": None}, [], [b""], "map: it is no object with anything in it."),
        ({"file": None}, {"0": []}, [b""], "map: each file needs a list of paths."),
        ({"file": None}, {"0": "variables.file"}, [b""], "map: each file needs a list of paths."),
        ({"file": None}, {"0": [1]}, [b""], "map: each file needs a list of paths."),
        ({"file": None}, A_MAP, [], "map: there is no file '0'."),
        ({"file": None}, A_MAP, [b"", b""], "map: it does not say where the file '1' belongs."),
        ({"file": None}, {"0": ["file"]}, [b""], "map: 'file' is not in the variables."),
        ({"file": None}, {"0": ["variables"]}, [b""], "map: 'variables' is not in the variables."),
        ({"file": None}, {"0": ["query"]}, [b""], "map: 'query' is not in the variables."),
        ({}, A_MAP, [b""], "map: the operation has no 'variables.file'."),
        ({"file": 5}, A_MAP, [b""], "map: there is no null at 'variables.file'."),
        (
            {"file": None},
            {"0": ["variables.file", "variables.file"]},
            [b""],
            "map: there is no null at 'variables.file'.",
        ),
        (
            {"file": [None]},
            {"0": ["variables.file.1"]},
            [b""],
            "map: the operation has no 'variables.file.1'.",
        ),
        (
            {"file": [None]},
            {"0": ["variables.file.-1"]},
            [b""],
            "map: the operation has no 'variables.file.-1'.",
        ),
        (
            {"file": [None]},
            {"0": ["variables.file.99999999999999999999"]},
            [b""],
            "map: the operation has no 'variables.file.99999999999999999999'.",
        ),
        ([None], {"0": ["variables.0"]}, [b""], "operations: its variables are no object."),
        (None, A_MAP, [b""], "operations: its variables are no object."),
    ],
)
async def test_map_that_does_not_fit_is_refused(
    client: httpx.AsyncClient,
    variables: object,
    places: object,
    contents: list[bytes],
    problem: str,
) -> None:
    assert await refused(client, a_request(ONE, variables, places, *contents)) == problem


async def test_batch_is_refused(client: httpx.AsyncClient) -> None:
    parts = a_request(ONE, {}, {"0": ["0.variables.file"]}, b"")
    batch = [{"query": ONE, "variables": {"file": None}}]
    parts["operations"] = (None, json.dumps(batch))
    assert await refused(client, parts) == "operations: one is taken at a time, not a list."


@pytest.mark.parametrize("missing", ["operations", "map"])
async def test_field_that_is_missing_is_named(client: httpx.AsyncClient, missing: str) -> None:
    parts = a_request(ONE, {"file": None}, A_MAP, b"")
    del parts[missing]
    assert await refused(client, parts) == f"it has no field '{missing}'."


async def test_too_many_files_are_refused(client: httpx.AsyncClient) -> None:
    parts = a_request(ONE, {"file": None}, A_MAP, *[b""] * (MAX_FILES + 1))
    assert await refused(client, parts) == "Too many files. Maximum number of files is 10."


async def test_too_large_operation_is_refused(client: httpx.AsyncClient) -> None:
    parts = a_request(ONE, {"file": None, "more": "x" * MAX_FIELD}, A_MAP, b"")
    assert await refused(client, parts) == "Part exceeded maximum size of 1024KB."


async def test_part_that_comes_twice_is_refused(client: httpx.AsyncClient) -> None:
    parts = [*a_request(ONE, {"file": None}, A_MAP, b"").items(), ("0", ("0.txt", b"", "a/b"))]
    response = await client.post("/graphql", files=parts)
    assert response.json()["errors"][0]["message"].endswith("it has two parts named '0'.")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b'{"query": "{ free }"}'),
        ("multipart/form-data; boundary=x", b'{"query": "{ free }"}'),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n\r\n--x--"),
        ("multipart/form-data; boundary=x", b""),
    ],
)
async def test_body_that_is_no_form_is_refused(
    client: httpx.AsyncClient, content_type: str, body: bytes
) -> None:
    headers = {"content-type": content_type}
    response = await client.post("/graphql", content=body, headers=headers)
    codes = [one["extensions"]["code"] for one in response.json()["errors"]]
    assert (response.status_code, codes) == (400, ["UPLOAD_INVALID"])


@pytest.mark.parametrize("text", ["", "{", "null", '"x"', "[" * 50_000])
async def test_operation_that_is_no_json_is_refused(client: httpx.AsyncClient, text: str) -> None:
    parts = a_request(ONE, {"file": None}, A_MAP, b"") | {"operations": (None, text)}
    response = await client.post("/graphql", files=parts)
    codes = [one["extensions"]["code"] for one in response.json()["errors"]]
    assert response.status_code == 400
    assert codes in (["GRAPHQL_REQUEST"], ["UPLOAD_INVALID"])


@pytest.mark.parametrize(
    ("query", "variables", "path"),
    [
        (FREE, {"any": None}, "any"),
        (FREE, {"any": {"deep": [None]}}, "any.deep.0"),
        (NESTED, {"input": {"text": None}}, "input.text"),
        (NESTED, {"input": {"text": "x", "other": None}}, "input.other"),
        (ONE, {"file": None, "undeclared": None}, "undeclared"),
    ],
)
async def test_file_is_refused_where_none_is_taken(
    client: httpx.AsyncClient, query: str, variables: Any, path: str
) -> None:
    """Free JSON would carry it on, into the database."""
    answer = await sent(client, a_request(query, variables, {"0": [f"variables.{path}"]}, b""))
    [error] = answer["errors"]
    assert "data" not in answer
    assert error["extensions"] == {"code": "UPLOAD_INVALID"}
    assert error["message"].endswith(f"no file is taken at variables.{path}.")


@pytest.mark.parametrize("value", ["text", 5, {"name": "a file"}])
async def test_upload_is_nothing_that_json_can_say(client: httpx.AsyncClient, value: Any) -> None:
    body = {"query": ONE, "variables": {"file": value}}
    answer = (await client.post("/graphql", json=body)).json()
    assert answer["errors"][0]["extensions"] == {"code": "GRAPHQL_INVALID"}


async def test_upload_may_be_larger_than_other_requests(database: Database) -> None:
    parts = a_request(
        "query ($x: ID!) { node(id: $x) { id } }", {"x": None}, {"0": ["variables.x"]}, b""
    )
    parts["0"] = ("0.txt", BytesIO(b"x" * (17 * 2**20)), "text/plain")

    async with serve(settings(max_upload_mib=18), database) as client:
        taken = await client.post("/graphql", files=parts, headers=PREFLIGHT)
        other = await client.post("/v1/events", files=parts, headers=PREFLIGHT)
    async with serve(settings(max_upload_mib=16), database) as client:
        refused = await client.post("/graphql", files=parts, headers=PREFLIGHT)

    assert taken.json()["errors"][0]["extensions"] == {"code": "UPLOAD_INVALID"}
    assert [one.status_code for one in (other, refused)] == [413, 413]
    assert refused.json()["error"]["code"] == "HTTP_REQUEST"


async def test_upload_without_a_length_is_ended_at_the_limit(database: Database) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="0"; filename="a"\r\n\r\n'
        for _ in range(3):
            yield b"x" * 2**20

    headers = {**PREFLIGHT, "content-type": "multipart/form-data; boundary=x"}
    async with serve(settings(max_upload_mib=1), database) as client:
        response = await client.post("/graphql", content=chunks(), headers=headers)

    assert (response.status_code, response.json()["error"]["code"]) == (413, "HTTP_REQUEST")
