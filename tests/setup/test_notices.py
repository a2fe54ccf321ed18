"""The notices name every package that is installed, with its licence."""

from . import notices


def test_the_notices_are_those_of_the_lock_files() -> None:
    assert notices.FILE.read_text(encoding="utf-8") == notices.text()
