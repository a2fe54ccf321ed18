"""Photos go in untouched where they can, upright and without the camera's secrets always."""

import io

import pikepdf
import pytest
from PIL import Image

from fieldapp.archive.pdfa import Labels, PdfFile
from fieldapp.archive.pictures import place
from fieldapp.errors import AttachmentUnreadable

from .household import facts, jpeg


def pdf_file(sink: io.BytesIO) -> PdfFile:
    return PdfFile(Labels("t", "a", "s", facts().archived_at, "x"), sink)


def coded(picture: Image.Image, kind: str, **options: object) -> bytes:
    data = io.BytesIO()
    picture.save(data, kind, **options)
    return data.getvalue()


def placed(data: bytes) -> tuple[pikepdf.Stream, pikepdf.Pdf]:
    sink = io.BytesIO()
    file = pdf_file(sink)
    name, _, _ = place(file, "photo", data)
    file.page(f"q 100 0 0 100 50 50 cm /{name} Do Q", (name,))
    file.close(())
    document = pikepdf.open(sink)
    return document.pages[0].Resources.XObject[f"/{name}"], document


def test_plain_jpeg_keeps_its_pixels_as_they_are_coded() -> None:
    data = jpeg()
    image, document = placed(data)
    assert image.Filter == "/DCTDecode"
    assert data.endswith(image.read_raw_bytes()[-5000:])
    document.close()


def test_place_and_maker_of_the_camera_are_left_out() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretMaker"
    image, document = placed(coded(Image.new("RGB", (40, 30), "red"), "JPEG", exif=exif, comment=b"canary"))
    assert b"SecretMaker" not in image.read_raw_bytes()
    assert b"canary" not in image.read_raw_bytes()
    document.close()


def test_turned_photo_is_set_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image, document = placed(coded(Image.new("RGB", (40, 30), "red"), "JPEG", exif=exif))
    assert (image.Width, image.Height) == (30, 40)
    document.close()


@pytest.mark.parametrize(("mode", "colours"), [("RGBA", "/DeviceRGB"), ("P", "/DeviceRGB"), ("L", "/DeviceGray"), ("1", "/DeviceGray")])
def test_png_of_any_kind_is_taken(mode: str, colours: str) -> None:
    image, document = placed(coded(Image.new(mode, (40, 30)), "PNG"))
    assert image.ColorSpace == colours
    assert len(image.read_bytes()) == 30 * (5 if mode == "1" else 40 * (3 if colours == "/DeviceRGB" else 1))
    document.close()


def test_cmyk_jpeg_becomes_rgb() -> None:
    image, document = placed(coded(Image.new("CMYK", (40, 30)), "JPEG"))
    assert image.ColorSpace == "/DeviceRGB"
    document.close()


@pytest.mark.parametrize("data", [b"", b"no picture", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n broken"])
def test_what_is_no_picture_is_an_expected_error(data: bytes) -> None:
    with pytest.raises(AttachmentUnreadable):
        place(pdf_file(io.BytesIO()), "photo", data)
