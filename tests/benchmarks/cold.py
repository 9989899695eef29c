"""What the first request of a new query costs: compiled execution against stock execution."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import count
from statistics import median

from strawberry.types import ExecutionResult

from app.services import compose, utc_now
from app.settings import Settings
from app.storage.client import connect
from graphql_schema.context import Context
from graphql_schema.operations import LimitedSchema
from graphql_schema.schema import build_schema
from migrations.runner import migrate
from tests.benchmarks.peers.kept import KeptDatabase
from tests.benchmarks.peers.people import TEXTS, fill
from tests.benchmarks.rounds import Measured, Prepare, Turn, measured

STOCK, COMPILED = "stock", "compiled"
PAGES = (1, 9, 100)
"""Rows of a page: too few to be worth compiling, just enough, and many."""

_QUERIES = 20
_NUMBERS = count()


@dataclass(frozen=True, slots=True)
class FirstRun:
    """The first requests of queries for pages of so many rows."""

    rows: int
    measured: Measured

    def milliseconds(self, name: str) -> float:
        """Of one request."""
        return median(self.measured.seconds[name]) * 1000 / _QUERIES

    @property
    def longer(self) -> float:
        """Milliseconds that compiled execution takes longer, round by round."""
        seconds = self.measured.seconds
        pairs = zip(seconds[COMPILED], seconds[STOCK], strict=True)
        return median(ours - stock for ours, stock in pairs) * 1000 / _QUERIES


async def first_runs(rounds: int) -> list[FirstRun]:
    """Every query is asked once, by either."""
    database = connect(None, "cold")
    async for _ in migrate(database, now=utc_now()):
        pass
    await fill(database)
    found = await database["profiles"].find({}, sort=[("_id", -1)]).to_list()
    services = compose(KeptDatabase(found), Settings())
    schemas = {name: build_schema(compiled=name == COMPILED) for name in (STOCK, COMPILED)}

    def turns(rows: int, _number: int) -> Mapping[str, Prepare]:
        return {
            name: partial(_asking, schema, partial(Context, services), rows)
            for name, schema in schemas.items()
        }

    return [
        FirstRun(rows, await measured(partial(turns, rows), rounds=rounds, items=_QUERIES))
        for rows in PAGES
    ]


async def _asking(schema: LimitedSchema, context: partial[Context], rows: int) -> Turn:
    queries = [_query(rows, next(_NUMBERS)) for _ in range(_QUERIES)]

    async def ask() -> None:
        for query in queries:
            result = await schema.execute(query, context_value=context())
            assert isinstance(result, ExecutionResult)
            assert not result.errors, result.errors

    return ask


def _query(rows: int, number: int) -> str:
    fields = " ".join(f"a{number}{name}: {name}" for name in TEXTS)
    return f"""{{ profiles(first: {rows}) {{ nodes {{
      id createdAt firstSeen lastSeenCountry {{ name }} {fields} attributes {{ name value }}
    }} }} }}"""
