"""Builds the fonts for rare characters, a zip file of small fonts for each source; run by hand, never when the application is set up.

    apt-get download fonts-babelstone-han=15.0.5-2 fonts-hanazono=20170904-2.1;  dpkg -x each of them into FONTS;  pip install fonttools
    python build_rare.py --fonts FONTS --unihan /usr/share/unicode --out .

Every zip file holds TrueType fonts of some hundred characters each, so that one rare name costs a few milliseconds and no file is unpacked
to disk. BabelStone Han comes first: it has the forms of the Chinese mainland (G sources); HanaMinB has the rest of the extensions B to F.
The result is the same bytes each time. The Unihan files (Debian package unicode-data) name the sources of each character.
"""

import argparse
import bz2
import io
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import _c_m_a_p

CHANGED = "2026-11-22"
HAN = ((0x2E80, 0x2FDF), (0x2FF0, 0x2FFF), (0x31C0, 0x31EF), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3347F))
# What GB 18030-2022 asks for at level 3: the URO to U+9FEF, extensions A to F, twelve of the compatibility block.
LEVEL_3 = (
    *((0x4E00, 0x9FEF), (0x3400, 0x4DB5), (0x20000, 0x2A6D6), (0x2A700, 0x2B734), (0x2B740, 0x2B81D)),
    *((0x2B820, 0x2CEA1), (0x2CEB0, 0x2EBE0)),
)
TWELVE = (0xFA0E, 0xFA0F, 0xFA11, 0xFA13, 0xFA14, 0xFA1F, 0xFA21, 0xFA23, 0xFA24, 0xFA27, 0xFA28, 0xFA29)
BLOCK = 512
SOURCES = (
    (
        "FieldRareC",
        "Field Rare C",
        "fonts/truetype/babelstone/BabelStoneHan.ttf",
        "ARPHICPL.TXT",
        "ARPHIC PUBLIC LICENSE, see ARPHICPL.TXT",
    ),
    (
        "FieldRareB",
        "Field Rare B",
        "fonts/truetype/hanazono/HanaMinB.ttf",
        "OFL-Hanazono.txt",
        "Hanazono Font License, see OFL-Hanazono.txt",
    ),
)


def main() -> None:
    """Builds the files and tells what all fonts together cover."""
    asked = argparse.ArgumentParser()
    for name in ("fonts", "unihan", "out"):
        asked.add_argument(f"--{name}", type=Path, required=True)
    args = asked.parse_args()
    covered = set(TTFont(args.out / "FieldSong-Regular.ttf", lazy=True).getBestCmap())
    tell("FieldSong-Regular.ttf", args.out, covered, covered, args.unihan)
    for name, family, path, licence, note in SOURCES:
        source = TTFont(args.fonts / "usr" / "share" / path, lazy=True)
        wanted = {code: glyph for code, glyph in source.getBestCmap().items() if code not in covered and within(code, HAN)}
        with zipfile.ZipFile(args.out / f"{name}.zip", "w", zipfile.ZIP_LZMA) as archive:
            archive.writestr(entry(licence), (args.out / licence).read_bytes())
            for place, codes in enumerate(blocks(sorted(wanted))):
                font = small(source, {code: wanted[code] for code in codes}, f"{family} {place:03}", note)
                archive.writestr(entry(f"{codes[0]:05X}-{codes[-1]:05X}.ttf"), font)
        covered |= wanted.keys()
        tell(f"{name}.zip", args.out, wanted.keys(), covered, args.unihan)


def within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    """Whether a code point is in one of the ranges."""
    return any(first <= code <= last for first, last in ranges)


def blocks(codes: list[int]) -> Iterator[list[int]]:
    """Neighbouring code points together."""
    for start in range(0, len(codes), BLOCK):
        yield codes[start : start + BLOCK]


def entry(name: str) -> zipfile.ZipInfo:
    """A member without the clock."""
    made = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    made.compress_type = zipfile.ZIP_LZMA
    made.external_attr = 0o644 << 16
    return made


