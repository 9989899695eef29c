"""The endpoint keeps to the specification of GraphQL over HTTP, by the audit of its authors."""

from typing import Any

import pytest

pytestmark = [pytest.mark.npm, pytest.mark.slow]


def test_every_check_of_the_audit_passes(server: str, run_script: Any) -> None:
    verdicts = run_script("audit.mjs", f"{server}/graphql")
    assert [one for one in verdicts if one["status"] != "ok"] == []
    assert len(verdicts) == 61
