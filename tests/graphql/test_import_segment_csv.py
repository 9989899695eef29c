"""Lists that are imported as segments: whom they name, what they replace and leave behind."""

import json
from datetime import timedelta
from typing import Any

import pytest

from app.attributes.model import ProfileKind
from app.ids import global_id
from app.segments import finding_repository, sizes
from app.segments.rows import service
from app.segments.rows.model import LEASE, ListImport
from app.segments.rows.repository import RowRepository
from app.segments.segment import ListKey
from tests.building import NOON
from tests.graphql.asking import Api, an_event, field_of, rfc3339

COUNTS = "rows matched unknown duplicate ambiguous rejectedCount"
IMPORT = f"""mutation ($input: ImportSegmentCsvInput!) {{
  importSegmentCsv(input: $input) {{
    segment {{ id name kind version definition }} {COUNTS}
    rejected {{ line code message }} errors {{ code message path }}
  }}
}}"""
DELETE = "mutation ($id: ID!) { deleteSegment(input: {id: $id}) { deletedId } }"
DEFINE = """mutation ($id: ID!, $definition: ProfileFilter!) {
  updateSegment(input: {id: $id, definition: $definition}) { segment { version } }
}"""
SEGMENTS = "{ segments { nodes { name version } } }"
IMPORTS = "{ segmentImports { underWay { id name kind rows read size startedAt } } }"
PEOPLE = """query ($id: ID!) {
  profiles(segment: $id) { totalCount nodes { identifiers { type value } } }
}"""
COMPANIES = "query ($id: ID!) { accounts(segment: $id) { nodes { accountId } } }"
NOTHING = dict.fromkeys(COUNTS.split(), 0)


class KilledError(BaseException):
    """Nothing that runs afterwards is run."""


async def send(api: Api, csv: str | None, **fields: Any) -> Any:
    """The answer to an import of people by their user ids, or as the fields say."""
    usual = {"name": "A list", "kind": "USER", "column": "id", "matchOn": "user_id", "csv": csv}
    return (await api.data(IMPORT, input=usual | fields))["importSegmentCsv"]


def counts(answer: Any) -> dict[str, int]:
    """The counts that are not nothing."""
    found = {name: answer[name] for name in NOTHING if answer[name]}
    parts = sum(count for name, count in found.items() if name != "rows")
    assert parts == answer["rows"]
    return found


async def members(api: Api) -> list[list[str]]:
    """Who is in each segment: people by their user ids, companies by their account ids."""
    found = []
    for document in await api.world.documents("segments"):
        asked = {"id": global_id("Segment", document["_id"])}
        if document["kind"] == "USER":
            people = (await api.data(PEOPLE, **asked))["profiles"]
            assert people["totalCount"] == len(people["nodes"])
            found.append(sorted(_who(one) for one in people["nodes"]))
        else:
            companies = (await api.data(COMPANIES, **asked))["accounts"]["nodes"]
            found.append(field_of(companies, "accountId"))
    return found


def _who(profile: Any) -> str:
    users = [one["value"] for one in profile["identifiers"] if one["type"] == "user_id"]
    return " and ".join(sorted(users))


async def rows(api: Api) -> int:
    return len(await api.world.documents("segment_rows"))


async def test_list_becomes_a_segment(api: Api) -> None:
    await api.ingest(an_event("e1", userId="ann"), an_event("e2", userId="bob", cookieId="c2"))

    answer = await send(api, "id,name\nann,Ann\ncarl,Carl\n")

    assert answer == {
        **NOTHING,
        "segment": {
            "id": answer["segment"]["id"],
            "name": "A list",
            "kind": "USER",
            "version": 1,
            "definition": {"list": {"on": "user_id"}},
        },
        "rows": 2,
        "matched": 1,
        "unknown": 1,
        "rejected": [],
        "errors": [],
    }
    assert await members(api) == [["ann"]]


