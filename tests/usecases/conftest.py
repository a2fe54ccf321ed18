"""Laptops and a district for the use cases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp.usecases.workspaces import Workspace
from tests.world import DistrictServer, laptop


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened = laptop(tmp_path / "laptop")
    yield opened
    opened.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DistrictServer]:
    district = DistrictServer(tmp_path / "district")
    district.start()
    yield district
    district.close()
