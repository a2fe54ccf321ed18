"""Whatever is done to a file, the verdict tells it; what was not touched is believed."""

import io
import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfWriter

from fieldapp.archive import verify as verify_module
from fieldapp.archive.compose import compose
from fieldapp.archive.render import CONTENT_FILE, render
from fieldapp.archive.verify import Verdict, verify
from fieldapp.domain.ids import HouseholdId
from fieldapp.words import knows
from sync.operation import canonical

from .household import HOUSEHOLD, DeviceKey, facts, filled

KEY = DeviceKey()


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return render(compose(filled(), facts()), KEY).pdf


def verdict(data: bytes, newest: int | None = None, key: DeviceKey = KEY) -> Verdict:
    return verify(data, key.known, lambda _household: newest)


def codes(data: bytes) -> set[str]:
    return {problem.code for problem in verdict(data).problems}


def resaved(pdf: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    """The file as a forger's tool writes it after a change."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        change(document)
        document.save(out, static_id=True)
    return out.getvalue()


def test_untouched_archive_is_valid_and_says_whose_it_is(pdf: bytes) -> None:
    found = verdict(pdf, newest=2)
    assert found == Verdict(True, HOUSEHOLD, 2, compose(filled(), facts()).digest, True, KEY.device, False, ())


def test_archive_of_an_older_revision_is_stale(pdf: bytes) -> None:
    found = verdict(pdf, newest=3)
    assert found.stale
    assert [problem.code for problem in found.problems] == ["stale"]
    assert "第 3 版" in found.problems[0].text


def test_unknown_key_is_told(pdf: bytes) -> None:
    found = verdict(pdf, key=DeviceKey(9))
    assert not found.valid
    assert found.signed_by == ""
    assert {problem.code for problem in found.problems} == {"unknown-key"}


@pytest.mark.expects_log("pypdf names what is damaged")
def test_any_altered_byte_is_told(pdf: bytes) -> None:
    chance = random.Random(7)
    for place in [9, len(pdf) - 3, *(chance.randrange(len(pdf)) for _ in range(10))]:
        altered = pdf[:place] + bytes((pdf[place] ^ (1 << chance.randrange(8)),)) + pdf[place + 1 :]
        assert not verdict(altered).valid, place


@pytest.mark.expects_log("pypdf names what is damaged")
@pytest.mark.parametrize("cut", [10, 5000])
def test_a_cut_file_is_told(pdf: bytes, cut: int) -> None:
    assert not verdict(pdf[:cut]).valid


def test_appended_bytes_are_told(pdf: bytes) -> None:
    assert "file-altered" in codes(pdf + b"\n%more\n")


def test_changed_answer_in_the_attached_content_is_told(pdf: bytes) -> None:
    def change(document: pikepdf.Pdf) -> None:
        content = json.loads(document.attachments[CONTENT_FILE].get_file().read_bytes())
        content["answers"]["/h/income"] = "99"
        del document.attachments[CONTENT_FILE]
        document.attachments[CONTENT_FILE] = canonical(content)

    assert {"file-altered", "digest-differs"} <= codes(resaved(pdf, change))


def test_content_of_another_household_is_told(pdf: bytes) -> None:
    def change(document: pikepdf.Pdf) -> None:
        content = json.loads(document.attachments[CONTENT_FILE].get_file().read_bytes())
        del document.attachments[CONTENT_FILE]
        document.attachments[CONTENT_FILE] = canonical(content | {"household": "f" * 32})

    assert {"digest-differs", "qr-foreign"} <= codes(resaved(pdf, change))


def test_removed_content_is_told(pdf: bytes) -> None:
    def change(document: pikepdf.Pdf) -> None:
        del document.attachments[CONTENT_FILE]

    assert {"file-altered", "no-data"} <= codes(resaved(pdf, change))


def test_changed_page_text_is_told(pdf: bytes) -> None:
    def change(document: pikepdf.Pdf) -> None:
        body = document.pages[2].Resources.XObject["/B1"]
        body.write(body.read_bytes() + b"\nBT /S 9 Tf 100 300 Td <00020003> Tj ET")

    assert "file-altered" in codes(resaved(pdf, change))


def test_page_swapped_in_one_copy_is_told(pdf: bytes) -> None:
    def change(document: pikepdf.Pdf) -> None:
        forms = document.pages[-2].Resources.XObject
        name = next(name for name in forms if name.startswith("/B"))
        forms[name] = document.make_indirect(
            pikepdf.Stream(document, b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9])
        )

    found = verdict(resaved(pdf, change))
    assert not found.copies_identical
    assert "copies-differ" in {problem.code for problem in found.problems}


def test_cover_of_another_household_is_told(pdf: bytes) -> None:
    other = render(compose(filled(), facts(revision=5)), KEY).pdf

    def change(document: pikepdf.Pdf) -> None:
        with pikepdf.open(io.BytesIO(other)) as source:
            form = document.copy_foreign(source.pages[0].Resources.XObject["/Q1.0"])
        document.pages[0].Resources.XObject["/Q1.0"] = form

    assert {"digest-differs", "qr-foreign"} <= codes(resaved(pdf, change))


def test_separate_copies_verify_without_attached_content() -> None:
    for part in render(compose(filled(), facts()), KEY, one_file=False).parts:
        assert verdict(part.pdf).valid
        assert verdict(part.pdf).household == HOUSEHOLD


def test_what_is_no_pdf_is_told() -> None:
    for data in (b"", b"not a file"):
        assert [problem.code for problem in verdict(data).problems] == ["not-pdf"]


def test_files_joined_for_printing_are_told_apart_from_forgeries(pdf: bytes) -> None:
    other = render(compose(filled(), replace(facts(), household=HouseholdId("f" * 32))), KEY).pdf
    out = io.BytesIO()
    with PdfWriter() as writer:
        for one in (pdf, other):
            writer.append(io.BytesIO(one))
        writer.write(out)
    found = verdict(out.getvalue())
    assert not found.valid
    assert "several-households" in {problem.code for problem in found.problems}


def test_every_trouble_has_its_sentence_in_both_languages() -> None:
    folder = Path(verify_module.__file__).parent
    source = "".join((folder / f"{name}.py").read_text(encoding="utf-8") for name in ("verify", "verify_paper", "pagelist"))
    named = set(re.findall(r'(?:found\.add|Trouble|Difference)\(\s*"([a-z-]+)"', source))
    named |= {"file-altered", "unknown-key", "seal-missing", "signature-bad", "qr-unreadable-page", "page-moved", "page-added"}
    named |= {"several-codes", "no-code"}
    assert len(named) > 20
    for language in ("zh_CN", "en"):
        assert [code for code in sorted(named) if not knows(f"archive-problem-{code}", language)] == []


def test_without_keys_at_hand_an_untouched_file_is_whole_but_nobody_vouches_for_it(pdf: bytes) -> None:
    told = verify(pdf, None)
    assert (told.valid, told.copies_identical, told.signed_by) == (True, True, "")
    assert [trouble.code for trouble in told.problems] == ["no-keys"]


@pytest.mark.expects_log("pypdf tells of what is damaged")
def test_without_keys_at_hand_an_altered_file_is_told_all_the_same(pdf: bytes) -> None:
    for place in (len(pdf) // 3, len(pdf) // 2, len(pdf) - 900):
        altered = bytearray(pdf)
        altered[place] ^= 1
        assert not verify(bytes(altered), None).valid


def test_a_file_that_names_a_key_which_is_not_its_devices_own_is_not_valid(pdf: bytes) -> None:
    other = DeviceKey(9).public_key.hex().encode()
    forged = pdf.replace(KEY.public_key.hex().encode(), other)
    assert forged != pdf
    assert not verify(forged, None).valid
