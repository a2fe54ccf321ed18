"""Reads a scanned page: finds its QR code however it lies, straightens the page by it, and says how good the picture is."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from math import atan2, degrees, hypot
from typing import TYPE_CHECKING, Any

from . import seal
from .layout import BINDING, MM, OUTER, PAGE_HEIGHT, PAGE_WIDTH
from .papers import QR_SIDE, QR_X, QR_Y

if TYPE_CHECKING:
    from PIL.Image import Image

Point = tuple[float, float]
_MODULES = 49
"""Of the code (version 8), without its quiet zone of 4 on each side."""
_QUIET = QR_SIDE * 4 / (_MODULES + 8)
_CODE = QR_SIDE - 2 * _QUIET
FAIR_DPI = 72
"""Below this handwriting is not legible."""
_FAIR_SHOWN = 0.9
_FAIR_CONTRAST = 40
_INK = 48
"""So much darker than the paper around it is ink."""
_SPECKS = 0.0004
_FILED_DPI = 200
_QUALITY = 82
_FAST_SIDE = 1800
_TILE = 0.42


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code of ours as it was found in a picture; the text is not yet believed."""

    text: str
    corners: tuple[Point, Point, Point, Point]
    """Top left, top right, bottom right, bottom left of the code as printed, in pixels of the whole picture."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a picture of a page is, as measured at its code."""

    dpi: float
    tilt: float
    """Degrees that the page is turned clockwise, -180 to 180."""
    shown: float
    """How much of the page's face lies in the picture, 0 to 1."""
    contrast: int
    """Between paper and ink, 0 to 255."""

    @property
    def fault(self) -> str:
        """Why the picture is too poor to be filed, empty if it is not: resolution, cut, faint."""
        if self.dpi < FAIR_DPI:
            return "resolution"
        if self.shown < _FAIR_SHOWN:
            return "cut"
        return "faint" if self.contrast < _FAIR_CONTRAST else ""


@dataclass(frozen=True, slots=True)
class Straightened:
    """A page upright and cropped to its edges, as JPEG, and how good it is."""

    jpeg: bytes
    quality: Quality


def find_codes(picture: Image) -> tuple[Code, ...]:
    """Every code of ours on a page; the quick way first, then scale by scale, contrast by contrast. Foreign codes are not told."""
    found: dict[str, Code] = {}
    for tried, scale, left, top in _tries(picture.convert("L")):
        for text, corners in _read(tried):
            if seal.is_ours(text):
                moved = [(left + x / scale, top + y / scale) for x, y in corners]
                found.setdefault(text, Code(text, (moved[0], moved[1], moved[2], moved[3])))
        if found:
            break
    return tuple(found.values())


def straighten(picture: Image, code: Code, is_back: bool) -> Straightened:
    """The page that the code stands on, upright, at most 200 dpi."""
    from PIL import Image

    # Pixels of the picture = turn · (points of the page) + shift, as complex numbers: a turn and a scale, no shear.
    turn, shift = _fit(_places(is_back), code.corners)
    dpi = 72 * abs(turn)
    shrunk, factor = picture, 1
    while dpi / (factor * 2) >= _FILED_DPI:
        factor *= 2
    if factor > 1:
        shrunk = picture.reduce(factor)
    per_point = min(_FILED_DPI, dpi / factor) / 72
    size = round(PAGE_WIDTH * per_point), round(PAGE_HEIGHT * per_point)
    step = turn / (per_point * factor)
    origin = shift / factor
    matrix = (step.real, -step.imag, origin.real, step.imag, step.real, origin.imag)
    white = 255 if shrunk.mode == "L" else (255, 255, 255)
    upright = shrunk.transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC, fillcolor=white)
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=_QUALITY, dpi=(round(72 * per_point), round(72 * per_point)))
    quality = Quality(dpi, degrees(atan2(turn.imag, turn.real)), _shown(picture, turn, shift), _contrast(upright, is_back, per_point))
    return Straightened(out.getvalue(), quality)


