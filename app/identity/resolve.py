"""Which identifiers of a batch belong together: union-find. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from app.identity.marks import NONE, Marks, are_apart
from app.identity.model import IdentityPolicy, principal, user_ids

Group: TypeAlias = frozenset[str]
"""Identifiers that belong to one person."""


class Groups:
    """Identifiers in disjoint groups; two that appear in one event are in the same group."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def join(self, identifiers: Iterable[str]) -> None:
        """Put these identifiers into one group."""
        first, *others = identifiers
        root = self.root(first)
        for other in others:
            self._parent[self.root(other)] = root

    def root(self, identifier: str) -> str:
        """The identifier that stands for its group."""
        parent = self._parent.setdefault(identifier, identifier)
        while parent != identifier:
            grandparent = self._parent[parent]
            self._parent[identifier] = grandparent
            identifier, parent = parent, grandparent
        return identifier

    def members(self) -> dict[str, set[str]]:
        """Every group, by the identifier that stands for it."""
        groups: dict[str, set[str]] = {}
        for identifier in self._parent:
            groups.setdefault(self.root(identifier), set()).add(identifier)
        return groups


def divide(
    events: Iterable[tuple[str, ...]],
    homes: Mapping[str, str],
    marks: Mapping[str, Marks],
    policy: IdentityPolicy,
) -> dict[Group, Marks]:
    """The groups that events are about, with their marks, where some may not become one.

    ``events`` are their identifiers, the earliest first; ``homes`` has the profile of each
    identifier that is known, ``marks`` those of these profiles.
    """
    groups, about = _MarkedGroups(homes, marks), []
    for identifiers in events:
        about.append(principal(identifiers))
        groups.add(identifiers, policy)
    members = groups.members()
    roots = {groups.root(one) for one in about}
    return {frozenset(members[root]): groups.marks(root) for root in roots}


class _MarkedGroups(Groups):
    """Groups that only take in what is not apart from them."""

    def __init__(self, homes: Mapping[str, str], marks: Mapping[str, Marks]) -> None:
        super().__init__()
        self._marks: dict[str, Marks] = {}
        together: dict[str, list[str]] = defaultdict(list)
        for one, home in homes.items():
            together[home].append(one)
        for home, identifiers in together.items():
            self.join(identifiers)
            self._marks[self.root(identifiers[0])] = marks.get(home, NONE) | user_ids(identifiers)

    def marks(self, identifier: str) -> Marks:
        """The marks of the group that an identifier is in."""
        return self._marks.get(self.root(identifier), user_ids([identifier]))

    def add(self, identifiers: tuple[str, ...], policy: IdentityPolicy) -> None:
        """Join what an event names with whom it is about, as far as they are not apart."""
        about = principal(identifiers)
        for other in identifiers:
            ours, theirs = self.marks(about), self.marks(other)
            if not are_apart(ours, theirs, policy):
                self.join([about, other])
                self._marks[self.root(about)] = ours | theirs
