"""Identifiers: the words by which systems name somebody."""

import strawberry


@strawberry.type(description="Who somebody is, in the words of one system.")
class Identifier:
    type: str = strawberry.field(description="`user_id`, `cookie_id`, or your own kind.")
    value: str = strawberry.field(description="The value; upper and lower case differ.")
