"""Requests to an ASGI application in this process, without the cost of an HTTP client."""

from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message


@dataclass(frozen=True, slots=True)
class Request:
    """A request, ready to be sent any number of times."""

    method: str
    path: str
    body: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(
        default_factory=lambda: [
            (b"host", b"localhost"),
            (b"accept", b"application/json"),
            (b"content-type", b"application/json"),
        ]
    )

    async def sent_to(self, app: ASGIApp) -> bytes:
        """The body of the answer, which has to be a success."""
        waiting: list[Message] = [{"type": "http.request", "body": self.body, "more_body": False}]
        answer: list[Message] = []

        async def receive() -> Message:
            return waiting.pop() if waiting else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            answer.append(message)

        await app(self._scope(), receive, send)
        assert 200 <= answer[0]["status"] < 300, answer
        return b"".join(message.get("body", b"") for message in answer[1:])

    def _scope(self) -> dict[str, object]:
        length = (b"content-length", str(len(self.body)).encode())
        path, _, query = self.path.partition("?")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [*self.headers, length],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000),
        }
