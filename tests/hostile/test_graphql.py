"""The whole schema, asked at random: whatever an operation says, nothing is our fault."""

import json
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    build_schema,
)
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import mutations, nodes, queries

from graphql_schema.schema import build_schema as build_ours
from tests.hostile.answers import Victim
from tests.hostile.twisting import json_values

SDL = build_ours().as_str()
SCHEMA = build_schema(SDL)

_SCALARS: Any = {
    "DateTime": st.sampled_from(["2026-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00", "x"]).map(
        nodes.String
    ),
    "Duration": st.sampled_from(["P7D", "P99999999999D", "-P1D", "PT0S", "P1Y"]).map(nodes.String),
    "JSON": st.sampled_from([nodes.Object([]), nodes.String("$a"), nodes.Int(2**70)]),
    "Upload": st.just(nodes.String("x")),
}


@settings(phases=[Phase.explicit, Phase.generate])  # they take long to shrink
@given(operation=queries(SDL, custom_scalars=_SCALARS) | mutations(SDL, custom_scalars=_SCALARS))
async def test_any_operation_has_an_answer(server: Victim, operation: str) -> None:
    body = _json({"query": operation})
    await server.post("/graphql", body, content_type="application/json")


FIELDS = [
    (kind, name, field)
    for kind, root in (("query", SCHEMA.query_type), ("mutation", SCHEMA.mutation_type))
    if root
    for name, field in root.fields.items()
    if field.args
]


@given(data=st.data())
async def test_any_variables_have_an_answer(server: Victim, data: st.DataObject) -> None:
    kind, name, field = data.draw(st.sampled_from(FIELDS))
    declared = ", ".join(f"${one}: {arg.type}" for one, arg in field.args.items())
    passed = ", ".join(f"{one}: ${one}" for one in field.args)
    query = f"{kind} ({declared}) {{ {name}({passed}) {{ __typename }} }}"
    variables = {one: data.draw(near(arg.type)) for one, arg in field.args.items()}
    body = _json({"query": query, "variables": variables})
    await server.post("/graphql", body, content_type="application/json")


def later(kind: GraphQLInputType, depth: int) -> st.SearchStrategy[object]:
    """The same, not before it is needed: types refer to themselves."""
    return st.deferred(lambda: near(kind, depth))


def near(kind: GraphQLInputType, depth: int = 0) -> st.SearchStrategy[object]:
    """Values that are nearly of this type."""
    match kind:
        case GraphQLNonNull():
            fitting = near(kind.of_type, depth)
        case _ if depth > 4:
            return json_values
        case GraphQLList():
            fitting = st.lists(near(kind.of_type, depth + 1), max_size=3)
        case GraphQLInputObjectType():
            fields = {name: later(one.type, depth + 1) for name, one in kind.fields.items()}
            needed = {
                name: fields.pop(name)
                for name, one in kind.fields.items()
                if isinstance(one.type, GraphQLNonNull)
            }
            fitting = st.fixed_dictionaries(needed, optional=fields)
        case GraphQLEnumType():
            fitting = st.sampled_from(list(kind.values))
        case _:
            fitting = st.sampled_from(
                [
                    "a",
                    "$a",
                    "2026-01-01T00:00:00Z",
                    "P7D",
                    "UHJvZmlsZTox",
                    1,
                    0,
                    -1,
                    2**31,
                    1.5,
                    True,
                ]
            )
    return st.one_of(fitting, fitting, fitting, fitting, fitting, st.none(), json_values)


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
