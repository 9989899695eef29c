"""The report of an import: counts of everything, the earliest lines of what went wrong."""

from app.importing.report import SHOWN, ImportReport
from app.ingestion.outcome import IndexedWarning, Outcome, Rejection


def _outcome(
    accepted: int = 0, duplicate: int = 0, rejected: int = 0, warnings: int = 0
) -> Outcome:
    return Outcome(
        accepted,
        duplicate,
        [Rejection(index, "EVENT_REJECTED", f"time: wrong {index}.") for index in range(rejected)],
        [IndexedWarning(index, "VALUE_REFUSED", f"value {index}") for index in range(warnings)],
    )


def test_a_clean_import_is_one_line() -> None:
    report = ImportReport(seconds=0.5)
    report.add(_outcome(accepted=1500, duplicate=2), range(2, 1504))
    assert str(report) == "1,502 events in 0.5 s (3,004/s): 1,500 accepted, 2 duplicate, 0 rejected"


def test_nothing_is_a_report_too() -> None:
    assert str(ImportReport()) == "0 events in 0.0 s (0/s): 0 accepted, 0 duplicate, 0 rejected"


def test_everything_that_happened_is_told() -> None:
    report = ImportReport(attributes=["plan"], resent=1, settled=2, interrupted=True, seconds=1.0)
    report.add(_outcome(rejected=1), [9])
    report.add(_outcome(accepted=2, rejected=1, warnings=2), [3, 4, 5])
    assert str(report).splitlines() == [
        "4 events in 1.0 s (4/s): 2 accepted, 0 duplicate, 2 rejected",
        "Attributes created: plan",
        "Rejected: 2 EVENT_REJECTED",
        "  line 3: EVENT_REJECTED: time: wrong 0.",
        "  line 9: EVENT_REJECTED: time: wrong 0.",
        "Warning VALUE_REFUSED: 2, first on line 3: value 0",
        "Batches sent again: 1 (their events may count as duplicates)",
        "Finished what other processes had left: 2",
        "Interrupted. Run the same command again to go on: nothing counts twice.",
    ]


def test_the_earliest_rejected_lines_are_listed_and_all_are_counted() -> None:
    report = ImportReport()
    report.add(_outcome(rejected=SHOWN), range(1000, 1000 + SHOWN))
    report.add(_outcome(rejected=50), range(50))
    assert report.rejected == {"EVENT_REJECTED": SHOWN + 50}
    assert [one.line for one in report.rejected_lines] == [*range(50), *range(1000, 1050)]
    assert str(report).splitlines()[-1] == "  and 50 more"


def test_the_example_of_a_warning_is_the_earliest() -> None:
    report = ImportReport()
    report.add(_outcome(warnings=1), [70])
    report.add(_outcome(warnings=1), [7])
    report.add(_outcome(warnings=1), [77])
    assert report.warnings == {"VALUE_REFUSED": 3}
    assert report.examples == {"VALUE_REFUSED": (7, "value 0")}
