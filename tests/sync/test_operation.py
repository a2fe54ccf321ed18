"""Operations are what they say: hash, signature, strict reading."""

import json
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sync.errors import BadOperation
from sync.operation import canonical, content_id, device_id, from_plain, sealed, to_plain, verify

from .writing import Writer


def plain_of_one() -> dict[str, object]:
    return to_plain(Writer().write({"b_household/house_no": "12", "gone": None}))


def refusal(plain: object) -> str:
    with pytest.raises(BadOperation) as caught:
        from_plain(plain)
    return str(caught.value.values["reason"])


def test_an_operation_survives_the_wire_and_verifies():
    writer = Writer()
    operation = writer.write({"name": "𬭎·阿依古丽", "gone": None})
    arrived = from_plain(json.loads(canonical(to_plain(operation))))
    assert arrived == operation
    verify(arrived, writer.key.public_key)


def test_the_known_answer_that_other_clients_must_reach():
    """Key 0x01 × 32; the fields are those that Writer fills in."""
    operation = Writer(1).write({"b_household/house_no": "12", "name": "𬭎·阿依古丽", "gone": None})
    assert operation.id == "26395458871e834f259708e7c73c7f921ca36d469c314164baf6ee62115aefdd"
    assert operation.sig == (
        "049de2062a82896abac38a22563c658f31d4952caa014d5c8428c7f419164a08d654f210d610dc7bec14076471a698f579600e445c1d34365ec6c580afdb1101"
    )


def test_text_is_composed_when_it_is_signed():
    operation = Writer().write({"name": "e\u0301"})
    assert operation.set["name"] == "\u00e9"
    assert from_plain(to_plain(operation)) == operation


def test_an_altered_value_is_a_bad_hash():
    plain = plain_of_one()
    plain["set"] = {"b_household/house_no": "13", "gone": None}
    assert refusal(plain) == "bad-hash"


def test_a_signature_of_another_device_is_refused():
    mine, other = Writer(1), Writer(2)
    operation = mine.write({"a": "1"})
    forged = replace(operation, sig=other.key.sign(bytes.fromhex(operation.id)).hex())
    with pytest.raises(BadOperation, match="bad-signature"):
        verify(forged, mine.key.public_key)
    with pytest.raises(BadOperation, match="wrong-key"):
        verify(operation, other.key.public_key)


def test_a_rehashed_forgery_is_a_bad_signature():
    mine = Writer()
    operation = mine.write({"a": "1"})
    changed = replace(operation, set={"a": "2"})
    changed = replace(changed, id=content_id(changed))
    with pytest.raises(BadOperation, match="bad-signature"):
        verify(changed, mine.key.public_key)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("dev", "x"),
        ("dev", 5),
        ("rec", "1"),
        ("vil", "99010100100"),
        ("vil", "９９0101001001"),
        ("par", ["b" * 64, "a" * 64]),
        ("par", ["a" * 64, "a" * 64]),
        ("par", "a"),
        ("set", {"a": 1}),
        ("set", {"": "x"}),
        ("set", {"a": "\ud800"}),
        ("set", {"a": "nul\0"}),
        ("set", {"a": "e\u0301"}),
        ("set", []),
        ("delete", 0),
        ("hlc", "1"),
        ("sig", ""),
        ("id", "A" * 64),
        ("v", True),
        ("v", 0),
        ("user", None),
        ("kind", "House Hold"),
    ],
)
def test_a_malformed_field_is_refused(field, value):
    assert refusal(plain_of_one() | {field: value}) == "malformed"


def test_unknown_or_missing_fields_are_refused():
    assert refusal(plain_of_one() | {"more": 1}) == "malformed"
    short = plain_of_one()
    del short["why"]
    assert refusal(short) == "malformed"
    assert refusal([]) == "malformed"


def test_a_later_version_is_named_as_such():
    assert refusal(plain_of_one() | {"v": 2, "more": 1}) == "version"


def test_an_enormous_operation_is_too_large():
    assert refusal(plain_of_one() | {"set": {"a": "x" * (5 << 20)}}) == "too-large"


def test_a_device_is_known_by_the_hash_of_its_key():
    key = Writer().key
    assert key.device == device_id(key.public_key)
    assert len(key.device) == 32


CHANGES = st.dictionaries(st.text(min_size=1, max_size=12), st.text(max_size=12) | st.none(), max_size=4)


@settings(max_examples=60, deadline=None)
@given(CHANGES, st.text(max_size=12))
@example({'","kind":"': '","user":"', "kind": ',"kind":"', "user": ',"user":"'}, '","kind":"x","user":"')
def test_the_text_that_sealing_gives_is_the_canonical_one(changes, said):
    writer = Writer()
    one = replace(writer.write({}), set=changes, form=said, user=said, why=said)
    operation, body = sealed(one, writer.key)
    assert body == canonical(to_plain(operation)).decode()
    verify(operation, writer.key.public_key)
