"""The audit as tests use it."""

from dataclasses import dataclass, field

from app.rebuilding.report import Audited, Difference
from tests.living import World


@dataclass
class Notes:
    """A watcher that writes everything down."""

    found_: list[Difference] = field(default_factory=list)
    steps: list[tuple[int, int]] = field(default_factory=list)

    def advance(self, done: int, total: int) -> None:
        self.steps.append((done, total))

    def found(self, difference: Difference) -> None:
        self.found_.append(difference)


async def audit(world: World, *, repair: bool = False) -> tuple[Audited, list[str]]:
    """How much was compared, and a line for each difference."""
    notes = Notes()
    audited = await world.services.audit.audit(notes, repair=repair)
    return audited, [str(one) for one in notes.found_]


async def assert_audit_finds_nothing(world: World) -> None:
    """Production code agrees with the oracle of the tests."""
    _, found = await audit(world)
    assert found == []
