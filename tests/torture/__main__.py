"""A run in a database of its own: ``MONGODB_URI=… python -m tests.torture [SECONDS]``."""

import asyncio
import os
import sys
from random import randrange
from uuid import uuid4

from app.storage.client import close, connect
from tests.torture.run import Torture
from tests.torture.verdict import judged, prepared


async def main(uri: str, seconds: float) -> None:
    seed = randrange(2**32)
    database = connect(uri, f"torture_{uuid4().hex[:16]}")
    world = await prepared(database)
    torture = Torture(uri, database.name, seed=seed)
    await asyncio.to_thread(torture.run, seconds, at_most=seconds + 60)
    figures, history = torture.figures, torture.history
    verdict = await judged(world, (history.batches[one] for one in figures.acknowledged))
    steps = {step for step, _ in figures.points}
    lines = {
        "seed": seed,
        "processes": figures.processes,
        "killed at a named step": figures.killed_at.total(),
        "killed anywhere": figures.killed_at_random,
        "slept through their leases": figures.paused,
        "named steps": len(steps),
        "steps at which none was killed": len(figures.spared),
        "events sent, and sent again": f"{history.events}, {history.resent} and more",
        "batches acknowledged, and given up": f"{len(figures.acknowledged)}, {figures.forsaken}",
        "events in the ledger": verdict.events,
        "profiles": verdict.profiles,
        "events lost": verdict.lost,
        "events doubled": verdict.doubled,
        "seconds to recover": f"{verdict.seconds_to_recover:.2f}",
    }
    for name, figure in lines.items():
        print(f"{name:36}{figure}")
    await world.services.close()
    await database.client.drop_database(database.name)
    await close(database)


if __name__ == "__main__":
    asyncio.run(main(os.environ["MONGODB_URI"], float((*sys.argv[1:], "60")[0])))
