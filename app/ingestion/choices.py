"""Which profile a group of identifiers gets, and what has to be done for that. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.identity.marks import Marks
from app.identity.resolve import Group
from app.profiles.model import Standing


@dataclass(frozen=True, slots=True)
class Choice:
    """The profile of a group: the oldest that lives, else a fresh one.

    ``standing`` is None where nobody has looked whether it lives, since only its own update has
    to know. ``marks`` are those it has to have before ``others`` become part of it. ``strays``
    are identifiers that the registry has under another profile, ``unknown`` those it has not.
    """

    group: Group
    profile: str
    standing: Standing | None
    marks: Marks
    others: tuple[Standing, ...]
    strays: Mapping[str, str]
    unknown: frozenset[str]
    replaces_deleted: bool

    @property
    def is_marked(self) -> bool:
        """Whether the profile has the marks already."""
        return self.marks <= frozenset(self.marked or ())

    @property
    def claims(self) -> bool:
        """Whether anything is written for the profile before there is an event of it."""
        return bool(self.unknown or self.strays or not self.is_marked)

    @property
    def gains(self) -> bool:
        """Whether a profile that is known gets identifiers which it did not have."""
        return bool(self.others or self.strays or 0 < len(self.unknown) < len(self.group))

    @property
    def marked(self) -> tuple[str, ...] | None:
        """The marks that it is stored with; None for a profile that has none."""
        return self.standing.marked if self.standing else None


def choose(
    group: Group,
    marks: Marks,
    *,
    owners: Mapping[str, str],
    standings: Mapping[str, Standing],
    fresh: str,
) -> Choice:
    """The choice for a group that has, or will have, these marks."""
    known = {one: owners[one] for one in group if one in owners}
    found = {owner: standings[owner] for owner in known.values() if owner in standings}
    living = sorted(
        {one.profile: one for one in found.values() if not one.deleted}.values(),
        key=lambda one: one.profile,
    )
    if found:
        profile = living[0].profile if living else fresh
    else:
        profile = next(iter(known.values()), fresh)
    strays = {one: owner for one, owner in known.items() if owner != profile}
    return Choice(
        group,
        profile,
        living[0] if living else None,
        marks.union(*(one.marked or () for one in living)),
        tuple(living[1:]),
        strays,
        group - known.keys(),
        any(found[owner].deleted for owner in strays.values() if owner in found),
    )
