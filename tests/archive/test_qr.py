"""QR codes are those of segno, module for module, and are read back."""

import segno
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fieldapp.archive import qr

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def read(rows: list[bytes]) -> list[str]:
    dark = bytes([255, 0]) + bytes(254)
    code = Image.frombytes("L", (len(rows), len(rows)), b"".join(row.translate(dark) for row in rows))
    page = Image.new("L", (len(rows) + 8, len(rows) + 8), 255)
    page.paste(code, (4, 4))
    return [found.text for found in zxingcpp.read_barcodes(page.resize((page.width * 4, page.height * 4), Image.Resampling.NEAREST))]


@given(st.text(ALPHABET, min_size=1, max_size=414))
@settings(max_examples=60)
def test_a_code_is_that_of_segno(text: str) -> None:
    rows = qr.matrix(text)
    theirs = segno.make(text, error="m", micro=False, boost_error=False, mask=3, mode="alphanumeric")
    # Where data and terminator end with a byte, segno adds a byte of zeros before the fill, which the standard does not have.
    length = len(text) // 2 * 11 + len(text) % 2 * 6 + (9 if theirs.version < 10 else 11)
    if length % 8:
        assert rows == [bytes(row) for row in theirs.matrix]
    assert read(rows) == [text]


def test_any_other_text_is_read_back() -> None:
    for text in ("abc", "一户一档", "A" * 415, "0" * 500):
        assert read(qr.matrix(text)) == [text]
