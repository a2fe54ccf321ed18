"""Small pictures and signatures for the fictitious county: drawn, marked as fictitious, without EXIF."""

from __future__ import annotations

import io
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

_SIZE = (640, 480)
_INK = (40, 40, 40)
_DOCUMENTS = ("hukou_photo", "rl_evidence", "extra_photo")


def picture(question: str, caption: str) -> bytes:
    """A JPEG of 640 × 480: a house, or a sheet of paper for documents, with the question's name and an ASCII caption; always the same."""
    from PIL import Image
    from PIL import ImageDraw as draws

    rng = Random(f"picture/{question}/{caption}")
    image = Image.new("RGB", _SIZE, _colour(rng, 190, 235))
    draw = draws.Draw(image)
    if question in _DOCUMENTS:
        _paper(draw, rng)
    else:
        _house(draw, rng)
    draw.text((16, 10), question, fill=_INK, font_size=24)
    draw.text((16, 440), f"{caption}  FICTITIOUS", fill=_INK, font_size=24)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()


def _house(draw: ImageDraw, rng: Random) -> None:
    width, height = _SIZE
    draw.rectangle((0, 330, width, height), fill=_colour(rng, 110, 160))
    left, top = rng.randint(80, 220), rng.randint(150, 210)
    draw.rectangle((left, top, left + 300, 360), fill=_colour(rng, 150, 220), outline=_INK, width=3)
    draw.polygon(((left - 25, top), (left + 150, top - 80), (left + 325, top)), fill=_colour(rng, 80, 140), outline=_INK)
    draw.rectangle((left + 125, 270, left + 175, 360), fill=_colour(rng, 60, 110))


def _paper(draw: ImageDraw, rng: Random) -> None:
    draw.rectangle((120, 50, 520, 430), fill=(250, 250, 246), outline=_INK, width=2)
    for line in range(90, 400, 26):
        draw.line((150, line, rng.randint(300, 490), line), fill=(120, 120, 120), width=4)
    draw.ellipse((390, 320, 480, 410), outline=(200, 40, 40), width=6)


def signature(who: str) -> bytes:
    """A PNG of 480 × 180 with one stroke of a pen on white, its shape by the name of who signs."""
    from PIL import Image
    from PIL import ImageDraw as draws

    rng = Random(f"signature/{who}")
    image = Image.new("L", (480, 180), 255)
    points, x = [], 40
    while x < 440:
        points.append((x, rng.randint(45, 135)))
        x += rng.randint(12, 34)
    draws.Draw(image).line(points, fill=20, width=4, joint="curve")
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _colour(rng: Random, low: int, high: int) -> tuple[int, int, int]:
    return rng.randint(low, high), rng.randint(low, high), rng.randint(low, high)
