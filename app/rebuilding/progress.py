"""Who watches an audit at a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, TaskID

from app.rebuilding.report import Difference, Watcher


class _Bar:
    """A bar with what was compared, above it a line for each difference."""

    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar = bar
        self._task = task

    def advance(self, done: int, total: int) -> None:
        self._bar.update(self._task, completed=done, total=max(done, total))

    def found(self, difference: Difference) -> None:
        self._bar.console.print(str(difference), highlight=False, markup=False, soft_wrap=True)


@contextmanager
def audit_bar(console: Console) -> Iterator[Watcher]:
    """A bar while it lasts; where the console is no terminal, only the differences."""
    with Progress(console=console, disable=not console.is_terminal) as bar:
        yield _Bar(bar, bar.add_task("audit", total=None))
