"""What the profiles have to say, without any code of ours.

The columns come from the data's own file of expected values; lists, and people without a
customer number, are worked out from the order lines with nothing but sorting.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from tests.online_retail.source import Row, rows

MAX_LIST = 1000


@dataclass(frozen=True)
class Lists:
    """The lists of a customer, cut as an attribute cuts them."""

    products: list[str]
    product_history: list[str]


@dataclass
class Expected:
    """Everything that is compared."""

    customers: dict[str, Row]
    lists: dict[str, Lists]
    cookie_only: set[str] = field(default_factory=set)


def expected(folder: Path, imported: Path, only: frozenset[str] | None) -> Expected:
    """The expectations for an imported file of these customers."""
    told = {row["CustomerID"]: row for row in rows(folder / "expected_per_customer.csv")}
    lines: dict[str, list[tuple[str, int, str]]] = defaultdict(list)
    invoices: dict[str, set[str]] = defaultdict(set)
    for row in rows(imported):
        customer = row["CustomerID"]
        invoices[row["InvoiceNo"]].add(customer)
        lines[customer].append((row["InvoiceDate"], int(row["row"]), row["StockCode"]))
    return Expected(
        {customer: _capped(row) for customer, row in told.items() if not only or customer in only},
        {customer: _lists(own) for customer, own in lines.items() if customer},
        {invoice for invoice, customers in invoices.items() if customers == {""}},
    )


def _capped(row: Row) -> Row:
    """Distinct products are counted up to the length of a unique list."""
    return {**row, "products": str(min(int(row["products"]), MAX_LIST))}


def _lists(lines: list[tuple[str, int, str]]) -> Lists:
    history = [stock_code for _, _, stock_code in sorted(lines)]
    first_met = list(dict.fromkeys(history))
    return Lists(first_met[:MAX_LIST], history[-MAX_LIST:])
