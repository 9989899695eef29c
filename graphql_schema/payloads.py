"""Payloads that several mutations share."""

import strawberry

from graphql_schema.errors import UserError


@strawberry.type(description="What was deleted, or what was wrong.")
class DeletePayload:
    deleted_id: strawberry.ID | None = strawberry.field(description="The id of what is gone.")
    errors: list[UserError] = strawberry.field(description="What was wrong with the input.")
