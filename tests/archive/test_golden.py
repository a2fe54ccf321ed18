"""Pages look as they did when somebody last looked at them (`tests/archive/golden.py`)."""

import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from fieldapp.archive.render import render

from . import verapdf
from .golden import FOLDER, pages, sheets
from .household import DeviceKey

_BLUR = 1.5
_MEAN, _WORST = 1.2, 55
"""Of 255, after blurring: another version of the drawing library moves edges by a fraction of a pixel; a moved line shows."""


@pytest.fixture(scope="module")
def drawn() -> dict[str, Image.Image]:
    return dict(pages())


def test_every_page_that_was_looked_at_is_still_drawn(drawn: dict[str, Image.Image]) -> None:
    assert {file.stem for file in FOLDER.glob("*.png")} == set(drawn)


def test_every_page_looks_as_it_did(drawn: dict[str, Image.Image]) -> None:
    differing = {}
    for name, image in drawn.items():
        mean, worst = _difference(Image.open(FOLDER / f"{name}.png").convert("L"), image)
        if mean > _MEAN or worst > _WORST:
            differing[name] = (round(mean, 2), worst)
    assert not differing, "look at them; if they are right: python -m tests.archive.golden"


def test_a_line_that_moved_is_noticed(drawn: dict[str, Image.Image]) -> None:
    page = drawn["tables-form"]
    moved = page.copy()
    moved.paste(page.crop((0, 200, page.width, 300)), (0, 206))
    assert _difference(page, moved)[1] > _WORST


def _difference(one: Image.Image, other: Image.Image) -> tuple[float, int]:
    """Mean and worst difference of two pages, 0 to 255; another size is the worst."""
    if one.size != other.size:
        return 255.0, 255
    blurred = [image.filter(ImageFilter.GaussianBlur(_BLUR)) for image in (one, other)]
    between = ImageStat.Stat(ImageChops.difference(*blurred))
    return between.mean[0], int(between.extrema[0][1])


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.skipif("FIELDAPP_VERAPDF" not in os.environ, reason="FIELDAPP_VERAPDF=1 asks veraPDF about every golden page too")
@verapdf.needed
def test_verapdf_accepts_every_golden_page(tmp_path: Path) -> None:
    for name, sheet, _ in sheets():
        for part in (*render(sheet, DeviceKey()).parts, render(sheet, DeviceKey(), one_file=False).parts[-1]):
            (tmp_path / f"{name}-{len(part.holders)}.pdf").write_bytes(part.pdf)
    assert {told for _, _, told in verapdf.check(sorted(tmp_path.glob("*.pdf"))).values()} == {"ok"}
