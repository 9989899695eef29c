"""Why events are not let in, and what may be wrong with a source; see ``app/errors.py``."""

from math import ceil

from app.errors import InputError, ProfileGraphError, RetryError


class EventSourceInvalidError(InputError):
    """A source breaks a rule."""

    code = "EVENT_SOURCE_INVALID"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}.", (field,))


class EventSourceNotFoundError(InputError):
    """No source has this id."""

    code = "EVENT_SOURCE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("No source has this id.", ("id",))


class KeyRefusedError(ProfileGraphError):
    """There is no write key, or none that counts here; the key itself is never told."""

    code = "KEY_REFUSED"

    def __init__(self, problem: str) -> None:
        super().__init__(f"The events are not taken: {problem}.")


class OriginRefusedError(ProfileGraphError):
    """A page of this site may not send events with this key."""

    code = "ORIGIN_REFUSED"

    def __init__(self) -> None:
        super().__init__("The source of this write key takes no events from this origin.")


class RateLimitedError(RetryError):
    """A source sends more events than it may; ``seconds``: when it may go on."""

    code = "RATE_LIMITED"

    def __init__(self, rate: float, seconds: float) -> None:
        super().__init__(f"The source may send {rate:g} events a second; send the batch again.")
        self.retry_after = str(max(1, ceil(seconds)))