async def test_list_is_uploaded_as_a_file(api: Api) -> None:
    await api.ingest(an_event("e1", userId="ann"))
    asked = {"kind": "USER", "name": "A file", "column": "usr.id", "matchOn": "user_id"}
    operations = {"query": IMPORT, "variables": {"input": {**asked, "file": None}}}
    parts: Any = {
        "operations": (None, json.dumps(operations)),
        "map": (None, '{"0": ["variables.input.file"]}'),
        "0": ("list.csv", "usr.id;Größe\r\nann;5\r\n".encode("utf-16"), "text/csv"),
    }

    sent = await api.http.post("/graphql", files=parts, headers={"x-requested-with": "a test"})

    answer = sent.json()["data"]["importSegmentCsv"]
    assert (answer["errors"], counts(answer)) == ([], {"rows": 1, "matched": 1})
    assert await members(api) == [["ann"]]


async def test_whoever_comes_later_is_a_member_from_then_on(api: Api) -> None:
    answer = await send(api, "id\nann\n")
    assert (counts(answer), await members(api)) == ({"rows": 1, "unknown": 1}, [[]])

    await api.ingest(an_event("e1"))
    assert await members(api) == [[]]
    await api.ingest(an_event("e2", userId="ann"))
    assert await members(api) == [["ann"]]


async def test_whoever_is_merged_stays_a_member_as_the_one_they_became(api: Api) -> None:
    await api.ingest(an_event("e1", userId="ann", cookieId="c1"))
    await api.ingest(an_event("e2", userId="bob", cookieId="c2"))
    await send(api, "id\nbob\n")

    await api.ingest(an_event("e3", userId="bob", cookieId="c1"))

    assert await members(api) == [["ann and bob"]]


async def test_address_that_changes_takes_its_owner_out_and_in(api: Api) -> None:
    await send(api, "email\nann@example.org\n", column="email", matchOn="email")
    addresses = [("a", "ann@example.org"), ("b", "else@example.org"), ("c", "ann@example.org")]

    found = []
    for time, (event_id, email) in enumerate(addresses):
        await api.ingest(an_event(event_id, time, userId="ann", user={"email": email}))
        found += await members(api)

    assert found == [["ann"], [], ["ann"]]


async def test_row_that_names_several_people_means_all_of_them(api: Api) -> None:
    shared = {"email": "office@example.org", "name": "Office"}
    await api.ingest(
        an_event("e1", userId="ann", cookieId="c1", user=shared),
        an_event("e2", userId="bob", cookieId="c2", user=shared),
    )

    for match_on, csv in (("email", "id\noffice@example.org\n"), ("name", "id\n Office\n")):
        answer = await send(api, csv, matchOn=match_on)
        assert counts(answer) == {"rows": 1, "ambiguous": 1}
    assert await members(api) == [["ann", "bob"]] * 2


async def test_space_is_dropped_and_case_counts(api: Api) -> None:
    await api.ingest(an_event("e1", userId="Ann", user={"email": "Ann@example.org"}))

    by_id = await send(api, 'id\n"  Ann "\nann\n')
    by_email = await send(api, "id\n Ann@example.org\nann@example.org\n", matchOn="email")

    assert counts(by_id) == counts(by_email) == {"rows": 2, "matched": 1, "unknown": 1}


async def test_companies_are_named_by_id_and_by_name(api: Api) -> None:
    await api.ingest(an_event("e1", account={"id": "a1", "name": "Acme"}))

    by_id = await send(api, "id\na1\na2\n", kind="ACCOUNT", matchOn="account_id")
    by_name = await send(api, "id\nAcme\nOther\n", kind="ACCOUNT", matchOn="name")

    assert counts(by_id) == counts(by_name) == {"rows": 2, "matched": 1, "unknown": 1}
    assert await members(api) == [["a1"], ["a1"]]


