"""Conditions as filters of MongoDB: paths where an index can serve, ``$expr`` where none can. Pure.

What a user wrote is only ever an operand: of ``$in``, of a comparison, of a regular expression that
was made of escaped pieces, or inside ``$literal``.
"""

from collections.abc import Iterator
from typing import Any

from app.aggregation.monoids import Aggregation
from app.aggregation.stored import store_value, unique_key
from app.attributes.model import AttributeDefinition
from app.paging import Mql
from app.profiles.compile import attribute_path, value_paths
from app.segments import model


def compile_condition(condition: model.Condition) -> Mql:
    """The filter that finds the documents for which the condition holds.

    What is not said in documents has been found out before, see ``resolve``.
    """
    match condition:
        case model.All(conditions=conditions):
            return _joined("$and", conditions) if conditions else {}
        case model.Any(conditions=conditions):
            return _joined("$or", conditions) if conditions else dict(_NOBODY)
        case model.Not(condition=negated):
            return {"$nor": [compile_condition(negated)]}
        case model.InSegment(condition=meant):
            return compile_condition(meant)
        case model.Among(ids=ids):
            return {"_id": {"$in": sorted(ids)}}
        case model.Performed() | model.Listed():
            raise AssertionError("found out before")
        case _:
            return _said(condition)


_NOBODY: Mql = {"_id": {"$in": []}}


def _joined(operator: str, conditions: tuple[model.Condition, ...]) -> Mql:
    return {operator: [compile_condition(one) for one in conditions]}


def _said(condition: model.Said) -> Mql:
    match condition:
        case model.HasValue(attribute=attribute):
            return {attribute_path(attribute): {"$exists": True}}
        case model.AnyValue(attribute=attribute, test=test):
            return _any_value(attribute, test)
        case model.AnyIdentifier(keys=keys):
            return {"identifiers": {"$in": list(keys)}}
        case model.OfAccount(account_id=account_id):
            return {"accounts": account_id}


def _any_value(attribute: AttributeDefinition, test: model.Test) -> Mql:
    if attribute.aggregation is Aggregation.UNIQUE_LIST:
        return _in_unique_list(attribute, test)
    operand = _operand(test)
    if attribute.aggregation is Aggregation.LIST:  # both limits have to hold for one entry
        return {attribute_path(attribute): {"$elemMatch": {"v": operand}}}
    found = [{path: operand} for path in value_paths(attribute)]
    return found[0] if len(found) == 1 else {"$or": found}


def _operand(test: model.Test) -> Mql:
    match test:
        case model.OneOf(values=values):
            return {"$in": [store_value(one) for one in values]}
        case model.Like(pattern=pattern):
            return {"$regex": pattern}
        case model.Between():
            return dict(_limits(test))


def _limits(test: model.Between) -> Iterator[tuple[str, Any]]:
    if test.least is not None:
        yield "$gte" if test.with_least else "$gt", store_value(test.least)
    if test.most is not None:
        yield "$lte" if test.with_most else "$lt", store_value(test.most)


def _in_unique_list(attribute: AttributeDefinition, test: model.Test) -> Mql:
    """Its values stand in a map under a key made of each."""
    path = attribute_path(attribute)
    if isinstance(test, model.OneOf):
        found = [{f"{path}.{unique_key(one)}.v": store_value(one)} for one in test.values]
        return {"$or": found} if found else dict(_NOBODY)
    entries = {"$objectToArray": {"$ifNull": [f"${path}", {}]}}
    passes = {"$and": list(_expressions(test))}
    tried = {"$map": {"input": entries, "as": "one", "in": passes}}
    return {"$expr": {"$in": [True, tried]}}


def _expressions(test: model.Between | model.Like) -> Iterator[Mql]:
    value = "$$one.v.v"
    if isinstance(test, model.Like):
        yield {"$regexMatch": {"input": value, "regex": {"$literal": test.pattern}}}
        return
    for operator, operand in _limits(test):
        yield {operator: [value, {"$literal": operand}]}
