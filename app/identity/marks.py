"""Marks: what a profile is known to be, so that it does not become one with what it is not. Pure.

A mark is ``dimension:value``. Two profiles are apart where both have marks of one dimension and
share none of them. User ids are marks of the dimension ``user_id``, which counts under one of the
policies only; all other dimensions count always.
"""

from collections import defaultdict
from collections.abc import Iterable

from app.identity.model import USER_ID, IdentityPolicy

Marks = frozenset[str]

NONE: Marks = frozenset()

UNMERGE = "unmerge/"
"""What the dimensions begin with by which two are kept apart that were taken apart."""


def are_apart(a: Marks, b: Marks, policy: IdentityPolicy) -> bool:
    """Whether these marks belong to two different people."""
    if not a or not b:
        return False
    ours, theirs = _by_dimension(a), _by_dimension(b)
    counting = ours.keys() & theirs.keys()
    if policy is IdentityPolicy.MERGE_ALL:
        counting -= {USER_ID}
    return any(not ours[dimension] & theirs[dimension] for dimension in counting)


def _by_dimension(marks: Iterable[str]) -> dict[str, set[str]]:
    dimensions: dict[str, set[str]] = defaultdict(set)
    for mark in marks:
        dimensions[mark.partition(":")[0]].add(mark)
    return dimensions
