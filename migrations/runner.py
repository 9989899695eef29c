"""Runs the steps that a database does not have yet, and records each.

Two processes may start at once: each step may run twice, and recording it is an upsert.
"""

from collections.abc import AsyncIterator
from datetime import datetime

from app.storage.client import Database
from migrations.steps import STEPS, Step


async def applied(database: Database) -> dict[str, datetime]:
    """When each recorded step was applied, by its id."""
    found = database["migrations"].find({})
    return {document["_id"]: document["applied_at"] async for document in found}


async def missing(database: Database) -> list[Step]:
    """The steps that the database does not have yet, in order."""
    done = await applied(database)
    return [step for step in STEPS if step.id not in done]


async def migrate(database: Database, *, now: datetime) -> AsyncIterator[Step]:
    """Apply what is missing; each step as it is done."""
    for step in await missing(database):
        await step.apply(database)
        record = {"$setOnInsert": {"title": step.title, "applied_at": now}}
        await database["migrations"].update_one({"_id": step.id}, record, upsert=True)
        yield step
