"""Every hot query is served by an index; explained on a real server."""

from typing import Any

import pytest

from app.profiles.compile import LIVE
from tests.building import about
from tests.living import World

ONE_OF_MANY: dict[str, tuple[str, dict[str, Any], list[tuple[str, int]]]] = {
    "profile by identifier": ("profiles", {"identifiers": "user_id:u7", **LIVE}, []),
    "profile by id": ("profiles", {"_id": "x", **LIVE}, []),
    "profiles of an account": ("profiles", {"accounts": "a7", **LIVE}, [("_id", -1)]),
    "registry": ("identifiers", {"_id": {"$in": ["user_id:u1", "user_id:u2"]}}, []),
    "identifiers of a merged profile": ("identifiers", {"profile": "x"}, []),
    "events of a batch": ("events", {"lane": "lane-00", "seq": 7}, []),
    "events of a profile": ("events", {"profile": "x"}, [("time", -1)]),
    "events of a target": ("events", {"target": "x"}, []),
    "sessions of a profile": (
        "sessions",
        {"profile": "x", **LIVE},
        [("attributes.started_at", -1)],
    ),
    "unfinished merges": ("profiles", {"pending": True}, []),
}


def stages(plan: Any) -> set[str]:
    """The names of all stages of a plan."""
    if isinstance(plan, list):
        return set().union(*map(stages, plan)) if plan else set()
    if not isinstance(plan, dict):
        return set()
    own = {plan["stage"]} if isinstance(plan.get("stage"), str) else set()
    return own.union(*map(stages, plan.values())) if plan else own


@pytest.mark.server
async def test_hot_queries_use_an_index(world: World) -> None:
    for start in range(0, 600, 200):
        await world.ingest(
            *(
                about(
                    f"e{n}",
                    f"user_id:u{n}",
                    time=n,
                    session_id=f"s{n}",
                    account={"id": f"a{n}"},
                )
                for n in range(start, start + 200)
            )
        )
    for name, (collection, condition, sort) in ONE_OF_MANY.items():
        explained = await world.database.command(
            {
                "explain": {
                    "find": collection,
                    "filter": condition,
                    **({"sort": dict(sort)} if sort else {}),
                }
            }
        )
        assert "COLLSCAN" not in stages(explained["queryPlanner"]["winningPlan"]), name