def preview(picture: Image) -> bytes:
    """A page that could not be straightened, small enough to be looked at, as JPEG."""
    small = picture.copy()
    small.thumbnail((1654, 1654))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def is_blank(picture: Image) -> bool:
    """Whether nothing is written on a page: the empty back of a sheet, on which the front may shine through."""
    from PIL import Image, ImageChops, ImageFilter

    grey = picture.convert("L")
    grey.thumbnail((900, 900), Image.Resampling.BOX)
    inner = grey.crop((grey.width // 20, grey.height // 20, grey.width - grey.width // 20, grey.height - grey.height // 20))
    paper = inner.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.GaussianBlur(8))
    darkness = ImageChops.subtract(paper, inner.filter(ImageFilter.GaussianBlur(0.8))).histogram()
    return sum(darkness[_INK:]) <= _SPECKS * sum(darkness)


def _tries(grey: Image) -> Iterator[tuple[Image, float, float, float]]:
    """Pictures to look at, cheapest first, each with its scale and the place of its corner in the whole."""
    from PIL import ImageFilter, ImageOps

    longest = max(grey.size)
    if longest > 1.4 * _FAST_SIDE:
        half = grey.reduce(round(longest / _FAST_SIDE))
        yield half, half.width / grey.width, 0, 0
    yield grey, 1, 0, 0
    even = _even(grey)
    yield even, 1, 0, 0
    yield even.filter(ImageFilter.MedianFilter(3)), 1, 0, 0
    grow = max(1.0, min(3.0, 3600 / longest))
    if grow > 1.2:
        yield _scaled(even, grow), grow, 0, 0
    soft = even.filter(ImageFilter.GaussianBlur(1.2))
    yield soft, 1, 0, 0
    for left, top, tile in _tiles(grey):
        factor = max(1.0, 3300 / longest)
        cut = ImageOps.autocontrast(_scaled(tile, factor), cutoff=1)
        yield cut.filter(ImageFilter.UnsharpMask(radius=2 * factor, percent=150, threshold=0)), factor, left, top


def _tiles(grey: Image) -> Iterator[tuple[float, float, Image]]:
    """The corners first: that is where the code stands, however the page was laid."""
    width, height = grey.size
    wide, high = round(width * _TILE), round(height * _TILE)
    across, down = (0, width - wide, (width - wide) // 2), (height - high, 0, (height - high) // 2)
    for left in across:
        for top in down:
            yield left, top, grey.crop((left, top, left + wide, top + high))


def _scaled(grey: Image, factor: float) -> Image:
    from PIL import Image

    return grey.resize((max(1, round(grey.width * factor)), max(1, round(grey.height * factor))), Image.Resampling.BICUBIC)


def _even(grey: Image) -> Image:
    """Without shadows: every pixel against the brightness of the paper around it."""
    from PIL import Image, ImageChops, ImageFilter, ImageOps

    small = grey.resize((max(1, grey.width // 8), max(1, grey.height // 8)), Image.Resampling.BOX)
    paper = small.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(6)).resize(grey.size, Image.Resampling.BILINEAR)
    darkness = ImageChops.subtract(paper, grey)
    return ImageOps.autocontrast(ImageChops.invert(darkness), cutoff=(0.5, 5))


def _read(picture: Image) -> list[tuple[str, tuple[Point, ...]]]:
    import zxingcpp

    if min(picture.size) < 20:
        return []
    wanted = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    read = zxingcpp.read_barcodes(picture, formats=wanted, try_invert=False)
    return [(one.text, _corners(one.position)) for one in read]


def _corners(position: Any) -> tuple[Point, ...]:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return tuple((corner.x, corner.y) for corner in corners)


def _places(is_back: bool) -> tuple[complex, ...]:
    """Where the corners of the code stand on the paper: points from the top left corner, y downwards."""
    left = (OUTER if is_back else BINDING) + QR_X + _QUIET
    top = PAGE_HEIGHT - (QR_Y + QR_SIDE - _QUIET)
    return (complex(left, top), complex(left + _CODE, top), complex(left + _CODE, top + _CODE), complex(left, top + _CODE))


def _fit(page: tuple[complex, ...], pixels: tuple[Point, ...]) -> tuple[complex, complex]:
    """The turn and the shift that bring points of the page to pixels, with the least squares of what is left over."""
    shown = [complex(x, y) for x, y in pixels]
    middle, centre = sum(page) / len(page), sum(shown) / len(shown)
    spread = sum(abs(place - middle) ** 2 for place in page)
    turn = sum((pixel - centre) * (place - middle).conjugate() for place, pixel in zip(page, shown, strict=True)) / spread
    return turn, centre - turn * middle


def _shown(picture: Image, turn: complex, shift: complex) -> float:
    """How much of the page's text area lies within the picture."""
    inside = total = 0
    for column in range(15):
        for row in range(21):
            place = complex(OUTER + (PAGE_WIDTH - 2 * OUTER) * column / 14, 12 * MM + (PAGE_HEIGHT - 22 * MM) * row / 20)
            pixel = turn * place + shift
            inside += 0 <= pixel.real < picture.width and 0 <= pixel.imag < picture.height
            total += 1
    return inside / total


def _contrast(upright: Image, is_back: bool, per_point: float) -> int:
    """Between the darker and the lighter parts of the code."""
    places = _places(is_back)
    box = tuple(round(value * per_point) for value in (places[0].real, places[0].imag, places[2].real, places[2].imag))
    counts = upright.crop((box[0], box[1], box[2], box[3])).convert("L").histogram()
    return _level(counts, 0.9) - _level(counts, 0.1)


def _level(counts: list[int], part: float) -> int:
    """The brightness that so much of a picture stays below."""
    wanted, seen = part * sum(counts), 0
    for level, count in enumerate(counts):
        seen += count
        if seen >= wanted:
            return level
    return 255


def skew(code: Code) -> float:
    """How far the code is from a square, 0 for one that is exactly one: photographed aslant."""
    points = code.corners
    sides = [hypot(points[at][0] - points[at - 1][0], points[at][1] - points[at - 1][1]) for at in range(4)]
    return max(sides) / max(min(sides), 1e-6) - 1
