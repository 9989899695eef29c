"""A schema that has one of everything, and rows for it that may be broken anywhere."""

import asyncio
from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Annotated, Any, NewType, TypeAlias, cast

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionResult

from graphql_schema.compiled.columns import COLUMNS, Column, Columns, items_of
from graphql_schema.compiled.declaring import PURE, read_key
from graphql_schema.compiled.executor import CompiledExecution
from graphql_schema.compiled.memory import Counts, counts

Row: TypeAlias = dict[str, Any]
JSON = NewType("JSON", object)


@strawberry.enum
class Colour(Enum):
    """A colour."""

    RED = "red"
    BLUE = "blue"


@strawberry.interface
class Named:
    name: str

    @classmethod
    def is_type_of(cls, row: Any, _info: object) -> bool:
        """Rows say what they are; what is no row is nothing of ours."""
        return isinstance(row, dict) and row.get("__typename") == cls.__name__


@strawberry.type
class Wheel(Named):
    size: int | None
    ratio: float
    colour: Colour | None
    tags: list[str]
    notes: list[str | None] | None


@strawberry.type
class Boat(Named):
    sails: int


def label(
    root: strawberry.Parent[Row],
    prefix: str = "the",
    times: int | None = None,
    colour: Colour | None = None,
) -> str:
    """Only looks at the row; numbers break it."""
    name: str = root["name"].upper()
    return f"{prefix} {colour.value if colour else 'plain'} " + name * (times or 1)


@strawberry.type
class Kind:
    weight: int


@strawberry.type
class Part:
    name: str
    kind: Kind
    state: JSON | None
    age: int | None
    wear: list[int] | None


def _part_of(state: Any) -> Row:
    return {"state": state["v"], "age": state.get("age"), "wear": state.get("wear")}


def parts_made(maker: tuple[str, ...], names: list[str] | None = None) -> list[Column]:
    """Some are only a text, which is their state; of others there is more to say."""
    return [
        Column(
            name,
            {"name": name, "kind": {"weight": len(name)}},
            _part_of,
            plain="v" if len(name) > 4 else None,
        )
        for name in maker
        if names is None or name in names
    ]


PARTS = Columns(
    parts_made,
    source="maker",
    states=("factory", "parts"),
    varying=frozenset({"state", "age", "wear"}),
    plain="state",
)


ONE_PART = replace(PARTS, of=lambda maker, name: parts_made(maker, [name]))


def parts(root: strawberry.Parent[Row], names: list[str] | None = None) -> list[Row]:
    return items_of(PARTS, root, names=names)


def part(root: strawberry.Parent[Row], name: str) -> Row | None:
    return next(iter(items_of(PARTS, root, names=[name])), None)


def made_of(columns: Columns, kind: object, resolver: Any) -> Any:
    metadata = {PURE: True, COLUMNS: columns}
    return strawberry.field(resolver=resolver, graphql_type=kind, metadata=metadata)


async def slow(root: strawberry.Parent[Row]) -> str:
    await asyncio.sleep(0)
    name: Any = root["name"]
    return name if len(name) < 6 else None  # type: ignore[return-value]  # the null is the test


def broken(root: strawberry.Parent[Row]) -> str | None:
    raise ValueError(f"{root['name']} is broken")


@strawberry.type
class Car(Named):
    id: strawberry.ID
    wheels: list[Wheel]
    spare: Wheel | None
    fast: bool
    built: datetime
    extra: JSON | None
    matrix: list[list[int]]
    thing: Annotated[Wheel | Boat, strawberry.union("Thing")] | None
    label: str = strawberry.field(resolver=label, metadata={PURE: True})
    parts: list[Part] = made_of(PARTS, list[Part], parts)
    part: Part | None = made_of(ONE_PART, Part | None, part)
    slow: str = strawberry.field(resolver=slow)
    broken: str | None = strawberry.field(resolver=broken)

    @strawberry.field
    async def friend(self, info: strawberry.Info) -> "Car | None":
        row = cast("Row", self)
        found: Car | None = await info.context["loader"].load(row["name"])
        return found


