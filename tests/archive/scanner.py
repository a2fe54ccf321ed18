"""A scanner and a phone that exist only here: pages of a real PDF as ink, dust, light and compression leave them."""

import io
import random
from collections.abc import Sequence

import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFilter

HARMS = ("none", "turn", "quarter", "blur", "jpeg", "shadow", "noise", "aslant", "cast", "cropped", "coffee", "all")


def printed(pdf: bytes, index: int, dpi: int) -> Image.Image:
    """A page as it comes out of the printer."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture: Image.Image = document[index].render(scale=dpi / 72).to_pil().convert("RGB")
    finally:
        document.close()
    return picture


def signed(page: Image.Image, chance: random.Random) -> Image.Image:
    """The page with pen strokes, a red thumb and a round stamp where people put them."""
    inked = page.copy()
    draw, unit = ImageDraw.Draw(inked), page.width / 210
    for row in range(3):
        x, y = 70 * unit, (75 + 27 * row) * unit
        strokes = [(x + chance.uniform(0, 55) * unit, y + chance.uniform(-8, 8) * unit) for _ in range(12)]
        draw.line(strokes, fill=(20, 20, chance.randrange(40, 120)), width=max(1, round(0.6 * unit)), joint="curve")
        at = (142 * unit + chance.uniform(-3, 3) * unit, y - 8 * unit)
        draw.ellipse((at[0], at[1], at[0] + 14 * unit, at[1] + 18 * unit), fill=(205, 60, 60))
    centre = chance.uniform(60, 150) * unit, chance.uniform(165, 215) * unit
    for radius in (20, 18.8):
        box = (centre[0] - radius * unit, centre[1] - radius * unit, centre[0] + radius * unit, centre[1] + radius * unit)
        draw.ellipse(box, outline=(200, 30, 40), width=max(1, round(0.5 * unit)))
    return inked


class Scanner:
    """Does to a page what happens to pages; every chance comes from one seed."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def scan(self, page: Image.Image, harm: str) -> Image.Image:
        """The page with one harm done to it, or with several lighter ones at once."""
        harms = self._chance.sample([name for name in HARMS if name not in ("none", "all")], 4) if harm == "all" else [harm]
        for name in sorted(harms, key=HARMS.index):
            if name not in ("none", "jpeg"):
                page = getattr(self, f"_{name}")(page)
        return page

    def jpeg(self, page: Image.Image, harm: str) -> bytes:
        """The picture as the device writes it; harmed, with hard compression."""
        out = io.BytesIO()
        quality = self._chance.randrange(22, 45) if harm in ("jpeg", "all") else self._chance.randrange(60, 90)
        page.save(out, "JPEG", quality=quality)
        return out.getvalue()

    def _turn(self, page: Image.Image) -> Image.Image:
        return page.rotate(self._chance.uniform(-5, 5), Image.Resampling.BICUBIC, expand=True, fillcolor=(236, 235, 232))

    def _quarter(self, page: Image.Image) -> Image.Image:
        return self._turn(page).rotate(self._chance.choice((90, 180, 270)), expand=True)

    def _blur(self, page: Image.Image) -> Image.Image:
        return page.filter(ImageFilter.GaussianBlur(self._chance.uniform(0.4, 0.75) * page.width / 1240 + 0.15))

    def _shadow(self, page: Image.Image) -> Image.Image:
        slope = Image.linear_gradient("L").rotate(self._chance.choice((0, 90, 180, 270))).resize(page.size)
        dark = slope.point([round(255 - (255 - value) * self._chance_of_dark) for value in range(256)])
        return ImageChops.multiply(page, Image.merge("RGB", (dark, dark, dark)))

    @property
    def _chance_of_dark(self) -> float:
        return 0.62

    def _noise(self, page: Image.Image) -> Image.Image:
        grain = Image.effect_noise(page.size, self._chance.uniform(18, 40))
        return ImageChops.add(page, Image.merge("RGB", (grain, grain, grain)), offset=-128)

    def _aslant(self, page: Image.Image) -> Image.Image:
        wide, high = page.size
        most = 0.025
        corners = [(0, 0), (0, high), (wide, high), (wide, 0)]
        quad = [value for x, y in corners for value in (x + self._off(wide, x, most), y + self._off(high, y, most))]
        return page.transform(page.size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC, fillcolor=(90, 80, 70))

    def _off(self, length: int, at: int, most: float) -> float:
        outward = self._chance.uniform(0, most) * length
        return outward if at else -outward

    def _cast(self, page: Image.Image) -> Image.Image:
        tint = tuple(self._chance.randrange(190, 256) for _ in range(3))
        return ImageChops.multiply(page, Image.new("RGB", page.size, tint))

    def _cropped(self, page: Image.Image) -> Image.Image:
        wide, high = page.size
        left, top, right, bottom = (self._chance.uniform(0, 0.035) for _ in range(4))
        return page.crop((round(wide * left), round(high * top), round(wide * (1 - right)), round(high * (1 - bottom))))

    def _coffee(self, page: Image.Image) -> Image.Image:
        """The ring of a cup, anywhere: over the code too."""
        unit = page.width / 210
        stain = Image.new("RGB", page.size, "white")
        x, y = self._chance.uniform(30, 200) * unit, self._chance.uniform(30, 280) * unit
        draw = ImageDraw.Draw(stain)
        draw.ellipse((x - 40 * unit, y - 40 * unit, x + 40 * unit, y + 40 * unit), fill=(236, 222, 200))
        draw.ellipse((x - 40 * unit, y - 40 * unit, x + 40 * unit, y + 40 * unit), outline=(150, 105, 60), width=round(3 * unit))
        return ImageChops.multiply(page, stain.filter(ImageFilter.GaussianBlur(unit)))


def paper_pdf(pictures: Sequence[Image.Image]) -> bytes:
    """Scanned pages as the one PDF that a scanner with a feeder writes."""
    out = io.BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=list(pictures[1:]), resolution=150)
    return out.getvalue()
