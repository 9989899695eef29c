"""Fetches GraphiQL: ``python -m app.web.graphiql.assets`` installs it with npm and keeps six files.

Nothing is built and no package's script runs. Each file must be the one that ``assets.sha256``
names, so a registry cannot slip in another.
"""

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from app.web.graphiql.vendored import ASSETS, FILES, HERE

MANIFEST = HERE / "assets.sha256"
TIMEOUT = 300
_PROJECT = ("package.json", "package-lock.json", ".npmrc")


def fetch(folder: Path = ASSETS) -> None:
    """Bring what is missing; a machine without npm is told what it misses."""
    if all(_is_intact(folder / file.name) for file in FILES):
        _say(f"GraphiQL is in {folder} already.")
    elif npm := shutil.which("npm"):
        _fetch_with(npm, folder)
    else:
        _say("npm is not installed: GraphiQL's page will load its files from the CDN.")


def keep(source: Path, target: Path) -> None:
    """Copy the file if it is the one that the manifest names."""
    content = source.read_bytes()
    if not _is_expected(content, target.name):
        sys.exit(f"{target.name} is not the file that {MANIFEST.name} names: refused.")
    unfinished = target.with_suffix(f".{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(target)  # at once, since a server may be reading it
    _say(f"  {target.name} ({len(content) // 1024} KiB), digest as expected")


def _fetch_with(npm: str, folder: Path) -> None:
    # A hundred megabytes of packages have no place in the source tree.
    with TemporaryDirectory() as temporary:
        project = Path(temporary)
        _say("Installing GraphiQL's packages with npm, as locked, without their scripts ...")
        _install(npm, project)
        folder.mkdir(exist_ok=True)
        for file in FILES:
            keep(project / "node_modules" / file.package / file.path, folder / file.name)
    _say(f"GraphiQL is in {folder}.")


def _install(npm: str, project: Path) -> None:
    for name in _PROJECT:
        shutil.copy(HERE / name, project)
    try:
        subprocess.run(  # noqa: S603  # npm, with arguments of our own
            [npm, "ci", "--ignore-scripts"], cwd=project, timeout=TIMEOUT, check=True
        )
    except subprocess.SubprocessError as failure:
        sys.exit(f"GraphiQL's packages cannot be installed: {failure}")


def _is_intact(path: Path) -> bool:
    return path.is_file() and _is_expected(path.read_bytes(), path.name)


def _is_expected(content: bytes, name: str) -> bool:
    return sha256(content).hexdigest() == _digests().get(name)


def _digests() -> dict[str, str]:
    """Digests by file name, as ``sha256sum`` writes them."""
    lines = (line.split() for line in MANIFEST.read_text("utf-8").splitlines())
    return {name: digest for digest, name in lines}


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    fetch()
