"""Names above U+FFFF on paper: drawn, read back by independent readers, never blank, and told with their place where no font has them."""

import io
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdf
import pypdfium2
import pytest

from fieldapp.archive.compose import compose
from fieldapp.archive.render import Rendered, open_faces, render

from .household import DeviceKey, facts, filled

HEAD = "张𤳉𬎆𠮷"
# Of extensions B to H: 𤳉 𱍐 𰀀 come from BabelStone Han, 𪛖 𬺰 𠀀 from either.
RARE = HEAD + "𱍐𰀀𪛖𬺰𠀀"
UNKNOWN = "李\U0002ebf5"
"""Extension I: no bundled font has it."""
FACES = open_faces()


@pytest.fixture(scope="module")
def archive() -> Rendered:
    form = filled(2, demand=RARE, head=HEAD)
    own = replace(facts(head=HEAD), maker=RARE, checker=HEAD, fonds=f"{RARE}人民政府", places=("示范县", "示范镇", "𠮷村"))
    return render(compose(form, own), DeviceKey(), faces=FACES)


def by_pypdf(pdf: bytes, _folder: Path) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def by_pdfium(pdf: bytes, _folder: Path) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def by_poppler(pdf: bytes, folder: Path) -> str:
    return _told(["pdftotext", "-enc", "UTF-8", "in.pdf", "-"], pdf, folder)


def by_mupdf(pdf: bytes, folder: Path) -> str:
    return _told(["mutool", "draw", "-q", "-F", "txt", "in.pdf"], pdf, folder)


def _told(command: list[str], pdf: bytes, folder: Path) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    (folder / "in.pdf").write_bytes(pdf)
    return subprocess.run(command, capture_output=True, check=True, cwd=folder).stdout.decode("utf-8")


@pytest.mark.parametrize("read", [by_pypdf, by_pdfium, by_poppler, by_mupdf])
def test_every_reader_gives_the_names_back(archive: Rendered, read: Callable[[bytes, Path], str], tmp_path: Path) -> None:
    text = "".join(read(archive.pdf, tmp_path).split())
    assert archive.missing == ()
    for name in (RARE, f"{RARE}人民政府", f"{HEAD}户"):
        assert name in text
    assert text.count(HEAD) >= 3 * 5


def test_syntax_is_sound_and_what_the_file_says_of_itself_has_the_name(archive: Rendered) -> None:
    with pikepdf.open(io.BytesIO(archive.pdf)) as document:
        assert document.check_pdf_syntax() == []
        fonts = {str(font.BaseFont).partition("+")[2] for font in document.pages[0].Resources.Font.values()}
    assert {name[:10] for name in fonts} >= {"FieldSong-", "FieldRareC", "FieldRareB"}
    title = pypdf.PdfReader(io.BytesIO(archive.pdf)).metadata.title
    assert HEAD in title


def test_a_rebuild_with_rare_names_is_byte_identical(archive: Rendered) -> None:
    form = filled(2, demand=RARE, head=HEAD)
    own = replace(facts(head=HEAD), maker=RARE, checker=HEAD, fonds=f"{RARE}人民政府", places=("示范县", "示范镇", "𠮷村"))
    assert render(compose(form, own), DeviceKey()).pdf == archive.pdf


def test_a_name_that_no_font_has_is_told_wherever_it_stands_and_never_without_a_place() -> None:
    form = filled(2, demand=UNKNOWN, head=UNKNOWN)
    own = replace(facts(head=UNKNOWN), maker=UNKNOWN, checker=UNKNOWN, fonds=UNKNOWN, places=("示范县", "示范镇", UNKNOWN))
    made = render(compose(form, own), DeviceKey(), faces=FACES)
    glyphs = [one for one in made.missing if one.kind == "glyph"]
    assert {one.what for one in glyphs} == {UNKNOWN[1]}
    assert all(one.where for one in glyphs)
    places = {one.where for one in glyphs}
    assert {"全宗名称", "案卷题名", "立卷人", "检查人"} <= places
    assert any(UNKNOWN in place for place in places), "the person is named"
    text = by_pdfium(made.pdf, Path())
    assert text.count("李〔U+2EBF5〕") >= 3 * 5


def test_a_member_whose_name_no_font_has_is_named_with_row_and_column() -> None:
    form = filled(2)
    listed = [table for section in form.sections for table in section.tables]
    name = listed[0].rows[1][0]
    rows = (listed[0].rows[0], (replace(name, text=UNKNOWN, raw=UNKNOWN), *listed[0].rows[1][1:]))
    tables = {listed[0]: replace(listed[0], rows=rows)}
    sections = tuple(replace(one, tables=tuple(tables.get(table, table) for table in one.tables)) for one in form.sections)
    made = render(compose(replace(form, sections=sections), facts()), DeviceKey(), faces=FACES)
    assert f"家庭成员信息表 2 {UNKNOWN} {name.label}" in [one.where for one in made.missing]
