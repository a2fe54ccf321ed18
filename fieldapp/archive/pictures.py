"""Brings photos and signatures into a file: a plain JPEG goes in untouched, everything else is decoded once."""

from __future__ import annotations

import hashlib
import io
import zlib
from typing import TYPE_CHECKING

from fieldapp.errors import AttachmentUnreadable

if TYPE_CHECKING:
    from PIL.Image import Image

    from .pdfa import PdfFile

_JPEG = b"\xff\xd8"
_COLOURS = {1: "DeviceGray", 3: "DeviceRGB"}
_ORIENTATION = 0x0112
_UPRIGHT = 1


def place(file: PdfFile, name: str, data: bytes) -> tuple[str, int, int]:
    """Write a picture into the file (once) and give its object name, width and height in pixels.

    Raises AttachmentUnreadable(name) if the bytes are no picture.
    """
    own = "P" + hashlib.sha256(data).hexdigest()[:20]
    picture = _open(name, data)
    width, height = picture.size
    plain = data.startswith(_JPEG) and picture.mode in {"L", "RGB"} and picture.getexif().get(_ORIENTATION, _UPRIGHT) == _UPRIGHT
    if plain:
        colours = _COLOURS[len(picture.getbands())]
        return file.picture(own, _without_metadata(data), (width, height), "DCTDecode", colours), width, height
    upright = _flat(picture, name)
    coded = zlib.compress(upright.tobytes(), 6)
    bits = 1 if upright.mode == "1" else 8
    colours = "DeviceRGB" if upright.mode == "RGB" else "DeviceGray"
    return file.picture(own, coded, upright.size, "FlateDecode", colours, bits), upright.width, upright.height


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
