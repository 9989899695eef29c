"""Coercion of event batches in compiled code.

Stock coercion takes 150 ms for a batch of 1,000 events and blocks everybody else meanwhile;
msgspec takes 4. What msgspec refuses goes the stock way, so errors are the specification's. The
schema stays typed: ``EventInput`` and the wire format have the same fields, which a test compares.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from graphql import (
    DocumentNode,
    GraphQLError,
    ListTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    TypeNode,
    VariableDefinitionNode,
)
from typing_extensions import override

from app.events.wire import EventInput, IdentifierInput, Moment
from app.private import Executor, InputContext, StockExecution
from graphql_schema.limits.lists import long_lists
from graphql_schema.limits.uploads import misplaced_uploads


class Batch(msgspec.Struct, rename="camel", forbid_unknown_fields=True, gc=False):
    """``IngestEventsInput`` as sent."""

    events: list[EventInput]
    sent_at: Moment | None = None


_COMPILED: Final[dict[str, tuple[type, Any]]] = {
    "IngestEventsInput!": (Batch, {"events": []}),
    "[EventInput!]!": (list[EventInput], []),
}
"""By a variable's type: what to convert to, and a stand-in that stock coercion takes."""


class CompiledCoercion(StockExecution):
    """The stock executor, but variables that hold event batches are coerced by msgspec."""

    @classmethod
    @override
    def build(
        cls,
        schema: Any,
        document: DocumentNode,
        root_value: object = None,
        context_value: object = None,
        raw_variable_values: dict[str, Any] | None = None,
        operation_name: str | None = None,
        *args: Any,
        **options: Any,
    ) -> list[GraphQLError] | Executor[Any]:
        converted = _converted(document, raw_variable_values or {}, operation_name)
        stand_ins = {name: stand_in for name, (_, stand_in) in converted.items()}
        variables = {**(raw_variable_values or {}), **stand_ins}
        # Batches of events that were converted have a limit of their own, with its own code.
        declared = _variables(document, operation_name)
        errors = misplaced_uploads(schema, declared, raw_variable_values or {})
        if errors := errors or long_lists(schema, declared, variables):
            return errors
        given = (schema, document, root_value, context_value, variables, operation_name)
        try:
            built = super().build(*given, *args, **options)
        except IndexError:
            # What graphql-core meets when it looks for a name that is like one with a letter whose
            # small form is longer (İ).
            return [GraphQLError("A variable holds a name that is not known.")]
        if converted and not isinstance(built, list):
            batches = {name: batch for name, (batch, _) in converted.items()}
            built.variable_values.coerced.update(batches)
        return built


def _converted(
    document: DocumentNode, raw: Mapping[str, Any], operation_name: str | None
) -> dict[str, tuple[object, object]]:
    """The variables that msgspec takes, with their stand-ins."""
    converted: dict[str, tuple[object, object]] = {}
    for variable in _variables(document, operation_name):
        compiled = _COMPILED.get(_text(variable.type))
        name = variable.variable.name.value
        if compiled is None or name not in raw:
            continue
        try:
            converted[name] = (msgspec.convert(raw[name], compiled[0]), compiled[1])
        except msgspec.ValidationError:
            continue  # stock coercion says what is wrong, or takes what is right after all
    return converted


def _variables(
    document: DocumentNode, operation_name: str | None
) -> tuple[VariableDefinitionNode, ...]:
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode) and (
            operation_name is None or (definition.name and definition.name.value == operation_name)
        ):
            return tuple(definition.variable_definitions or ())
    return ()


def _text(node: TypeNode) -> str:
    if isinstance(node, NonNullTypeNode):
        return f"{_text(node.type)}!"
    if isinstance(node, ListTypeNode):
        return f"[{_text(node.type)}]"
    return node.name.value  # type: ignore[attr-defined,no-any-return]  # the only kind left is a named type


def event_from(value: Mapping[str, Any] | EventInput) -> EventInput:
    """The event of a variable that msgspec took, or of what stock coercion made."""
    if isinstance(value, EventInput):
        return value
    sent = {_SNAKE[name]: one for name, one in value.items()}
    named = sent.get("identifiers") or ()
    identifiers = [IdentifierInput(one["type"], one["value"]) for one in named]
    return EventInput(**{**sent, "identifiers": identifiers, "type": sent["type"].value})


def batch_from(value: Mapping[str, Any] | Batch) -> tuple[list[EventInput], datetime | None]:
    """Events and time of sending of a batch."""
    if isinstance(value, Batch):
        return value.events, value.sent_at
    return [event_from(one) for one in value["events"]], value.get("sentAt")


def take_as(make: Callable[[Any], Any]) -> Callable[[type, Any, InputContext], Any]:
    """A ``from_input`` hook: the value as ``make`` has it, instead of the input type's own."""
    return lambda _type, value, _context: make(value)


_SNAKE = dict(zip(EventInput.__struct_encode_fields__, EventInput.__struct_fields__, strict=True))
