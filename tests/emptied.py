"""A migrated database of a server that is emptied for each test instead of made anew.

To create some seventy indexes takes a server far longer than most tests do. What stands in the
database right after its migration is put back, and what a test has added is taken away.
"""

from dataclasses import dataclass, field

from app.storage.client import Database, Document

Names = set[str]


@dataclass
class Emptied:
    """How the database of one test process looked before its first test."""

    name: str
    indexes: dict[str, Names] = field(default_factory=dict)
    documents: dict[str, list[Document]] = field(default_factory=dict)

    @property
    def is_made(self) -> bool:
        """Whether there is something to put back."""
        return bool(self.indexes)

    async def remember(self, database: Database) -> None:
        """What it looks like now is what each test begins with."""
        if self.is_made:
            return
        for one in await collections(database):
            self.indexes[one] = set(await database[one].index_information())
            self.documents[one] = await database[one].find({}).to_list()

    async def put_back(self, database: Database) -> None:
        """Make it look like that again."""
        for one in await collections(database):
            if one in self.indexes:
                await self._put_back(database, one)
            else:
                await database[one].drop()

    async def _put_back(self, database: Database, one: str) -> None:
        collection = database[one]
        await collection.delete_many({})
        if self.documents[one]:
            await collection.insert_many(self.documents[one])
        for added in set(await collection.index_information()) - self.indexes[one]:
            await collection.drop_index(added)


async def collections(database: Database) -> list[str]:
    """The names of all collections."""
    listed = await database.command({"listCollections": 1, "nameOnly": True})
    return [one["name"] for one in listed["cursor"]["firstBatch"]]
