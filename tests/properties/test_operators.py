"""MongoDB's operators and the Python folds mean the same, for all 30 pairs, on the store."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from random import Random
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from app.aggregation.monoids import MAX_LIST, MONOIDS, Aggregation
from app.aggregation.stamps import Stamped
from app.attributes.catalogue import Catalogue
from app.attributes.model import AttributeDefinition, AttributeOrigin, ProfileKind
from app.profiles.compile import fold_update
from app.profiles.model import Fold, Processed
from app.profiles.stored import load_fold
from app.storage.client import Collection, Database
from app.values import DataType, Value
from tests.building import NOON, at
from tests.properties.strategies import PAIRS, histories

Pair = tuple[DataType, Aggregation]
History = list[Stamped]


def named(pair: Pair) -> str:
    return "_".join(pair).lower()


def definition(pair: Pair) -> AttributeDefinition:
    return AttributeDefinition(
        kind=ProfileKind.USER,
        name=named(pair),
        display_name=named(pair),
        data_type=pair[0],
        aggregation=pair[1],
        origin=AttributeOrigin.CUSTOM,
        source=None,
        created_at=NOON,
        updated_at=NOON,
    )


CATALOGUE = Catalogue(1, map(definition, PAIRS), defaults=())


def a_fold(histories: dict[Pair, History], now: datetime = NOON) -> Fold:
    """What these values make of a profile."""
    return Fold(
        {
            named(pair): (pair[1], MONOIDS[pair[1]].fold(values))
            for pair, values in histories.items()
            if values
        },
        processed=Processed(now, now),
    )


async def stored_fold(documents: Collection, folds: Sequence[Fold]) -> Fold:
    """What a document holds after these updates."""
    key = {"_id": uuid4().hex}
    for fold in folds:
        await documents.update_one(key, fold_update(fold), upsert=True)
    found = await documents.find_one(key)
    assert found is not None
    return load_fold(found, ProfileKind.USER, CATALOGUE)


def parts(values: History, cuts: list[int]) -> list[History]:
    edges = [0, *sorted(cut % (len(values) + 1) for cut in cuts), len(values)]
    return [values[a:b] for a, b in pairwise(edges)]


@given(data=st.data())
async def test_updates_in_any_order_make_what_the_fold_makes(
    database: Database, data: st.DataObject
) -> None:
    pairs = data.draw(st.lists(st.sampled_from(PAIRS), min_size=1, max_size=3, unique=True))
    drawn = {pair: data.draw(histories(*pair)) for pair in pairs}
    cuts = data.draw(st.lists(st.integers(0, 9), min_size=1, max_size=3))
    split = {pair: parts(values, cuts) for pair, values in drawn.items()}
    folds = [a_fold({pair: split[pair][n] for pair in pairs}) for n in range(len(cuts) + 1)]
    order = data.draw(st.permutations(folds))

    assert await stored_fold(database["profiles"], order) == a_fold(drawn)


async def test_every_pair_in_one_document(database: Database) -> None:
    values: dict[DataType, list[Value]] = {
        DataType.STRING: ["$set", "b", "a.b", "🙂", ""],
        DataType.NUMBER: [Decimal("1.5"), Decimal(2), Decimal("-0.1"), Decimal(2), Decimal(2**40)],
        DataType.BOOLEAN: [True, False, True, False, True],
        DataType.DATETIME: [at(second) for second in (5, 3, 4, 3, 1)],
        DataType.IP: ["192.0.2.1", "2001:db8::1", "192.0.2.1", "::", "192.0.2.2"],
    }
    drawn = {
        pair: [Stamped(at(n % 3), n % 2, value) for n, value in enumerate(values[pair[0]])]
        for pair in PAIRS
    }
    folds = [a_fold({pair: drawn[pair][n : n + 1] for pair in PAIRS}) for n in range(5)]

    assert await stored_fold(database["profiles"], folds[::-1]) == a_fold(drawn)


@settings(max_examples=5)
@given(seed=st.integers(0, 2**32))
async def test_capped_lists_are_the_same_on_the_store(database: Database, seed: int) -> None:
    chance = Random(seed)
    pairs = [(DataType.STRING, Aggregation.LIST), (DataType.STRING, Aggregation.UNIQUE_LIST)]
    values: History = [
        Stamped(at(chance.randrange(200)), chance.randrange(5), f"v{chance.randrange(1400)}")
        for _ in range(2 * MAX_LIST)
    ]
    cuts = [chance.randrange(len(values)) for _ in range(3)]
    folds = [a_fold(dict.fromkeys(pairs, part)) for part in parts(values, cuts)]
    chance.shuffle(folds)

    assert await stored_fold(database["profiles"], folds) == a_fold(dict.fromkeys(pairs, values))


async def test_example_processing_times_are_the_earliest_and_the_latest(
    database: Database,
) -> None:
    folds = [a_fold({}, now=at(second)) for second in (20, 30, 10)]

    stored = await stored_fold(database["profiles"], folds)

    assert stored == Fold({}, processed=Processed(at(10), at(30)))
