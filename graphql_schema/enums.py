"""Enums of the API; those of the model are shown as they are."""

from enum import StrEnum

import strawberry

from app.access.model import EventSourceKind
from app.aggregation.monoids import Aggregation
from app.attributes.model import AttributeOrigin, BackfillState
from app.events.model import EventType
from app.identity.model import IdentityPolicy
from app.segments.membership import Change
from app.values import DataType

strawberry.enum(Aggregation, description="How the values of an attribute become its state.")
strawberry.enum(AttributeOrigin, description="Where an attribute definition comes from.")
strawberry.enum(BackfillState, description="Where a back-fill stands.")
strawberry.enum(
    Change, name="MembershipChange", description="What happened to somebody's membership."
)
strawberry.enum(DataType, description="What kind of value an attribute holds.")
strawberry.enum(IdentityPolicy, description="What becomes of profiles that meet in one event.")
strawberry.enum(EventSourceKind, description="What sends the events of a source.")
strawberry.enum(EventType, description="What kind of thing happened.")


@strawberry.enum(description="Whom a profile is about: a person or a company.")
class ProfileKind(StrEnum):
    USER = "USER"
    ACCOUNT = "ACCOUNT"


@strawberry.enum(description="Upwards or downwards.")
class Direction(StrEnum):
    ASC = "ASC"
    DESC = "DESC"
