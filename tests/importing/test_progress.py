"""What a person at a terminal sees, and Ctrl-C."""

import os
import signal
from io import StringIO

import pytest
from rich.console import Console

from app.importing.progress import Nobody, progress_bar, stopped_by_interrupt
from app.importing.report import ImportReport


def test_a_terminal_shows_bytes_events_and_rate() -> None:
    shown = StringIO()
    console = Console(file=shown, force_terminal=True, width=120)
    with progress_bar(console, "orders.csv") as bar:
        bar.advance(512_000, 1_024_000, ImportReport(accepted=5000, seconds=0.5))
        bar.say("Trying again in [1] s.")
    for text in ("orders.csv", "50%", "0.5/1.0 MB", "5,000 events, 10,000/s", "again in [1] s."):
        assert text in shown.getvalue()


def test_elsewhere_only_what_there_is_to_say_is_written() -> None:
    shown = StringIO()
    with progress_bar(Console(file=shown), "orders.csv") as bar:
        bar.advance(1, 2, ImportReport(accepted=5000))
        bar.say("Trying again.")
    assert shown.getvalue().strip() == "Trying again."


def test_nobody_hears_nothing() -> None:
    nobody = Nobody()
    nobody.advance(1, 2, ImportReport())
    nobody.say("hello")


async def test_the_first_interrupt_stops_and_the_second_ends_the_program() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stopped_by_interrupt() as stop:
        assert not stop.is_set()
        os.kill(os.getpid(), signal.SIGINT)
        await stop.wait()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    signal.signal(signal.SIGINT, before)
