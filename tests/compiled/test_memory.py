"""What is remembered of operations: what pays, within bounds, and nothing of other schemas."""

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from statistics import median
from time import process_time
from typing import Any

import pytest
from strawberry.extensions import ParserCache, SchemaExtension
from typing_extensions import override

from graphql_schema.compiled import memory
from graphql_schema.compiled.memory import memory_of
from graphql_schema.compiled.plans import WORTH_COMPILING
from tests.compiled.garage import a_schema, ask, counted, some_cars, told

PAGE = "{ cars { name label wheels { size } } }"


async def test_page_is_one_compiled_list() -> None:
    schema = a_schema()

    await ask(schema, PAGE, some_cars())

    assert (counted(schema).compiled, counted(schema).surprised.total()) == (1, 0)


async def test_few_objects_are_not_worth_compiling() -> None:
    schema = a_schema()

    await ask(schema, PAGE, some_cars(2))

    assert counted(schema).compiled == 0


async def test_operation_that_comes_again_is_worth_it() -> None:
    schema, query = a_schema(ParserCache), "{ car { name } }"

    for _ in range(WORTH_COMPILING + 1):
        await ask(schema, query, some_cars(1))

    assert counted(schema).compiled == 1


async def test_memory_is_bounded() -> None:
    schema = a_schema()

    for number in range(memory.MAX_OPERATIONS + 50):
        await ask(schema, f"{{ cars {{ a{number}: name }} }}", some_cars(9))

    assert len(memory_of(schema._schema)._operations) == memory.MAX_OPERATIONS


async def test_conditions_of_an_operation_are_bounded() -> None:
    names = [f"v{number}" for number in range(6)]
    declared = " ".join(f"${name}: Boolean!" for name in names)
    selected = " ".join(f"{name}: name @skip(if: ${name})" for name in names)
    schema, query = a_schema(ParserCache), f"query ({declared}) {{ cars {{ id {selected} }} }}"

    for number in range(2 ** len(names)):
        values = {name: bool(number >> place & 1) for place, name in enumerate(names)}
        result = await ask(schema, query, some_cars(9), **values)
        assert result.data
        assert list(result.data["cars"][0]) == ["id", *(one for one in names if not values[one])]

    [operation] = memory_of(schema._schema)._operations.values()
    assert len(operation.known) <= memory.MAX_CONDITIONS


async def test_same_document_means_another_thing_in_another_schema() -> None:
    """Strawberry's cache of documents is one for all schemas of a process."""
    first, second = a_schema(ParserCache), a_schema(ParserCache)
    for schema in (first, second):
        assert (await ask(schema, PAGE, some_cars())).data

    assert (counted(first).compiled, counted(second).compiled) == (1, 1)


class Watches(SchemaExtension):
    """Wants to see every field."""

    seen = 0

    @override
    def resolve(
        self, _next: Callable[..., Any], root: Any, info: Any, *args: str, **kwargs: Any
    ) -> Any:
        type(self).seen += 1
        return _next(root, info, *args, **kwargs)


class Traces(SchemaExtension):
    """Wants to know when an operation begins and ends."""

    @override
    def on_operation(self) -> Iterator[None]:
        yield


async def test_who_wants_to_see_every_field_sees_every_field() -> None:
    schema = a_schema(Watches)

    await ask(schema, "{ cars { name fast } }", some_cars())

    assert Watches.seen == 1 + 2 * 12
    assert counted(schema).compiled == 0


async def test_who_watches_operations_does_not_switch_it_off() -> None:
    schema = a_schema(Traces)

    await ask(schema, PAGE, some_cars())

    assert counted(schema).compiled == 1


async def test_rows_that_are_read_in_another_way_are_left_alone() -> None:
    schema = a_schema(reads_keys=False)

    assert told(await ask(schema, PAGE, some_cars())) == told(
        await ask(a_schema(), PAGE, some_cars())
    )
    assert counted(schema).compiled == 0


async def test_lists_nested_deeper_than_python_nests_loops_are_answered() -> None:
    deep = "{ id friend " * 8 + "{ id }" + " }" * 8
    wheels = f"{{ cars {{ matrix {deep.removeprefix('{ id ')} }}"
    schema = a_schema()

    assert told(await ask(schema, wheels, some_cars())) == told(
        await ask(a_schema(compiled=False), wheels, some_cars())
    )


@pytest.mark.parametrize("count", [1, WORTH_COMPILING + 1, 100])
async def test_first_run_of_a_query_takes_hardly_longer_than_the_stock_one(count: int) -> None:
    aliases = " ".join(f"{{0}}{number}: name" for number in range(25))
    query = f"{{{{ cars {{{{ {aliases} }}}} }}}}"
    took: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(9):
        for compiled, times in took.items():
            schema, cars = a_schema(compiled=compiled), some_cars(count)
            started = process_time()
            await ask(schema, query.format(f"turn{turn}_"), cars)
            times.append(process_time() - started)

    assert median(took[True]) - median(took[False]) < 0.002


async def test_queries_that_nobody_asks_again_leave_nothing_behind() -> None:
    schema = a_schema()

    async def ask_new(first: int, last: int) -> int:
        for number in range(first, last):
            await ask(schema, f"{{ cars {{ a{number}: name label }} }}", some_cars(9))
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        settled = await ask_new(0, memory.MAX_OPERATIONS + 50)
        grown = await ask_new(1000, 1000 + memory.MAX_OPERATIONS) - settled
    finally:
        tracemalloc.stop()

    assert grown < 256 * memory.MAX_OPERATIONS  # bytes; one operation takes 70,000
