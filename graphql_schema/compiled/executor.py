"""The executor: lists and objects go through compiled functions, all else the stock way."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from graphql import (
    GraphQLList,
    GraphQLObjectType,
    GraphQLResolveInfo,
    OperationType,
    get_named_type,
)
from typing_extensions import override

from graphql_schema.compiled.declaring import read_key
from graphql_schema.compiled.leaves import SurpriseError
from graphql_schema.compiled.lines import Compiled
from graphql_schema.compiled.memory import Known, Memory, memory_of
from graphql_schema.compiled.plans import Rows, Selection
from graphql_schema.compiled.private import (
    CollectedFields,
    FieldDetailsList,
    GroupedFieldSet,
    Path,
    StockExecution,
    convert_arguments,
    definition_of,
    get_argument_values,
    info_of,
    is_watched,
    strawberry_schema_of,
)
from graphql_schema.compiled.shapes import (
    Computed,
)

Arguments = list[dict[str, Any]]


class CompiledExecution(StockExecution):
    """The stock executor with a short way through what is pure."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        self._memory: Memory = memory_of(self.schema)
        self._known: Known | None = self._recall()
        self._arguments: dict[int, Arguments] = {}

    def _recall(self) -> Known | None:
        """Nothing where something else wants to see every field, or the answer comes in parts."""
        reads_keys = strawberry_schema_of(self.schema).config.default_resolver is read_key
        is_subscription = self.operation.operation is OperationType.SUBSCRIPTION
        if is_watched(self) or is_subscription or not reads_keys:
            return None
        known = self._memory.of(
            self.operation, self.fragment_definitions, self.variable_values.coerced
        )
        return None if known.comes_in_parts else known

    @override
    def collect_subfields(
        self, return_type: GraphQLObjectType, field_details_list: FieldDetailsList
    ) -> CollectedFields:
        if self._known is None or any(
            one.defer_usage or one.fragment_variable_values for one in field_details_list
        ):
            return super().collect_subfields(return_type, field_details_list)
        return self._selection(self._known, return_type, field_details_list).collected

    def _selection(
        self, known: Known, kind: GraphQLObjectType, details: FieldDetailsList
    ) -> Selection:
        key = (kind.name, tuple([id(one.node) for one in details]))
        found = known.selections.get(key)
        if found is None:
            found = Selection(kind, super().collect_subfields(kind, details))
            known.selections[key] = found
            known.by_fields[id(found.collected.grouped_field_set)] = found
        return found

    @override
    def complete_list_value(
        self,
        return_type: GraphQLList[Any],
        field_details_list: FieldDetailsList,
        info: Any,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        stock = partial(
            super().complete_list_value,
            *(return_type, field_details_list, info, path, result, position_context),
        )
        named = get_named_type(return_type)
        if not self._known or not isinstance(named, GraphQLObjectType) or type(result) is not list:
            return stock()
        selection, size = self._selection(self._known, named, field_details_list), len(result)
        compiled = selection.for_list(return_type, size, field_details_list, self.collect_subfields)
        if compiled:
            try:
                return self._completed(compiled, result)
            except Exception:  # noqa: BLE001  # whatever it is, the stock executor reports it
                self._memory.counts.surprised[named.name] += 1
                return stock()
        rows = selection.for_rows(return_type, size, self.collect_subfields)
        return self._with_relations(named, rows, info, result, stock) if rows else stock()

    async def _with_relations(
        self,
        kind: GraphQLObjectType,
        rows: Rows,
        info: GraphQLResolveInfo[Any],
        values: list[Any],
        stock: Callable[[], Any],
    ) -> Any:  # noqa: ANN401  # a list, or what the stock executor makes of its errors
        try:
            return await self._related(kind, rows, info, values)
        except Exception:  # noqa: BLE001  # whatever it is, the stock executor reports it
            self._memory.counts.surprised[kind.name] += 1
        completed = stock()
        return await completed if self.is_awaitable(completed) else completed

    async def _related(
        self,
        kind: GraphQLObjectType,
        rows: Rows,
        info: GraphQLResolveInfo[Any],
        values: list[Any],
    ) -> list[dict[str, Any]]:
        """Each row, and its relations, which are read for all rows at once."""
        if kind.is_type_of and not all(kind.is_type_of(one, info) is True for one in values):
            raise SurpriseError
        done = [self._completed(rows.compiled, one) for one in values]
        for relation in rows.relations:
            definition = definition_of(relation.field.definition)
            assert definition, "only fields of Strawberry have relations"
            read = await relation.read(
                info_of(info, definition, relation.nodes), values, self._coerced(relation.field)
            )
            completed = self._completed(relation.compiled, list(read))
            for one, value in zip(done, completed, strict=True):
                one[relation.field.response_name] = value
        return done

    @override
    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,
    ) -> Any:
        selection = self._known and self._known.by_fields.get(id(grouped_field_set))
        plan = selection and selection.for_objects(1, self.collect_subfields)
        if not plan:
            return super().execute_fields(
                parent_type, source_value, path, grouped_field_set, position_context
            )
        try:
            completed = self._completed(plan.compiled, source_value)
        except Exception:  # noqa: BLE001  # whatever it is, the stock executor reports it
            self._memory.counts.surprised[parent_type.name] += 1
            return super().execute_fields(
                parent_type, source_value, path, grouped_field_set, position_context
            )
        if not plan.rest:
            return completed
        rest = super().execute_fields(parent_type, source_value, path, plan.rest, position_context)
        return _joined_later(completed, rest) if self.is_awaitable(rest) else completed | rest

    def _completed(self, compiled: Compiled, value: object) -> Any:  # noqa: ANN401  # any JSON
        done = compiled.complete(value, self._arguments_of(compiled))
        self._memory.counts.compiled += 1
        return done

    def _arguments_of(self, compiled: Compiled) -> Arguments:
        """The arguments of its computed fields: the same for every row of a request."""
        if not compiled.computed:
            return []
        known = self._arguments.get(id(compiled))
        if known is None:
            known = self._arguments[id(compiled)] = [
                self._coerced(one) for one in compiled.computed
            ]
        return known

    def _coerced(self, field: Computed) -> dict[str, Any]:
        converter = strawberry_schema_of(self.schema).schema_converter
        definition = definition_of(field.definition)
        assert definition
        given = get_argument_values(
            field.definition, field.node, self.variable_values, None, self.hide_suggestions
        )
        return convert_arguments(
            given,
            definition.arguments,
            scalar_registry=converter.scalar_registry,
            config=converter.config,
        )


async def _joined_later(
    completed: dict[str, Any], rest: Awaitable[dict[str, Any]]
) -> dict[str, Any]:
    return completed | await rest
