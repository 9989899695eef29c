"""The endpoint over a fresh database, as a client reaches it."""

from collections.abc import AsyncIterator

import pytest

from tests.graphql.asking import Api, serve
from tests.living import World


@pytest.fixture
async def api(world: World) -> AsyncIterator[Api]:
    """A client of a server whose clock the test sets."""
    async with serve(world) as api:
        yield api
