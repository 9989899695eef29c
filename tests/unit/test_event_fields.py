"""Names of event fields: what people write, and the one normal form."""

import pytest

from app.attributes.sources import normal_source
from app.errors import AttributeInvalidError


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("order_value", "properties.order_value"),
        ("properties.order_value", "properties.order_value"),
        ("order.value", "properties.order.value"),
        ("geo.city", "context.geo.city"),
        ("context.geo.city", "context.geo.city"),
        ("device.type", "context.device.type"),
        ("usr.email", "user.email"),
        ("user.email", "user.email"),
        ("account.plan", "account.plan"),
        ("event.name", "event.name"),
        ("identity.user_id", "identity.user_id"),
        ("geo", "properties.geo"),
        ("user", "properties.user"),
        ("$set", "properties.$set"),
    ],
)
def test_field_has_one_full_path(written: str, normal: str) -> None:
    assert normal_source(written) == normal


@pytest.mark.parametrize("written", ["", " ", ".", "a.", ".a", "a..b", "x" * 256])
def test_field_without_a_path_is_refused(written: str) -> None:
    with pytest.raises(AttributeInvalidError) as refused:
        normal_source(written)

    assert refused.value.path == ("eventField",)
