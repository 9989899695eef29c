"""Reads all profiles through the GraphQL API, as the columns of the expected file."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from app.services import Services
from graphql_schema.context import Context
from graphql_schema.schema import build_schema

PAGE = 200
QUERY = """
query Customers($first: Int!, $after: String, $attributes: [String!]!) {
  profiles(first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges {
      node {
        userId
        firstSeen
        lastSeen
        identifiers { type value }
        attributes(names: $attributes) { name value first last values { value time } }
      }
    }
  }
}
"""
ATTRIBUTES = (
    "order_country",
    "stock_code",
    "invoice",
    "order_lines",
    "invoices",
    "products",
    "product_history",
    "units",
    "min_quantity",
    "max_quantity",
    "min_unit_price",
    "max_unit_price",
    "total_revenue",
)


@dataclass(frozen=True)
class Customer:
    """A profile as GraphQL answers it."""

    node: dict[str, Any]
    attributes: dict[str, dict[str, Any]]

    def value(self, name: str) -> Any:
        return self.attributes[name]["value"]

    def identifiers(self, kind: str) -> set[str]:
        return {one["value"] for one in self.node["identifiers"] if one["type"] == kind}

    def row(self) -> dict[str, str]:
        """The profile as a row of the expected file."""
        return {name: read(self) for name, read in COLUMNS.items()}


def _moment(field: str) -> Callable[[Customer], str]:
    def read(one: Customer) -> str:
        moment = datetime.fromisoformat(one.node[field]).astimezone(UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    return read


def _end(name: str, end: str) -> Callable[[Customer], str]:
    return lambda one: str(one.attributes[name][end])


def _length(name: str) -> Callable[[Customer], str]:
    return lambda one: str(len(one.attributes[name]["values"]))


def _number(name: str, unit: int = 1) -> Callable[[Customer], str]:
    """The number in thousandths where ``unit`` is 1000; a fraction of one would show."""
    return lambda one: format((Decimal(one.value(name)) * unit).normalize(), "f")


COLUMNS: dict[str, Callable[[Customer], str]] = {
    "CustomerID": lambda one: str(one.node["userId"]),
    "first_seen": _moment("firstSeen"),
    "last_seen": _moment("lastSeen"),
    "first_country": _end("order_country", "first"),
    "last_country": _end("order_country", "last"),
    "first_stock": _end("stock_code", "first"),
    "last_stock": _end("stock_code", "last"),
    "first_invoice": _end("invoice", "first"),
    "last_invoice": _end("invoice", "last"),
    "lines": _number("order_lines"),
    "invoices": _length("invoices"),
    "products": _length("products"),
    "units": _number("units"),
    "min_quantity": _number("min_quantity"),
    "max_quantity": _number("max_quantity"),
    "min_unit_price_milli": _number("min_unit_price", 1000),
    "max_unit_price_milli": _number("max_unit_price", 1000),
    "revenue_milli": _number("total_revenue", 1000),
}


async def read_customers(services: Services) -> AsyncIterator[Customer]:
    """Every profile there is; their number has to be the total that the API tells."""
    after, seen, total = None, 0, 0
    while True:
        page = await _page(services, after)
        total = page["totalCount"]
        for edge in page["edges"]:
            named = {one["name"]: one for one in edge["node"]["attributes"]}
            yield Customer(edge["node"], named)
        seen += len(page["edges"])
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == total, f"pages held {seen} profiles, the total is {total}"


async def _page(services: Services, after: str | None) -> dict[str, Any]:
    variables = {"first": PAGE, "after": after, "attributes": list(ATTRIBUTES)}
    answer = await build_schema().execute(
        QUERY, variable_values=variables, context_value=Context(services)
    )
    assert answer.data is not None, answer.errors
    assert not answer.errors, answer.errors
    page: dict[str, Any] = answer.data["profiles"]
    return page
