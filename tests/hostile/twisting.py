"""Strategies: any JSON, with what databases and parsers stumble over; bytes that were in order."""

from hypothesis import strategies as st

from tests.hostile.corpus import LINES

_texts = st.one_of(
    st.text(st.characters(codec=None), max_size=12),
    st.sampled_from(["", "$", "$set", "a.b", "\x00", "_id", "id", "type", "name", "%2E", "\ud800"]),
    st.sampled_from(["email", "geo", "country_iso_code", "device", "bot", "frustration", "İ"]),
)
_numbers = st.one_of(
    st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.just(10**400)
)

json_values: st.SearchStrategy[object] = st.recursive(
    st.one_of(st.none(), st.booleans(), _numbers, _texts),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(_texts, inner, max_size=4)
    ),
    max_leaves=12,
)


def twisted(text: bytes) -> st.SearchStrategy[bytes]:
    """The text with a piece cut out and another one put in; no line ends are added."""
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    pieces = st.binary(max_size=6) | st.sampled_from([one[:40] for one in LINES])

    def twist(where: tuple[int, int], piece: bytes) -> bytes:
        start, end = sorted(where)
        return text[:start] + piece.replace(b"\n", b"") + text[end:]

    return st.builds(twist, places, pieces)
