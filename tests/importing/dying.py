"""A process that imports, for a test that kills it: ``dying URI DATABASE FILE``."""

import asyncio
import sys
from pathlib import Path

from app.importing.progress import Nobody
from app.importing.service import import_file
from app.services import compose, utc_now
from app.settings import Settings
from app.storage.client import connect
from tests.importing.files import a_mapping


async def _import(uri: str, name: str, path: str) -> None:
    services = compose(connect(uri, name), Settings())
    await import_file(Path(path), a_mapping(), services, progress=Nobody(), now=utc_now())


if __name__ == "__main__":
    asyncio.run(_import(*sys.argv[1:]))
