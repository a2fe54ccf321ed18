"""Files that answer a question: what may be taken in, and without the metadata that says where, when and with what they were made."""

from __future__ import annotations

import io
import mimetypes
from pathlib import Path, PurePath

from fieldapp.errors import AttachmentTooLarge, AttachmentUnfit, AttachmentUnreadable

MOST_BYTES = 32 << 20
"""Of one file; a recording of an hour, a video of a minute or two."""
LONGEST_SIDE_PX = 1600
_LEAST_SIDE_PX = 64
_JPEG_QUALITY = 85
_PREVIEW_SIDES_PX, _PREVIEW_QUALITY = (240, 160, 96), 60
_AUDIO = frozenset(("mp3", "m4a", "aac", "amr", "wav", "ogg", "oga", "flac", "3gp", "wma"))
_VIDEO = frozenset(("mp4", "m4v", "mov", "3gp", "webm", "mkv", "avi"))
_PICTURES = frozenset(("png", "jpg", "jpeg", "bmp", "webp", "gif", "tif", "tiff"))
_PROGRAMS = frozenset(("exe", "dll", "com", "bat", "cmd", "scr", "msi", "ps1", "vbs", "js", "jar", "sh", "lnk", "hta", "reg", "desktop"))
_BOXES = (b"moov", b"trak", b"mdia", b"minf", b"moof", b"traf")
_FIRST_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free")
_TOLD_BY_BOXES = (b"udta", b"meta", b"uuid")


def clean(name: str, data: bytes, mediatype: str, longest_px: int = LONGEST_SIDE_PX) -> tuple[bytes, str]:
    """The bytes to keep and their extension.

    A picture is decoded and written anew, upright and at most `longest_px` a side; recordings lose their tags in place; other files stay as
    they are. Raises AttachmentTooLarge, AttachmentUnfit (another kind than the question asks for, or a program), AttachmentUnreadable.
    """
    if len(data) > MOST_BYTES:
        raise AttachmentTooLarge(name=name, size=len(data), most=MOST_BYTES)
    kind = mediatype.partition("/")[0] or "image"
    extension = PurePath(name).suffix.removeprefix(".").lower()
    if kind == "image":
        return clean_picture(name, data, longest_px)
    if kind in ("audio", "video"):
        if extension not in (_AUDIO if kind == "audio" else _VIDEO) or not _sounds_like(data):
            raise AttachmentUnfit(name=name, kind=kind)
        return _without_tags(data), extension
    if extension in _PROGRAMS or data[:2] == b"MZ" or data[:4] == b"\x7fELF" or not extension.isalnum() or len(extension) > 8:
        raise AttachmentUnfit(name=name, kind="file")
    if extension in _PICTURES:
        return clean_picture(name, data, longest_px)
    return (_without_tags(data) if extension in _AUDIO | _VIDEO else data), extension


def read_bounded(file: Path) -> bytes:
    """The bytes of a file, read only if it is not too large. Raises AttachmentTooLarge, AttachmentUnreadable."""
    try:
        size = file.stat().st_size
        if size > MOST_BYTES:
            raise AttachmentTooLarge(name=file.name, size=size, most=MOST_BYTES)
        return file.read_bytes()
    except OSError as unreadable:
        raise AttachmentUnreadable(name=file.name, detail=type(unreadable).__name__) from None


def mime_of(extension: str) -> str:
    """The media type of an extension."""
    return mimetypes.types_map.get(f".{extension}", "application/octet-stream")


