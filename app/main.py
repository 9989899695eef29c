"""The composition root of the server: settings in, an ASGI application out."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Collection
from contextlib import asynccontextmanager
from functools import partial

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Scope

from app.demo.load import load_demo, load_demo_event_sources, load_demo_segments
from app.private import core_schema_of
from app.services import Services, compose, utc_now
from app.settings import Settings
from app.storage.client import Database, close, connect
from app.storage.ending import end
from app.storage.faults import known
from app.visitors.enriching import Enriching
from app.visitors.places import nowhere, open_places
from app.web.answers import AnswerErrors, answer_error
from app.web.demo.routes import demo_routes
from app.web.door import Door
from app.web.events import EventsEndpoint
from app.web.export import ExportEndpoint
from app.web.graphiql.routes import graphiql_page, graphiql_routes
from app.web.graphql import GraphQLView
from app.web.health import Health, Readiness
from app.web.intake import intake_routes
from app.web.patience import Patience
from app.web.peers import Peers
from app.web.room import Room
from app.web.uploads import is_upload
from graphql_schema.compiled.memory import counts
from graphql_schema.context import Context
from graphql_schema.operations import LimitedSchema
from graphql_schema.schema import build_schema
from migrations.runner import migrate, missing

MEBIBYTE = 1024 * 1024
MAX_BODY = 16 * MEBIBYTE
"""Bytes of a request: 1,000 events of 16 KiB, which is a large batch of large events."""

MAX_SDK_BODY = 5 * MEBIBYTE
"""Bytes of a request of an SDK, which sends at most 1 MiB, and recordings that are thrown away."""

RECOVERY_SECONDS = 5.0
"""How often what crashed processes left is looked for; their leases last three times as long."""

log = structlog.get_logger(__name__)


def create_app(settings: Settings, database: Database | None = None) -> Starlette:
    """The server; connects to the database of the settings unless it is given one."""
    store = (
        database
        if database is not None
        else connect(settings.mongodb_uri, settings.mongodb_database)
    )
    services = compose(store, settings)

    async def context(_request: Request) -> Context:
        return Context(services)

    async def lacking() -> list[str]:
        return [f"{step.id} {step.title}" for step in await missing(store)]

    schema = build_schema(
        introspection=settings.introspection,
        compiled=settings.compiled_execution,
        max_cost=settings.max_query_cost,
        seconds=settings.query_timeout_seconds,
    )
    view = GraphQLView(schema, get_context=context, page=graphiql_page)
    events = EventsEndpoint(services.ingestion, services.gate)
    sdks = intake_routes(Door(services.intake, services.gate, peers(settings)))
    paths = frozenset(route.path for route in sdks)
    return Starlette(
        routes=[
            Route("/graphql", view),
            *graphiql_routes(),
            *demo_routes(),
            Route("/v1/events", events.take, methods=["POST"]),
            *sdks,
            Route("/v1/profiles/export", ExportEndpoint(services.exports).read),
            Route("/health", Health(partial(_told, schema)).check),
            Route("/ready", Readiness(lacking).check),
        ],
        exception_handlers={HTTPException: answer_error},
        middleware=[
            Middleware(AnswerErrors, max_body_size=partial(_max_body, settings, paths)),
            Middleware(Patience),
            Middleware(Room),
        ],
        lifespan=partial(_lifespan, services=services, settings=settings),
    )


def peers(settings: Settings) -> Peers:
    """Tells who sends, and what can be told of that, as far as the settings allow."""
    find = open_places(settings.geoip_database) if settings.geoip_database else nowhere
    enrich = Enriching(find, store_addresses=settings.store_ip_addresses)
    return Peers(utc_now, enrich, settings.proxies)


def _max_body(settings: Settings, sdk_paths: Collection[str], scope: Scope) -> int:
    """Files wait on disk; everything else is held in memory."""
    if is_upload(scope):
        return settings.max_upload_mib * MEBIBYTE
    return MAX_SDK_BODY if scope.get("path") in sdk_paths else MAX_BODY


def _told(schema: LimitedSchema) -> dict[str, object]:
    """Lists and objects that compiled code completed, and what surprised it, by type."""
    found = counts(core_schema_of(schema))
    known = {"compiled": found.compiled, "surprised": found.surprised}
    return {"compiledExecution": known}


@asynccontextmanager
async def _lifespan(
    _app: Starlette, *, services: Services, settings: Settings
) -> AsyncIterator[None]:
    prepared = await _try(_prepare(services, settings))
    recovering = asyncio.create_task(_keep_up(services, settings, prepared=prepared))
    try:
        yield
    finally:
        await end(recovering)
        await _try(services.close())  # a database that is away takes nothing back
        await close(services.database)


async def _prepare(services: Services, settings: Settings) -> None:
    if settings.mongodb_uri is None or settings.migrate_on_start:
        async for step in migrate(services.database, now=utc_now()):
            log.info("migrated", step=step.id, title=step.title)
    if settings.with_demo_data and not await services.profiles.count():
        log.info("loading_demo_data")
        log.info("demo_data_loaded", events=await load_demo(services.ingestion, now=utc_now()))
        await load_demo_segments(services.segments, now=utc_now())
        await load_demo_event_sources(services.event_sources, now=utc_now())


async def _keep_up(services: Services, settings: Settings, *, prepared: bool) -> None:
    """Prepare a database that was away at the start; from then on recover what others left."""
    working = prepared
    while True:
        await asyncio.sleep(RECOVERY_SECONDS)
        prepared = prepared or await _try(_prepare(services, settings), told=not working)
        works = prepared and await _try(_recover(services), told=not working)
        if works and not working:
            log.info("works_again")
        working = works


async def _recover(services: Services) -> None:
    if found := await services.recover():
        log.info("recovered", things=found)


async def _try(work: Awaitable[None], *, told: bool = False) -> bool:
    """Whether it worked; what did not is tried again, and ``/ready`` tells meanwhile.

    ``told``: so it was before, and the log says so already.
    """
    try:
        await work
    except Exception as error:  # noqa: BLE001  # whatever it is, the next turn may do better
        if not told:
            log.warning("will_try_again", error=str(known(error)))
        return False
    return True
