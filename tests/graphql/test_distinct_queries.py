"""Queries that nobody asks twice leave nothing behind.

``DISTINCT_QUERIES`` says how many are asked, 3,000 unless it is told:
``DISTINCT_QUERIES=1000000 python -m pytest -s tests/graphql/test_distinct_queries.py``.
"""

import gc
import os
import sys
from pathlib import Path

import pytest
from strawberry.types import ExecutionResult

from app.services import compose
from app.settings import Settings
from graphql_schema.compiled.memory import MAX_OPERATIONS, counts, memory_of
from graphql_schema.context import Context
from graphql_schema.operations import CACHED
from graphql_schema.schema import build_schema
from tests.benchmarks.peers.kept import KeptDatabase
from tests.graphql.test_compiled_execution import people
from tests.living import World

QUERIES = int(os.environ.get("DISTINCT_QUERIES", "0")) or 3_000
SETTLED = 1_000
"""Queries after which all caches are full."""

TOLD_EACH = 100_000

FORMS = (
    "query Q{0} {{ profiles(first: 9) {{ nodes {{ a{0}: email b{0}: lastSeen }} }} }}",
    "{{ profiles(first: 1) {{ nodes {{ a{0}: email attributes {{ b{0}: value }} }} }} }}",
    '{{ profiles(first: 9) {{ nodes {{ a{0}: attribute(name: "n{0}") {{ value }} }} }} }}',
    "{{ profiles {{ nodes {{ none{0} }} }} }}",
    "{{ profiles {{ nodes {{ text{0} ",
)
"""A compiled list, an object that is not worth it, arguments, what is refused, and no query."""


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
async def test_queries_that_nobody_asks_twice_leave_nothing_behind(world: World) -> None:
    await people(world)
    kept = await world.database["profiles"].find({}).to_list()
    services = compose(KeptDatabase(kept), Settings(), world.clock)
    schema = build_schema.__wrapped__(compiled=True)  # whose caches are empty
    blocks = {}
    for number in range(QUERIES):
        query = FORMS[number % len(FORMS)].format(number)
        result = await schema.execute(query, context_value=Context(services, world.clock()))
        assert isinstance(result, ExecutionResult)
        assert bool(result.errors) == (number % len(FORMS) > 2), (query, result.errors)
        if number + 1 in (SETTLED, QUERIES):
            gc.collect()
            blocks[number + 1] = sys.getallocatedblocks()
        if (number + 1) % TOLD_EACH == 0:
            print(f"{number + 1:,} queries, {_mebibytes():.1f} MiB")  # noqa: T201  # a figure

    known, memory = schema.known.cache_info(), memory_of(schema._schema)
    assert known.currsize == CACHED
    assert len(memory._operations) == MAX_OPERATIONS
    assert counts(schema._schema).compiled > QUERIES / len(FORMS)
    assert blocks[QUERIES] - blocks[SETTLED] < (QUERIES - SETTLED) / 2  # less than one for each


def _mebibytes() -> float:
    """Memory that is resident, where the system tells it."""
    status = Path("/proc/self/statm")
    pages = int(status.read_text().split()[1]) if status.exists() else 0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024
