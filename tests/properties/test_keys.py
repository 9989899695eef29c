"""Keys of client JSON become safe field names, and come back as they were."""

from typing import Any

import bson
from hypothesis import example, given, settings

from app.events.keys import decode_json, decode_key, encode_json, encode_key
from app.storage.client import Database
from tests.properties.strategies import as_kept, json_objects, texts


@given(key=texts)
@example("%24%2E%00%25")
@example("%%2E.%")
@example("$$")
def test_key_comes_back(key: str) -> None:
    assert decode_key(encode_key(key)) == key


@given(key=texts)
def test_name_is_no_path_no_operator_and_has_no_nul(key: str) -> None:
    name = encode_key(key)

    assert "." not in name
    assert "\x00" not in name
    assert not name.startswith("$")


@given(payload=json_objects)
def test_payload_comes_back_from_bson(payload: Any) -> None:
    assert decode_json(bson.decode(bson.encode(encode_json(payload)))) == as_kept(payload)


@settings(max_examples=20)
@given(payload=json_objects)
async def test_payload_comes_back_from_the_store(database: Database, payload: Any) -> None:
    things = database["things"]
    await things.delete_many({})
    await things.insert_one({"_id": 1, "payload": encode_json(payload)})

    found = await things.find_one({"_id": 1})

    assert found is not None
    assert decode_json(found["payload"]) == as_kept(payload)


def test_example_keys() -> None:
    names = [encode_key(key) for key in ("plain_key", "a.b", "$set", "100%", "a\x00b", "")]

    assert names == ["plain_key", "a%2Eb", "%24set", "100%25", "a%00b", ""]
