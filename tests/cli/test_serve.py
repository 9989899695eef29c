"""``profilegraph serve`` as a process: it greets, answers, logs, and stops when it is told to."""

import json
import signal
import socket

import httpx
import pytest

from app.cli import _greet
from app.settings import Settings
from tests.cli.running import free_port, run, serving


def test_server_answers_until_it_is_told_to_stop() -> None:
    port = free_port()
    with serving(port, DEMO_DATA="0", LOG_FORMAT="json") as server:
        url = f"http://127.0.0.1:{port}"
        ready = httpx.get(f"{url}/ready", trust_env=False)
        query = {"query": "{ profiles { totalCount } }"}
        answer = httpx.post(f"{url}/graphql", json=query, trust_env=False)
        server.send_signal(signal.SIGTERM)
        _, told = server.communicate(timeout=20)

    assert ready.json() == {"status": "ready"}
    assert answer.json()["data"] == {"profiles": {"totalCount": 0}}
    assert server.returncode in (0, -signal.SIGTERM)
    greeting, store, *logged = told.splitlines()
    assert greeting == f"ProfileGraph on {url}/graphql"
    assert store == "Data in the embedded store: data is gone when it stops. Stop with Ctrl-C."
    levels = {json.loads(line)["level"] for line in logged}
    assert levels == {"info"}


def test_port_that_is_taken_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = run("serve", PORT=str(taken.getsockname()[1]), DEMO_DATA="0")

    assert ended.returncode != 0
    assert "address already in use" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("host", "warned"),
    [
        ("127.0.0.1", False),
        ("127.0.0.2", False),
        ("::1", False),
        ("localhost", False),
        ("0.0.0.0", True),  # noqa: S104  # nobody listens
        ("::", True),
        ("192.0.2.1", True),
        ("shop.example", True),
    ],
)
def test_whoever_opens_the_server_to_other_machines_is_warned(
    capsys: pytest.CaptureFixture[str], host: str, *, warned: bool
) -> None:
    _greet(Settings(host=host))

    assert ("no access control yet" in " ".join(capsys.readouterr().err.split())) is warned


def test_command_line_without_a_command_lists_the_commands() -> None:
    ended = run()

    commands = [name for name in ("serve", "migrate", "import", "schema") if name in ended.stdout]
    assert commands == ["serve", "migrate", "import", "schema"]
    assert "Traceback" not in ended.stderr
