"""The check from a terminal: import, compare, tell the figures; status 1 if anything differs."""

import argparse
import asyncio
import os
import resource
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from rich.console import Console

from app.importing.progress import progress_bar
from app.services import Services
from app.storage.client import close, connect
from tests.online_retail.comparing import compare
from tests.online_retail.expected import expected
from tests.online_retail.running import import_and_die, import_orders, services_over
from tests.online_retail.source import Cut, customers, prepared

CONSOLE = Console()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="check.py", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DATA_DIR")
    parser.add_argument("--uri", default=os.environ.get("MONGODB_URI"), help="else: in memory")
    parser.add_argument("--database", default=f"online_retail_{os.getpid()}", help="made, dropped")
    parser.add_argument("--order", choices=("file", "shuffled"), default="file")
    parser.add_argument("--twice", action="store_true", help="import a second time")
    parser.add_argument("--limit-customers", type=int, metavar="N", help="only the first N")
    parser.add_argument(
        "--kill-after",
        type=float,
        nargs="+",
        default=[],
        metavar="SECONDS",
        help="first import in processes that are killed (kill -9) after so many seconds",
    )
    parser.add_argument("--import-only", type=Path, metavar="FILE", help=argparse.SUPPRESS)
    return parser.parse_args()


async def _check(arguments: argparse.Namespace, scratch: Path) -> int:
    only = customers(arguments.folder, arguments.limit_customers)
    path = prepared(arguments.folder, Cut(arguments.order, only), scratch)
    for seconds in arguments.kill_after:
        await import_and_die(_child(arguments, path), seconds)
        _say(f"Killed after {seconds:g} s")
    database = connect(arguments.uri or None, arguments.database)
    try:
        async with services_over(database) as services:
            for _ in range(2 if arguments.twice else 1):
                await _import(services, path)
            started = perf_counter()
            found = await compare(services, expected(arguments.folder, path, only))
            _say(f"{found}\nCompared in {perf_counter() - started:.1f} s")
    finally:
        await database.client.drop_database(database.name)
        await close(database)
    return 1 if found.differences else 0


def _child(arguments: argparse.Namespace, path: Path) -> list[str]:
    if not arguments.uri:
        sys.exit("--kill-after needs a server: what is in memory dies with its process")
    options = {"--uri": arguments.uri, "--database": arguments.database, "--import-only": path}
    return [str(arguments.folder), *(str(one) for pair in options.items() for one in pair)]


async def _import(services: Services, path: Path) -> None:
    with progress_bar(CONSOLE, path.name) as bar:
        report = await import_orders(services, path, bar)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    _say(f"{report}\nPeak memory: {peak} MiB")


def _say(text: object) -> None:
    CONSOLE.print(text, highlight=False, markup=False, soft_wrap=True)


async def _import_only(arguments: argparse.Namespace) -> int:
    database = connect(arguments.uri or None, arguments.database)
    async with services_over(database) as services:
        await import_orders(services, arguments.import_only)
    await close(database)
    return 0


def _main() -> int:
    arguments = _arguments()
    if arguments.import_only:
        return asyncio.run(_import_only(arguments))
    with TemporaryDirectory() as scratch:
        return asyncio.run(_check(arguments, Path(scratch)))


if __name__ == "__main__":
    sys.exit(_main())
