"""The log keeps what helps and nothing about people."""

import logging
import subprocess
import sys
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


def test_words_of_an_exception_are_not_kept_but_its_kind_and_place_are() -> None:
    name = "".join(["金丝", "雀"])

    def read(text: str) -> int:
        return int(text)

    try:
        try:
            read(name)
        except ValueError as error:
            raise KeyError(name) from error
    except KeyError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "unexpected", (), sys.exc_info())
    text = log.formatter().format(record)
    assert name not in text
    assert "builtins.ValueError" in text
    assert text.endswith("builtins.KeyError")
    assert "in read" in text


def test_crash_leaves_no_image_of_the_memory() -> None:
    script = "import resource; from fieldapp import log; log.forbid_dumps(); print(resource.getrlimit(resource.RLIMIT_CORE))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(0, 0)"
