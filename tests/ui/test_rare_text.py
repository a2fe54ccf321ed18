"""Rare characters are shown: a small font is loaded when one is seen, none before."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListWidget, QPlainTextEdit, QVBoxLayout, QWidget

from fieldapp.errors import FontMissing
from fieldapp.ui.rare_text import RareText
from fieldapp.usecases import lettering


@pytest.fixture
def watcher(qapp: QApplication, theme) -> RareText:
    made = RareText(qapp, theme.family, lettering.rare_fonts())
    yield made
    made.deleteLater()


@pytest.fixture
def window(qtbot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.setLayout(QVBoxLayout())
    made.resize(400, 300)
    return made


def _shown(window: QWidget, *widgets: QWidget) -> None:
    for widget in widgets:
        window.layout().addWidget(widget)
    window.show()


def test_nothing_is_loaded_for_usual_names(qtbot, watcher, window):
    _shown(window, QLabel("张建国 䶮㐂𬭎"))
    watcher.look()
    assert watcher.loaded == 0


def test_a_rare_name_is_drawn_as_soon_as_it_is_seen(qtbot, watcher, window):
    edit, label = QLineEdit("𤳉"), QLabel("𤳉")
    _shown(window, edit, label)
    before = edit.grab().toImage(), label.grab().toImage()
    watcher.watch(window)
    qtbot.waitUntil(lambda: watcher.loaded == 1)
    assert any(family.startswith("field rare") for family in map(str.lower, QFontDatabase.families()))
    assert label.grab().toImage() != before[1]
    assert edit.grab().toImage() != before[0]


def test_text_that_comes_later_in_a_window_that_nobody_handed_over_is_seen(qtbot, watcher, window):
    label = QLabel("𰀀")
    _shown(window, label)
    window.activateWindow()
    qtbot.waitUntil(lambda: watcher.loaded == 1)
    label.setText("𮯠")
    qtbot.waitUntil(lambda: watcher.loaded == 2)


def test_tables_and_long_texts_are_looked_at(qtbot, watcher, window):
    table, text = QListWidget(), QPlainTextEdit("备注：𪜀")
    table.addItems(["张建国", "𱍐三"])
    _shown(window, table, text)
    watcher.look()
    assert watcher.loaded == 2


def test_a_character_that_no_font_has_is_asked_for_once(qtbot, qapp, theme, window):
    asked: list[int] = []

    def nothing(code: int) -> None:
        asked.append(code)

    _shown(window, QLabel("\U0002ebf5"))
    watcher = RareText(qapp, theme.family, nothing)
    watcher.look()
    watcher.look()
    assert asked == [0x2EBF5]


def test_a_broken_font_file_leaves_the_box(qtbot, qapp, theme, window):
    def broken(_code: int) -> None:
        raise FontMissing(file="FieldRareB.zip")

    _shown(window, QLabel("\U0002a6a5"))
    watcher = RareText(qapp, theme.family, broken)
    watcher.look()
    assert watcher.loaded == 0
