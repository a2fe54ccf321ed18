"""Small pictures and signatures for the fictitious county: drawn, marked as fictitious, without EXIF."""

from __future__ import annotations

import io
from random import Random

_SIZE = (640, 480)


def picture(question: str, caption: str) -> bytes:
    """A JPEG of 640 × 480 with a house, the question's name and an ASCII caption; the same bytes for the same arguments."""
    from PIL import Image, ImageDraw

    rng = Random(f"picture/{question}/{caption}")
    image = Image.new("RGB", _SIZE, _colour(rng, 190, 235))
    draw = ImageDraw.Draw(image)
    width, height = _SIZE
    draw.rectangle((0, 330, width, height), fill=_colour(rng, 110, 160))
    left, top = rng.randint(80, 220), rng.randint(150, 210)
    draw.rectangle((left, top, left + 300, 360), fill=_colour(rng, 150, 220), outline=(60, 60, 60), width=3)
    draw.polygon(((left - 25, top), (left + 150, top - 80), (left + 325, top)), fill=_colour(rng, 80, 140), outline=(60, 60, 60))
    draw.rectangle((left + 125, 270, left + 175, 360), fill=_colour(rng, 60, 110))
    draw.text((16, 12), question, fill=(20, 20, 20))
    draw.text((16, 440), f"{caption}  FICTITIOUS", fill=(20, 20, 20))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()


def signature(who: str) -> bytes:
    """A PNG of 480 × 180 with one stroke of a pen on white, its shape by the name of who signs."""
    from PIL import Image, ImageDraw

    rng = Random(f"signature/{who}")
    image = Image.new("L", (480, 180), 255)
    points, x = [], 40
    while x < 440:
        points.append((x, rng.randint(45, 135)))
        x += rng.randint(12, 34)
    ImageDraw.Draw(image).line(points, fill=20, width=4, joint="curve")
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _colour(rng: Random, low: int, high: int) -> tuple[int, int, int]:
    return rng.randint(low, high), rng.randint(low, high), rng.randint(low, high)
