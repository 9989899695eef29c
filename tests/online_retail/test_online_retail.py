"""Online Retail, imported and compared: a cut-out of our own always, the whole data if it is there.

The fixture was invented line by line; its expected file was computed by SQLite.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.storage.client import Database
from tests.online_retail.comparing import Comparison, compare
from tests.online_retail.expected import expected
from tests.online_retail.running import HERE, import_orders, services_over
from tests.online_retail.source import Cut, prepared

FIXTURE = HERE / "fixture"
WHOLE = os.environ.get("ONLINE_RETAIL_DIR")


@pytest.mark.parametrize("order", ["file", "shuffled"])
@pytest.mark.parametrize("times", [1, 2])
async def test_every_column_of_every_customer_is_exact(
    database: Database, tmp_path: Path, order: str, times: int
) -> None:
    path = prepared(FIXTURE, Cut(order), tmp_path)
    async with services_over(database) as services:
        reports = [await import_orders(services, path) for _ in range(times)]
        found = await compare(services, expected(FIXTURE, path, None))

    assert [(one.accepted, one.duplicate) for one in reports] == [(36, 0), (0, 36)][:times]
    assert not any(one.rejected or one.warnings for one in reports)
    assert found == Comparison(known=10, cookie_only=4, values=10 * 21)


@pytest.mark.slow
@pytest.mark.server
@pytest.mark.skipif(WHOLE is None, reason="needs the data: set ONLINE_RETAIL_DIR")
@pytest.mark.parametrize("order", ["file", "shuffled"])
async def test_the_whole_data_is_exact(database: Database, tmp_path: Path, order: str) -> None:
    folder = Path(str(WHOLE))
    path = prepared(folder, Cut(order), tmp_path)
    async with services_over(database) as services:
        report = await import_orders(services, path)
        found = await compare(services, expected(folder, path, None))

    assert (report.accepted, report.events) == (541_909, 541_909)
    assert found == Comparison(known=4372, cookie_only=3710, values=4372 * 21, capped=22)


def test_the_check_tells_what_differs(tmp_path: Path) -> None:
    told = (FIXTURE / "expected_per_customer.csv").read_text()
    (tmp_path / "onlineretail.csv").write_bytes((FIXTURE / "onlineretail.csv").read_bytes())
    (tmp_path / "expected_per_customer.csv").write_text(told.replace(",-27500", ",-27501"))

    done = _check(str(tmp_path), "--limit-customers", "7", "--uri", "")

    assert "7 known and 0 cookie-only profiles, 147 values compared" in done[1]
    assert "customer 30006: revenue_milli is -27500, not -27501" in done[1]
    assert done[0] == 1


def _check(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, str(HERE / "check.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
