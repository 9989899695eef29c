"""Requests that are no HTTP, or lie about themselves: the server tells, and goes on."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from tests.cli.running import free_port, serving
from tests.hostile.answers import good_event

POST = b"POST /v1/events HTTP/1.1\r\nhost: x\r\n"
GRAPHQL = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"

REQUESTS = {
    "nothing": b"",
    "noise": b"\x00\xff\x16\x03\x01" * 20,
    "no version": b"GET /\r\n\r\n",
    "another protocol": b"SSH-2.0-x\r\n\r\n",
    "line without an end": b"GET /" + b"a" * 200_000,
    "long header": b"GET /health HTTP/1.1\r\nhost: x\r\na: " + b"a" * 200_000 + b"\r\n\r\n",
    "many headers": b"GET /health HTTP/1.1\r\n" + b"a: b\r\n" * 20_000 + b"\r\n",
    "header without a colon": b"GET /health HTTP/1.1\r\nhost\r\n\r\n",
    "noise in a header": b"GET /health HTTP/1.1\r\nhost: x\r\nx: \x00\xff\r\n\r\n",
    "noise in the path": b"GET /\xff\xfe%00%ff HTTP/1.1\r\nhost: x\r\n\r\n",
    "dots in the path": b"GET /graphiql/../../../../etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n",
    "length that is none": POST + b"content-length: x\r\n\r\n{}",
    "negative length": POST + b"content-length: -5\r\n\r\n{}",
    "two lengths": POST + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}",
    "huge length": POST + b"content-length: 99999999999999999999999\r\n\r\n{}",
    "body that ends early": POST + b"content-length: 5000\r\n\r\n" + good_event("cut"),
    "chunk that is none": POST + b"transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "chunk that ends early": POST + b"transfer-encoding: chunked\r\n\r\nff\r\n{}",
    "length and chunks": POST
    + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "packed body": POST + b"content-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\x8b\x08\x00",
    "other charset": GRAPHQL.replace(b"json", b"json; charset=utf-16")
    + b"content-length: 4\r\n\r\n\xff\xfe{\x00",
    "unknown charset": GRAPHQL.replace(b"json", b"json; charset=nope")
    + b"content-length: 2\r\n\r\n{}",
    "no content type": b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}",
    "form without a boundary": GRAPHQL.replace(b"application/json", b"multipart/form-data")
    + b"content-length: 2\r\n\r\n{}",
    "form that is none": GRAPHQL.replace(b"application/json", b"multipart/form-data; boundary=a")
    + b"content-length: 9\r\n\r\n--a\r\n\r\n--",
    "query that is no text": b"GET /graphql?query=%ff%fe&variables=%7b HTTP/1.1\r\nhost: x\r\n\r\n",
    "upgrade": b"GET /graphql HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-key: x\r\nsec-websocket-version: 13\r\n\r\n",
    "method that is none": b"BREW /v1/events HTTP/1.1\r\nhost: x\r\n\r\n",
    "expectation": POST + b"expect: nonsense\r\ncontent-length: 2\r\n\r\n{}",
}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server as a process of its own, which tells nothing but errors."""
    port = free_port()
    with serving(port, DEMO_DATA="0", LOG_FORMAT="json", LOG_LEVEL="error") as server:
        yield port
        server.terminate()
        _, told = server.communicate(timeout=20)
    logged = [line for line in told.splitlines() if line.startswith("{")]
    assert logged == []


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS.keys())
def test_request_that_is_none_is_told_and_the_server_goes_on(port: int, request_: bytes) -> None:
    answer = exchanged(port, request_)

    assert status(answer) < 500
    url = f"http://127.0.0.1:{port}"
    taken = httpx.post(f"{url}/v1/events", content=good_event("still here"), trust_env=False)
    assert (taken.status_code, taken.json()["rejected"]) == (200, [])


def test_event_of_a_body_that_ends_early_is_not_taken(port: int) -> None:
    exchanged(port, POST + b"content-length: 5000\r\n\r\n" + good_event("half") + b"\n")

    url = f"http://127.0.0.1:{port}"
    taken = httpx.post(f"{url}/v1/events", content=good_event("half"), trust_env=False).json()
    assert (taken["accepted"], taken["duplicate"]) == (1, 0)


def exchanged(port: int, request: bytes) -> bytes:
    """What a server answers before it ends the connection, or we do."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                answer += piece
        except (ConnectionError, OSError):
            return answer
    return answer


def status(answer: bytes) -> int:
    """The status of an answer; 0 where there is none."""
    return int(answer.split(b" ", 2)[1]) if answer else 0
