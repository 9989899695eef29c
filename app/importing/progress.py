"""Who watches an import: nobody, or somebody at a terminal."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from app.importing.report import ImportReport


class Watcher(Protocol):
    """Is told how far an import is."""

    def advance(self, read: int, size: int, report: ImportReport) -> None:
        """``read`` of ``size`` bytes were read, and became what the report says."""

    def say(self, message: str) -> None:
        """Something that takes a while, or that a person should know."""


class Nobody:
    """Watches without a word."""

    def advance(self, read: int, size: int, report: ImportReport) -> None:
        pass

    def say(self, message: str) -> None:
        pass


class _Bar:
    """A bar with bytes read, events, and events a second."""

    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar = bar
        self._task = task

    def advance(self, read: int, size: int, report: ImportReport) -> None:
        rate = f"{report.events:,} events, {report.rate:,.0f}/s"
        self._bar.update(self._task, completed=read, total=size, rate=rate)

    def say(self, message: str) -> None:
        self._bar.console.print(message, highlight=False, markup=False)


@contextmanager
def progress_bar(console: Console, description: str) -> Iterator[Watcher]:
    """A bar while it lasts; where the console is no terminal, only what there is to say."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[rate]}", markup=False),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        yield _Bar(bar, bar.add_task(description, total=None, rate=""))


@contextmanager
def stopped_by_interrupt() -> Iterator[asyncio.Event]:
    """An event that the first Ctrl-C sets; the second one ends the program as usual."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        stop.set()
        loop.remove_signal_handler(signal.SIGINT)

    try:
        loop.add_signal_handler(signal.SIGINT, interrupt)
    except NotImplementedError:  # Windows: Ctrl-C ends the program at once, which is safe too
        yield stop
        return
    try:
        yield stop
    finally:
        loop.remove_signal_handler(signal.SIGINT)
