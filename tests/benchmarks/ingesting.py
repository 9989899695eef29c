"""How much of the bare driver's speed ingestion keeps, through the service and through GraphQL."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from starlette.types import ASGIApp

from app.main import create_app
from app.services import Services, compose
from app.settings import Settings
from app.storage.client import Database, Document
from tests.benchmarks.calling import Request
from tests.benchmarks.databases import fresh_database
from tests.benchmarks.events import BATCH, Batch, batch
from tests.benchmarks.floor import Floor
from tests.benchmarks.rounds import FLOOR, Measured, Prepare, Turn, measured

SERVICE = "service"
MUTATION = "mutation"

_INGEST = """mutation Ingest($input: IngestEventsInput!) {
  ingestEvents(input: $input) {
    accepted duplicate
    rejected { index code message }
    warnings { index code message attribute }
    errors { code message path }
  }
}"""
_ALL_TAKEN = {"accepted": BATCH, "duplicate": 0, "rejected": [], "warnings": [], "errors": []}
_COMPARED = 100


@dataclass(frozen=True, slots=True)
class Scenario:
    """``each`` events of a person in a batch; everybody known already, or nobody yet."""

    each: int
    known: bool

    def batch(self, number: int) -> Batch:
        """The batch of a round."""
        people = BATCH // self.each
        first = 0 if self.known else number * people
        return batch(number, range(first, first + people), self.each)


@dataclass(frozen=True, slots=True)
class Contenders:
    """Three ways to ingest, each into a database of its own."""

    floor: Floor
    service: Services
    app: ASGIApp
    databases: list[Database]

    def turns(self, events: Batch) -> Mapping[str, Prepare]:
        """The same batch for each."""
        return {
            FLOOR: partial(self.floor.turn, events),
            SERVICE: partial(_through_service, self.service, events),
            MUTATION: partial(_through_mutation, self.app, events),
        }

    async def check(self) -> None:
        """All have done the same: as many documents, and the same attributes in each."""
        floor, *others = [await _content(one) for one in self.databases]
        assert all(other == floor for other in others), "the contenders did different work"


async def ingestion(uri: str, scenario: Scenario, *, rounds: int) -> Measured:
    """Events a second of each contender."""
    async with _contenders(uri) as contenders:
        found = await measured(
            lambda number: contenders.turns(scenario.batch(number)), rounds=rounds, items=BATCH
        )
        await contenders.check()
        return found


@asynccontextmanager
async def _contenders(uri: str) -> AsyncIterator[Contenders]:
    async with AsyncExitStack() as stack:
        databases = [await stack.enter_async_context(fresh_database(uri)) for _ in range(3)]
        bare, served, asked = databases
        floor, service = Floor(uri, bare.name), compose(served, Settings())
        stack.push_async_callback(floor.close)
        stack.push_async_callback(service.close)
        app = create_app(Settings(mongodb_uri=uri, mongodb_database=asked.name))
        await stack.enter_async_context(app.router.lifespan_context(app))
        yield Contenders(floor, service, app, databases)


async def _through_service(services: Services, events: Batch) -> Turn:
    inputs = events.inputs

    async def ingest() -> None:
        outcome = await services.ingestion.ingest(inputs)
        assert outcome.accepted == BATCH, outcome
        assert not outcome.warnings, outcome

    return ingest


async def _through_mutation(app: ASGIApp, events: Batch) -> Turn:
    variables = {"input": {"events": events.wire}}
    request = Request(
        "POST", "/graphql", json.dumps({"query": _INGEST, "variables": variables}).encode()
    )

    async def ingest() -> None:
        answer = json.loads(await request.sent_to(app))
        assert answer["data"] == {"ingestEvents": _ALL_TAKEN}, answer

    return ingest


async def _content(database: Database) -> dict[str, object]:
    collections = ("events", "accounts", "sessions", "profiles")
    content: dict[str, object] = {
        name: await database[name].count_documents({}) for name in collections
    }
    for name, key in (("accounts", "_id"), ("profiles", "identifiers")):
        content[f"attributes of {name}"] = await _attributes(database, name, key)
    return content


async def _attributes(database: Database, collection: str, key: str) -> list[Document]:
    found = database[collection].find({}, {"attributes": 1}, sort=[(key, 1)], limit=_COMPARED)
    return [document["attributes"] async for document in found]
