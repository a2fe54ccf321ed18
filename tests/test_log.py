"""The log keeps what helps and nothing about people."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp import log


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    log.start(tmp_path, logging.DEBUG)
    yield tmp_path / "fieldapp.log"
    for handler in set(root.handlers) - set(before):
        handler.close()
        root.removeHandler(handler)
    root.setLevel(level)
    for own in ("fieldapp", "sync"):
        logging.getLogger(own).setLevel(logging.NOTSET)


def test_identity_phone_and_bank_numbers_are_taken_out(written: Path) -> None:
    logging.getLogger("fieldapp.x").info("id 61060219640229007X phone 13800000001 card 6222020000000000000 age 45")
    text = written.read_text(encoding="utf-8")
    assert "61****************" in text
    assert "age 45" in text
    for number in ("61060219640229007", "13800000001", "6222020000000000000"):
        assert number not in text


def test_chatter_of_other_packages_is_not_kept_at_any_level(written: Path) -> None:
    logging.getLogger("PIL.TiffImagePlugin").debug("tag: ImageDescription value: a secret")
    logging.getLogger("fieldapp.store").debug("opened")
    text = written.read_text(encoding="utf-8")
    assert "secret" not in text
    assert "opened" in text
