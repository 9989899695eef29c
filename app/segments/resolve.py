"""Conditions with what was found out about events and lists put in its place. Pure.

Few ids go into the filter. Where very many people did something, a filter that names them all
would be megabytes: there the filter finds all that may belong, and each is looked at. How many
are ``few`` depends on what is done with them.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypeAlias

from app.segments import model

FEW = 20_000
"""Ids that a filter may name: found, counted and sorted in a tenth of the second that it takes to
look at as many documents in another order."""

Sets: TypeAlias = Mapping[str, model.Among]
"""What was found out, by the text of the condition: 1 and true are equal in Python."""


def elsewhere(condition: model.Condition) -> Iterator[model.Elsewhere]:
    """What has to be found out, maybe the same several times."""
    match condition:
        case model.All(conditions=conditions) | model.Any(conditions=conditions):
            for one in conditions:
                yield from elsewhere(one)
        case model.Not(condition=one) | model.InSegment(condition=one):
            yield from elsewhere(one)
        case model.Performed() | model.Listed():
            yield condition
        case _:
            pass


def resolved(condition: model.Condition, sets: Sets) -> model.Condition:
    """The condition over documents alone; segments are replaced by what they mean.

    What is not among the sets is left: long lists, where only few people are looked at.
    """

    def put(one: model.Condition) -> model.Condition:
        is_elsewhere = isinstance(one, model.Performed | model.Listed)
        return sets.get(repr(one), one) if is_elsewhere else one

    return _mapped(condition, put)


def large_sets(condition: model.Condition, few: int) -> list[model.Among]:
    """The sets that are too large for a filter, each once."""
    found = {id(one.ids): one for one in _sets(condition) if len(one.ids) > few}
    return list(found.values())


def relaxed(condition: model.Condition, few: int, *, may: bool = True) -> model.Condition:
    """What holds for all that may belong, whoever the large sets are made of."""
    match condition:
        case model.Among(ids=ids) if len(ids) > few:
            return _constant(holds=may)
        case model.Performed() | model.Listed():
            return _constant(holds=may)
        case model.Not(condition=one):
            return _not(relaxed(one, few, may=not may))
        case model.All(conditions=conditions):
            return _all(tuple(relaxed(one, few, may=may) for one in conditions))
        case model.Any(conditions=conditions):
            return _any(tuple(relaxed(one, few, may=may) for one in conditions))
        case _:
            return condition


def undecided(condition: model.Condition, few: int) -> model.Condition:
    """What is left to be looked at, given that the relaxed condition holds."""
    if not isinstance(condition, model.All):
        return condition
    left = tuple(one for one in condition.conditions if needs_looking(one, few))
    return model.All(left)


def needs_looking(condition: model.Condition, few: int) -> bool:
    """Whether a filter cannot decide it, so that everybody who may belong is looked at."""
    return bool(large_sets(condition, few)) or any(elsewhere(condition))


def asks_for_content(condition: model.Condition) -> bool:
    """Whether it holds for no document that was only claimed, or has lost what it held."""
    match condition:
        case model.HasValue() | model.AnyValue() | model.AnyIdentifier():
            return True
        case model.Among(found=found):
            return found
        case model.InSegment(condition=one):
            return asks_for_content(one)
        case model.All(conditions=conditions):
            return any(map(asks_for_content, conditions))
        case model.Any(conditions=conditions):
            return all(map(asks_for_content, conditions))
        case _:
            return False


def required(condition: model.Condition, few: int) -> frozenset[str] | None:
    """The smallest large set that everybody for whom the condition holds is in."""
    each = condition.conditions if isinstance(condition, model.All) else (condition,)
    sets = [one.ids for one in each if isinstance(one, model.Among) and len(one.ids) > few]
    return min(sets, key=len, default=None)


Ids: TypeAlias = Collection[str]
Cell: TypeAlias = tuple[Ids, model.Condition, model.Condition]


def cells(condition: model.Condition, few: int) -> tuple[model.Condition, list[Cell]]:
    """What holds for those in none of the large sets, and for all others apart.

    Each cell: whose they are, what holds for them, and what would if they were in none.
    """
    large = large_sets(condition, few)
    outside = _known(condition, {id(one.ids): False for one in large})
    found: list[Cell] = []
    for inside, ids in _grouped([one.ids for one in large]):
        truth = {id(one.ids): number in inside for number, one in enumerate(large)}
        found.append((ids, _known(condition, truth), outside))
    return outside, found


def _grouped(sets: list[frozenset[str]]) -> Iterator[tuple[set[int], Ids]]:
    """Who is in exactly the same of these sets, with the numbers of these."""
    if len(sets) == 1:
        yield {0}, sets[0]
        return
    signs: defaultdict[str, int] = defaultdict(int)
    for number, ids in enumerate(sets):
        for one in ids:
            signs[one] |= 1 << number
    alike: defaultdict[int, list[str]] = defaultdict(list)
    for one, sign in signs.items():
        alike[sign].append(one)
    for sign, members in alike.items():
        yield {number for number in range(len(sets)) if sign >> number & 1}, members


def _known(condition: model.Condition, truth: Mapping[int, bool]) -> model.Condition:
    """The condition for those of whom one knows which large sets they are in."""

    def put(one: model.Condition) -> model.Condition:
        if isinstance(one, model.Among) and id(one.ids) in truth:
            return _constant(holds=truth[id(one.ids)])
        return one

    return _mapped(condition, put)


def _sets(condition: model.Condition) -> Iterator[model.Among]:
    match condition:
        case model.Among():
            yield condition
        case model.All(conditions=conditions) | model.Any(conditions=conditions):
            for one in conditions:
                yield from _sets(one)
        case model.Not(condition=one):
            yield from _sets(one)
        case _:
            pass


def _mapped(
    condition: model.Condition, put: Callable[[model.Condition], model.Condition]
) -> model.Condition:
    match condition:
        case model.All(conditions=conditions):
            return _all(tuple(_mapped(one, put) for one in conditions))
        case model.Any(conditions=conditions):
            return _any(tuple(_mapped(one, put) for one in conditions))
        case model.Not(condition=one):
            return _not(_mapped(one, put))
        case model.InSegment(condition=one):
            return _mapped(one, put)
        case _:
            return put(condition)


EVERYBODY = model.All(())
NOBODY = model.Any(())


def _constant(*, holds: bool) -> model.Condition:
    return EVERYBODY if holds else NOBODY


def _not(one: model.Condition) -> model.Condition:
    match one:
        case model.All(conditions=()):
            return NOBODY
        case model.Any(conditions=()):
            return EVERYBODY
        case _:
            return model.Not(one)


def _all(conditions: tuple[model.Condition, ...]) -> model.Condition:
    """All of them, without what says nothing; lists in lists become one."""
    left: list[model.Condition] = []
    for one in conditions:
        if one == NOBODY:
            return NOBODY
        left += one.conditions if isinstance(one, model.All) else [one]
    return left[0] if len(left) == 1 else model.All(tuple(left))


def _any(conditions: tuple[model.Condition, ...]) -> model.Condition:
    left: list[model.Condition] = []
    for one in conditions:
        if one == EVERYBODY:
            return EVERYBODY
        left += one.conditions if isinstance(one, model.Any) else [one]
    return left[0] if len(left) == 1 else model.Any(tuple(left))
