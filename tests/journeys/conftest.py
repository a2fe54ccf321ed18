"""A district, laptops and the window that stands before a person."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.conftest import Person, background, clock, desk, person, theme
from tests.world import DistrictServer

__all__ = ["Person", "background", "clock", "desk", "person", "theme"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DistrictServer]:
    district = DistrictServer(tmp_path / "district")
    district.start()
    yield district
    district.close()
