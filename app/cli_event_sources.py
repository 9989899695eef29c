"""``profilegraph event-source``: who may send events, managed from the command line."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console

from app.access.errors import EventSourceNotFoundError
from app.access.model import EventSource, EventSourceKind, NewEventSource
from app.access.repository import EventSourceRepository
from app.access.service import EventSourceService
from app.errors import SettingError
from app.identity.model import IdentityPolicy
from app.services import utc_now
from app.settings import load_settings
from app.storage.client import close, connect

T = TypeVar("T")

sources = typer.Typer(no_args_is_help=True, help="Manage who may send events, by write keys.")
console = Console(stderr=True)

SourceArgument = Annotated[str, typer.Argument(help="The source's id, or its name.")]


@sources.command("create")
def create_command(  # its options are its arguments
    name: Annotated[str, typer.Argument(help="What it is called.")],
    *,
    kind: Annotated[EventSourceKind, typer.Option("--kind", help="Which intake takes its events.")],
    policy: Annotated[
        IdentityPolicy | None,
        typer.Option("--policy", help="What becomes of profiles that meet in one event."),
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option("--origin", help="A site whose pages may send; may be repeated."),
    ] = None,
    rate: Annotated[float | None, typer.Option("--rate", help="Events a second.")] = None,
    burst: Annotated[int | None, typer.Option("--burst", help="Events at once.")] = None,
    traits: Annotated[
        bool, typer.Option("--traits", help="New traits become custom attributes.")
    ] = False,
) -> None:
    """Create a source, and print its write key, this once."""
    origins = tuple(origin or ())
    new = NewEventSource(name, kind, policy, origins, rate, burst, traits_become_attributes=traits)
    created, key = _with_sources(lambda service: service.create(new, now=utc_now()))
    console.print(f"{created.id} {created.name}: keep its write key, it is not shown again.")
    typer.echo(key)


@sources.command("list")
def list_command() -> None:
    """List the sources whose write keys count."""
    for one in _with_sources(lambda service: service.all()):
        rate = "any rate" if one.rate is None else f"{one.rate:g} events/s"
        origins = ", ".join(one.origins) or "any origin"
        typer.echo(f"{one.id}  {one.kind}  {one.name}  ({rate}; {origins})")


@sources.command("rename")
def rename_command(
    source: SourceArgument, name: Annotated[str, typer.Argument(help="What it is called now.")]
) -> None:
    """Give a source another name."""

    async def rename(service: EventSourceService) -> EventSource:
        known = await _meant(service, source)
        return await service.change(known.id, {"name": name}, now=utc_now())

    changed = _with_sources(rename)
    typer.echo(f"{changed.id}  {changed.name}")


@sources.command("revoke")
def revoke_command(source: SourceArgument) -> None:
    """Let a source's write key count no more."""

    async def revoke(service: EventSourceService) -> EventSource:
        return await service.revoke((await _meant(service, source)).id, now=utc_now())

    revoked = _with_sources(revoke)
    typer.echo(f"{revoked.id}  {revoked.name}: revoked")


async def _meant(service: EventSourceService, text: str) -> EventSource:
    """The source of this id, or the only one of this name."""
    found = [one for one in await service.all() if text in (one.id, one.name)]
    if len(found) != 1:
        raise EventSourceNotFoundError
    return found[0]


def _with_sources(work: Callable[[EventSourceService], Awaitable[T]]) -> T:
    settings = load_settings()
    uri = settings.mongodb_uri
    if uri is None:
        raise SettingError("MONGODB_URI", "sources need a database that stays")

    async def run() -> T:
        database = connect(uri, settings.mongodb_database)
        try:
            return await work(EventSourceService(EventSourceRepository(database)))
        finally:
            await close(database)

    return asyncio.run(run())
