"""Profiles against expectations; every difference is told, none is rounded away."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from typing_extensions import override

from app.services import Services
from tests.online_retail.expected import MAX_LIST, Expected
from tests.online_retail.reading import Customer, read_customers


@dataclass
class Comparison:
    """What was compared, and what differs."""

    known: int = 0
    cookie_only: int = 0
    values: int = 0
    capped: int = 0
    differences: list[str] = field(default_factory=list)

    @override
    def __str__(self) -> str:
        told = (
            f"{self.known:,} known and {self.cookie_only:,} cookie-only profiles, "
            f"{self.values:,} values compared, {self.capped} lists stopped at 1,000: "
            f"{len(self.differences)} differences"
        )
        return "\n".join([told, *self.differences[:20]])


async def compare(services: Services, wanted: Expected) -> Comparison:
    """Compare all profiles of a database with what is expected."""
    found = Comparison()
    customers, cookies = set(wanted.customers), set(wanted.cookie_only)
    async for customer in read_customers(services):
        user_id = customer.node["userId"]
        if user_id is None:
            found.cookie_only += 1
            found.differences += _stranger(customer, cookies)
            continue
        found.known += 1
        if user_id not in customers:
            found.differences.append(f"customer {user_id} was not expected, or is there twice")
            continue
        customers.remove(user_id)
        _compare_customer(found, customer, wanted)
    found.differences += [f"customer {one} is missing" for one in sorted(customers)]
    found.differences += [f"invoice {one} is missing" for one in sorted(cookies)]
    return found


def _stranger(customer: Customer, cookies: set[str]) -> Iterator[str]:
    """A person without a customer number has exactly one invoice, which nobody else has."""
    invoices = customer.identifiers("cookie_id")
    if len(invoices) == 1 and invoices <= cookies:
        cookies -= invoices
    else:
        yield f"a profile of the invoices {sorted(invoices)} was not expected"


def _compare_customer(found: Comparison, customer: Customer, wanted: Expected) -> None:
    user_id = customer.node["userId"]
    row, lists = customer.row(), wanted.lists[user_id]
    pairs = [(name, row[name], value) for name, value in wanted.customers[user_id].items()]
    pairs += [
        (name, str(_listed(customer, name)), str(getattr(lists, name)))
        for name in ("products", "product_history")
    ]
    cookies = str(len(customer.identifiers("cookie_id")))
    pairs.append(("identifiers", cookies, wanted.customers[user_id]["invoices"]))
    found.values += len(pairs)
    found.capped += len(lists.product_history) == MAX_LIST
    found.differences += [
        f"customer {user_id}: {name} is {_short(is_)}, not {_short(should)}"
        for name, is_, should in pairs
        if is_ != should
    ]


def _listed(customer: Customer, name: str) -> list[str]:
    return [one["value"] for one in customer.attributes[name]["values"]]


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."