def clean_picture(name: str, data: bytes, longest_px: int = LONGEST_SIDE_PX) -> tuple[bytes, str]:
    """A picture without foreign metadata, upright and small enough: JPEG for photos, PNG for drawings with transparency or few colours."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    side = min(max(longest_px, _LEAST_SIDE_PX), LONGEST_SIDE_PX)
    try:
        with Image.open(io.BytesIO(data)) as opened:
            drawn = opened.format == "PNG"
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((side, side))
            out = io.BytesIO()
            if drawn:
                upright.convert("RGBA" if "A" in upright.getbands() else "RGB").save(out, "PNG", optimize=True)
            else:
                upright.convert("RGB").save(out, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as unreadable:
        raise AttachmentUnreadable(name=name, detail=type(unreadable).__name__) from None
    return out.getvalue(), "png" if drawn else "jpg"


def preview(data: bytes, most: int) -> bytes | None:
    """A picture as a JPEG of at most so many bytes, None for what is no picture or never gets so small."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as opened:
            opened.draft("RGB", (2 * _PREVIEW_SIDES_PX[0], 2 * _PREVIEW_SIDES_PX[0]))
            for side in _PREVIEW_SIDES_PX:
                small = opened.convert("RGB")
                small.thumbnail((side, side))
                out = io.BytesIO()
                small.save(out, "JPEG", quality=_PREVIEW_QUALITY, optimize=True)
                if out.tell() <= most:
                    return out.getvalue()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return None


def _sounds_like(data: bytes) -> bool:
    """Whether the first bytes are of a known container of sound or moving pictures."""
    head = data[:16]
    starts = (b"ID3", b"RIFF", b"OggS", b"fLaC", b"#!AMR", b"\x1aE\xdf\xa3", b"0&\xb2u\x8ef\xcf\x11")
    return head.startswith(starts) or head[4:8] in _FIRST_BOXES or (head[:1] == b"\xff" and head[1] & 0xE0 == 0xE0)


def _without_tags(data: bytes) -> bytes:
    """Tags blotted out in place, so that no offset inside the file moves: MP4/MOV boxes, ID3, RIFF lists, FLAC comments and pictures."""
    if data[:3] == b"ID3" or (data[:1] == b"\xff" and data[-128:-125] == b"TAG"):
        return _without_id3(data)
    blank = bytearray(data)
    if data[4:8] in _FIRST_BOXES:
        _blot_boxes(blank, 0, len(blank))
    elif data[:4] == b"RIFF":
        _blot_riff(blank)
    elif data[:4] == b"fLaC":
        _blot_flac(blank)
    return bytes(blank)


def _without_id3(data: bytes) -> bytes:
    start = 0
    if data[:3] == b"ID3" and len(data) >= 10:
        start = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
    end = len(data) - 128 if data[-128:-125] == b"TAG" else len(data)
    return data[start:end] if start < end else data


def _blot_boxes(data: bytearray, at: int, end: int) -> None:
    """Boxes that hold tags become free space of the same size; those that hold boxes are searched."""
    while at + 8 <= end:
        size, kind = int.from_bytes(data[at : at + 4], "big"), bytes(data[at + 4 : at + 8])
        head = 8
        if size == 1 and at + 16 <= end:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        size = end - at if size == 0 else size
        if size < head or at + size > end:
            return
        if kind in _TOLD_BY_BOXES:
            data[at + 4 : at + 8] = b"free"
            data[at + head : at + size] = bytes(size - head)
        elif kind in _BOXES:
            _blot_boxes(data, at + head, at + size)
        at += size


def _blot_riff(data: bytearray) -> None:
    at = 12
    while at + 8 <= len(data):
        kind, size = bytes(data[at : at + 4]), int.from_bytes(data[at + 4 : at + 8], "little")
        told = kind in (b"bext", b"iXML", b"id3 ", b"ID3 ", b"_PMX") or (kind == b"LIST" and data[at + 8 : at + 12] == b"INFO")
        if told and at + 8 + size <= len(data):
            data[at : at + 4] = b"JUNK"
            data[at + 8 : at + 8 + size] = bytes(size)
        at += 8 + size + size % 2


def _blot_flac(data: bytearray) -> None:
    at, last = 4, False
    while not last and at + 4 <= len(data):
        last, kind, size = bool(data[at] & 0x80), data[at] & 0x7F, int.from_bytes(data[at + 1 : at + 4], "big")
        if kind in (2, 4, 6) and at + 4 + size <= len(data):
            data[at] = (0x80 if last else 0) | 1
            data[at + 4 : at + 4 + size] = bytes(size)
        at += 4 + size
