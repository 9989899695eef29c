"""Which attributes can be defined: 30 of the 40 pairs of data type and aggregation."""

from itertools import product

import pytest

from app.aggregation.monoids import Aggregation
from app.attributes.check import ALLOWED
from app.attributes.model import AttributeDefinition, AttributeOrigin, ProfileKind
from app.attributes.service import NewAttribute
from app.errors import AttributeExistsError, AttributeInvalidError
from app.values import DataType
from tests.building import NOON
from tests.living import World

MATRIX = {
    #                      First  Last   F&L    List   Unique Min    Max    Sum
    DataType.STRING:      (True,  True,  True,  True,  True,  False, False, False),
    DataType.BOOLEAN:     (True,  True,  True,  True,  True,  False, False, False),
    DataType.IP:          (True,  True,  True,  True,  True,  False, False, False),
    DataType.DATETIME:    (True,  True,  True,  True,  True,  True,  True,  False),
    DataType.NUMBER:      (True,  True,  True,  True,  True,  True,  True,  True),
}  # fmt: skip
CELLS = [
    pytest.param(data_type, aggregation, allowed, id=f"{data_type} {aggregation}")
    for data_type, cells in MATRIX.items()
    for aggregation, allowed in zip(Aggregation, cells, strict=True)
]
NAMES = {
    DataType.STRING: "STRING takes FIRST, LAST, FIRST_AND_LAST, LIST, UNIQUE_LIST",
    DataType.BOOLEAN: "BOOLEAN takes FIRST, LAST, FIRST_AND_LAST, LIST, UNIQUE_LIST",
    DataType.IP: "IP takes FIRST, LAST, FIRST_AND_LAST, LIST, UNIQUE_LIST",
    DataType.DATETIME: "DATETIME takes FIRST, LAST, FIRST_AND_LAST, LIST, UNIQUE_LIST, MIN, MAX",
}


def test_matrix_has_forty_cells_and_thirty_are_allowed() -> None:
    assert len(CELLS) == len(list(product(DataType, Aggregation))) == 40
    assert sum(map(len, ALLOWED.values())) == 30


@pytest.mark.parametrize(("data_type", "aggregation", "allowed"), CELLS)
async def test_pair_is_defined_or_refused(
    world: World, data_type: DataType, aggregation: Aggregation, *, allowed: bool
) -> None:
    attributes = world.services.attributes
    if allowed:
        defined = await world.define("x", aggregation, data_type)
        assert defined == AttributeDefinition(
            kind=ProfileKind.USER,
            name="x",
            display_name="x",
            data_type=data_type,
            aggregation=aggregation,
            origin=AttributeOrigin.CUSTOM,
            source="properties.x",
            created_at=NOON,
            updated_at=NOON,
            since=1,
        )
        assert (await attributes.current()).get(ProfileKind.USER, "x") == defined
        return
    with pytest.raises(AttributeInvalidError) as refused:
        await world.define("x", aggregation, data_type)
    assert refused.value.code == "ATTRIBUTE_INVALID"
    assert str(refused.value) == f"aggregation: {NAMES[data_type]}, not {aggregation}."
    assert (await attributes.current()).get(ProfileKind.USER, "x") is None
    assert (await attributes.current()).version == 0


@pytest.mark.parametrize(
    ("new", "message"),
    [
        pytest.param(
            {"name": ""},
            "name: a name is 1 to 255 letters, digits, underscores and hyphens.",
            id="empty name",
        ),
        pytest.param(
            {"name": "a.b"},
            "name: a name is 1 to 255 letters, digits, underscores and hyphens.",
            id="name with a dot",
        ),
        pytest.param(
            {"name": "x" * 256},
            "name: a name is 1 to 255 letters, digits, underscores and hyphens.",
            id="name that is too long",
        ),
        pytest.param(
            {"name": "session_custom_dimension_1"},
            "name: session custom dimensions define themselves.",
            id="name of a session custom dimension",
        ),
        pytest.param(
            {"display_name": " "},
            "displayName: a display name is 1 to 255 characters.",
            id="blank display name",
        ),
        pytest.param(
            {"description": "x" * 2001},
            "description: a description is at most 2000 characters.",
            id="description that is too long",
        ),
        pytest.param(
            {"event_field": "a..b"},
            "eventField: an event field is 1 to 255 characters, keys joined by dots.",
            id="event field with an empty key",
        ),
        pytest.param(
            {"event_field": "revenue"},
            "dataType: the attribute total_revenue reads this event field as NUMBER; "
            "attributes that share a field share its type.",
            id="another type than other attributes of the field",
        ),
    ],
)
async def test_definition_that_breaks_a_rule_is_refused(
    world: World, new: dict[str, str], message: str
) -> None:
    fields = {"name": "x", **new}
    definition = NewAttribute(
        kind=ProfileKind.USER,
        data_type=DataType.STRING,
        aggregation=Aggregation.LAST,
        **fields,
    )

    with pytest.raises(AttributeInvalidError) as refused:
        await world.services.attributes.create(definition, now=NOON)

    assert str(refused.value) == message
    assert (await world.services.attributes.current()).version == 0


@pytest.mark.parametrize("name", ["email", "session_dimension", "x"])
async def test_name_that_is_taken_is_refused(world: World, name: str) -> None:
    await world.define("x", Aggregation.LAST)
    await world.define("session_dimension", Aggregation.LAST)

    with pytest.raises(AttributeExistsError) as refused:
        await world.define(name, Aggregation.FIRST)

    assert str(refused.value) == f"There is already a USER attribute named {name}."
    assert (await world.services.attributes.current()).version == 2


async def test_users_and_accounts_have_names_of_their_own(world: World) -> None:
    user = await world.define("plan", Aggregation.LAST)
    account = await world.define("plan", Aggregation.LAST, kind=ProfileKind.ACCOUNT)

    assert (user.source, account.source) == ("properties.plan", "account.plan")


async def test_two_processes_that_define_at_once_lose_no_definition(world: World) -> None:
    other = world.another_process()
    await other.define("a", Aggregation.LAST)

    await world.define("b", Aggregation.LAST)

    names = [
        one.name for one in (await other.services.attributes.current()).of_kind(ProfileKind.USER)
    ]
    assert names[-2:] == ["a", "b"]
