"""Which identifiers of a batch belong together: union-find. Pure."""

from collections.abc import Iterable


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
