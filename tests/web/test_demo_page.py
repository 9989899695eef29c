"""The demo page and its files, as a browser loads them."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from app.storage.client import Database
from app.web.demo.routes import POLICY
from tests.web.serving import ask, serve, settings


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with serve(settings(), database) as client:
        yield client


async def test_page_is_served_under_a_strict_policy(client: httpx.AsyncClient) -> None:
    page = await client.get("/demo")

    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"] == POLICY
    assert "<script>" not in page.text
    assert "http" not in "".join(re.findall(r'(?:src|href)="([^"]*)"', page.text))


async def test_every_file_of_the_page_is_there(client: httpx.AsyncClient) -> None:
    page = await client.get("/demo")
    files = re.findall(r'(?:src|href)="(demo/[^"]*)"', page.text)
    script = (await client.get("/demo/static/page.js")).text
    files += [f"demo/static/{name}" for name in re.findall(r'from "\./(.*?)"', script)]

    assert len(files) == 4
    for file in files:
        assert (await client.get(f"/{file}")).status_code == 200


async def test_question_of_the_page_is_answered(client: httpx.AsyncClient) -> None:
    script = (await client.get("/demo/static/profile.js")).text
    [question] = re.findall(r"const QUERY = `(.*?)`", script, re.DOTALL)

    answer = await ask(client, question, cookie="c1")

    assert (answer.get("errors"), answer["data"]) == (None, {"profile": None})
