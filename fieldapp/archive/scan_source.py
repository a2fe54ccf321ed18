"""Opens what a scanner or a phone made: pictures and PDFs of pictures, page after page, never more of it in memory than one page.

Whatever the bytes are, the outcome is a page or a ScanRefused; sizes are looked at before anything is decoded.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fieldapp.errors import ScanRefused

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdfium2 import PdfDocument, PdfPage

MOST_BYTES = 64 << 20
"""Of one file."""
MOST_PIXELS = 80_000_000
"""Of one picture: an A4 page at 900 dpi."""
MOST_PAGES = 1_000
_WORKING_PIXELS = 10_000_000
"""A page is worked on with about so many: A4 at 300 dpi has 8.7 million."""
SUFFIXES = frozenset((".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp"))
_FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "WEBP", "MPO")
_MOST_DPI = 300
_LEAST_COVER = 0.5
"""A PDF page is a scan if one picture covers so much of it; else it is a document that was never on paper."""


class Source:
    """One file, opened: how many pages it has, and each of them as an upright-or-not picture (mode L or RGB)."""

    def __init__(self, name: str, data: bytes) -> None:
        """Raises ScanRefused (too-large, unreadable, too-many-pages, empty)."""
        self._name = name
        self._data = data
        if len(data) > MOST_BYTES:
            raise self._refusal("too-large")
        self.is_pdf = data.startswith(b"%PDF-")
        self.pages = self._pdf_pages() if self.is_pdf else self._frames()
        if self.pages > MOST_PAGES:
            raise self._refusal("too-many-pages")
        if not self.pages:
            raise self._refusal("empty")

    def picture(self, index: int) -> Image:
        """A page, from 0. Raises ScanRefused (too-large, unreadable, not-a-scan)."""
        return self._pdf_picture(index) if self.is_pdf else self._frame(index)

    def _frames(self) -> int:
        with self._opened() as opened:
            return 1 if opened.format == "MPO" else int(getattr(opened, "n_frames", 1))

    def _frame(self, index: int) -> Image:
        from PIL import ImageOps

        with self._opened() as opened:
            if index:
                opened.seek(index)
            width, height = opened.size
            if width * height > MOST_PIXELS:
                raise self._refusal("too-large")
            while width * height > 2 * _WORKING_PIXELS:
                width, height = width // 2, height // 2
            opened.draft(None, (width, height))
            picture = _plain(opened)
            while picture.width * picture.height > 2 * _WORKING_PIXELS:
                picture = picture.reduce(2)
            return ImageOps.exif_transpose(picture)

    @contextmanager
    def _opened(self) -> Iterator[Image]:
        from PIL import Image

        broken = (
            OSError,
            ValueError,
            SyntaxError,
            LookupError,
            TypeError,
            ArithmeticError,
            AttributeError,
            RuntimeError,
            EOFError,
            MemoryError,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            try:
                with Image.open(io.BytesIO(self._data), formats=_FORMATS) as opened:
                    yield opened
            except (Image.DecompressionBombError, Image.DecompressionBombWarning):
                raise self._refusal("too-large") from None
            except broken as error:
                raise self._refusal("unreadable") from error

    def _pdf_pages(self) -> int:
        with self._document() as document:
            return len(document)

    def _pdf_picture(self, index: int) -> Image:
        with self._document() as document:
            page = document[index]
            if not self._is_scanned(page):
                raise self._refusal("not-a-scan")
            width, height = page.get_size()
            if not (0 < width < 20_000 and 0 < height < 20_000):
                raise self._refusal("too-large")
            scale = min(_MOST_DPI / 72, (_WORKING_PIXELS / (width * height)) ** 0.5)
            picture: Image = page.render(scale=scale).to_pil()
            return picture if picture.mode in {"L", "RGB"} else picture.convert("RGB")

    @contextmanager
    def _document(self) -> Iterator[PdfDocument]:
        import pypdfium2

        try:
            document = pypdfium2.PdfDocument(self._data)
        except pypdfium2.PdfiumError as error:
            raise self._refusal("unreadable") from error
        try:
            yield document
        except pypdfium2.PdfiumError as error:
            raise self._refusal("unreadable") from error
        finally:
            document.close()

    def _is_scanned(self, page: PdfPage) -> bool:
        """Whether one picture covers most of the page. Raises ScanRefused (too-large) for one of too many pixels."""
        from pypdfium2 import raw

        width, height = page.get_size()
        covered = 0.0
        for shown in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=4):
            wide, high = shown.get_px_size()
            if wide * high > MOST_PIXELS:
                raise self._refusal("too-large")
            left, bottom, right, top = shown.get_bounds()
            inside = max(0.0, min(right, width) - max(left, 0)) * max(0.0, min(top, height) - max(bottom, 0))
            covered = max(covered, inside / max(width * height, 1))
        return covered >= _LEAST_COVER

    def _refusal(self, reason: str) -> ScanRefused:
        return ScanRefused(name=self._name, reason=reason)


def _plain(opened: Image) -> Image:
    """Grey or colour, transparency on white."""
    from PIL import Image

    if opened.mode in {"L", "RGB"}:
        return opened.copy()
    if opened.mode in {"1", "LA"} or opened.mode.startswith("I"):
        return opened.point(lambda value: value / 256).convert("L") if opened.mode.startswith("I;16") else opened.convert("L")
    if opened.mode in {"RGBA", "P", "PA"}:
        layer = opened.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    return opened.convert("RGB")
