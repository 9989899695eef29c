"""From a global id to the row of what it names."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from app.attributes.model import ProfileKind
from app.errors import PageInvalidError
from app.ids import split_id
from app.paging import MAX_PAGE
from graphql_schema.context import Info
from graphql_schema.rows import (
    Row,
    account_row,
    broken_account_row,
    broken_row,
    definition_row,
    event_row,
    event_source_row,
    profile_row,
    segment_row,
    session_row,
)

MAX_NODES = MAX_PAGE
"""As many nodes in one call as a page has items."""


async def load_nodes(info: Info, ids: Sequence[str]) -> list[Row | None]:
    """The rows of these ids, in their order; None for what is not there."""
    if len(ids) > MAX_NODES:
        raise PageInvalidError("ids", f"a call takes at most {MAX_NODES} ids")
    return list(await asyncio.gather(*(load_node(info, one) for one in ids)))


async def load_node(info: Info, global_id: str) -> Row | None:
    """The row of this id; None if there is no such thing."""
    kind, key = split_id(global_id) or ("", "")
    load = _LOAD.get(kind)
    return await load(info, key) if load else None


async def load_profile(info: Info, key: str) -> Row | None:
    """The row of the living profile that this key leads to."""
    found = await info.context.loaders.profiles_by_id.load(key)
    return profile_row(found, await info.context.catalogue()) if found else None


async def load_account(info: Info, key: str) -> Row | None:
    """The row of the account of this key."""
    found = await info.context.loaders.accounts_by_id.load(key)
    return account_row(found, await info.context.catalogue()) if found else None


async def _session(info: Info, key: str) -> Row | None:
    found = await info.context.loaders.sessions_by_id.load(key)
    return session_row(found, await info.context.catalogue()) if found else None


async def _event(info: Info, key: str) -> Row | None:
    found = await info.context.loaders.events_by_id.load(key)
    return event_row(found, await info.context.catalogue()) if found else None


async def _broken(info: Info, key: str) -> Row | None:
    found = await info.context.loaders.broken_by_id.load(key)
    return broken_row(found, await info.context.catalogue()) if found else None


async def _broken_account(info: Info, key: str) -> Row | None:
    found = await info.context.loaders.broken_accounts_by_id.load(key)
    return broken_account_row(found, await info.context.catalogue()) if found else None


async def _definition(info: Info, key: str) -> Row | None:
    found = (await info.context.catalogue()).by_id(key)
    shown = found is not None and found.kind is not ProfileKind.SESSION
    return definition_row(found) if found and shown else None


async def _segment(info: Info, key: str) -> Row | None:
    found = await info.context.loaders.segments_by_id.load(key)
    return segment_row(found) if found else None


async def _source(info: Info, key: str) -> Row | None:
    found = await info.context.loaders.event_sources_by_id.load(key)
    return event_source_row(found) if found else None


_LOAD: dict[str, Callable[[Info, str], Awaitable[Row | None]]] = {
    "Profile": load_profile,
    "Account": load_account,
    "Session": _session,
    "Event": _event,
    "BrokenProfile": _broken,
    "BrokenAccount": _broken_account,
    "AttributeDefinition": _definition,
    "Segment": _segment,
    "EventSource": _source,
}
