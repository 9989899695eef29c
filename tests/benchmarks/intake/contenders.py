"""What an intake costs: requests through the whole application, against their events alone.

Both have a database of their own. The service is given what the intake would have read, in the
same batches, so that the difference is HTTP, decoding, reading, enriching and answering.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from starlette.types import ASGIApp

from app.intake.peer import Peer
from app.main import create_app
from app.services import Services, compose, utc_now
from app.settings import Settings
from app.visitors.enriching import Enriching
from tests.benchmarks.databases import fresh_database
from tests.benchmarks.intake.messages import ADDRESS, AGENT, MESSAGES, Format
from tests.benchmarks.rounds import Measured, Turn, measured

ALONE = "ingestion alone"
INTAKE = "intake"


async def intake(uri: str, form: Format, *, rounds: int) -> Measured:
    """Messages a second, through the intake and without it."""
    async with _served(uri) as (services, app):
        return await measured(
            lambda number: {
                ALONE: partial(_alone, services, form, number),
                INTAKE: partial(_through, app, form, number),
            },
            rounds=rounds,
            items=MESSAGES,
        )


@asynccontextmanager
async def _served(uri: str) -> AsyncIterator[tuple[Services, ASGIApp]]:
    async with AsyncExitStack() as stack:
        bare, served = [await stack.enter_async_context(fresh_database(uri)) for _ in range(2)]
        services = compose(bare, Settings())
        stack.push_async_callback(services.close)
        app = create_app(Settings(mongodb_uri=uri, mongodb_database=served.name))
        await stack.enter_async_context(app.router.lifespan_context(app))
        yield services, app


async def _alone(services: Services, form: Format, number: int) -> Turn:
    peer = Peer(utc_now(), AGENT, ADDRESS, Enriching())
    batches = [form.events(body, peer) for body in form.bodies(number)]

    async def ingest() -> None:
        for batch in batches:
            outcome = await services.ingestion.ingest(batch)
            assert outcome.accepted == len(batch), outcome

    return ingest


async def _through(app: ASGIApp, form: Format, number: int) -> Turn:
    requests = [form.request(body) for body in form.bodies(number)]

    async def send() -> None:
        for request in requests:
            await request.sent_to(app)

    return send