def small(source: TTFont, wanted: dict[int, str], family: str, licence: str) -> bytes:
    """A font of some characters without hinting and layout tables, with the notice of the change that the licence asks for."""
    glyphs = [".notdef", *dict.fromkeys(wanted.values())]
    for name in glyphs:
        outline = source["glyf"][name]
        if outline.isComposite():
            glyphs += [part.glyphName for part in outline.components if part.glyphName not in glyphs]
    for name in glyphs:
        source["glyf"][name].removeHinting()
    names = {name: f"g{place}" if place else name for place, name in enumerate(glyphs)}
    for name in glyphs:
        for part in source["glyf"][name].components if source["glyf"][name].isComposite() else ():
            part.glyphName = names.get(part.glyphName, part.glyphName)
    font = FontBuilder(source["head"].unitsPerEm, isTTF=True)
    font.setupGlyphOrder(list(names.values()))
    font.font["cmap"] = character_map({code: names[name] for code, name in wanted.items()})
    font.setupGlyf({names[name]: source["glyf"][name] for name in glyphs})
    font.setupHorizontalMetrics({names[name]: source["hmtx"][name] for name in glyphs})
    font.setupHorizontalHeader(ascent=source["hhea"].ascent, descent=source["hhea"].descent)
    compact = family.replace(" ", "")
    font.setupNameTable(
        {
            "copyright": source["name"].getDebugName(0),
            "familyName": family,
            "styleName": "Regular",
            "uniqueFontIdentifier": f"{compact};1",
            "fullName": family,
            "version": source["name"].getDebugName(5),
            "psName": compact,
            "description": f"Changed on {CHANGED}: cut from {source['name'].getDebugName(4)} to {len(wanted)} characters, renamed, "
            "hinting and layout tables removed, by build_rare.py, which lies beside it and may be run by anybody.",
            "licenseDescription": licence,
        },
        mac=False,
    )
    old = source["OS/2"]
    font.setupOS2(sTypoAscender=old.sTypoAscender, sTypoDescender=old.sTypoDescender, usWinAscent=old.usWinAscent,
                  usWinDescent=old.usWinDescent, sCapHeight=getattr(old, "sCapHeight", old.sTypoAscender), fsType=0,
                  usWeightClass=400, ulUnicodeRange2=1 << 27 | 1 << 25, ulCodePageRange1=1 << 18)  # fmt: skip
    font.setupPost(keepGlyphNames=False)
    font.setupHead(unitsPerEm=source["head"].unitsPerEm, created=0, modified=0)
    font.font.recalcTimestamp = False
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def character_map(wanted: dict[int, str]) -> _c_m_a_p.table__c_m_a_p:
    """A character map in format 12, and in format 4 for what is in the basic plane."""
    table = _c_m_a_p.table__c_m_a_p()
    table.tableVersion, table.tables = 0, []
    for version, encoding, codes in ((4, 1, [code for code in wanted if code < 0x10000]), (12, 10, list(wanted))):
        part = _c_m_a_p.CmapSubtable.newSubtable(version)
        part.platformID, part.platEncID, part.language, part.cmap = 3, encoding, 0, {code: wanted[code] for code in codes}
        table.tables.append(part)
    return table


def tell(name: str, folder: Path, own: set[int], covered: set[int], unihan: Path) -> None:
    """One line about a file and what it and all before it cover."""
    level3 = {code for first, last in LEVEL_3 for code in range(first, last + 1)} | set(TWELVE)
    sources = (unihan / "Unihan_IRGSources.txt.bz2", r"^U\+([0-9A-F]+)\tkIRG_GSource\t{}")
    sets = {"8105": listed(unihan / "Unihan_OtherMappings.txt.bz2", r"^U\+([0-9A-F]+)\tkTGH\t"), "level 3": level3}
    sets |= {kind: listed(sources[0], sources[1].format(f"{kind}-")) for kind in ("GXM", "GIDC")}
    sets["all G sources"] = listed(sources[0], sources[1].format(""))
    parts = "  ".join(f"{title}: {len(wanted & covered)}/{len(wanted)}" for title, wanted in sets.items())
    sys.stdout.write(f"{name:22} {(folder / name).stat().st_size / 1e6:6.2f} MB  {len(own):6} characters  together {parts}\n")


def listed(file: Path, pattern: str) -> set[int]:
    """The code points of the lines that a pattern finds."""
    return {int(found[1], 16) for found in re.finditer(pattern, bz2.decompress(file.read_bytes()).decode("utf-8"), re.MULTILINE)}


if __name__ == "__main__":
    main()
