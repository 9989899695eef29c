"""Running the command line as a program of its own."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

PROJECT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "app.cli"]


def environment(**settings: str) -> dict[str, str]:
    """This environment without its settings, with these instead."""
    inherited = {name: value for name, value in os.environ.items() if name != "MONGODB_URI"}
    return {**inherited, "COLUMNS": "200", **settings}


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=PROJECT,
        env=environment(**settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def start(*arguments: str, **settings: str) -> subprocess.Popen[str]:
    """Start a command that goes on until it is stopped."""
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=PROJECT,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def serving(port: int, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """A server that answers; killed at the end of the block unless it has ended by then."""
    with start("serve", PORT=str(port), **settings) as server:
        try:
            _wait_for_health(port, server)
            yield server
        finally:
            server.kill()


def _wait_for_health(port: int, server: subprocess.Popen[str]) -> None:
    transport = httpx.HTTPTransport(retries=10)
    with httpx.Client(transport=transport, trust_env=False, timeout=30) as client:
        while server.poll() is None:
            try:
                client.get(f"http://127.0.0.1:{port}/health").raise_for_status()
            except httpx.ConnectError:
                continue
            return
    raise AssertionError(server.communicate()[1])


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
