"""The bundled fonts cover what they must, and no character ever becomes a blank box."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.archive.faces import Face
from fieldapp.archive.fonts import Faces, Missing, Typesetter
from fieldapp.archive.rare import FILES, RareFonts
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


# 𤳉 𬎆 𠮷: of names in the field; 𫢸 𫟡: registered by public security (GXM); 𰀀 𱍐: extensions G and H.
RARE = "𤳉𬎆𠮷𱍐𰀀𪜀𫝀𬺰"


def test_rare_characters_are_printed_as_themselves_from_small_fonts() -> None:
    setter = Typesetter(FACES)
    assert setter.printable(RARE, "姓名") == RARE
    assert setter.missing == ()
    assert setter.song.width(RARE, 10) == pytest.approx(10 * len(RARE))
    setter.song.show(RARE, 10)
    used = setter.subsets[2:]
    assert used
    assert sorted(code for subset in used for code in subset.codes[1:]) == sorted(map(ord, RARE))


@pytest.mark.slow
def test_every_ideograph_of_gb18030_level_three_has_a_glyph() -> None:
    level_3 = (
        *(range(0x4E00, 0x9FF0), range(0x3400, 0x4DB6), range(0x20000, 0x2A6D7), range(0x2A700, 0x2B735)),
        *(range(0x2B740, 0x2B81E), range(0x2B820, 0x2CEA2), range(0x2CEB0, 0x2EBE1)),
    )
    fonts = RareFonts(resources() / "fonts")
    codes = [code for codes in level_3 for code in codes]
    assert len(codes) == 87875
    assert not [code for code in codes if not FACES.song.glyph(code) and fonts.face(code) is None]


def test_no_rare_font_is_unpacked_for_a_text_without_rare_characters() -> None:
    setter = Typesetter(Faces(resources() / "fonts"))
    setter.song.show(setter.printable("示范村张建国㐂𬭎", "姓名"), 10)
    assert [subset.name for subset in setter.subsets] == ["S", "H"]
    probe = (
        "import sys; from fieldapp.archive.fonts import Typesetter; from fieldapp.archive.render import open_faces; f = open_faces(); "
        "s = Typesetter(f); s.song.show(s.printable('张建国', ''), 9); print(f.rare.opened)"
    )
    told = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert told.stdout.split() == ["0"]


def test_a_broken_rare_font_is_an_expected_error_and_an_absent_one_leaves_the_code(tmp_path: Path) -> None:
    for file in ("FieldSong-Regular.ttf", "FieldHei-Bold.ttf"):
        (tmp_path / file).symlink_to(resources() / "fonts" / file)
    setter = Typesetter(Faces(tmp_path))
    assert setter.printable("𤳉", "姓名") == "〔U+24CC9〕"
    for file in FILES:
        whole = (resources() / "fonts" / file).read_bytes()
        (tmp_path / file).write_bytes(whole[: len(whole) // 2])
        with pytest.raises(FontMissing):
            RareFonts(tmp_path).face(ord("𤳉"))
        with zipfile.ZipFile(resources() / "fonts" / file) as archive:
            font = archive.infolist()[3]
        spoilt = font.header_offset + 10_000
        (tmp_path / file).write_bytes(whole[:spoilt] + bytes(1000) + whole[spoilt + 1000 :])
        with pytest.raises(FontMissing):
            RareFonts(tmp_path).face(int(font.filename[:5], 16))
        (tmp_path / file).unlink()


def test_fonts_carry_their_licence_and_the_notice_of_the_change() -> None:
    for file, licence in zip(FILES, ("ARPHICPL.TXT", "OFL-Hanazono.txt"), strict=True):
        with zipfile.ZipFile(resources() / "fonts" / file) as archive:
            assert archive.read(licence) == (resources() / "fonts" / licence).read_bytes()
            fonts = [name for name in archive.namelist() if name.endswith(".ttf")]
            for name in (fonts[0], fonts[-1]):
                data = archive.read(name)
                assert "Changed on 2026-11-22".encode("utf-16-be") in data
                assert all(reserved.encode("utf-16-be") not in data.split(b"Changed")[0] for reserved in ("花園明朝", "花園フォント"))


def test_a_variation_selector_leaves_the_usual_form_and_is_told() -> None:
    setter = Typesetter(FACES)
    assert setter.printable("邉\U000e0100邉☎\ufe0e", "姓名") == "邉邉☎"
    assert setter.missing == (Missing("variant", "邉\U000e0100", "姓名"),)
    assert "U+E0100" in str(setter.missing[0])


def test_marks_are_joined_with_their_letter_where_there_is_one_character_for_both() -> None:
    setter = Typesetter(FACES)
    assert setter.printable("u\u0308 n\u030c \u212b", "拼音") == "ü ň Å"
    assert setter.printable("a\u0301", "拼音") == "á"
    assert setter.printable("m\u0335", "拼音") == "m〔U+0335〕"


def test_a_character_described_by_its_parts_is_printed_as_described() -> None:
    setter = Typesetter(FACES)
    assert setter.printable("⿰亻𤳉", "姓名") == "⿰亻𤳉"


def test_line_ends_of_any_kind_are_line_ends_and_unseen_controls_are_gone() -> None:
    setter = Typesetter(FACES)
    assert setter.printable("一\r\n二\u2028三\x85四\u202e五\u200b六\u3000七\u2003八", "备注") == "一\n二\n三\n四五六\u3000七 八"
    assert setter.missing == ()


@given(st.text(max_size=40))
def test_any_text_can_be_printed_and_nothing_visible_is_lost(text: str) -> None:
    setter = Typesetter(FACES)
    printed = setter.printable(text, "备注").replace("\n", "")
    assert setter.song.width(printed, 10) >= 0
    assert len(setter.song.show(printed, 10)) >= 4 * len(printed)
    assert all(f"〔U+{ord(missing.what):04X}〕" in printed for missing in setter.missing if missing.kind == "glyph")


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
