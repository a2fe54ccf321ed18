"""Pages look as they did when somebody last looked at them (`tests/archive/golden.py`)."""

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from .golden import FOLDER, pages

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
