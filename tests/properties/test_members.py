"""Pages and counts are those of the members, however many people did something."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.attributes.catalogue import Catalogue
from app.attributes.model import ProfileKind
from app.cursors import cursor
from app.paging import Order, PageRequest, Sort
from app.profiles import hidden_repository
from app.profiles.compile import LIVE
from app.profiles.hidden_repository import ENDING, UNWRITTEN, HiddenReader, nothing
from app.profiles.model import Fold
from app.profiles.read_repository import DocumentReader
from app.profiles.service import NEWEST_FIRST
from app.segments import members as members_of
from app.segments.evaluate import Subject, evaluate
from app.segments.finding_repository import Finder
from app.segments.members import Members
from app.segments.model import (
    All,
    Among,
    AnyIdentifier,
    Condition,
    InSegment,
    Listed,
    Not,
    OfAccount,
)
from app.segments.model import Any as AnyOf
from app.segments.resolve import elsewhere, resolved
from app.segments.rows.repository import RowRepository
from app.segments.segment import ListKey
from app.storage.client import Database
from tests.building import T

PEOPLE = [f"p{number}" for number in range(8)]
TOMBSTONE = {"merged_into": "p1", "pending": True}
BY_VALUE: Order = (Sort("attributes.score", 1, float("-inf")), Sort("_id", 1))

sets = st.frozensets(st.sampled_from([*PEOPLE, "gone"]), max_size=6).map(Among)
found = st.frozensets(st.sampled_from(PEOPLE), max_size=6).map(lambda ids: Among(ids, found=True))
said = st.one_of(
    st.sampled_from(["user_id:a", "user_id:b"]).map(lambda one: AnyIdentifier((one,))),
    st.sampled_from(["acme", "gone", "p1"]).map(OfAccount),
)
lists = st.sampled_from(["list-a", "list-b", "list-x"]).map(
    lambda one: Listed(one, ListKey.USER_ID)
)


def joined(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        several.map(All),
        several.map(AnyOf),
        inner.map(Not),
        inner.map(lambda one: InSegment("s", "segment", one)),
    )


conditions: st.SearchStrategy[Condition] = st.recursive(
    sets | found | said | lists, joined, max_leaves=6
)


@pytest.fixture
async def people(database: Database) -> Database:
    """Eight people; one of them is being merged away, a ninth is not written yet."""
    for number, key in enumerate(PEOPLE):
        document: dict[str, Any] = {
            "_id": key,
            **LIVE,
            "created_at": T,
            "updated_at": T,
            "identifiers": sorted(identifiers(number)),
            "accounts": sorted(accounts(number)),
            "attributes": {"first_seen": T} | ({"score": number * 7 % 5} if number % 3 else {}),
        }
        await database["profiles"].insert_one(document)
        for contents in lists_of(number):
            await RowRepository(database).add(
                contents, [f"user_id:{contents[-1]}", "user_id:nobody"]
            )
    await database["profiles"].update_one({"_id": "p7"}, {"$set": TOMBSTONE})
    await database["profiles"].insert_one({"_id": "p8", **LIVE})
    return database


def identifiers(number: int) -> set[str]:
    return {"user_id:a"} if number % 2 else {"user_id:b", "cookie_id:x"}


def accounts(number: int) -> frozenset[str]:
    return frozenset({"acme"} if number % 4 else ())


def lists_of(number: int) -> frozenset[str]:
    return frozenset({"list-a"} if number % 2 else {"list-b"})


@pytest.mark.parametrize("few", [-1, 2, 100])
@given(condition=conditions, size=st.integers(1, 3))
async def test_pages_and_counts_are_of_those_for_whom_it_holds(
    people: Database, few: int, condition: Condition, size: int
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        for name in ("FEW", "WALKED"):
            patched.setattr(members_of, name, few)
        patched.setattr(hidden_repository, "MANY", max(few, 0))
        finder = Finder(people, RowRepository(people))
        hidden = HiddenReader(people["profiles"], (UNWRITTEN, *ENDING), nothing)
        reader = DocumentReader(people["profiles"], hidden=hidden.ids)
        members = Members(reader, ProfileKind.USER, finder)
        named = {
            repr(one): Among(await finder.listed(one, ProfileKind.USER), found=True)
            for one in elsewhere(condition)
            if isinstance(one, Listed)
        }
        asked, whole = resolved(condition, {}), resolved(condition, named)
        expected = [key for key in PEOPLE[:7] if holds(condition, key)]

        assert await members.count(whole, {}) == len(expected)
        assert await members.ids(whole) == set(expected)
        for order, one in product((NEWEST_FIRST, BY_VALUE), (asked, whole)):
            found = await paged(members, one, order, size)
            assert sorted(found) == expected
            if order is NEWEST_FIRST:
                assert found == expected[::-1]


def holds(condition: Condition, key: str) -> bool:
    number = int(key[1:])
    fold = Fold({}, frozenset(identifiers(number)), accounts(number))
    subject = Subject(key, lambda: fold, rows=lists_of(number))
    return evaluate(condition, subject)


async def paged(members: Members, condition: Condition, order: Order, size: int) -> list[str]:
    """All pages put together, forward; backward they are the same."""
    forward: list[str] = []
    backward: list[str] = []
    after = before = None
    for _ in PEOPLE:
        request = PageRequest(first=size, after=after)
        page = await members.page(condition, {}, order, request, Catalogue())
        forward += [one["_id"] for one in page.items]
        after = cursor(page.items[-1], order) if page.items else after
        more = len(page.items) == size and await rest(members, condition, order, after)
        assert page.has_next is more
        request = PageRequest(last=size, before=before)
        page = await members.page(condition, {}, order, request, Catalogue())
        backward[:0] = [one["_id"] for one in page.items]
        before = cursor(page.items[0], order) if page.items else before
    assert forward == backward
    return forward


async def rest(members: Members, condition: Condition, order: Order, after: str | None) -> bool:
    """Whether anything comes after a place."""
    request = PageRequest(first=1, after=after)
    return bool((await members.page(condition, {}, order, request, Catalogue())).items)
