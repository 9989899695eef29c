"""One process after the other in a slot, and what each of them says until it is gone."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from time import monotonic
from typing import Any

from tests.torture.worker import News, Task, work

_context = get_context("forkserver")
_context.set_forkserver_preload(["tests.torture.worker"])


@dataclass
class Slot:
    """A place for a process, with the batches that no process has had acknowledged yet."""

    left: dict[int, Any] = field(default_factory=dict)
    process: ForkServerProcess | None = None
    wakes_at: float | None = None
    _news: Connection | None = None

    def start(self, task: Task) -> None:
        """Let a process do this."""
        self._news, told = _context.Pipe(duplex=False)
        self.process = _context.Process(target=work, args=(task, told), daemon=True)
        self.process.start()
        told.close()

    @property
    def is_alive(self) -> bool:
        """Whether there is a process, asleep or not."""
        return self.process is not None and self.process.is_alive()

    def heard(self) -> Iterator[News]:
        """What the process has said since; also one that is gone by now."""
        try:
            while self._news and self._news.poll():
                yield self._news.recv()
        except EOFError:
            return

    def bury(self) -> None:
        """Give back what a process had that is gone."""
        assert self.process, "there was one"
        assert self._news, "it could say something"
        self.process.join()
        self.process.close()
        self._news.close()
        self.process = self._news = self.wakes_at = None

    def kill(self) -> None:
        """End the process wherever it is."""
        assert self.process, "there is one"
        self.process.kill()

    def pause(self, seconds: float) -> None:
        """Stop the process; ``wake`` lets it go on when the time has come."""
        self._signal(signal.SIGSTOP)
        self.wakes_at = monotonic() + seconds

    def wake(self) -> None:
        """Let a process go on that has slept long enough."""
        if self.wakes_at is not None and monotonic() > self.wakes_at:
            self._signal(signal.SIGCONT)
            self.wakes_at = None

    def _signal(self, number: signal.Signals) -> None:
        assert self.process, "there is one"
        assert self.process.pid, "it was started"
        os.kill(self.process.pid, number)
