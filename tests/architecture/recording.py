"""A connection that writes down every command, so that the real ones can be explained."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, cast

from pymongo import AsyncMongoClient
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)
from typing_extensions import override

from app.storage.client import Database
from app.storage.deadline import LimitedDatabase


@dataclass(frozen=True)
class Search:
    """What a command looks for, as a ``find``."""

    collection: str
    condition: dict[str, Any]
    sort: dict[str, int] = field(default_factory=dict)
    limit: int = 0
    hint: str | None = None
    projection: dict[str, Any] | None = None

    @property
    def command(self) -> dict[str, Any]:
        """The command that finds it."""
        found = {"find": self.collection, "filter": self.condition, "limit": self.limit}
        options = {"sort": self.sort, "hint": self.hint}
        return found | {name: value for name, value in options.items() if value}


class Recorder(CommandListener):
    """All commands, and what they searched for since that was last emptied."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.searches: list[Search] = []

    @override
    def started(self, event: CommandStartedEvent) -> None:
        self.commands.append(f"{event.command_name} {event.command[event.command_name]}")
        self.searches += _searches(event.command_name, dict(event.command))

    @override
    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Of no interest."""

    @override
    def failed(self, event: CommandFailedEvent) -> None:
        """Of no interest."""


def connect_recorded(uri: str, name: str) -> tuple[Database, Recorder]:
    """A database whose commands are written down."""
    recorder = Recorder()
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
        uri, tz_aware=True, tzinfo=UTC, event_listeners=[recorder]
    )
    return cast("Database", LimitedDatabase(client[name])), recorder


def _searches(name: str, command: dict[str, Any]) -> Iterator[Search]:
    collection = command.get(name)
    if not isinstance(collection, str):
        return
    if name in ("find", "findAndModify"):
        condition = command.get("filter") or command.get("query") or {}
        order = dict(command.get("sort") or {})
        limit, hint = command.get("limit", 0), command.get("hint")
        projection = command.get("projection")
        yield Search(collection, dict(condition), order, limit, hint, projection)
    if name == "update":
        yield from (Search(collection, dict(one["q"])) for one in command["updates"])
    if name == "aggregate":
        yield from _branches(collection, command["pipeline"])


def _branches(collection: str, pipeline: list[dict[str, Any]]) -> Iterator[Search]:
    """What a pipeline looks for, and what each one that it is united with does."""
    own = {name: value for stage in reversed(pipeline) for name, value in stage.items()}
    order, limit, kept = dict(own.get("$sort", {})), own.get("$limit", 0), own.get("$project")
    if any("$group" in stage for stage in pipeline):
        order, limit = {}, 0  # they are about the groups
    matches = [stage["$match"] for stage in pipeline if "$match" in stage]
    condition = dict(matches[0]) if matches else {}
    yield Search(collection, condition, order, limit, projection=kept)
    for stage in pipeline:
        if "$unionWith" in stage:
            yield from _branches(stage["$unionWith"]["coll"], stage["$unionWith"]["pipeline"])
