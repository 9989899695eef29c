"""Filters of the embedded store: mongomock's, but ``true`` is not ``1``, though Python says so."""

from typing import Any

from mongomock import filtering


class _Filter(filtering._Filterer):  # noqa: SLF001  # its functions are bound to one instance
    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # mongomock has no types
        equal, among = self._operator_map["$eq"], self._operator_map["$in"]
        positive = {
            "$eq": lambda found, wanted: equal(found, wanted) and _of_a_kind(found, [wanted]),
            "$in": lambda found, wanted: among(found, wanted) and _of_a_kind(found, wanted),
        }
        self._operator_map |= positive | {
            "$ne": lambda found, wanted: not positive["$eq"](found, wanted),
            "$nin": lambda found, wanted: not positive["$in"](found, wanted),
        }


def _of_a_kind(found: Any, wanted: list[Any]) -> bool:
    """Whether what is equal here are not a boolean and a number alone."""
    if isinstance(found, str):
        return True  # hot: most are
    values = found if isinstance(found, list) else [found]
    pairs = [(value, one) for value in values for one in wanted if value == one]
    kinds = [isinstance(value, bool) is isinstance(one, bool) for value, one in pairs]
    return any(kinds) or not kinds


applies: Any = _Filter().apply
"""Whether a filter matches a document."""
