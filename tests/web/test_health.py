"""``/health`` and ``/ready``: the process is up, and it can do its work."""

import httpx

from app.storage.client import Database
from migrations.steps import STEPS
from tests.building import NOON
from tests.web.serving import UnsteadyDatabase, ask, serve, settings

AWAY = {
    "error": {
        "code": "STORE_UNAVAILABLE",
        "message": "The database does not answer; send the request again.",
    }
}


async def ready(client: httpx.AsyncClient) -> tuple[int, object]:
    """Status and body of the answer."""
    response = await client.get("/ready")
    return response.status_code, response.json()


async def test_server_that_has_prepared_its_database_is_ready(database: Database) -> None:
    async with serve(settings(), database) as client:
        assert await ready(client) == (200, {"status": "ready"})


async def test_server_is_not_ready_while_migrations_are_missing(database: Database) -> None:
    async with serve(settings(migrate_on_start=False), database) as client:
        missing = [f"{step.id} {step.title}" for step in STEPS]
        assert await ready(client) == (503, {"status": "migrations missing", "missing": missing})


async def test_server_becomes_ready_when_somebody_else_migrates(database: Database) -> None:
    async with serve(settings(migrate_on_start=False), database) as client:
        async with serve(settings(), database):
            pass
        assert await ready(client) == (200, {"status": "ready"})


async def test_server_is_not_ready_while_the_database_is_away(database: Database) -> None:
    unsteady = UnsteadyDatabase(database)
    async with serve(settings(), unsteady) as client:
        unsteady.away = True
        response = await client.get("/ready")
        unsteady.away = False

        assert (response.status_code, response.json()) == (503, AWAY)
        assert response.headers["retry-after"] == "1"
        assert await ready(client) == (200, {"status": "ready"})


async def test_process_is_up_whatever_the_database_does(database: Database) -> None:
    unsteady = UnsteadyDatabase(database)
    async with serve(settings(), unsteady) as client:
        unsteady.away = True
        response = await client.get("/health")
        unsteady.away = False

    assert (response.status_code, response.json()["status"]) == (200, "ok")


async def test_health_tells_what_surprised_compiled_execution(database: Database) -> None:
    query = "{ accounts { nodes { id } } }  # of this test alone"
    async with serve(settings(), database) as client:

        async def counted() -> tuple[int, dict[str, int]]:
            told = (await client.get("/health")).json()["compiledExecution"]
            return told["compiled"], told["surprised"]

        await database["accounts"].insert_many(
            [{"_id": f"a{one}", "created_at": NOON, "updated_at": NOON} for one in range(9)]
        )
        compiled, surprised = await counted()
        await ask(client, query)
        assert await counted() == (compiled + 1, surprised)

        await database["accounts"].update_one({"_id": "a1"}, {"$set": {"updated_at": "never"}})
        await ask(client, query.replace("id", "updatedAt"))
        assert (await counted())[1] == surprised | {"Account": surprised.get("Account", 0) + 2}