async def test_row_that_repeats_another_is_counted_wherever_it_stands(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PORTION", 2)
    answer = await send(api, "id\na\nb\nc\na\na\nb\n")
    assert counts(answer) == {"rows": 6, "unknown": 3, "duplicate": 3}
    assert await rows(api) == 3


async def test_row_that_cannot_be_taken_is_told_with_its_line(api: Api) -> None:
    answer = await send(api, f'id,name\n\nann,Ann\nnull,x\n"a\nb",x\n,x\n{"x" * 257},y\n7\n')

    assert counts(answer) == {"rows": 6, "unknown": 1, "rejectedCount": 5}
    assert [(one["line"], one["code"]) for one in answer["rejected"]] == [
        (4, "IDENTIFIER_REFUSED"),
        (5, "IDENTIFIER_REFUSED"),
        (7, "IDENTIFIER_REFUSED"),
        (8, "IDENTIFIER_REFUSED"),
        (9, "ROW_INVALID"),
    ]


@pytest.mark.parametrize("cell", ["", " ", "x" * 257])
async def test_address_that_is_none_is_refused(api: Api, cell: str) -> None:
    answer = await send(api, f"id,x\nann@x.org,1\n{cell},1\n", matchOn="email")
    assert [(one["line"], one["code"]) for one in answer["rejected"]] == [(3, "VALUE_REFUSED")]


async def test_first_hundred_rows_that_are_refused_are_told_and_all_are_counted(api: Api) -> None:
    answer = await send(api, "id\nann\n" + "null\n" * 250)
    assert counts(answer) == {"rows": 251, "unknown": 1, "rejectedCount": 250}
    assert [one["line"] for one in answer["rejected"]] == list(range(3, 103))


async def test_dry_run_counts_the_same_and_changes_nothing(api: Api) -> None:
    await api.ingest(an_event("e1", userId="ann"))
    before = await api.stored()
    csv = "id\nann\nann\nbob\nnull\n"

    tried = await send(api, csv, dryRun=True)

    assert await api.stored() == before
    done = await send(api, csv)
    assert (tried.pop("segment"), done.pop("segment")["version"]) == (None, 1)
    assert tried == done


async def test_list_is_replaced_at_once(api: Api) -> None:
    await api.ingest(an_event("e1", userId="ann"), an_event("e2", userId="bob", cookieId="c2"))
    first = (await send(api, "id\nann\n"))["segment"]

    again = (await send(api, "id\nbob\n", segment=first["id"], name=None))["segment"]

    assert again == first | {"version": 2}
    assert await members(api) == [["bob"]]
    assert await rows(api) == 2  # who began to read the first list may still be at it


async def test_list_that_was_replaced_goes_later(api: Api) -> None:
    first = (await send(api, "id\nann\n"))["segment"]
    await send(api, "id\nbob\ncarl\n", segment=first["id"], name="Another name")

    await sweep(api, seconds=-1)
    assert await rows(api) == 3
    await sweep(api, seconds=1)
    assert await rows(api) == 2
    await sweep(api, seconds=1)
    await sweep(api, seconds=1)
    assert [one["settled"] for one in await api.world.documents("segment_lists")] == [True]
    assert await rows(api) == 2


async def sweep(api: Api, *, seconds: float) -> None:
    """Look for what can go so much later than nobody may come back any more."""
    api.world.clock.advance(seconds=LEASE.total_seconds() + seconds)
    for _ in range(3):
        await api.world.services.rows.sweep()
    if seconds < 0:
        api.world.clock.advance(seconds=-LEASE.total_seconds() - seconds)


async def test_list_is_asked_row_by_row_or_person_by_person(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long one by whoever a page looks at, a short one by its rows: with the same answer."""
    for number in range(12):
        await api.ingest(an_event(f"e{number}", number, userId=f"u{number}", cookieId=f"c{number}"))
    await send(api, "id\n" + "".join(f"u{number}\n" for number in range(0, 24, 3)))
    expected = [["u0", "u3", "u6", "u9"]]

    for many in (1, 8, 9):
        monkeypatch.setattr(finding_repository, "MANY_ROWS", many)
        assert await members(api) == expected


@pytest.mark.parametrize("how", ["deleted", "defined"])
async def test_rows_of_a_segment_that_has_no_list_any_more_go(api: Api, how: str) -> None:
    segment = (await send(api, "id\nann\n"))["segment"]
    if how == "deleted":
        await api.data(DELETE, id=segment["id"])
    else:
        exists = {"attribute": {"name": "email", "exists": True}}
        await api.data(DEFINE, id=segment["id"], definition=exists)

    await sweep(api, seconds=1)

    assert await rows(api) == 0
    assert await api.world.documents("segment_lists") == []


async def test_rows_go_in_portions(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "SWEPT", 2)
    segment = (await send(api, "id\na\nb\nc\nd\ne\n"))["segment"]
    await api.data(DELETE, id=segment["id"])
    api.world.clock.advance(seconds=LEASE.total_seconds() + 1)

    left = []
    for _ in range(4):
        await api.world.services.rows.sweep()
        left.append(await rows(api))

    assert left == [3, 1, 0, 0]
    assert await api.world.documents("segment_lists") == []


async def test_import_that_died_shows_nothing_and_is_cleared_away(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _die(api, monkeypatch, "id\na\nb\nc\n")

    assert (await api.data(SEGMENTS))["segments"]["nodes"] == []
    assert await rows(api) == 2
    await sweep(api, seconds=1)
    assert (await rows(api), await api.world.documents("segment_lists")) == (0, [])


async def _die(api: Api, monkeypatch: pytest.MonkeyPatch, csv: str) -> None:
    """Import and be killed with the second portion."""
    with monkeypatch.context() as patched:
        patched.setattr(service, "PORTION", 2)
        patched.setattr(service, "TOLD", 1)

        async def killed(*_: Any, **__: Any) -> None:
            raise KilledError

        patched.setattr(RowRepository, "progress", killed)
        asked = {"name": "x", "kind": "USER", "column": "id", "matchOn": "user_id", "csv": csv}
        with pytest.raises(KilledError):
            await api.answer(IMPORT, input=asked)


async def test_list_that_is_replaced_stays_while_the_new_one_dies(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api.ingest(an_event("e1", userId="ann"))
    await send(api, "id\nann\n")
    await _die(api, monkeypatch, "id\na\nb\nc\n")

    await sweep(api, seconds=1)

    assert await members(api) == [["ann"]]
    assert await rows(api) == 1


async def test_import_that_was_given_up_ends_with_an_error(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It slept so long that its rows were cleared away; a segment of them would be wrong."""
    add = RowRepository.add

    async def add_and_sleep(rows: RowRepository, contents: str, keys: list[str]) -> None:
        await add(rows, contents, keys)
        await sweep(api, seconds=1)

    monkeypatch.setattr(RowRepository, "add", add_and_sleep)
    asked = {"name": "x", "kind": "USER", "column": "id", "matchOn": "user_id", "csv": "id\na\n"}
    error = await api.error(IMPORT, input=asked)

    assert error["code"] == "IMPORT_LOST"
    assert (await api.data(SEGMENTS))["segments"]["nodes"] == []


async def test_two_imports_at_once_do_not_mix(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    first = (await send(api, "id\nx\n"))["segment"]
    add = RowRepository.add
    begun: list[str] = []

    async def add_and_be_overtaken(rows: RowRepository, contents: str, keys: list[str]) -> None:
        if not begun:
            begun.append(contents)
            await send(api, "id\nb\n", segment=first["id"])
        await add(rows, contents, keys)

    monkeypatch.setattr(RowRepository, "add", add_and_be_overtaken)
    await send(api, "id\na\n", segment=first["id"])
    await sweep(api, seconds=1)

    assert [one["_id"] for one in await api.world.documents("segment_rows")] == [
        f"{begun[0]}|user_id:a"
    ]


async def test_import_that_is_going_on_shows_how_far_it_is(api: Api) -> None:
    going = ListImport("l1", "A list", ProfileKind.USER, ListKey.EMAIL, 0, 0, 2048, NOON)
    repository = RowRepository(api.world.database)
    await repository.begin(going, None)
    await repository.progress("l1", rows=30, read=1024, now=NOON + timedelta(minutes=1))

    shown = await api.data(IMPORTS)
    api.world.clock.advance(minutes=12)
    later = await api.data(IMPORTS)

    assert shown["segmentImports"]["underWay"] == [
        {
            "id": "l1",
            "name": "A list",
            "kind": "USER",
            "rows": 30,
            "read": 1024,
            "size": 2048,
            "startedAt": rfc3339(NOON),
        }
    ]
    assert later["segmentImports"]["underWay"] == []


async def test_import_that_has_ended_is_not_going_on(api: Api) -> None:
    await send(api, "id\nann\n")
    assert (await api.data(IMPORTS))["segmentImports"]["underWay"] == []


@pytest.mark.parametrize(
    ("changed", "code", "path"),
    [
        ({"csv": None}, "SEGMENT_INVALID", ["input", "file"]),
        ({"column": "ID"}, "CSV_INVALID", ["input", "column"]),
        ({"csv": ""}, "CSV_INVALID", ["input", "csv"]),
        ({"csv": "id\n"}, "CSV_INVALID", ["input", "csv"]),
        ({"csv": "id\nnull\n"}, "CSV_INVALID", ["input", "csv"]),
        ({"matchOn": "account_id"}, "SEGMENT_INVALID", ["input", "matchOn"]),
        ({"matchOn": "cookie_id"}, "SEGMENT_INVALID", ["input", "matchOn"]),
        ({"kind": "ACCOUNT"}, "SEGMENT_INVALID", ["input", "matchOn"]),
        ({"name": None}, "SEGMENT_INVALID", ["input", "name"]),
        ({"name": " "}, "SEGMENT_INVALID", ["input", "name"]),
        ({"segment": "bm90aGluZw"}, "SEGMENT_NOT_FOUND", ["input", "segment"]),
        ({"segment": "U2VnbWVudDp4"}, "SEGMENT_NOT_FOUND", ["input", "segment"]),
        ({"delimiter": "|"}, "SEGMENT_INVALID", ["input", "delimiter"]),
        ({"delimiter": ""}, "SEGMENT_INVALID", ["input", "delimiter"]),
    ],
)
async def test_import_that_makes_no_sense_changes_nothing(
    api: Api, changed: dict[str, Any], code: str, path: Any
) -> None:
    before = await api.stored()
    asked = {"csv": "id\nann\n"} | changed
    answer = await send(api, **asked)
    assert [(one["code"], one["path"]) for one in answer["errors"]] == [(code, path)]
    assert answer["segment"] is None
    assert await api.stored() == before


async def test_list_of_one_kind_does_not_replace_that_of_another(api: Api) -> None:
    segment = (await send(api, "id\nann\n"))["segment"]
    before = await api.stored()
    answer = await send(
        api, "id\na1\n", kind="ACCOUNT", matchOn="account_id", segment=segment["id"]
    )
    assert [one["path"] for one in answer["errors"]] == [["input", "kind"]]
    assert await api.stored() == before


SIZE = "query ($id: ID!) { segment(id: $id) { size sizeAsOf } }"


async def test_size_of_a_long_list_is_counted_in_the_background(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To count a million rows takes longer than a query may."""
    monkeypatch.setattr(sizes, "MANY_ROWS", 2)
    await api.ingest(an_event("e1", userId="ann"), an_event("e2", userId="bob", cookieId="c1"))
    segment = (await send(api, "id\nann\nbob\ncarl\n"))["segment"]["id"]
    imported = {"size": 1, "sizeAsOf": rfc3339(NOON)}
    await api.ingest(an_event("e3", userId="carl", cookieId="c3"))

    shown = [(await api.data(SIZE, id=segment))["segment"]]
    api.world.clock.advance(minutes=11)
    shown.append((await api.data(SIZE, id=segment))["segment"])
    await api.world.services.sizes.settled()
    shown.append((await api.data(SIZE, id=segment))["segment"])

    counted = {"size": 2, "sizeAsOf": rfc3339(NOON + timedelta(minutes=11))}
    assert shown == [imported, imported, counted]
