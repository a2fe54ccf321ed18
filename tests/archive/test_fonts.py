"""The bundled fonts cover what they must, and no character ever becomes a blank box."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.archive.faces import Face
from fieldapp.archive.fonts import Typesetter, normalised
from fieldapp.archive.render import open_faces
from fieldapp.errors import FontMissing
from fieldapp.words import resources

FACES = open_faces()


def gb2312() -> str:
    return "".join(bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))


def test_song_has_every_ideograph_of_gb18030_level_two() -> None:
    assert all(FACES.song.glyph(code) for code in (*range(0x4E00, 0x9FA6), *range(0x3400, 0x4DB6)))


@pytest.mark.parametrize("file", ["FieldSong-Regular.ttf", "FieldHei-Bold.ttf", "FieldSans-Regular.ttf"])
def test_every_font_has_gb2312_and_latin(file: str) -> None:
    face = Face(resources() / "fonts" / file)
    assert not [char for char in gb2312() + "".join(map(chr, range(0x20, 0x7F))) if not face.glyph(ord(char))]


def test_characters_of_rare_names_are_printed_as_themselves() -> None:
    setter = Typesetter(FACES)
    names = "禤佴郄逄麹仝贠妫甪邴䶮㛃㐂𬭎𬱖𫖮𣗋𫘧𡐓𬸘𫍽𬍛·"
    assert setter.printable(names, "姓名") == names
    assert setter.missing == ()


def test_hei_falls_back_to_song_and_counts_its_width() -> None:
    setter = Typesetter(FACES)
    assert setter.hei.width("㐫", 10) == pytest.approx(10)
    assert "/S 10 Tf" in setter.hei.show("㐫", 10)


def test_private_use_characters_of_the_codec_become_the_real_ones() -> None:
    decoded = b"\xfe\x59\xfe\x61\xa6\xd9\xa6\xda\xa6\xf3".decode("gb18030")
    assert [f"{ord(char):X}" for char in normalised(decoded)] == ["9FB4", "9FB5", "FE10", "FE12", "FE19"]


@given(st.text(max_size=40))
def test_any_text_can_be_printed_and_nothing_visible_is_lost(text: str) -> None:
    setter = Typesetter(FACES)
    printed = setter.printable(text, "备注").replace("\n", "")
    assert setter.song.width(printed, 10) >= 0
    assert len(setter.song.show(printed, 10)) >= 4 * len(printed)
    assert all(f"〔U+{ord(missing.what):04X}〕" in printed for missing in setter.missing)


def test_a_missing_font_file_is_an_expected_error(tmp_path: Path) -> None:
    with pytest.raises(FontMissing) as raised:
        Face(tmp_path / "FieldSong-Regular.ttf")
    assert raised.value.values == {"file": "FieldSong-Regular.ttf"}
    shutil.copy(__file__, tmp_path / "other.ttf")
    with pytest.raises(FontMissing):
        Face(tmp_path / "other.ttf")


def test_importing_the_archive_does_not_load_reportlab() -> None:
    rooms = ", ".join(f"fieldapp.archive.{room}" for room in ("compose", "render", "verify"))
    probe = f"import sys, {rooms}; print('reportlab' in sys.modules, 'PIL' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert told.stdout.split() == ["False", "False"]
