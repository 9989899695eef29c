"""What the browser tests need: the server as users start it, and the programs that drive it.

They are skipped for one reason only: a machine without npm or without Chromium.
"""

import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]

START_TIMEOUT = 90
INSTALL_TIMEOUT = 180
SCRIPT_TIMEOUT = 120

RunScript: TypeAlias = Callable[..., Any]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server with demo data that is ready to answer."""
    port = _free_port()
    log = tmp_path_factory.mktemp("server") / "log.txt"
    environment = {**os.environ, "HOST": "127.0.0.1", "PORT": str(port), "DEMO_DATA": "1"}
    environment.pop("MONGODB_URI", None)
    command = [sys.executable, "-m", "app.cli", "serve"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_ready(url, process, log)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=30)


@pytest.fixture(scope="session")
def run_script() -> RunScript:
    """Run one of the scripts here with node and read the JSON that it prints."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("needs node and npm")
    _install(npm)

    def run(script: str, *arguments: str) -> Any:
        finished = subprocess.run(
            [node, HERE / script, *arguments],
            capture_output=True,
            text=True,
            timeout=SCRIPT_TIMEOUT,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr
        return json.loads(finished.stdout)

    return run


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser; it comes from the system, since npm would only download one."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("needs Chromium (on Debian: apt-get install chromium)")
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not _is_ready(url):
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"The server did not become ready:\n{log.read_text()}")
        time.sleep(0.2)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/ready", timeout=5, trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _install(npm: str) -> None:
    """Install what the scripts import, once, even where tests run in several processes."""
    wanted, installed = HERE / "package-lock.json", HERE / "node_modules" / ".package-lock.json"
    with wanted.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not installed.exists() or installed.stat().st_mtime < wanted.stat().st_mtime:
            command = [npm, "ci", "--ignore-scripts"]
            subprocess.run(command, cwd=HERE, timeout=INSTALL_TIMEOUT, check=True)
