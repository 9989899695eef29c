"""Imports a file into a database, in this process or in one that is killed half-way."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from app.importing.mapping import load_mapping
from app.importing.progress import Nobody, Watcher
from app.importing.report import ImportReport
from app.importing.service import import_file
from app.services import Services, compose, utc_now
from app.settings import Settings
from app.storage.client import Database
from migrations.runner import migrate

HERE = Path(__file__).parent
MAPPING = HERE / "mapping.toml"


@asynccontextmanager
async def services_over(database: Database) -> AsyncIterator[Services]:
    """The services of a migrated database."""
    async for _ in migrate(database, now=utc_now()):
        pass
    services = compose(database, Settings())
    yield services
    await services.close()


async def import_orders(
    services: Services, path: Path, progress: Watcher | None = None
) -> ImportReport:
    """Import a file of order lines."""
    watcher = progress or Nobody()
    mapping = load_mapping(MAPPING)
    return await import_file(path, mapping, services, progress=watcher, now=utc_now())


async def import_and_die(arguments: list[str], after: float) -> None:
    """Import in another process, and kill it without a warning."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.online_retail", *arguments, cwd=HERE.parents[1]
    )
    try:
        await asyncio.wait_for(child.wait(), after)
        assert child.returncode == 0, "the import to be killed failed by itself"
    except TimeoutError:
        os.kill(child.pid, signal.SIGKILL)
        await child.wait()
