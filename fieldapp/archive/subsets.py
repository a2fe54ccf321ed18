"""Cuts a document's glyphs out of a font file: a small TrueType file and the map back to Unicode."""

from __future__ import annotations

from array import array
from struct import pack, unpack_from

from .faces import Face

# Flags of a composite glyph (ISO/IEC 14496-22, glyf).
_WORDS, _SCALE, _MORE, _XY_SCALE, _MATRIX = 0x1, 0x8, 0x20, 0x40, 0x80
_BLOCK = 100
"""bfchar entries a block (ISO 32000-1, 9.10.3)."""


def cut(face: Face, wanted: list[int]) -> tuple[bytes, list[int]]:
    """A TrueType file in which glyph n is wanted[n]; the list grows by the parts of composite glyphs."""
    glyphs = list(wanted)
    places = {glyph: index for index, glyph in enumerate(glyphs)}
    outlines: list[bytes] = []
    offsets = [0]
    index = 0
    while index < len(glyphs):
        outline = face.outline(glyphs[index])
        if len(outline) > 10 and outline[0] & 0x80:
            outline = _renumbered(outline, glyphs, places)
        outline += bytes(-len(outline) % 4)
        outlines.append(outline)
        offsets.append(offsets[-1] + len(outline))
        index += 1
    metrics = [number for glyph in glyphs for number in face.metrics(glyph)]
    count = pack(">H", len(glyphs))
    hhea, maxp, head = face.table("hhea"), face.table("maxp"), face.table("head")
    tables = {
        "glyf": b"".join(outlines),
        "head": head[:8] + bytes(4) + head[12:50] + pack(">h", 1) + head[52:],
        "hhea": hhea[:34] + count + hhea[36:],
        "hmtx": pack(f">{len(metrics)}H", *metrics),
        "loca": pack(f">{len(offsets)}L", *offsets),
        "maxp": maxp[:4] + count + maxp[6:],
    }
    return _file(tables), glyphs


def to_unicode(codes: list[int]) -> bytes:
    """The ToUnicode map of a subset: code n means codes[n], beyond U+FFFF as a UTF-16 pair."""
    entries = [f"<{index:04X}> <{chr(code).encode('utf-16-be').hex().upper()}>" for index, code in enumerate(codes) if code]
    blocks = "".join(
        f"{len(block)} beginbfchar\n{chr(10).join(block)}\nendbfchar\n"
        for block in (entries[start : start + _BLOCK] for start in range(0, len(entries), _BLOCK))
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{blocks}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    ).encode("ascii")


def _renumbered(outline: bytes, glyphs: list[int], places: dict[int, int]) -> bytes:
    changed = bytearray(outline)
    place, flags = 10, _MORE
    while flags & _MORE:
        flags, glyph = unpack_from(">HH", changed, place)
        if glyph not in places:
            places[glyph] = len(glyphs)
            glyphs.append(glyph)
        changed[place + 2 : place + 4] = pack(">H", places[glyph])
        place += 8 if flags & _WORDS else 6
        place += 2 if flags & _SCALE else 4 if flags & _XY_SCALE else 8 if flags & _MATRIX else 0
    return bytes(changed)


def _file(tables: dict[str, bytes]) -> bytes:
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    start = 12 + 16 * count
    directory = [pack(">LHHHH", 0x00010000, count, 16 * power, power.bit_length() - 1, 16 * (count - power))]
    bodies: list[bytes] = []
    head, total = 0, 0
    for tag, data in sorted(tables.items()):
        padded = data + bytes(-len(data) % 4)
        if tag == "head":
            head = start
        total += (checksum := _checksum(padded))
        directory.append(pack(">4sLLL", tag.encode("ascii"), checksum, start, len(data)))
        bodies.append(padded)
        start += len(padded)
    total += _checksum(b"".join(directory))
    file = b"".join(directory + bodies)
    return file[: head + 8] + pack(">L", (0xB1B0AFBA - total) & 0xFFFFFFFF) + file[head + 12 :]


def _checksum(data: bytes) -> int:
    words = array("I", data)
    words.byteswap()
    return sum(words) & 0xFFFFFFFF
