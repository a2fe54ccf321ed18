"""A real encrypted workspace for every test, with a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from fieldapp.domain.clock import CHINA, FixedClock
from fieldapp.store.database import Database
from fieldapp.store.keys import QUICK, Realm

USER, PASSPHRASE = "王工", "五个词 的 口令"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 20, 9, 0, tzinfo=CHINA))


@pytest.fixture
def database(tmp_path: Path, clock: FixedClock) -> Iterator[Database]:
    opened = Database.create(tmp_path / "workspace", USER, PASSPHRASE, Realm.DEMO, clock, QUICK)
    yield opened
    opened.close()
