"""The updates that folds become, as documents for MongoDB."""

from decimal import Decimal

from bson import Decimal128

from app.aggregation.monoids import MAX_LIST, Aggregation, State
from app.aggregation.stamps import Stamped
from app.aggregation.stored import unique_key
from app.profiles.compile import GuardedUpdate, absorb_update, fold_update, guarded_update
from app.profiles.model import Fold, Processed, combine
from tests.building import at

A, B = Stamped(at(10), 1, "$a"), Stamped(at(20), 2, "b")
STORED_A = {"t": at(10), "n": 1, "v": "$a"}
STORED_B = {"t": at(20), "n": 2, "v": "b"}


def a_fold(aggregation: Aggregation, state: State) -> Fold:
    return Fold({"x": (aggregation, state)})


def test_each_aggregation_is_its_operator() -> None:
    states: dict[Aggregation, State] = {
        Aggregation.FIRST: A,
        Aggregation.LAST: B,
        Aggregation.FIRST_AND_LAST: (A, B),
        Aggregation.LIST: (A, B),
        Aggregation.UNIQUE_LIST: (A, B),
        Aggregation.MIN: Decimal(1),
        Aggregation.MAX: at(10),
        Aggregation.SUM: Decimal("0.30"),
    }

    assert {one: fold_update(a_fold(one, state)) for one, state in states.items()} == {
        Aggregation.FIRST: {"$min": {"attributes.x": STORED_A}},
        Aggregation.LAST: {"$max": {"attributes.x": STORED_B}},
        Aggregation.FIRST_AND_LAST: {
            "$min": {"attributes.x.first": STORED_A},
            "$max": {"attributes.x.last": STORED_B},
        },
        Aggregation.LIST: {
            "$push": {
                "attributes.x": {
                    "$each": [STORED_A, STORED_B],
                    "$sort": {"t": 1, "n": 1, "v": 1},
                    "$slice": -MAX_LIST,
                }
            }
        },
        Aggregation.UNIQUE_LIST: {
            "$min": {
                f"attributes.x.{unique_key('$a')}": STORED_A,
                f"attributes.x.{unique_key('b')}": STORED_B,
            }
        },
        Aggregation.MIN: {"$min": {"attributes.x": 1}},
        Aggregation.MAX: {"$max": {"attributes.x": at(10)}},
        Aggregation.SUM: {"$inc": {"attributes.x": Decimal128("0.30")}},
    }


def test_sets_and_processing_times_of_a_fold() -> None:
    fold = Fold({}, frozenset({"x:2", "x:1"}), frozenset({"a1"}), Processed(at(10), at(20)))

    assert fold_update(fold) == {
        "$min": {"created_at": at(10)},
        "$max": {"updated_at": at(20)},
        "$addToSet": {
            "identifiers": {"$each": ["x:1", "x:2"]},
            "accounts": {"$each": ["a1"]},
        },
    }


def test_empty_fold_changes_nothing() -> None:
    assert fold_update(Fold({})) == {}


def test_guarded_update_is_refused_by_whoever_has_seen_it_or_is_gone() -> None:
    update = fold_update(a_fold(Aggregation.MIN, Decimal(1)))

    assert guarded_update("p", "lane-01", 7, update) == GuardedUpdate(
        {
            "_id": "p",
            "merged_into": None,
            "deleted": None,
            "guard.lane-01": {"$not": {"$gte": 7}},
        },
        {"$min": {"attributes.x": 1}, "$set": {"guard.lane-01": 7}},
    )
    assert update == {"$min": {"attributes.x": 1}}


def test_absorbing_takes_guards_and_what_was_absorbed_along() -> None:
    frozen = {"_id": "s", "guard": {"lane-01": 7, "lane-02|q": 3}, "absorbed": ["q"]}

    absorbing = absorb_update("p", a_fold(Aggregation.MIN, Decimal(1)), frozen, "s")

    assert absorbing == GuardedUpdate(
        {"_id": "p", "merged_into": None, "deleted": None, "absorbed": {"$ne": "s"}},
        {
            "$min": {"attributes.x": 1},
            "$max": {"guard.lane-01|s": 7, "guard.lane-02|q": 3},
            "$addToSet": {"absorbed": {"$each": ["q", "s"]}},
        },
    )


def test_combining_folds_unites_what_both_know() -> None:
    a = Fold(
        {"x": (Aggregation.SUM, Decimal(1)), "y": (Aggregation.FIRST, B)},
        frozenset({"x:1"}),
        frozenset({"a1"}),
        Processed(at(20), at(30)),
    )
    b = Fold(
        {"x": (Aggregation.SUM, Decimal(2)), "z": (Aggregation.LAST, A)},
        frozenset({"x:2"}),
        processed=Processed(at(10), at(20)),
    )

    assert (
        combine(a, b)
        == combine(b, a)
        == Fold(
            {
                "x": (Aggregation.SUM, Decimal(3)),
                "y": (Aggregation.FIRST, B),
                "z": (Aggregation.LAST, A),
            },
            frozenset({"x:1", "x:2"}),
            frozenset({"a1"}),
            Processed(at(10), at(30)),
        )
    )


def test_fold_that_is_no_news_leaves_the_processing_times_alone() -> None:
    news = Fold({}, processed=Processed(at(10), at(20)))

    assert combine(news, Fold({})) == news
    assert combine(Fold({}), Fold({})) == Fold({})
