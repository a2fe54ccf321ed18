"""What travels close together is read as exactly what was written, stays provable one by one, and is small."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import compact, evidence, lexicon, marks
from sync.errors import BadOperation, GarbledReply
from sync.keys import DeviceKey
from sync.operation import Operation, from_plain, signed, to_plain, verify
from sync.wire import pack, pack_close, unpack_close

from .writing import VILLAGE, Writer, record_id

KEYS = [DeviceKey(bytes([number]) * 32) for number in (1, 2, 3)]
ROW = "0123456789abcdef" * 2
PATHS = ("name", "a/b", f"member/{ROW}", f"member/{ROW}/m_name", f"member/{record_id(7)}/m_name", "@state", "p#q", "x/", f"{ROW}/y")
TEXTS = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.sampled_from(
        ["", "甲\n乙", "2026-11-20", ROW, ROW * 2, f"uuid:01234567-89ab-cdef-0123-{ROW[:12]}", "\x7f+", "\x1c", "a\x1fb", "1,2;3"]
    ),
)


@st.composite
def batches(draw: st.DrawFn) -> list[object]:
    """Operations of several devices that name one another, and things that are no operations."""
    made: list[Operation] = []
    last: dict[str, str] = {}
    for _ in range(draw(st.integers(0, 8))):
        key = draw(st.sampled_from(KEYS))
        parents = draw(st.lists(st.sampled_from([one.id for one in made] + ["ab" * 32]), max_size=2, unique=True))
        operation = Operation(
            dev=key.device,
            prev=draw(st.sampled_from([last.get(key.device, ""), "", "cd" * 32])),
            rec=draw(st.sampled_from([record_id(1), record_id(2), ROW])),
            kind=draw(st.sampled_from(["household", "submission"])),
            vil=VILLAGE,
            par=tuple(sorted(parents)),
            set={path: text for path, text in draw(st.dictionaries(st.sampled_from(PATHS), TEXTS, max_size=5)).items() if text != "\x00"},
            hlc=f"{1_800_000_000_000 + draw(st.integers(-3, 3)):013d}-{draw(st.integers(0, 3)):06d}",
            user=draw(st.sampled_from(["甲", "a\x1db", "b\nc"])),
            delete=draw(st.booleans()),
            why=draw(st.sampled_from(["", "补充\n说明"])),
        )
        try:
            operation = from_plain(to_plain(signed(operation, key)))
        except BadOperation:
            continue
        made.append(operation)
        last[key.device] = operation.id
    plain: list[object] = [to_plain(operation) for operation in made]
    plain += draw(st.lists(st.sampled_from([None, 1, {"id": "x"}, {"v": 2, "id": "ab" * 32}, [], "\ud800"]), max_size=2))
    return as_plain(compact.under_one_signature(plain, KEYS[0])) if draw(st.booleans()) else plain


def as_plain(told: list[object]) -> list[object]:
    """Operations as JSON values."""
    return [to_plain(one) if isinstance(one, Operation) else one for one in told]


@settings(max_examples=60, deadline=None)
@given(batches())
def test_a_batch_is_read_as_it_was_written(plain: list[object]):
    written = compact.write(plain)
    assert compact.read(written.text, written.raw) == plain


@settings(max_examples=60, deadline=None)
@given(batches(), st.randoms(use_true_random=False))
def test_a_damaged_batch_is_refused_or_is_another_batch_but_never_a_crash(plain: list[object], chance: random.Random):
    written = compact.write(plain)
    text, raw = list(written.text), bytearray(written.raw)
    for _ in range(chance.randint(1, 3)):
        if text and chance.random() < 0.7:
            text[chance.randrange(len(text))] = chance.choice("0123;:,.~+-=*!'\x1c\x1d\x1e\x1f\x7f\nab")
        elif raw:
            raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    try:
        found = compact.read("".join(text), bytes(raw))
    except GarbledReply:
        return
    for value, before in zip(found, plain, strict=False):
        if value != before and isinstance(value, dict) and "sig" in value:
            with pytest.raises(BadOperation):
                [verify(from_plain(value), key.public_key) for key in KEYS if key.device == value["dev"]] or _stranger()


def _stranger() -> None:
    raise BadOperation(reason="unknown-author", id="")


@given(st.integers(2, 64), st.data())
@settings(max_examples=30, deadline=None)
def test_one_signature_proves_each_of_many_and_nothing_else(count: int, data: st.DataObject):
    ids = [bytes([number]) * 32 for number in range(count)]
    proofs = evidence.sealed(ids, KEYS[0].sign)
    place = data.draw(st.integers(0, count - 1))
    signature, told = evidence.signed_bytes(proofs[place].hex(), ids[place])
    assert KEYS[0].sign(told) == signature
    _, false = evidence.signed_bytes(proofs[place].hex(), b"\xff" * 32)
    assert KEYS[0].sign(false) != signature
    some = {at: proofs[at] for at in data.draw(st.sets(st.integers(0, count - 1), min_size=1))}
    tree = evidence.Tree(count, {at: ids[at] for at in some}, iter(evidence.missing(count, some)))
    assert all(tree.beside(at) == proof.beside for at, proof in some.items())


def test_a_part_of_a_batch_that_goes_on_to_others_stays_provable():
    writer = Writer()
    written_here = [to_plain(writer.write({"name": str(number)}, record=number)) for number in range(20)]
    sent = as_plain(compact.under_one_signature(written_here, writer.key))
    part = [sent[3], sent[4], sent[17]]
    written = compact.write(part)
    found = compact.read(written.text, written.raw)
    assert found == part
    for value in found:
        verify(from_plain(value), writer.key.public_key)
    forged = replace(from_plain(found[0]), set={"name": "别人"})
    with pytest.raises(BadOperation, match="bad-hash"):
        verify(forged, writer.key.public_key)


def test_a_false_signature_is_not_made_true_by_a_batch():
    writer = Writer()
    plain = [to_plain(writer.write({"name": str(number)}, record=number)) for number in range(3)]
    plain[1]["sig"] = "0" * 128
    told = as_plain(compact.under_one_signature(plain, writer.key))
    with pytest.raises(BadOperation, match="bad-signature"):
        verify(from_plain(told[1]), writer.key.public_key)


def test_an_edit_of_three_fields_costs_less_than_eighty_bytes_in_a_batch():
    writer, chance = Writer(), random.Random(1)
    edits = [
        writer.write(
            {
                "address": f"{chance.randint(1, 30)}组{chance.randint(1, 300)}号",
                "phone": f"154{chance.randint(0, 10**8):08d}",
                "note": "下午再来",
            },
            [chance.randbytes(32).hex()],
            record=chance.getrandbits(120),
        )
        for _ in range(50)
    ]
    batch = compact.write(compact.under_one_signature([to_plain(edit) for edit in edits], writer.key))
    assert len(pack_close({}, batch)) / 50 <= 80 < len(pack([to_plain(edit) for edit in edits])) / 50


def test_a_row_that_comes_again_after_a_whole_evening_is_read_again():
    writer, row = Writer(), f"member/{record_id(1)}"
    first = writer.write({f"{row}/m_name": "甲", "address": "1组1号"})
    others = [writer.write({f"member/{record_id(number)}/m_name": "乙"}, record=number) for number in range(2, 80)]
    edit = writer.write({f"{row}/m_name": "丙", f"member/{record_id(2)}/m_name": "丁"}, [first])
    plain: list[object] = [to_plain(one) for one in (first, *others, edit)]
    written = compact.write(plain)
    assert compact.read(written.text, written.raw) == plain


def test_what_unfolds_too_far_is_refused():
    repeat = "\x1c" + "甲" * 1000
    names = "\n".join(["", *(f"f{number}" for number in range(3000))])
    heads = "\x1d".join(("ab" * 16, "u", "household", VILLAGE, "", "", "", ""))
    count = 3000
    columns = "\x1d".join(
        (",".join("0" * count), ",".join(["\x7f-"] * count), "," * (count - 1), "," * (count - 1), "," * (count - 1), ",".join("0" * count))
    )
    told = "\x1e".join((heads, columns, "", "." + ",." * (count - 1) + "\x1d", "\x1d".join((names, str(count), *[repeat] * 3000))))
    with pytest.raises(GarbledReply, match="too-large"):
        compact.read(told, bytes(16 * count))
    few = "\x1e".join(
        (
            heads,
            columns,
            "",
            "." + ",." * (count - 1) + "\x1d",
            "\x1d".join((names[:900], str(count), *[repeat] * (names[:900].count("\n")))),
        )
    )
    with pytest.raises(GarbledReply, match="too-large"):
        compact.read(few, bytes(16 * count))


@pytest.mark.parametrize("count", ["4000001", "99999999999999", "-1", "9" * 5000])
def test_rows_without_a_field_unfold_no_further_than_others(count: str):
    with pytest.raises(GarbledReply):
        compact.read("\x1e".join(("", "", "", "\x1d", f"\x1d{count}")), b"")


def test_parents_without_end_are_refused(monkeypatch: pytest.MonkeyPatch):
    heads = "\x1d".join(("ab" * 16, "u", "household", VILLAGE, "", "", "", ""))

    def told(parents: int) -> str:
        columns = "\x1d".join(("0", "\x7f-", "", "\x7f0" * parents, "", ""))
        return "\x1e".join((heads, columns, "", ".\x1d"))

    monkeypatch.setattr(marks, "_MOST_CHARACTERS", 1 << 16)
    (whole,) = compact.read(told(1000), bytes(16 + 64))
    assert len(whole["par"]) == 1000  # type: ignore[index]
    with pytest.raises(GarbledReply, match="too-large"):
        compact.read(told(1100), bytes(16 + 64))


XFORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><model>
<itext><translation lang="zh"><text id="/f/photo:label"><value>住房照片</value></text></translation></itext>
<instance><f id="f"><name/><member><age/></member><photo/></f></instance>
<bind nodeset="/f/name" type="string"/><bind nodeset="/f/member/age" type="int"/><bind nodeset="/f/photo" type="binary"/></model></h:head>
<h:body><repeat nodeset="/f/member"/><upload ref="/f/photo"><label ref="jr:itext('/f/photo:label')"/></upload></h:body></h:html>"""


def test_a_form_is_its_own_dictionary():
    words = lexicon.words(XFORM).decode()
    assert "member/#\n\n/age\x1d" in words
    assert "\nname\nphoto\x1d" in words
    assert "住房照片" in words
    assert lexicon.words("<html") == lexicon.words("<!DOCTYPE x>") == lexicon.words("")
    # The recipe is for ever: another one would be another number.
    assert lexicon.name(lexicon.words(XFORM)).hex() == KNOWN_NAME


KNOWN_NAME = "1cd0713d77792688"


def test_a_body_says_with_which_dictionary_it_was_packed():
    words = lexicon.words(XFORM)
    operation = to_plain(Writer().write({"name": "甲"}))
    body = pack_close({"a": 1}, compact.write([operation]), words)
    assert unpack_close(body, {lexicon.name(words): words}) == ({"a": 1}, [operation])
    with pytest.raises(GarbledReply, match="dictionary-unknown"):
        unpack_close(body, {})
    assert unpack_close(pack_close({}, compact.write([operation])), {}) == ({}, [operation])
    for cut in (0, 5, 20, len(body) - 1):
        with pytest.raises(GarbledReply):
            unpack_close(body[:cut] if cut else b"FXC2", {lexicon.name(words): words})
