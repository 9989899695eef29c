"""What is asked of a million people."""

from dataclasses import dataclass
from typing import Any

from app.segments.order import OrderBy

PAGE = 50
FAR = 1000
"""The page that is far behind."""


@dataclass(frozen=True, slots=True)
class Case:
    """A list that is asked for; pages count from one."""

    title: str
    filter: dict[str, Any] | None = None
    search: str | None = None
    order: tuple[OrderBy, ...] = ()
    page: int = 1

    def variables(self, after: str | None) -> dict[str, Any]:
        """The variables of ``LIST``."""
        orders = [
            {"attribute": one.attribute, "direction": "DESC" if one.descending else "ASC"}
            for one in self.order
        ]
        asked = {"filter": self.filter, "search": self.search, "orderBy": orders}
        return {**asked, "first": PAGE, "after": after}


def _is(name: str, **operator: object) -> dict[str, Any]:
    return {"attribute": {"name": name, **operator}}


_LAST_SEEN = (OrderBy("last_seen", descending=True),)
_SCORE = (OrderBy("score"),)

CASES = (
    Case("the newest"),
    Case("the newest, page 1,000", page=FAR),
    Case("by last seen", order=_LAST_SEEN),
    Case("by last seen, page 1,000", order=_LAST_SEEN, page=FAR),
    Case("by a custom attribute", order=_SCORE),
    Case("by a custom attribute, page 1,000", order=_SCORE, page=FAR),
    Case("a rare browser", _is("last_browser_name", eq="Conkeror")),
    Case("a country by its name", _is("last_seen_country", eq="Norway")),
    Case("the highest scores", _is("score", gt=9990), order=(OrderBy("score", descending=True),)),
    Case("names that begin so", _is("name", startsWith="Anneke E")),
    Case("a tag of a list", _is("tags", eq="tag-7")),
    Case("search for two words", search="anneke eichler"),
    Case("search for parts of words", search="nneke ichler"),
    Case("search for an id", search="u0000123"),
)

LIST = """query People(
  $filter: ProfileFilter $search: String $orderBy: [AttributeOrder!] $first: Int $after: String
) {
  profiles(
    filter: $filter, search: $search, orderBy: $orderBy, first: $first, after: $after
  ) {
    nodes { id userId name email firstSeen lastSeen lastSeenCountry { name } lastBrowserName }
    pageInfo { hasNextPage endCursor }
  }
}"""

OPEN = """query Person($userId: String!) {
  profile(by: {userId: $userId}) {
    id userId name email firstSeen lastSeen lastSeenCountry { name } lastBrowserName
    sessions(first: 10) { nodes { id startedAt endedAt entryPage viewCount frustrationCount } }
  }
}"""
