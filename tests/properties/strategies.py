"""Values, stamps, histories and JSON that properties are tried with."""

from datetime import MAXYEAR, MINYEAR, UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from app.aggregation.monoids import Aggregation
from app.aggregation.stamps import Stamped, tie_break
from app.attributes.check import ALLOWED
from app.exact import read_float
from app.values import DIGITS, DataType, Value, milliseconds
from tests.building import at

PAIRS = [
    (data_type, one) for data_type in DataType for one in Aggregation if one in ALLOWED[data_type]
]
"""The 30 allowed pairs of data type and aggregation."""

CHARACTERS = st.characters(exclude_categories=["Cs"])
"""Everything that JSON text can hold: a lone surrogate is no character."""

ODD_TEXTS = [
    "",
    "$set",
    "$$ROOT",
    "a.b",
    "$a.b",
    "%24",
    "%2E",
    "\x00",
    "__proto__",
    "_id",
    "null",
    "0",
]

texts = st.text(CHARACTERS, max_size=12) | st.sampled_from(ODD_TEXTS)

small_numbers = st.decimals(-1_000_000, 1_000_000, places=2).map(lambda one: one.normalize(DIGITS))
"""Numbers whose sums are exact."""

large_numbers = st.one_of(
    st.integers(-(10**34) + 1, 10**34 - 1).map(Decimal),
    st.builds(
        lambda digits, exponent: Decimal(digits).scaleb(exponent, DIGITS),
        st.integers(-(10**34) + 1, 10**34 - 1),
        st.integers(-270, 270),
    ),
)
numbers = (small_numbers | large_numbers).map(lambda one: DIGITS.plus(one.normalize(DIGITS)))

moments = (
    st.datetimes(timezones=st.just(UTC))
    .map(milliseconds)
    .filter(lambda one: MINYEAR < one.year < MAXYEAR)  # a year is left for other time zones
)

VALUES: dict[DataType, SearchStrategy[Value]] = {
    DataType.STRING: texts,
    DataType.NUMBER: numbers,
    DataType.BOOLEAN: st.booleans(),
    DataType.DATETIME: moments,
    DataType.IP: st.ip_addresses().map(str),
}

_TIMES = st.integers(0, 3).map(at) | moments
_TIES = st.builds(
    lambda tie, position: tie + position,
    st.integers(-1, 2).map(lambda sequence: tie_break("", sequence))
    | st.sampled_from(["e1", "e2"]).map(lambda event_id: tie_break(event_id, None)),
    st.integers(0, 2),
)


def stamped(data_type: DataType, aggregation: Aggregation) -> SearchStrategy[Stamped]:
    """Values with stamps, of which many are equal."""
    drawn = small_numbers if aggregation is Aggregation.SUM else VALUES[data_type]
    return st.builds(
        Stamped,
        _TIMES,
        _TIES,
        st.shared(st.lists(drawn, min_size=2, max_size=4)).flatmap(st.sampled_from) | drawn,
    )


def histories(
    data_type: DataType, aggregation: Aggregation, min_size: int = 1, max_size: int = 8
) -> SearchStrategy[list[Stamped]]:
    """What may happen to one attribute."""
    return st.lists(stamped(data_type, aggregation), min_size=min_size, max_size=max_size)


numeric_texts = st.from_regex(
    r"[ +-]?[0-9_]{0,40}(\.[0-9]{0,40})?([eE][+-]?[0-9]{1,8})?", fullmatch=True
) | st.sampled_from(["nan", "-inf", "Infinity", "sNaN1", "1e999999999999999999999", "٣", "1_0"])

json_numbers: SearchStrategy[Any] = st.one_of(
    st.integers(),
    st.integers(-(10**36), 10**36),
    st.floats(allow_nan=False, allow_infinity=False),
    st.from_regex(r"-?[1-9][0-9]{0,40}\.[0-9]{1,10}([eE][+-]?[0-9]{1,3})?", fullmatch=True).map(
        read_float
    ),
)
"""Numbers as they are read from JSON: a float that would lose digits is a decimal."""

scalars: SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    json_numbers,
    texts,
    numeric_texts,
    st.datetimes().map(datetime.isoformat),
    st.ip_addresses().map(str),
    st.sampled_from(["true", "FALSE", "BR", "br", "Brazil", "rage_click", "bot", 10**400]),
)

keys = texts | st.sampled_from(["id", "type", "frustration", "geo", "device", "revenue", "name"])

json_values: SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
json_objects = st.dictionaries(keys, json_values, max_size=5)


def as_kept(value: Any) -> Any:
    """The JSON that the ledger gives back: numbers of more than 34 digits are texts there."""
    match value:
        case dict():
            return {key: as_kept(one) for key, one in value.items()}
        case list():
            return list(map(as_kept, value))
        case bool() | float():
            return value
        case int() | Decimal():
            number = Decimal(value)
            return value if DIGITS.plus(number) == number else str(number)
        case _:
            return value
