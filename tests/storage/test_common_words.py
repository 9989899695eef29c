"""Lists of what very many have in common are walked in their order, and are the same lists."""

from typing import Any, cast

from app.cursors import cursor
from app.paging import PageRequest
from app.profiles.compile import LIVE
from app.profiles.read_repository import COMMON, DocumentReader
from app.profiles.service import NEWEST_FIRST
from app.storage.client import Collection, Database
from tests.building import NOON

MANY = COMMON + 10


class Counted:
    """A collection that knows how often documents were counted in it."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.counts = 0

    def __getattr__(self, name: str) -> Any:
        self.counts += name == "count_documents"
        return getattr(self.collection, name)


async def test_pages_of_common_words_are_in_order_and_complete(database: Database) -> None:
    people = [
        {"_id": f"p{number:05}", "created_at": NOON, "terms": ["smith"], **LIVE}
        for number in range(MANY)
    ]
    await database["profiles"].insert_many(people)
    counted = Counted(database["profiles"])
    reader, query = DocumentReader(cast("Collection", counted)), {"terms": {"$regex": "^smi"}}

    first = await reader.page(query, NEWEST_FIRST, PageRequest(first=3), may_match_many=True)
    place = cursor(first.items[-1], NEWEST_FIRST)
    second = await reader.page(query, NEWEST_FIRST, PageRequest(3, place), may_match_many=True)

    found = [one["_id"] for one in (*first.items, *second.items)]
    assert found == [f"p{number:05}" for number in range(MANY - 1, MANY - 7, -1)]
    assert (first.has_next, second.has_previous) == (True, True)
    assert counted.counts == 1, "what is known of the first page holds for the next one"
