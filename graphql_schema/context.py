"""What a request has at hand: the services, and loaders that live as long as the request."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TypeAlias

from strawberry.types import Info as StrawberryInfo

from app.attributes.catalogue import Catalogue
from app.services import Services, utc_now
from graphql_schema.loaders import Loaders


@dataclass
class Context:
    """One request; loaders are never shared, since they remember what they have read."""

    services: Services
    now: datetime = field(default_factory=utc_now)

    @cached_property
    def loaders(self) -> Loaders:
        """Made when the first row asks for something."""
        return Loaders(self.services)

    def close(self) -> None:
        """Let go of what was read: execution leaves cycles, which would keep it for a while.

        The collector would find hundreds of objects of each request, and stop all others for
        20 ms every two hundred requests.
        """
        self.__dict__.pop("loaders", None)

    async def catalogue(self) -> Catalogue:
        """The definitions that profiles are read by, as this process knows them."""
        return await self.services.attributes.recent(now=self.now)


Info: TypeAlias = StrawberryInfo[Context, None]
