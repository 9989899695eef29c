"""What a request has at hand: the services, and loaders that live as long as the request."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from strawberry.types import Info as StrawberryInfo

from app.attributes.catalogue import Catalogue
from app.services import Services, utc_now
from graphql_schema.loaders import Loaders


@dataclass(slots=True)
class Context:
    """One request; loaders are never shared, since they remember what they have read."""

    services: Services
    now: datetime = field(default_factory=utc_now)
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.loaders = Loaders(self.services)

    async def catalogue(self) -> Catalogue:
        """The definitions that profiles are read by, as this process knows them."""
        return await self.services.attributes.recent(now=self.now)


Info: TypeAlias = StrawberryInfo[Context, None]
