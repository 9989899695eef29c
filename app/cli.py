"""The command line, ``profilegraph``: one function for each command; sources have a module."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console

from app.cli_event_sources import sources
from app.collector import settle_collector
from app.descriptors import raise_limit
from app.errors import ProfileGraphError, ProfileNotFoundError, SettingError
from app.exporting.lines import written
from app.identity.model import USER_ID, Identifier
from app.importing.mapping import ImportMapping, load_mapping
from app.importing.progress import progress_bar, stopped_by_interrupt
from app.importing.report import ImportReport
from app.importing.service import import_file
from app.logs import configure_logs
from app.main import create_app
from app.rebuilding.progress import audit_bar
from app.rebuilding.report import Audited
from app.services import compose, utc_now
from app.settings import Settings, load_settings
from app.storage.client import close, connect
from app.storage.faults import known
from app.visitors.agents import warm_up
from app.web.patience import ImpatientProtocol
from graphql_schema.schema import build_schema
from migrations.runner import applied, migrate
from migrations.steps import STEPS

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(sources, name="event-source")
console = Console(stderr=True)


def main() -> None:
    """Run the command line; our own errors are one line, not a traceback."""
    try:
        app()
    except Exception as error:
        told = known(error)
        if not isinstance(told, ProfileGraphError | OSError):
            raise
        code = told.code if isinstance(told, ProfileGraphError) else "FILE"
        _say(f"{code} {told}")
        sys.exit(2)


def _say(text: str) -> None:
    """Print text as it is: what comes from files and errors is no markup."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


@app.command()
def serve() -> None:
    """Serve the API and GraphiQL."""
    settings = load_settings()
    configure_logs(settings.log_format, settings.log_level)
    _greet(settings)
    app = create_app(settings)
    settle_collector()
    raise_limit()
    warm_up()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        proxy_headers=False,  # app.visitors.addresses reads them, of proxies that are trusted
        http=ImpatientProtocol,
        timeout_graceful_shutdown=30,
    )


def _greet(settings: Settings) -> None:
    store = "MongoDB" if settings.mongodb_uri else "the embedded store: data is gone when it stops"
    console.print(f"ProfileGraph on [bold]http://{settings.host}:{settings.port}/graphql[/bold]")
    console.print(f"Data in {store}. Stop with Ctrl-C.")
    if not settings.is_loopback:
        console.print(
            "[yellow]Reachable from other machines, and GraphQL has no access control yet: "
            "put a proxy that asks for a password in front of it.[/yellow]"
        )


@app.command("migrate")
def migrate_command(
    *,
    status: Annotated[
        bool, typer.Option("--status", help="List the steps and when they ran.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would run.")] = False,
) -> None:
    """Bring the database to the shape that this version needs."""
    asyncio.run(_migrate(load_settings(), status=status, dry_run=dry_run))


async def _migrate(settings: Settings, *, status: bool, dry_run: bool) -> None:
    database = connect(settings.mongodb_uri, settings.mongodb_database)
    try:
        done = await applied(database)
        if status or dry_run:
            for step in STEPS:
                when = done[step.id].isoformat() if step.id in done else "missing"
                if status or step.id not in done:
                    _say(f"{step.id} {step.title}: {when}")
            return
        async for step in migrate(database, now=utc_now()):
            _say(f"{step.id} {step.title}: done")
        console.print("The database is up to date.")
    finally:
        await close(database)


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="CSV or NDJSON, also .xz and .gz.")],
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="TOML or JSON: which column is what.")
    ] = None,
) -> None:
    """Import a file of events; it may be interrupted and run again."""
    settings = load_settings()
    if settings.mongodb_uri is None:
        raise SettingError("MONGODB_URI", "an import needs a database that stays")
    declared = load_mapping(mapping) if mapping else ImportMapping()
    settle_collector()
    report = asyncio.run(_import(file, declared, settings))
    _say(str(report))
    raise typer.Exit(1 if report.rejected or report.interrupted else 0)


async def _import(file: Path, mapping: ImportMapping, settings: Settings) -> ImportReport:
    database = connect(settings.mongodb_uri, settings.mongodb_database)
    services = compose(database, settings)
    try:
        async for step in migrate(database, now=utc_now()):
            _say(f"{step.id} {step.title}: done")
        with progress_bar(console, file.name) as progress, stopped_by_interrupt() as stop:
            return await import_file(
                file, mapping, services, progress=progress, now=utc_now(), stop=stop
            )
    finally:
        await services.close()
        await close(database)


@app.command("audit")
def audit_command(
    *,
    repair: Annotated[
        bool, typer.Option("--repair", help="Make what differs as the events say.")
    ] = False,
) -> None:
    """Compare all profiles, sessions and accounts with the events; these may go on arriving."""
    settings = load_settings()
    if settings.mongodb_uri is None:
        raise SettingError("MONGODB_URI", "an audit needs a database that stays")
    settle_collector()
    audited = asyncio.run(_audit(settings, repair=repair))
    _say(str(audited))
    raise typer.Exit(1 if audited.repaired < audited.differences else 0)


async def _audit(settings: Settings, *, repair: bool) -> Audited:
    database = connect(settings.mongodb_uri, settings.mongodb_database)
    services = compose(database, settings)
    try:
        with audit_bar(console) as watcher:
            return await services.audit.audit(watcher, repair=repair)
    finally:
        await services.close()
        await close(database)


@app.command("export")
def export_command(
    *,
    user_id: Annotated[str | None, typer.Option("--user-id", help="The person's user id.")] = None,
    identifier: Annotated[
        str | None, typer.Option("--identifier", help="Any identifier, as type:value.")
    ] = None,
) -> None:
    """Print everything that is stored of a person, as lines of JSON."""
    named = (
        Identifier(USER_ID, user_id)
        if user_id
        else Identifier(*(identifier or "").partition(":")[::2])
    )
    asyncio.run(_export(named, load_settings()))


async def _export(named: Identifier, settings: Settings) -> None:
    database = connect(settings.mongodb_uri, settings.mongodb_database)
    try:
        exports = compose(database, settings).exports
        profile = await exports.find(named)
        if profile is None:
            raise ProfileNotFoundError(())
        async for line in exports.lines(profile):
            sys.stdout.buffer.write(written(line))
    finally:
        await close(database)


@app.command("schema")
def schema_command() -> None:
    """Print the schema in GraphQL's schema language."""
    typer.echo(build_schema().as_str())


if __name__ == "__main__":
    main()
