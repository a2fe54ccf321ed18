"""What makes the file an archive file: PDF/A marks, attached content, bookmarks, fonts that give their text back."""

import io
import json
import re

import pikepdf
import pypdf
import pytest

from fieldapp.archive.compose import compose
from fieldapp.archive.copies import Holder
from fieldapp.archive.render import CONTENT_FILE, render

from .household import HEAD, DeviceKey, facts, filled

SHEET = compose(filled(), facts())
WHOLE = render(SHEET, DeviceKey()).pdf
PARTS = {part.holders[0]: part.pdf for part in render(SHEET, DeviceKey(), one_file=False).parts}


@pytest.mark.parametrize(("pdf", "part"), [(WHOLE, "3"), (PARTS[Holder.TOWNSHIP], "3"), (PARTS[Holder.HOUSEHOLD], "2")])
def test_metadata_say_what_the_information_says_and_which_pdf_a_it_is(pdf: bytes, part: str) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as document, document.open_metadata() as metadata:
        assert metadata["pdfaid:part"] == part
        assert metadata["pdfaid:conformance"] == "U"
        assert metadata["dc:title"] == str(document.docinfo.Title) == f"示范镇示范村{HEAD}户入户摸底调查档案"
        assert metadata["xmp:CreateDate"] == "2026-11-21T09:30:00+08:00"
        assert str(document.docinfo.CreationDate) == "D:20261121093000+08'00'"
        assert document.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert document.Root.Lang == "zh-CN"


def test_content_is_attached_as_associated_data() -> None:
    with pikepdf.open(io.BytesIO(WHOLE)) as document:
        assert document.attachments[CONTENT_FILE].get_file().read_bytes() == SHEET.content
        assert document.Root.AF[0].AFRelationship == "/Data"
        assert json.loads(SHEET.content)["head"] == HEAD


def test_bookmarks_lead_to_the_cover_of_each_copy() -> None:
    reader = pypdf.PdfReader(io.BytesIO(WHOLE))
    marks = [(mark.title, reader.get_destination_page_number(mark)) for mark in reader.outline]
    assert [title for title, _ in marks] == ["乡镇（街道）存档", "行政村存档", "农户留存"]
    assert all("一户一档" in reader.pages[number].extract_text() for _, number in marks)


def test_characters_above_the_basic_plane_are_mapped_as_pairs() -> None:
    with pikepdf.open(io.BytesIO(WHOLE)) as document:
        fonts = document.pages[0].Resources.Font
        maps = "".join(font.ToUnicode.read_bytes().decode("ascii") for font in fonts.values())
    assert "<D872DF4E>" in maps
    assert not re.search(r"> <[0-9A-F]{5}>", maps)


def test_every_font_is_embedded() -> None:
    with pikepdf.open(io.BytesIO(WHOLE)) as document:
        for font in document.pages[0].Resources.Font.values():
            assert font.DescendantFonts[0].FontDescriptor.FontFile2.Length1 > 1000


def test_file_has_no_syntax_faults() -> None:
    with pikepdf.open(io.BytesIO(WHOLE)) as document:
        assert document.check_pdf_syntax() == []
