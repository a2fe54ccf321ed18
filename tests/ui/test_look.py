"""Colours that can be read, the bundled font, sentences of errors, the last net."""

from __future__ import annotations

import itertools
import logging

import pytest
from PySide6.QtGui import QFont, QRawFont
from PySide6.QtWidgets import QApplication, QPushButton

from fieldapp.errors import DiskFull, FieldAppError
from fieldapp.ui import excepthook
from fieldapp.ui.error_dialog import ErrorDialog, words_for
from fieldapp.ui.theme import INKS, Look, Theme, contrast


@pytest.mark.parametrize("look", list(Look))
def test_every_ink_can_be_read_on_every_ground(look):
    inks = INKS[look]
    grounds = (inks.window, inks.paper, inks.grey_ground)
    for ink, ground in itertools.product((inks.text, inks.faint, inks.accent), grounds):
        assert contrast(ink, ground) >= 4.5, (ink, ground)
    assert contrast(inks.on_accent, inks.accent) >= 4.5
    assert contrast(inks.wrong, inks.wrong_ground) >= 4.5
    assert contrast(inks.warning, inks.warning_ground) >= 4.5
    assert contrast(inks.done, inks.grey_ground) >= 4.5


def test_the_bundled_font_is_used_and_has_chinese(theme):
    assert theme.family.replace(" ", "") == "FieldSans"
    raw = QRawFont.fromFont(QFont(theme.family))
    assert all(raw.supportsCharacter(ord(char)) for char in "入户摸底䶮，。（）·")


def test_sizes_stop_at_both_ends():
    theme = Theme("x", 12)
    theme.smaller()
    assert theme.size_pt == 12
    for _ in range(5):
        theme.larger()
    assert theme.size_pt == 18


def test_an_expected_error_says_what_happened_what_is_safe_and_what_to_do():
    words = words_for(DiskFull(folder="D:"))
    assert "D:" in words.happened
    assert words.safe
    assert words.next
    assert words.code == "disk-full(folder='D:')"


def test_an_error_without_words_still_gets_all_three():
    class Unworded(FieldAppError):
        code = "never-worded"

    words = words_for(Unworded())
    assert "never-worded" in words.happened
    assert words.safe
    assert words.next


def test_a_bug_says_until_when_the_answers_are_safe():
    assert "10:42:07" in words_for(ValueError("x"), "10:42:07").safe


def test_the_code_of_an_error_can_be_copied(qtbot, theme):
    dialog = ErrorDialog(words_for(DiskFull(folder="D:")))
    qtbot.addWidget(dialog)
    assert dialog.code.isReadOnly()
    next(button for button in dialog.findChildren(QPushButton) if button.text() == "复制").click()
    assert QApplication.clipboard().text() == dialog.code.text()
    assert "disk-full" in dialog.code.text()


@pytest.mark.expects_log("the hook logs what nobody expected")
def test_the_last_net_tells_once_and_never_raises(caplog):
    told: list[Exception] = []

    def tell(error: Exception) -> None:
        told.append(error)
        raise RuntimeError("while telling")

    caught = excepthook.hook(tell)
    with caplog.at_level(logging.ERROR):
        caught(ValueError, ValueError("x"), None)
        caught(ValueError, ValueError("y"), None)
    assert [str(error) for error in told] == ["x", "y"]
    assert len(caplog.records) == 4