@strawberry.type
class Query:
    @strawberry.field
    def cars(self, info: strawberry.Info) -> list[Car]:
        return info.context["cars"]  # type: ignore[no-any-return]  # rows stand for cars

    @strawberry.field
    def maybe(self, info: strawberry.Info) -> list[Car | None] | None:
        return [None, *info.context["cars"], None]

    @strawberry.field
    async def car(self, info: strawberry.Info, number: int = 0) -> Car | None:
        cars = info.context["cars"]
        return cars[number] if 0 <= number < len(cars) else None

    @strawberry.field
    def named(self, info: strawberry.Info) -> list[Named]:
        return [part for car in info.context["cars"] for part in (car, car["spare"])]


SCALARS: dict[object, Any] = {
    JSON: strawberry.scalar(name="JSON", serialize=lambda value: value),
}


def a_schema(
    *extensions: type[SchemaExtension], compiled: bool = True, reads_keys: bool = True
) -> strawberry.Schema:
    return strawberry.Schema(
        Query,
        types=[Boat, Wheel],
        extensions=extensions,
        execution_context_class=(
            CompiledExecution if compiled else StrawberryGraphQLCoreExecutionContext
        ),
        config=StrawberryConfig(
            default_resolver=read_key if reads_keys else lambda row, key: row.get(key),
            scalar_map=SCALARS,
        ),
    )


class Later:
    """A value that has to be awaited, as often as one likes."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __await__(self) -> Generator[Any, None, object]:
        yield from asyncio.sleep(0).__await__()
        return self.value


def a_wheel(number: int) -> Row:
    return {
        "__typename": "Wheel",
        "name": f"w{number}",
        "size": number or None,
        "ratio": number / 3,
        "colour": (Colour.RED, None, Colour.BLUE)[number % 3],
        "tags": ["a", f"b{number}"],
        "notes": [None, "n"] if number % 2 else None,
    }


MAKERS = (("door", "engine", "mirror"), ("mirror", "seat"))


def a_factory(number: int) -> Row:
    worn = {"v": {"deep": 1}, "age": number, "wear": [number, 2]}
    return {"parts": {"door": worn, "engine": {"v": f"e{number}"}, "mirror": {"v": number}}}


def a_car(number: int) -> Row:
    boat = {"__typename": "Boat", "name": f"boat{number}", "sails": number}
    return {
        "__typename": "Car",
        "id": str(number),
        "name": f"car{number}",
        "wheels": [a_wheel(one) for one in range(number % 4)],
        "spare": a_wheel(number) if number % 3 else None,
        "fast": bool(number % 2),
        "built": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number),
        "extra": {"deep": [number, {"x": None}]},
        "matrix": [[1, number], []],
        "maker": MAKERS[number % 5 == 0],
        "factory": a_factory(number),
        "thing": a_wheel(number) if number % 2 else boat,
    }


def some_cars(count: int = 12) -> list[Row]:
    """More of them than it takes to be compiled."""
    return [a_car(number) for number in range(count)]


async def ask(
    schema: strawberry.Schema, query: str, cars: list[Row], **variables: object
) -> ExecutionResult:
    async def load(names: list[str]) -> list[Row | None]:
        return [cars[len(name) % len(cars)] if "car" in name else None for name in names]

    context = {"cars": cars, "loader": DataLoader(load)}
    result = await schema.execute(query, variables, context_value=context)
    assert isinstance(result, ExecutionResult)
    return result


def told(result: ExecutionResult) -> tuple[str, list[object]]:
    """Data in their order, and errors with everything that is told of them."""
    errors = [(one.message, one.path, one.locations) for one in result.errors or []]
    return repr(result.data), sorted(errors, key=repr)


def counted(schema: strawberry.Schema) -> Counts:
    return counts(schema._schema)
