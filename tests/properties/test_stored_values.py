"""Values as the store keeps them: nothing is lost, and the store's order is ours."""

from datetime import UTC
from decimal import Decimal
from typing import Any

import bson
from bson import CodecOptions, Decimal128
from hypothesis import example, given
from hypothesis import strategies as st

from app.aggregation.monoids import Aggregation
from app.aggregation.stamps import Stamped
from app.aggregation.stored import (
    load_number,
    load_stamped,
    load_value,
    store_number,
    store_stamped,
    store_value,
    unique_key,
)
from app.storage.bson_order import order_key
from app.values import DataType, Value
from tests.building import at
from tests.properties.strategies import VALUES, stamped

AS_CONNECTED: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True, tzinfo=UTC)

types = st.sampled_from(DataType)
two_values = types.flatmap(lambda one: st.tuples(VALUES[one], VALUES[one]))
two_entries = types.flatmap(
    lambda one: st.tuples(stamped(one, Aggregation.LIST), stamped(one, Aggregation.LIST))
)


def through_bson(stored: Any) -> Any:
    return bson.decode(bson.encode({"x": stored}), AS_CONNECTED)["x"]


@given(values=two_values)
def test_stored_value_is_the_value(values: tuple[Value, Value]) -> None:
    for value in values:
        assert load_value(through_bson(store_value(value))) == value


@given(number=VALUES[DataType.NUMBER])
@example(Decimal("1E+310"))
@example(Decimal("-1E-310"))
@example(Decimal("-0.1"))
@example(Decimal("9" * 34))
def test_stored_number_is_the_one_that_the_driver_makes(number: Decimal) -> None:
    assert store_number(number).bid == Decimal128(number).bid


@given(
    stored=st.builds(
        lambda number, exponent: Decimal128(f"{number}E{exponent}"),
        st.integers(1 - 10**34, 10**34 - 1),
        st.integers(-6176, 6111),
    )
)
@example(Decimal128("-6.5611597143987542834335141719E+75"))
@example(Decimal128("-0"))
@example(Decimal128("Infinity"))
def test_stored_number_is_read_as_the_driver_reads_it(stored: Decimal128) -> None:
    assert str(load_number(stored)) == str(stored.to_decimal())


@given(entries=two_entries)
def test_stored_entry_is_the_entry(entries: tuple[Stamped, Stamped]) -> None:
    for entry in entries:
        assert load_stamped(through_bson(store_stamped(entry))) == entry


@given(entries=two_entries)
def test_store_orders_entries_as_we_do(entries: tuple[Stamped, Stamped]) -> None:
    a, b = entries
    stored_a, stored_b = (order_key(store_stamped(one)) for one in entries)

    assert (stored_a < stored_b, stored_a == stored_b) == (a < b, a == b)


@given(values=two_values)
@example((Decimal(1234567890123456789012345678901), Decimal(1234567890123456789012345678902)))
@example((Decimal("1.10"), Decimal("1.1")))
@example((Decimal("1E+3"), Decimal(1000)))
def test_unique_keys_are_equal_for_equal_values_only(values: tuple[Value, Value]) -> None:
    a, b = values

    assert (unique_key(a) == unique_key(b)) == (a == b)


def test_example_whole_numbers_are_integers_and_others_decimals() -> None:
    entry = Stamped(at(10), 7, Decimal("1.50"))

    assert store_stamped(entry) == {"t": at(10), "n": 7, "v": Decimal128("1.50")}
    assert store_value(Decimal("2.00")) == 2
    assert store_value(Decimal(2**63)) == Decimal128(str(2**63))
