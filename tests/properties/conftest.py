"""The same seed, the same history: what production code draws at random comes from the seed.

``PYTHONHASHSEED=0`` fixes the rest, the order of sets.
"""

import random
from uuid import UUID

import pytest

_VERSION, _VARIANT = 7 << 76, 2 << 62


@pytest.fixture
def drawn_from_the_seed(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids of profiles, erasures and processes, the key of erasures, the order of lanes."""
    source = random.Random(seed)
    random.seed(seed)

    def uuid7(nanoseconds: int = 0) -> UUID:
        drawn = source.getrandbits(12) << 64 | source.getrandbits(62)
        return UUID(int=nanoseconds // 1_000_000 << 80 | _VERSION | _VARIANT | drawn)

    for module in ("app.profiles.ids", "app.erasure.service"):
        monkeypatch.setattr(f"{module}.uuid7", uuid7)
    monkeypatch.setattr("app.services.uuid4", uuid7)
    monkeypatch.setattr("app.erasure.repository.token_bytes", source.randbytes)
