"""The GraphQL endpoint: one operation per HTTP request, as GraphQL over HTTP asks for.

This is the one place where an error becomes an answer: what the caller can mend is told, what
only we can mend is logged and masked. Inside the process errors keep their cause.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeAlias, runtime_checkable

import orjson
import structlog
from graphql import FieldNode, GraphQLError, GraphQLSyntaxError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.types import ExecutionResult
from typing_extensions import override

from app.errors import ProfileGraphError, UploadInvalidError
from app.exact import read_json, write_json
from app.private import (
    AsyncHTTPRequestAdapter,
    BaseSchema,
    GraphQL,
    GraphQLHTTPResponse,
    GraphQLRequestData,
    HTTPException,
    InvalidOperationTypeError,
    StrawberryInputCoercionError,
)
from app.storage.faults import known
from app.web.uploads import UploadingRequest, read_operations


@runtime_checkable
class Closing(Protocol):
    """What resolvers have at hand, if it wants to be told that the request was answered."""

    def close(self) -> None: ...


GetContext: TypeAlias = Callable[[Request], Awaitable[object]]
GetPage: TypeAlias = Callable[[], Response]

JSON = "application/json; charset=utf-8"
GRAPHQL_RESPONSE = "application/graphql-response+json; charset=utf-8"

_PLAIN_JSON = frozenset({"application/json", JSON})
_USUAL = frozenset({"query", "variables", "operationName"})

MASKED = {"message": "Unexpected error.", "extensions": {"code": "INTERNAL"}}

log = structlog.get_logger(__name__)


class GraphQLView(GraphQL[object, None]):
    """An ASGI endpoint for GET and POST; browsers that ask for HTML are given ``page``."""

    request_adapter_class = UploadingRequest

    def __init__(
        self, schema: BaseSchema, *, get_context: GetContext, page: GetPage | None = None
    ) -> None:
        # No protocols: a subscription needs another transport, and there are none.
        super().__init__(
            schema, graphql_ide=None, subscription_protocols=(), multipart_uploads_enabled=True
        )
        self._get_context = get_context
        self._page = page

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        response.headers["vary"] = "accept"
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if self._page and _wants_page(request):
            return self._page()
        try:
            return await self.run(request)
        except UploadInvalidError as invalid:
            return _error(request, 400, invalid.code, str(invalid))
        except HTTPException as refusal:
            return _refused(request, refusal)
        finally:
            await request.close()  # and with it the files it brought
            context = getattr(request.state, "context", None)
            if isinstance(context, Closing):
                context.close()

    @override
    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> object:
        assert isinstance(request, Request)
        request.state.context = context = await self._get_context(request)
        return context

    @override
    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        return Response(media_type=_media_type(request))

    @override
    def should_render_graphql_ide(self, request: object) -> bool:
        return False

    @override
    async def parse_multipart(self, request: AsyncHTTPRequestAdapter) -> dict[str, Any]:
        return read_operations(await request.get_form_data(), self.parse_json)

    @override
    async def parse_http_body(
        self, request: AsyncHTTPRequestAdapter
    ) -> GraphQLRequestData | list[GraphQLRequestData]:
        """What nearly every client sends goes a short way; it is checked as the rest is."""
        if request.method == "POST" and request.content_type in _PLAIN_JSON:
            sent = self.parse_json(await request.get_body())
            if isinstance(sent, dict) and _is_usual(sent):
                return GraphQLRequestData(
                    sent["query"], sent.get("variables"), sent.get("operationName"), None
                )
        return await super().parse_http_body(request)

    @override
    def parse_json(self, data: str | bytes) -> object:
        parsed = super().parse_json(data)
        if not isinstance(parsed, dict | list):
            raise HTTPException(400, "The request must be a JSON object")
        return parsed

    @override
    def decode_json(self, data: str | bytes) -> object:
        try:
            return read_json(data)
        except ValueError as unreadable:
            raise HTTPException(400, f"The request is no JSON: {unreadable}") from unreadable

    @override
    def encode_json(self, data: object) -> bytes:
        return write_json(data)

    @override
    async def process_result(
        self, request: Request, result: ExecutionResult
    ) -> GraphQLHTTPResponse:
        errors = result.errors or []
        answer: GraphQLHTTPResponse = {"data": result.data}
        if errors:
            answer["errors"] = [_told(error) for error in errors]
        if errors and result.data is None and all(error.path is None for error in errors):
            del answer["data"]  # the operation never ran
        if result.extensions:
            answer["extensions"] = result.extensions
        return answer

    @override
    def create_response(
        self,
        response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse],
        sub_response: Response,
    ) -> Response:
        assert isinstance(response_data, dict)  # lists are answers to batches, which are off
        status = _status(response_data, sub_response.media_type)
        return Response(self.encode_json(response_data), status, media_type=sub_response.media_type)


def _is_usual(sent: dict[str, Any]) -> bool:
    return (
        sent.keys() <= _USUAL
        and isinstance(sent.get("query"), str)
        and isinstance(sent.get("variables"), dict | None)
    )


def _wants_page(request: Request) -> bool:
    return (
        request.method == "GET"
        and "query" not in request.query_params
        and "text/html" in request.headers.get("accept", "")
    )


def _media_type(request: Request | WebSocket) -> str:
    accepted = request.headers.get("accept", "")
    return GRAPHQL_RESPONSE if "application/graphql-response+json" in accepted else JSON


def _status(answer: GraphQLHTTPResponse, media_type: str | None) -> int:
    if "data" in answer:
        return 200
    if MASKED in (answer["errors"] or []):
        return 500
    # Clients that take plain JSON tell an error by its body, not by its status.
    return 400 if media_type == GRAPHQL_RESPONSE else 200


def _refused(request: Request, refusal: HTTPException) -> Response:
    """The answer to a request that carries no operation we could run."""
    wrong_method = request.method == "GET" and isinstance(
        refusal.__cause__, InvalidOperationTypeError
    )
    status = 405 if wrong_method else refusal.status_code
    allow = "POST" if wrong_method else "GET, POST"
    return _error(request, status, "GRAPHQL_REQUEST", refusal.reason, allow=allow)


def _error(request: Request, status: int, code: str, message: str, **headers: str) -> Response:
    body = orjson.dumps({"errors": [{"message": message, "extensions": {"code": code}}]})
    return Response(body, status, headers, media_type=_media_type(request))


def _told(error: GraphQLError) -> object:
    raised = _cause(error)
    cause = known(raised)
    if isinstance(cause, ProfileGraphError):
        # What graphql-core says about an input of ours is kept, what the driver says is not.
        message = error.message if cause is raised else str(cause)
        return {**error.formatted, "message": message, "extensions": cause.extensions}
    if _is_for_the_caller(error, cause):
        return {**error.formatted, "extensions": {"code": _code(cause), **(error.extensions or {})}}
    log.error("graphql_fault", path=error.path, exc_info=cause)
    return {**error.formatted, **MASKED}


def _is_for_the_caller(error: GraphQLError, cause: Exception) -> bool:
    if error.path is None:
        # Refused before it ran: text, types, variables, or an extension that says why.
        return isinstance(cause, GraphQLError) or bool(error.locations)
    if isinstance(cause, StrawberryInputCoercionError):  # a literal of which one key was meant
        return True
    # While it runs, graphql-core blames an argument for the caller's fault, a field for ours.
    blamed = error.nodes[0] if error.nodes else None
    return isinstance(cause, GraphQLError) and not isinstance(blamed, FieldNode | None)


def _cause(error: GraphQLError) -> Exception:
    """What was raised first: graphql-core wraps it, sometimes twice."""
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error:
        cause = cause.original_error
    return cause


def _code(cause: Exception) -> str:
    return "GRAPHQL_SYNTAX" if isinstance(cause, GraphQLSyntaxError) else "GRAPHQL_INVALID"
