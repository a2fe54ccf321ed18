"""A scanned or photographed page tells who printed it and whether it is still the newest; garbage tells that it is garbage."""

import io
import random
from datetime import date

import pytest
import segno
from PIL import Image

from fieldapp.archive import base45, seal
from fieldapp.archive.compose import compose
from fieldapp.archive.render import render
from fieldapp.archive.verdict import Verdict
from fieldapp.archive.verify import verify
from fieldapp.words import knows

from . import scanner
from .household import HOUSEHOLD, DeviceKey, facts, filled

KEY = DeviceKey()
SHEET = compose(filled(), facts())


@pytest.fixture(scope="module")
def page() -> Image.Image:
    pdf = render(SHEET, KEY).pdf
    return scanner.signed(scanner.printed(pdf, 4, 110), random.Random(1))


def jpeg(page: Image.Image) -> bytes:
    out = io.BytesIO()
    page.save(out, "JPEG", quality=70)
    return out.getvalue()


def bearing(text: str) -> bytes:
    """A sheet with one code on it."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=4, border=4)
    sheet = Image.new("L", (826, 1169), 255)
    sheet.paste(Image.open(out).convert("L"), (500, 880))
    return jpeg(sheet)


def codes(found: Verdict) -> set[str]:
    return {trouble.code for trouble in found.problems}


def test_photo_of_a_page_tells_who_printed_it_and_what_that_proves(page: Image.Image) -> None:
    found = verify(
        jpeg(page.rotate(3, expand=True, fillcolor="grey")), KEY.known, lambda _home: 2, lambda _home, _rev: frozenset([SHEET.digest])
    )
    assert (found.valid, found.household, found.revision, found.digest) == (True, HOUSEHOLD, 2, SHEET.digest)
    assert (found.signed_by, found.stale, found.copies_identical) == (KEY.device, False, False)
    assert codes(found) == {"paper"}
    assert SHEET.digest[:12] in found.problems[0].text


def test_page_of_an_older_revision_is_genuine_and_stale(page: Image.Image) -> None:
    found = verify(jpeg(page), KEY.known, lambda _home: 3)
    assert (found.valid, found.stale, codes(found)) == (True, True, {"paper", "stale"})


def test_page_of_other_content_of_the_same_revision_is_told(page: Image.Image) -> None:
    found = verify(jpeg(page), KEY.known, digests=lambda _home, _rev: frozenset(["cd" * 32]))
    assert (found.valid, codes(found)) == (False, {"paper", "digest-unknown"})


def test_page_that_a_stranger_printed_is_told(page: Image.Image) -> None:
    found = verify(jpeg(page), DeviceKey(9).known)
    assert (found.valid, found.signed_by, codes(found)) == (False, "", {"paper", "unknown-key"})


def test_altered_code_is_told() -> None:
    text = seal.write(KEY, HOUSEHOLD, 2, 1, date(2026, 11, 21), SHEET.digest)
    data = bytearray(base45.decode(text[4:]))
    data[30] ^= 1
    found = verify(bearing("FA2:" + base45.encode(bytes(data))), KEY.known)
    assert (found.valid, codes(found)) == (False, {"paper", "signature-bad"})


def test_without_keys_a_page_is_not_believed(page: Image.Image) -> None:
    found = verify(jpeg(page), None)
    assert (found.valid, found.household, codes(found)) == (False, HOUSEHOLD, {"paper", "no-keys-paper"})


def test_scanned_pdf_is_verified_page_by_page(page: Image.Image) -> None:
    blank = Image.new("RGB", page.size, "white")
    found = verify(scanner.paper_pdf([page, blank]), KEY.known)
    assert [part.valid for part in found.parts] == [True, False]
    assert not found.valid
    assert "no-code" in codes(found)


@pytest.mark.parametrize(("text", "code"), [("MEDICINE", "no-code"), ("FA2:ABC", "code-foreign")])
def test_foreign_code_is_told(text: str, code: str) -> None:
    assert codes(verify(bearing(text), KEY.known)) == {code}


@pytest.mark.expects_log("pypdf names what is damaged")
def test_garbage_has_only_declared_outcomes(page: Image.Image) -> None:
    chance = random.Random(11)
    whole = [jpeg(page.resize((413, 584))), scanner.paper_pdf([page.resize((248, 350))])]
    for _ in range(12):
        data = bytearray(chance.choice(whole))
        for _ in range(chance.choice((1, 20, 2000))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        found = verify(bytes(data[: chance.randrange(len(data))] if chance.random() < 0.3 else data), KEY.known)
        assert all(knows(f"archive-problem-{trouble.code}", "zh_CN") for trouble in found.problems)
        assert not found.valid or found.household == HOUSEHOLD
