"""Pictures and PDFs are opened page after page; what is too large or damaged is refused before it is decoded."""

import io
import random
import resource
import struct
import zlib

import pikepdf
import pytest
from PIL import Image

from fieldapp.archive.scan_source import MOST_BYTES, Source
from fieldapp.errors import ScanRefused

from . import scanner


def written(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(ScanRefused) as caught:
        opened(data)
    return str(caught.value.values["reason"])


def opened(data: bytes) -> None:
    source = Source("a", data)
    for index in range(source.pages):
        source.picture(index)


def bomb(side: int) -> bytes:
    """A PNG of a few hundred bytes that says it is enormous."""
    head = struct.pack(">2I5B", side, side, 8, 0, 0, 0, 0)
    parts = [b"\x89PNG\r\n\x1a\n"]
    for kind, body in ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")):
        parts += [struct.pack(">I", len(body)), kind, body, struct.pack(">I", zlib.crc32(kind + body))]
    return b"".join(parts)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "BMP", "WEBP"])
def test_pictures_of_every_kind_are_opened(kind: str) -> None:
    source = Source("a", written(Image.new("RGB", (300, 400), "white"), kind))
    assert (source.pages, source.picture(0).size, source.picture(0).mode) == (1, (300, 400), "RGB")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_colour_becomes_grey_or_colour(mode: str) -> None:
    picture = Image.new("L", (60, 80), 200).convert(mode) if mode != "I;16" else Image.new(mode, (60, 80), 51200)
    assert Source("a", written(picture, "TIFF")).picture(0).mode in {"L", "RGB"}


def test_every_page_of_a_file_is_opened() -> None:
    pages = [Image.new("RGB", (200, 280), (shade, shade, shade)) for shade in (250, 120, 30)]
    tiff = Source("a", written(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    pdf = Source("a", scanner.paper_pdf(pages))
    for source in (tiff, pdf):
        shades = [source.picture(index).convert("L").getpixel((50, 50)) for index in range(source.pages)]
        assert [round(shade / 10) for shade in shades] == [25, 12, 3]


def test_photo_is_turned_as_the_phone_was_held() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert Source("a", written(Image.new("RGB", (400, 300)), "JPEG", exif=exif)).picture(0).size == (300, 400)


@pytest.mark.parametrize("side", [9_500, 60_000])
def test_enormous_picture_is_refused_unopened(side: int) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refused(bomb(side)) == "too-large"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_enormous_picture_in_a_pdf_is_refused_unopened() -> None:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        picture = pikepdf.Stream(pdf, zlib.compress(bytes(1000)))
        picture.update(pikepdf.Dictionary(Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=60_000, Height=60_000,
                       ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8, Filter=pikepdf.Name.FlateDecode))  # fmt: skip
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=pdf.make_indirect(picture)))
        page.Contents = pikepdf.Stream(pdf, b"q 595 0 0 842 0 0 cm /I Do Q")
        pdf.save(out)
    assert refused(out.getvalue()) == "too-large"


def test_enormous_file_is_refused_unread() -> None:
    assert refused(bytes(MOST_BYTES + 1)) == "too-large"


def test_garbage_is_a_page_or_refused() -> None:
    chance = random.Random(4)
    page = Image.effect_noise((120, 160), 60).convert("RGB")
    whole = [written(page, kind) for kind in ("JPEG", "PNG", "TIFF", "BMP", "WEBP")] + [scanner.paper_pdf([page])]
    outcomes = set()
    for _ in range(300):
        data = bytearray(chance.choice(whole))
        for _ in range(chance.choice((1, 5, 100))):
            data[chance.randrange(min(len(data), chance.choice((60, len(data)))))] = chance.randrange(256)
        try:
            source = Source("a", bytes(data[: chance.randrange(len(data))] if chance.random() < 0.3 else data))
            outcomes |= {source.picture(index).mode for index in range(min(source.pages, 3))}
        except ScanRefused as error:
            outcomes.add(str(error.values["reason"]))
    assert outcomes <= {"L", "RGB", "unreadable", "too-large", "empty", "not-a-scan", "too-many-pages"}
    assert {"RGB", "unreadable"} <= outcomes
