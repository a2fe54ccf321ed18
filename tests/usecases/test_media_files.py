"""What may be attached, and that it comes in without the tags that tell where, when and with what it was made."""

from __future__ import annotations

import io
import struct
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fieldapp.errors import AttachmentError, AttachmentTooLarge, AttachmentUnfit, AttachmentUnreadable
from fieldapp.usecases import media_files

SECRET = b"+36.5900+109.4900/ Wang Jianguo"


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def film() -> bytes:
    track = box(b"trak", box(b"mdia", b"\0" * 20) + box(b"udta", box(b"\xa9nam", SECRET)))
    movie = box(b"moov", box(b"mvhd", b"\1" * 30) + track + box(b"udta", box(b"\xa9xyz", SECRET)) + box(b"meta", SECRET))
    return box(b"ftyp", b"isom\0\0\2\0") + movie + box(b"mdat", b"\2" * 40)


def wav() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\1\2" * 400)
    told = b"LIST" + struct.pack("<I", len(SECRET) + 4 + len(SECRET) % 2) + b"INFO" + SECRET + b"\0" * (len(SECRET) % 2)
    plain = out.getvalue() + told
    return plain[:4] + struct.pack("<I", len(plain) - 8) + plain[8:]


def mp3() -> bytes:
    size = bytes((0, 0, 0, len(SECRET)))
    return b"ID3\4\0\0" + size + SECRET + b"\xff\xfb\x90\0" + b"\7" * 300 + b"TAG" + SECRET.ljust(125, b"\0")


def flac() -> bytes:
    streaminfo = bytes([0]) + (34).to_bytes(3, "big") + b"\3" * 34
    comment = bytes([0x84]) + len(SECRET).to_bytes(3, "big") + SECRET
    return b"fLaC" + streaminfo + comment + b"\xff\xf8" + b"\4" * 50


@pytest.mark.parametrize(
    ("name", "data", "mediatype"),
    [("a.mp4", film(), "video/*"), ("a.wav", wav(), "audio/*"), ("a.mp3", mp3(), "audio/*"), ("a.flac", flac(), "audio/*")],
)
def test_a_recording_loses_its_tags_and_keeps_its_sound(name, data, mediatype):
    assert SECRET in data
    clean, extension = media_files.clean(name, data, mediatype)
    assert SECRET not in clean
    assert extension == name.rpartition(".")[2]
    for kept in (b"\2" * 40, b"\1\2" * 400, b"\7" * 300, b"\4" * 50):
        assert (kept in clean) == (kept in data)


def test_blotted_boxes_leave_every_offset_where_it_was():
    clean, _ = media_files.clean("a.mov", film(), "video/*")
    assert len(clean) == len(film())
    assert clean.index(b"mdat") == film().index(b"mdat")


def test_a_cleaned_wave_file_is_still_played():
    clean, _ = media_files.clean("a.wav", wav(), "audio/*")
    with wave.open(io.BytesIO(clean)) as file:
        assert file.getnframes() == 400


def test_a_picture_is_no_larger_than_the_form_allows():
    out = io.BytesIO()
    Image.new("RGB", (900, 600), "red").save(out, "JPEG", exif=b"Exif\0\0secret")
    clean, extension = media_files.clean("a.jpg", out.getvalue(), "image/*", 400)
    assert (Image.open(io.BytesIO(clean)).size, extension) == ((400, 267), "jpg")
    assert b"secret" not in clean


@pytest.mark.parametrize(
    ("name", "data", "mediatype", "expected"),
    [
        ("a.txt", b"hello", "audio/*", AttachmentUnfit),
        ("a.mp3", b"MZ no sound at all", "audio/*", AttachmentUnfit),
        ("a.pdf.exe", b"MZ\x90", "application/*", AttachmentUnfit),
        ("a.pdf", b"MZ\x90 a program in disguise", "application/*", AttachmentUnfit),
        ("noending", b"hello", "application/*", AttachmentUnfit),
        ("a.png", b"no picture", "application/*", AttachmentUnreadable),
        ("a.png", b"no picture", "image/*", AttachmentUnreadable),
    ],
)
def test_what_does_not_fit_is_refused(name, data, mediatype, expected):
    with pytest.raises(expected):
        media_files.clean(name, data, mediatype)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(media_files, "MOST_BYTES", 10)
    file = tmp_path / "long.wav"
    file.write_bytes(b"x" * 11)
    with pytest.raises(AttachmentTooLarge):
        media_files.read_bounded(file)
    with pytest.raises(AttachmentTooLarge):
        media_files.clean("long.wav", b"x" * 11, "audio/*")


def test_a_file_that_went_away_is_told(tmp_path):
    with pytest.raises(AttachmentUnreadable):
        media_files.read_bounded(tmp_path / "gone.wav")


@given(
    st.binary(max_size=200),
    st.sampled_from(["a.mp4", "a.wav", "a.mp3", "a.flac", "a.bin"]),
    st.sampled_from([film(), wav(), mp3(), flac(), b""]),
)
def test_no_bytes_make_the_cleaning_fail(noise, name, start):
    data = start[: len(noise) * 2] + noise
    for mediatype in ("audio/*", "video/*", "application/*"):
        try:
            clean, _ = media_files.clean(name, data, mediatype)
        except AttachmentError:
            continue
        assert len(clean) <= len(data)
