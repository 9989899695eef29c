"""Servers as processes of their own, each on the first core; we keep to the second."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.benchmarks.peers.servers import SERVERS

HERE = Path(__file__).parent
_START_SECONDS = 120
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    def ask(self, body: bytes) -> object:
        """The data that a request is answered with."""
        headers = {"content-type": "application/json", "accept": "application/json"}
        answer = httpx.post(
            f"http://127.0.0.1:{self.port}/graphql", content=body, headers=headers, timeout=30
        )
        assert answer.status_code == httpx.codes.OK, (self.name, answer.text)
        data: object = answer.json()["data"]
        return data

    @property
    def cpu_seconds(self) -> float:
        """Processor time that it has taken."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    @property
    def mebibytes(self) -> float:
        """Memory that it holds."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(
            int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")
        )


@contextmanager
def running(
    names: Sequence[str], first_port: int, arguments: Sequence[str]
) -> Iterator[list[Server]]:
    """Servers that answer; they are ended with the block."""
    servers = []
    try:
        for port, name in enumerate(names, first_port):
            servers.append(Server(name, port, _started(name, [str(port), *arguments])))
        for server in servers:
            _wait_for(server)
        yield servers
    finally:
        for server in servers:
            server.process.terminate()
        for server in servers:
            server.process.wait(10)


def keep_to(core: int) -> None:
    """This process and those that it starts run on one core, where the system allows it."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def _started(name: str, arguments: list[str]) -> subprocess.Popen[bytes]:
    program = (
        [sys.executable, "-m", "tests.benchmarks.peers.servers"]
        if name in SERVERS
        else ["node", str(HERE / "peers.mjs")]
    )
    keep_to(0)
    try:
        return subprocess.Popen(
            [*program, name, *arguments],
            env=os.environ | {"NODE_ENV": "production"},
            stdout=subprocess.DEVNULL,
        )
    finally:
        keep_to(1)


def _wait_for(server: Server) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            server.ask(b'{"query": "query Any { __typename }", "variables": {"first": 1}}')
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{server.name} does not start")
