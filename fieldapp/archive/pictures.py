"""Brings photos and signatures into a file: a plain JPEG or PNG goes in as it is coded, everything else is decoded once."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from struct import unpack
from typing import TYPE_CHECKING

from fieldapp.errors import AttachmentUnreadable

if TYPE_CHECKING:
    from PIL.Image import Image

    from .pdfa import PdfFile

_JPEG = b"\xff\xd8"
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_HEAD = 33
_PNG_COLOURS = {0: 1, 2: 3}
"""Colour types without a palette or transparency: grey and RGB."""
_COLOURS = {1: "DeviceGray", 3: "DeviceRGB"}
_ORIENTATION = 0x0112
_UPRIGHT = 1


def place(file: PdfFile, name: str, data: bytes) -> tuple[str, int, int]:
    """Write a picture into the file (once) and give its object name, width and height in pixels.

    Raises AttachmentUnreadable(name) if the bytes are no picture.
    """
    picture = _open(name, data)
    width, height = picture.size
    plain = data.startswith(_JPEG) and picture.mode in {"L", "RGB"} and picture.getexif().get(_ORIENTATION, _UPRIGHT) == _UPRIGHT
    if plain:
        colours = _COLOURS[len(picture.getbands())]
        return file.picture(_without_metadata(data), (width, height), "DCTDecode", colours), width, height
    if packed := _packed_rows(data):
        kind, rows = packed
        entries = f"/DecodeParms<</Predictor 15/Colors {kind.colours}/BitsPerComponent {kind.bits}/Columns {width}>>"
        return file.picture(rows, (width, height), f"FlateDecode{entries}", _COLOURS[kind.colours], kind.bits), width, height
    upright = _flat(picture, name)
    coded = zlib.compress(upright.tobytes(), 6)
    bits = 1 if upright.mode == "1" else 8
    colours = "DeviceRGB" if upright.mode == "RGB" else "DeviceGray"
    return file.picture(coded, upright.size, "FlateDecode", colours, bits), upright.width, upright.height


@dataclass(frozen=True, slots=True)
class _Kind:
    colours: int
    bits: int


def _packed_rows(data: bytes) -> tuple[_Kind, bytes] | None:
    """The packed rows of a PNG, which PDF reads as they are (ISO 32000-1, 7.4.4.4); None for one of another kind or that is not whole."""
    if not data.startswith(_PNG) or len(data) < _PNG_HEAD:
        return None
    width, height, bits, colour, _, _, interlaced = unpack(">2L5B", data[16:29])
    if colour not in _PNG_COLOURS or interlaced or bits > 8:
        return None
    parts, place = [], 8
    while place + 12 <= len(data):
        length, kind = unpack(">L4s", data[place : place + 8])
        if kind in {b"tRNS", b"eXIf"}:
            return None
        if kind == b"IDAT":
            parts.append(data[place + 8 : place + 8 + length])
        place += 12 + length
    rows = b"".join(parts)
    shape = _Kind(_PNG_COLOURS[colour], bits)
    try:
        expected = height * (1 + (width * shape.colours * bits + 7) // 8)
        whole = len(zlib.decompressobj().decompress(rows, expected + 1)) == expected
    except zlib.error:
        return None
    return (shape, rows) if whole else None


def _open(name: str, data: bytes) -> Image:
    from PIL import Image, UnidentifiedImageError

    try:
        return Image.open(io.BytesIO(data))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise AttachmentUnreadable(name=name, detail=type(error).__name__) from error


def _flat(picture: Image, name: str) -> Image:
    """Upright, without transparency; black and white stays one bit a pixel."""
    from PIL import Image, ImageOps

    try:
        upright = ImageOps.exif_transpose(picture)
        if upright.mode in {"1", "L"}:
            return upright
        if upright.mode in {"RGBA", "LA", "P", "PA"}:
            layer = upright.convert("RGBA")
            ground = Image.new("RGB", layer.size, "white")
            ground.paste(layer, mask=layer.getchannel("A"))
            return ground
        return upright.convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise AttachmentUnreadable(name=name, detail=type(error).__name__) from error


def _without_metadata(data: bytes) -> bytes:
    """A JPEG without EXIF and comments (place and maker of the camera do not belong on the household's paper); pixels untouched."""
    kept = [data[:2]]
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if marker == 0xDA:
            break
        if marker not in {0xE1, 0xED, 0xFE}:
            kept.append(data[place : place + 2 + length])
        place += 2 + length
    kept.append(data[place:])
    return b"".join(kept)
