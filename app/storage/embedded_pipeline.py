"""Expressions of pipelines that mongomock lacks."""

from typing import Any

from bson import encode
from mongomock import aggregate

_Parser: Any = aggregate._Parser  # noqa: SLF001  # expressions have no other door


class _Sizing(_Parser):  # type: ignore[misc]  # mongomock has no types
    def _handle_type_operator(self, operator: str, values: Any) -> Any:
        if operator == "$bsonSize":
            return len(encode(self.parse(values)))
        return super()._handle_type_operator(operator, values)


aggregate.type_operators.append("$bsonSize")
aggregate._Parser = _Sizing  # type: ignore[misc]  # noqa: SLF001  # as above

run_pipeline: Any = aggregate.process_pipeline
"""Runs the stages of a pipeline over documents."""
