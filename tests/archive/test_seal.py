"""Digest, QR text and file signature."""

from datetime import date
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.archive import base45, seal

from .household import HOUSEHOLD, DeviceKey

DIGEST = "ab" * 32


def test_base45_agrees_with_the_examples_of_rfc_9285() -> None:
    assert [base45.encode(text) for text in (b"AB", b"Hello!!", b"base-45")] == ["BB8", "%69 VD92EX0", "UJCLQE7W581"]
    assert base45.decode("QED8WEX0") == b"ietf!"


@given(st.binary(max_size=80))
def test_base45_gives_back_what_it_was_given(data: bytes) -> None:
    assert base45.decode(base45.encode(data)) == data


@pytest.mark.parametrize("text", [":::", "A", "ab", "GGW"])
def test_base45_refuses_what_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        base45.decode(text)


def test_qr_text_says_what_was_sealed_and_who_sealed_it() -> None:
    key = DeviceKey()
    text = seal.write(key, HOUSEHOLD, 7, 3, date(2026, 11, 21), DIGEST)
    read = seal.read(text)
    assert (read.household, read.revision, read.copy, read.day, read.digest) == (HOUSEHOLD, 7, 3, date(2026, 11, 21), DIGEST)
    assert len(text) == 201
    assert read.leaf == seal.COVER
    assert seal.signer_of(read, key.known) == key.device
    assert seal.signer_of(read, DeviceKey(2).known) is None


def test_code_of_the_first_kind_is_still_read_and_tells_no_page() -> None:
    key = DeviceKey()
    days = (date(2026, 11, 21) - date(2000, 1, 1)).days
    body = pack(">3s4s16sIBH32s", b"FA\x01", bytes.fromhex(key.device[:8]), bytes.fromhex(HOUSEHOLD), 7, 3, days, bytes.fromhex(DIGEST))
    read = seal.read("FA1:" + base45.encode(body + key.sign(body)))
    assert (read.household, read.revision, read.copy, read.day, read.digest) == (HOUSEHOLD, 7, 3, date(2026, 11, 21), DIGEST)
    assert read.leaf is None
    assert seal.signer_of(read, key.known) == key.device


@given(st.sampled_from(seal.PageKind), st.integers(0, 65535), st.integers(0, 255), st.booleans())
def test_code_tells_its_page(kind: seal.PageKind, number: int, part: int, is_back: bool) -> None:
    leaf = seal.Leaf(kind, number, part, 7, is_back)
    assert seal.read(seal.write(DeviceKey(), HOUSEHOLD, 7, 3, date(2026, 11, 21), DIGEST, leaf)).leaf == leaf


@given(st.integers(0, 66), st.integers(1, 255))
def test_a_changed_seal_is_not_believed(place: int, change: int) -> None:
    key = DeviceKey()
    data = bytearray(base45.decode(seal.write(key, HOUSEHOLD, 7, 3, date(2026, 11, 21), DIGEST)[len(seal.PREFIX) :]))
    data[place] ^= change
    try:
        read = seal.read(seal.PREFIX + base45.encode(bytes(data)))
    except (ValueError, OverflowError):
        return
    assert seal.signer_of(read, key.known) is None
