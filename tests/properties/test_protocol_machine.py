"""What a person would try to break the protocol, step by step, shrunk to the shortest history.

One store, a few processes: they ingest, are killed at a step, sleep through their leases at one,
recover, merge, define and delete attributes. In the end every document is a fold over the ledger.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from typing_extensions import override

from app.aggregation.monoids import Aggregation
from app.attributes.model import ProfileKind
from app.attributes.service import NewAttribute
from app.errors import InputError, RetryError
from app.events.wire import EventInput
from app.services import Services, compose
from app.settings import Settings
from app.storage.client import Database, connect
from app.values import DataType
from migrations.runner import migrate
from tests.building import about
from tests.faults import Killed
from tests.living import Clock, World
from tests.properties.test_protocol_schedules import define_sums
from tests.steps import Moment, observed
from tests.truth import assert_equal_to_ledger

T = TypeVar("T")

LANES = 3
STEPS = 60
"""More than a batch that merges three people has."""

ACCOUNT_BYTES = 600
"""What a few events add to an account."""

people = st.lists(
    st.sampled_from([f"cookie_id:c{one}" for one in range(6)]), min_size=1, max_size=3, unique=True
)
batches = st.lists(
    st.tuples(people, st.integers(0, 30), st.sampled_from([None, "s1", "s2"])),
    min_size=1,
    max_size=4,
)


class Walk:
    """Ends or stops a process at one of its steps."""

    def __init__(self, left: int, *, ends: bool) -> None:
        self.left = left
        self.ends = ends
        self.stopped = asyncio.Event()
        self.woken = asyncio.Event()

    async def at(self, _step: str, _moment: Moment) -> None:
        self.left -= 1
        if self.left > 0:
            return
        if self.ends:
            raise Killed
        self.stopped.set()
        await self.woken.wait()


class Protocol(RuleBasedStateMachine):
    """Whatever happens, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = Clock()
        self.store = connect(None, "machine")
        self.sent: list[list[EventInput]] = []
        self.taken: set[str] = set()
        self.sleeping: list[tuple[Walk, asyncio.Task[None], Services]] = []
        self.run(self._migrate())
        self.service = self.process(self.store)
        self.run(define_sums(self._world()))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def process(self, store: Database) -> Services:
        return compose(
            store,
            Settings(ingestion_lanes=2),
            self.clock,
            lanes_total=LANES,
            max_account_bytes=ACCOUNT_BYTES,
        )

    async def _migrate(self) -> None:
        async for _ in migrate(self.store, now=self.clock.now):
            pass

    def batch(self, drawn: list[tuple[list[str], int, str | None]]) -> list[EventInput]:
        known = sum(map(len, self.sent))
        events = [
            about(
                f"e{known + n}",
                *who,
                time=time,
                session_id=session,
                account={"id": "a", "n": 1},
                properties={"late": 1},
            )
            for n, (who, time, session) in enumerate(drawn)
        ]
        self.sent.append(events)
        return events

    async def take(self, service: Services, events: list[EventInput]) -> None:
        try:
            await service.ingestion.ingest(events)
        except RetryError:
            return
        self.taken |= {str(event.id) for event in events}

    @rule(drawn=batches)
    def ingest(self, drawn: list[tuple[list[str], int, str | None]]) -> None:
        self.run(self.take(self.service, self.batch(drawn)))

    @rule(number=st.integers(0, 50))
    def resend(self, number: int) -> None:
        if self.sent:
            self.run(self.take(self.service, self.sent[number % len(self.sent)]))

    @rule(drawn=batches, left=st.integers(1, STEPS))
    def die(self, drawn: list[tuple[list[str], int, str | None]], left: int) -> None:
        mortal = self.process(observed(self.store, Walk(left, ends=True)))
        self.run(self._until_dead(self.take(mortal, self.batch(drawn))))

    @rule(left=st.integers(1, STEPS))
    def die_recovering(self, left: int) -> None:
        self.clock.advance(seconds=60)
        mortal = self.process(observed(self.store, Walk(left, ends=True)))
        self.run(self._until_dead(self._recover(mortal)))

    async def _until_dead(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Killed:
            return

    async def _recover(self, service: Services) -> None:
        await service.ingestion.recover()

    @rule(drawn=batches, left=st.integers(1, STEPS))
    def fall_asleep(self, drawn: list[tuple[list[str], int, str | None]], left: int) -> None:
        self.run(self._fall_asleep(self.batch(drawn), Walk(left, ends=False)))

    async def _fall_asleep(self, events: list[EventInput], walk: Walk) -> None:
        sleeper = self.process(observed(self.store, walk))
        task = asyncio.create_task(self.take(sleeper, events))
        stopped = asyncio.create_task(walk.stopped.wait())
        await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not task.done():
            self.sleeping.append((walk, task, sleeper))
        else:
            await task

    @rule(number=st.integers(0, 10))
    def wake(self, number: int) -> None:
        if self.sleeping:
            self.run(self._wake(number % len(self.sleeping)))

    async def _wake(self, number: int) -> None:
        walk, task, _ = self.sleeping.pop(number)
        walk.left = 10**9
        walk.woken.set()
        await task

    @rule(seconds=st.sampled_from([1, 10, 60]))
    def pass_time(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    @rule()
    def recover(self) -> None:
        self.run(self._recover(self.service))

    @rule(first=st.integers(0, 5), second=st.integers(0, 5))
    def merge(self, first: int, second: int) -> None:
        self.run(self._merge(first, second))

    async def _merge(self, first: int, second: int) -> None:
        living = [one["_id"] for one in await self._world().living()]
        if living:
            a, b = living[first % len(living)], living[second % len(living)]
            await self.service.merging.merge(a, b, now=self.clock.now)

    @rule(
        kind=st.sampled_from([ProfileKind.USER, ProfileKind.ACCOUNT]),
        aggregation=st.sampled_from([Aggregation.SUM, Aggregation.LIST, Aggregation.MAX]),
    )
    def redefine(self, kind: ProfileKind, aggregation: Aggregation) -> None:
        self.run(self._redefine(kind, aggregation))

    async def _redefine(self, kind: ProfileKind, aggregation: Aggregation) -> None:
        known = (await self.service.attributes.current()).get(kind, "late")
        try:
            if known:
                await self.service.backfill.delete(known.id)
            else:
                new = NewAttribute(
                    kind, "late", DataType.NUMBER, aggregation, event_field="properties.late"
                )
                await self.service.backfill.define(new, backfill=True, now=self.clock.now)
        except InputError:
            return

    @override
    def teardown(self) -> None:
        try:
            self.run(self._judge())
        finally:
            self.runner.close()

    async def _judge(self) -> None:
        while self.sleeping:
            await self._wake(0)
        while True:
            self.clock.advance(seconds=60)
            if not await self.service.recover():
                break
        self.clock.advance(seconds=60)
        await self.service.backfill.start()
        world = self._world()
        await assert_equal_to_ledger(world)
        ledger = {entry.event.id for entry in await world.entries()}
        assert self.taken <= ledger <= {event.id for batch in self.sent for event in batch}
        await self.service.close()

    def _world(self) -> World:
        return World(self.store, self.service, self.clock)


USUAL = settings.get_profile(settings.get_current_profile_name())

TestProtocol = Protocol.TestCase
TestProtocol.settings = settings(
    USUAL, max_examples=USUAL.max_examples // 3, stateful_step_count=15
)
