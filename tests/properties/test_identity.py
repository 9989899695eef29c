"""Identifiers, and which of them belong together."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from app.errors import IdentifierRefusedError
from app.identity.model import MAX_LENGTH, Identifier, identifier, is_junk
from app.identity.resolve import Groups
from tests.properties.strategies import CHARACTERS

JUNK = ["", "null", "undefined", "none", "nan", "anonymous", "guest", "unknown", "true", "false"]
kinds = st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True)
shouts = st.sampled_from([str.lower, str.upper, str.title])
quotes = st.sampled_from(["", '"', "'", "`", "\"'"])
blanks = st.text(" \t\n", max_size=3)

names = st.sampled_from("abcdefgh")
events = st.lists(st.lists(names, min_size=1, max_size=3), max_size=12)


@given(kind=kinds | st.text(CHARACTERS, max_size=5), value=st.text(CHARACTERS, max_size=300))
def test_identifier_is_kept_as_it_is_or_refused(kind: str, value: str) -> None:
    try:
        taken = identifier(kind, value)
    except IdentifierRefusedError:
        return
    assert taken == Identifier(kind, value) == Identifier.from_key(taken.key)
    assert 0 < len(value) <= MAX_LENGTH


@given(kind=kinds, value=st.text("abc:=@.$% 😀É", min_size=1, max_size=20).filter(str.strip))
def test_identifiers_differ_where_type_or_value_does(kind: str, value: str) -> None:
    other = identifier(f"{kind}x", value)

    assert identifier(kind, value).key != other.key
    assert identifier(kind, value).key != identifier(kind, value + "x").key


@given(
    junk=st.sampled_from([*JUNK, "[object Object]", "0", "-1"]) | st.text("0-", max_size=40),
    shout=shouts,
    quote=quotes,
    blank=blanks,
)
def test_junk_is_junk_in_any_case_and_in_quotes(
    junk: str, shout: type[str], quote: str, blank: str
) -> None:
    assert is_junk(f"{blank}{quote}{blank}{shout(junk)}{blank}{quote}{blank}")


def connected(joined: list[list[str]]) -> set[frozenset[str]]:
    """The groups, found the slow way: join what overlaps until nothing does."""
    groups = {frozenset(one) for one in joined}
    while overlap := next((pair for pair in combinations(groups, 2) if pair[0] & pair[1]), None):
        groups = groups - set(overlap) | {overlap[0] | overlap[1]}
    return groups


@given(joined=events)
def test_groups_are_the_connected_identifiers(joined: list[list[str]]) -> None:
    groups = Groups()
    for event in joined:
        groups.join(event)

    members = groups.members()

    assert {frozenset(group) for group in members.values()} == connected(joined)
    assert all(groups.root(one) == root for root, group in members.items() for one in group)


def test_example_chain_is_one_group() -> None:
    groups = Groups()
    for pair in (["a", "b"], ["c", "d"], ["b", "c"], ["x"]):
        groups.join(pair)

    found = {frozenset(group) for group in groups.members().values()}
    assert found == {frozenset("abcd"), frozenset("x")}
