"""Builds the three bundled fonts from the packages named in README.md; run by hand, never when the application is set up.

    npm pack @expo-google-fonts/noto-serif-sc@0.4.3 @expo-google-fonts/noto-sans-sc@0.4.3
    tar xzf each of them into SERIF and SANS;  pip install fonttools
    python build.py --serif SERIF/package --sans SANS/package --unihan Unihan_OtherMappings.txt.bz2 --out .

The Unihan file (Debian package unicode-data) names the 8105 characters of 通用规范汉字表 (kTGH). The result is the same bytes each time.
"""

import argparse
import bz2
import re
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

SYMBOLS = (
    (0x20, 0x7E),
    (0xA0, 0x17F),
    (0x2C6, 0x2DD),
    (0x370, 0x3FF),
    (0x400, 0x45F),
    (0x2000, 0x206F),
    (0x20A0, 0x20BF),
    (0x2100, 0x22FF),
    (0x2300, 0x23FF),
    (0x2460, 0x26FF),
    (0x3000, 0x312F),
    (0x3200, 0x33FF),
    (0xFE10, 0xFE1F),
    (0xFE30, 0xFE6F),
    (0xFF00, 0xFFEF),
)
# What shaping, hinting and vertical setting need; the application sets Chinese horizontally without them.
DROPPED = ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG", "FFTM", "MERG", "meta", "STAT", "kern", "gasp"]
UNITS = 1000
# Characters of surnames and given names that neither list of characters has.
NAMES = "贠㐂邴禤佴郄逄麹仝妫甪㛃䶮㕣"


def main() -> None:
    """Builds the fonts and checks what they cover."""
    asked = argparse.ArgumentParser()
    for name in ("serif", "sans", "unihan", "out"):
        asked.add_argument(f"--{name}", type=Path, required=True)
    args = asked.parse_args()
    standard = standard_characters(args.unihan)
    everyday = standard | gb2312() | set(map(ord, NAMES)) | {code for first, last in SYMBOLS for code in range(first, last + 1)}
    song = args.serif / "400Regular" / "NotoSerifSC_400Regular.ttf"
    build(song, args.out / "FieldSong-Regular.ttf", "Field Song", "Regular", None)
    build(args.sans / "700Bold" / "NotoSansSC_700Bold.ttf", args.out / "FieldHei-Bold.ttf", "Field Hei", "Bold", everyday)
    build(args.sans / "400Regular" / "NotoSansSC_400Regular.ttf", args.out / "FieldSans-Regular.ttf", "Field Sans", "Regular", everyday)
    for file in sorted(args.out.glob("*.ttf")):
        covered = characters(file)
        level2 = gb18030_level2()
        sys.stdout.write(
            f"{file.name:24} {file.stat().st_size / 1e6:6.2f} MB  {len(covered):6} characters  "
            f"8105: {len(standard & covered)}/{len(standard)}  GB 2312: {len(gb2312() & covered)}/{len(gb2312())}  "
            f"GB 18030 level 2: {len(level2 & covered)}/{len(level2)}\n"
        )


def standard_characters(unihan: Path) -> set[int]:
    """The code points of 通用规范汉字表 (2013), from the kTGH field."""
    text = bz2.decompress(unihan.read_bytes()) if unihan.suffix == ".bz2" else unihan.read_bytes()
    found = {int(code, 16) for code in re.findall(r"^U\+([0-9A-F]+)\tkTGH\t", text.decode("utf-8"), re.MULTILINE)}
    if len(found) != 8105:
        raise SystemExit(f"kTGH names {len(found)} characters, not 8105")
    return found


def gb2312() -> set[int]:
    """All characters of GB 2312 as Python's codec decodes them."""
    return {ord(char) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF) for char in bytes((row, cell)).decode("gb2312", "ignore")}


def gb18030_level2() -> set[int]:
    """The unified ideographs of the basic plane that GB 18030 level 2 asks for: the URO up to U+9FA5 and extension A."""
    return set(range(0x4E00, 0x9FA6)) | set(range(0x3400, 0x4DB6))


def characters(file: Path) -> set[int]:
    """The code points that a font file has a glyph for."""
    return set(TTFont(file, lazy=True).getBestCmap())


def build(source: Path, out: Path, family: str, style: str, wanted: set[int] | None) -> None:
    """One subset without hinting and layout tables, under a name of its own (the licence reserves the old one)."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.notdef_outline = True
    options.glyph_names = False
    options.recalc_timestamp = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.name_languages = [0x409]
    options.drop_tables += DROPPED
    font = subset.load_font(str(source), options)
    covered = set(font.getBestCmap())
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=covered if wanted is None else wanted & covered)
    subsetter.subset(font)
    if font["head"].unitsPerEm != UNITS:
        raise SystemExit(f"{source.name} has {font['head'].unitsPerEm} units an em, not {UNITS}")
    rename(font, family, style)
    subset.save_font(font, str(out), options)


def rename(font: TTFont, family: str, style: str) -> None:
    """New family names, as the Open Font License asks of a changed font."""
    compact = family.replace(" ", "")
    full = family if style == "Regular" else f"{family} {style}"
    for number, text in ((1, family), (2, style), (3, f"{compact}-{style};1"), (4, full), (6, f"{compact}-{style}")):
        font["name"].setName(text, number, 3, 1, 0x409)


if __name__ == "__main__":
    main()
