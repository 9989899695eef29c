"""What happens in a visit to the demo shop: pages, perhaps a cart, perhaps an order. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias

from app.demo.tables import CAMPAIGNS, PRODUCTS, Product

Properties: TypeAlias = dict[str, str | int | float | list[str]]

FREE_SHIPPING = 10_000
"""The value of goods, in cents, from which they are sent for nothing."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens in a visit."""

    type: str
    name: str
    properties: Properties = field(default_factory=dict)


def journey(chance: Random, *, eagerness: float) -> list[Step]:
    """The steps of a visit; the more eager somebody is, the more often they buy."""
    seen: list[Product] = []
    steps = [_entry(chance, seen), *_browsing(chance, seen)]
    if seen and chance.random() < eagerness:
        steps += _shopping(chance, seen)
    return steps


def _view(path: str, **properties: str) -> Step:
    return Step("VIEW", path, {"page_url": path, **properties})


def _action(name: str, page: str, *frustrations: str) -> Step:
    properties: Properties = {"page_url": page}
    if frustrations:
        properties["frustration"] = list(frustrations)
    return Step("ACTION", name, properties)


def _entry(chance: Random, seen: list[Product]) -> Step:
    """The first page, which knows how the visitor found the shop and what they came for."""
    interest = chance.choice(PRODUCTS)
    path = chance.choices(
        ("/home", f"/products/{interest.slug}", "/blog/a-desk-for-two", "/pricing"),
        weights=(50, 30, 12, 8),
    )[0]
    if path.startswith("/products/"):
        seen.append(interest)
    entry = _view(path, session_custom_dimension_1=interest.category)
    entry.properties.update(_marketing(chance))
    return entry


def _marketing(chance: Random) -> Properties:
    """Nothing for a direct visit; else where it came from, as a campaign's link says it."""
    if chance.random() < 0.3:
        return {}
    came = chance.choices(CAMPAIGNS, weights=(30, 12, 5, 5, 9, 7, 10, 6))[0]
    named = {
        "referrer": came.referrer,
        "utm_source": came.source,
        "utm_medium": came.medium,
        "utm_campaign": came.campaign,
        "source": came.source,
        "medium": came.medium,
        "source_medium": f"{came.source} / {came.medium}",
    }
    return {name: value for name, value in named.items() if value}


def _browsing(chance: Random, seen: list[Product]) -> Iterator[Step]:
    for _ in range(min(8, int(chance.lognormvariate(0.35, 0.75)))):
        if chance.random() < 0.4:
            yield from _list(chance)
        else:
            product = chance.choice(PRODUCTS)
            seen.append(product)
            yield from _product(chance, product)


def _list(chance: Random) -> Iterator[Step]:
    yield _view("/products")
    fate = chance.random()
    if fate < 0.2:
        yield _action("click on FILTER", "/products")
    elif fate < 0.26:
        yield Step("RESOURCE", "/api/search", {"page_url": "/products", "status_code": 200})
    elif fate < 0.3:
        yield Step("LONG_TASK", "render product grid", {"page_url": "/products"})


def _product(chance: Random, product: Product) -> Iterator[Step]:
    page = f"/products/{product.slug}"
    yield _view(page)
    fate = chance.random()
    if fate < 0.06:
        yield _action("click on SIZE GUIDE", page, "dead_click")
    elif fate < 0.09:
        yield _error("TypeError", "Cannot read properties of undefined (reading 'stock')", page)
        yield _action("click on SHOW STOCK", page, "error_click")
    elif fate < 0.16:
        yield _action("click on ADD TO WISHLIST", page)


def _shopping(chance: Random, seen: list[Product]) -> Iterator[Step]:
    """Into the cart, and perhaps on to the checkout."""
    for product in seen[-2:]:
        yield _action("click on ADD TO CART", f"/products/{product.slug}")
    yield _view("/cart")
    if chance.random() < 0.3:
        return
    yield _action("click on CHECKOUT", "/cart")
    yield _view("/checkout")
    yield from _payment(chance, seen[-2:])


def _payment(chance: Random, bought: list[Product]) -> Iterator[Step]:
    fate = chance.random()
    if fate < 0.12:
        yield _error("PaymentDeclinedError", "The card was declined", "/checkout")
        yield _action("click on PAY", "/checkout", "rage_click", "error_click")
    elif fate < 0.9:
        yield _action("click on PAY", "/checkout")
        yield Step("CUSTOM", "order_completed", _order(chance, bought))
        yield _view("/orders/thank-you")


def _order(chance: Random, bought: list[Product]) -> Properties:
    """Amounts are reckoned in cents, so that each is exact to the last digit."""
    pieces = [(product, chance.choices((1, 2, 4), weights=(8, 2, 1))[0]) for product in bought]
    goods = sum(product.cents * count for product, count in pieces)
    shipping = 0 if goods >= FREE_SHIPPING else 490
    return {
        "page_url": "/checkout",
        "order_id": f"S-{chance.randrange(10**7, 10**8)}",
        "order_value": (goods + shipping) / 100,
        "revenue": goods / 100,
        "revenue_shipping": shipping / 100,
        "item_count": sum(count for _, count in pieces),
        "products": [product.slug for product, _ in pieces],
    }


def _error(kind: str, message: str, page: str) -> Step:
    return Step("ERROR", kind, {"page_url": page, "message": message, "source": "source"})
