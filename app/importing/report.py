"""What became of the lines of a file: counts of all, examples of what went wrong."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from typing_extensions import override

from app.ingestion.outcome import Outcome, Rejection

SHOWN = 100
"""Rejected lines that are listed; all are counted."""


class RejectedLine(NamedTuple):
    """A line that became no event."""

    line: int
    code: str
    message: str


@dataclass(slots=True)
class ImportReport:
    """Counts add up to the lines read: accepted + duplicate + rejected; print it to show it.

    Events of a batch that had to be ``resent`` may count as duplicates although this import
    brought them: the first attempt had stored them.
    """

    accepted: int = 0
    duplicate: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    rejected_lines: list[RejectedLine] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)
    examples: dict[str, tuple[int, str]] = field(default_factory=dict)
    attributes: list[str] = field(default_factory=list)
    resent: int = 0
    settled: int = 0
    interrupted: bool = False
    seconds: float = 0.0

    @property
    def events(self) -> int:
        """Lines read so far, blank ones aside."""
        return self.accepted + self.duplicate + self.rejected.total()

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds if self.seconds else 0.0

    def add(self, outcome: Outcome, lines: Sequence[int]) -> None:
        """Count a batch; ``lines`` are the numbers of its lines in the file."""
        self.accepted += outcome.accepted
        self.duplicate += outcome.duplicate
        self.rejected.update(one.code for one in outcome.rejected)
        self._list(outcome.rejected, lines)
        for warning in outcome.warnings:
            self.warnings[warning.code] += 1
            example = (lines[warning.index], warning.message)
            self.examples[warning.code] = min(example, self.examples.get(warning.code, example))

    def _list(self, rejected: Sequence[Rejection], lines: Sequence[int]) -> None:
        """Keep the earliest lines, whatever order the batches end in."""
        more = [RejectedLine(lines[one.index], one.code, one.message) for one in rejected]
        self.rejected_lines = sorted(self.rejected_lines + more)[:SHOWN]

    @override
    def __str__(self) -> str:
        return "\n".join(_told(self))


def _told(report: ImportReport) -> Iterator[str]:
    refused = report.rejected.total()
    yield (
        f"{report.events:,} events in {report.seconds:.1f} s ({report.rate:,.0f}/s): "
        f"{report.accepted:,} accepted, {report.duplicate:,} duplicate, {refused:,} rejected"
    )
    if report.attributes:
        yield f"Attributes created: {', '.join(report.attributes)}"
    yield from _told_rejected(report)
    yield from _told_warnings(report)
    if report.resent:
        yield f"Batches sent again: {report.resent} (their events may count as duplicates)"
    if report.settled:
        yield f"Finished what other processes had left: {report.settled}"
    if report.interrupted:
        yield "Interrupted. Run the same command again to go on: nothing counts twice."


def _told_rejected(report: ImportReport) -> Iterator[str]:
    if not report.rejected:
        return
    counts = ", ".join(f"{count:,} {code}" for code, count in report.rejected.most_common())
    yield f"Rejected: {counts}"
    for one in report.rejected_lines:
        yield f"  line {one.line}: {one.code}: {one.message}"
    more = report.rejected.total() - len(report.rejected_lines)
    if more:
        yield f"  and {more:,} more"


def _told_warnings(report: ImportReport) -> Iterator[str]:
    for code, count in report.warnings.most_common():
        line, message = report.examples[code]
        yield f"Warning {code}: {count:,}, first on line {line}: {message}"
