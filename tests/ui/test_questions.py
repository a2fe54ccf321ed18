"""Every question widget shows a view and tells a committed answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QAccessible, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from fieldapp.engine.views import ChoiceView, Control, Kind, NodeView
from fieldapp.ui.questions import factory
from fieldapp.ui.questions.base import NewFile
from fieldapp.ui.questions.choice import RadioQuestion, SearchChoiceQuestion
from fieldapp.ui.questions.pad import as_png
from tests.robots.hands import compose, press, write

from .paper_form import KINDS, YN


def asked(type_: str = "string", control: Control = Control.INPUT, **more: object) -> NodeView:
    return NodeView("/f/a/q", Kind.QUESTION, str(more.pop("name", "q")), label="问题", control=control, type=type_, **more)


def test_a_chinese_name_is_typed_through_the_input_method(put):
    widget, told = put(asked())
    write(widget.field, "王建国")
    press(widget.field, Qt.Key.Key_Return)
    assert told == ["王建国"]


def test_nothing_is_told_or_changed_while_a_composition_is_open(put):
    widget, told = put(asked())
    compose(widget.field, "wang")
    widget.commit()
    widget.show_view(replace(widget.view, value="别的"))
    assert told == []
    assert widget.field.text() == ""
    assert widget.field.composing


@pytest.mark.parametrize(
    ("type_", "typed", "meant"),
    [
        ("int", "3.5w", "35000"),
        ("decimal", "1,200.50", "1200.5"),
        ("date", "20160414", "2016-04-14"),
        ("time", "0830", "08:30:00.000+08:00"),
        ("geopoint", "36.59 109.49", "36.59 109.49 0 0"),
    ],
)
def test_typed_text_becomes_canonical(put, type_, typed, meant):
    widget, told = put(asked(type_))
    write(widget.field, typed)
    press(widget.field, Qt.Key.Key_Return)
    assert told == [meant]


def test_full_width_digits_and_ten_thousands_are_understood(put):
    widget, told = put(asked("int"))
    widget.field.insert("３．５万")
    widget.field.setModified(True)
    press(widget.field, Qt.Key.Key_Return)
    assert told == ["35000"]


def test_what_is_not_understood_stays_and_is_marked(put):
    widget, told = put(asked("int"))
    marks: list[str] = []
    widget.puzzled.connect(marks.append)
    write(widget.field, "abc")
    press(widget.field, Qt.Key.Key_Return)
    assert told == []
    assert marks[-1] == "ui-puzzle-whole"
    assert widget.field.text() == "abc"


def test_a_month_question_shows_the_month(put):
    widget, told = put(asked("date", appearance="month-year", value="2016-04-01"))
    assert widget.field.text() == "2016年4月"
    widget.field.selectAll()
    write(widget.field, "201705")
    press(widget.field, Qt.Key.Key_Return)
    assert told == ["2017-05-01"]


@pytest.mark.parametrize("name", ["m_id_no", "interviewer_phone", "bank_account", "household_code"])
def test_the_input_method_is_off_on_codes(put, name):
    widget, _ = put(asked(name=name))
    assert not widget.field.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


def test_the_input_method_is_on_for_names_and_addresses(put):
    for name in ("m_name", "house_no"):
        widget, _ = put(asked(name=name))
        assert widget.field.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


def test_an_identity_number_loses_spaces_and_gets_a_capital_x(put):
    widget, told = put(asked(name="m_id_no"))
    write(widget.field, "610602 1962 0305 123x")
    press(widget.field, Qt.Key.Key_Return)
    assert told == ["61060219620305123X"]


def test_a_digit_picks_a_radio_and_delete_clears(put):
    widget, told = put(asked(control=Control.SELECT_ONE, choices=YN))
    assert isinstance(widget, RadioQuestion)
    QTest.keyClick(widget.focusProxy(), Qt.Key.Key_1)
    widget.show_view(replace(widget.view, value="1"))
    press(widget.focusProxy(), Qt.Key.Key_Delete)
    assert told == ["1", ""]


def test_many_choices_are_searched_by_word_code_and_initials(put):
    widget, told = put(asked(control=Control.SELECT_ONE, choices=KINDS))
    assert isinstance(widget, SearchChoiceQuestion)
    write(widget.field, "tp")
    assert widget.shown() == ("2 脱贫户",)
    press(widget.field, Qt.Key.Key_Return)
    widget.show_view(replace(widget.view, value="2"))
    widget.field.selectAll()
    write(widget.field, "困难")
    assert widget.shown() == ("4 突发严重困难户",)
    press(widget.field, Qt.Key.Key_Return)
    assert told == ["2", "4"]


def test_the_choice_list_is_no_popup_window(put):
    widget, _ = put(asked(control=Control.SELECT_ONE, choices=KINDS))
    press(widget.field, Qt.Key.Key_F4)
    assert len(widget.shown()) == 6
    assert not widget.list.isWindow()
    assert widget.window().focusWidget() is widget.field


def test_arrows_walk_through_the_choice_list(put):
    widget, told = put(asked(control=Control.SELECT_ONE, choices=KINDS))
    press(widget.field, Qt.Key.Key_F4)
    press(widget.field, Qt.Key.Key_Down)
    press(widget.field, Qt.Key.Key_Return)
    assert told == ["2"]


def test_a_word_that_is_no_choice_is_marked(put):
    widget, told = put(asked(control=Control.SELECT_ONE, choices=KINDS))
    marks: list[str] = []
    widget.puzzled.connect(marks.append)
    write(widget.field, "没有")
    press(widget.field, Qt.Key.Key_Return)
    assert told == []
    assert marks[-1] == "ui-puzzle-choice"


def test_digits_toggle_several_choices_in_choice_order(put):
    widget, told = put(asked(control=Control.SELECT_MULTIPLE, choices=KINDS))
    press(widget.list, Qt.Key.Key_3)
    widget.show_view(replace(widget.view, value=str(told[-1])))
    press(widget.list, Qt.Key.Key_1)
    assert told == ["3", "1 3"]


def test_an_acknowledgement_is_ticked_with_space(put):
    widget, told = put(asked(control=Control.ACKNOWLEDGE))
    press(widget.box, Qt.Key.Key_Space)
    assert told == ["OK"]


def test_a_rank_moves_with_alt_and_arrows(put):
    widget, told = put(asked(control=Control.RANK, choices=KINDS[:3]))
    press(widget.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert told == ["2 1 3"]


def test_a_range_counts_in_its_steps(put):
    widget, told = put(asked("decimal", Control.RANGE, parameters=(("start", "1"), ("end", "3"), ("step", "0.5"))))
    press(widget.slider, Qt.Key.Key_Right)
    assert told == ["1.5"]


def test_long_text_breaks_lines_with_control_enter_only(put):
    widget, told = put(asked(appearance="multiline"))
    write(widget.field, "第一行")
    press(widget.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    write(widget.field, "第二行")
    press(widget.field, Qt.Key.Key_Return)
    widget.commit()
    assert told == ["第一行\n第二行"]


def test_a_date_with_time_waits_for_both(put):
    widget, told = put(asked("dateTime"))
    write(widget.day, "20160414")
    press(widget.day, Qt.Key.Key_Return)
    assert told == []
    write(widget.time, "0830")
    press(widget.time, Qt.Key.Key_Return)
    assert told == ["2016-04-14T08:30:00.000+08:00"]


def test_a_photo_is_pasted_dropped_or_chosen(put, tmp_path):
    widget, told = put(asked("binary", Control.UPLOAD, mediatype="image/*"))
    picture = QImage(8, 8, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.red)
    QGuiApplication.clipboard().setImage(picture)
    press(widget.choose, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    file = tmp_path / "户口簿.png"
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(file))])
    widget._take(dropped)
    assert isinstance(told[0], NewFile)
    assert told[0].data.startswith(b"\x89PNG")
    assert told[1] == NewFile("户口簿.png", path=file)


def test_a_kept_photo_is_asked_for_once_and_shown_small(put):
    widget, _ = put(asked("binary", Control.UPLOAD, mediatype="image/*"))
    wanted: list[str] = []
    widget.picture_wanted.connect(wanted.append)
    widget.show_view(replace(widget.view, value="abc.png"))
    widget.show_view(replace(widget.view, value="abc.png"))
    picture = QImage(800, 600, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.blue)
    widget.show_picture(as_png(picture))
    assert wanted == ["abc.png"]
    assert 0 < widget.picture.pixmap().width() <= 200


def test_a_signature_is_drawn_with_the_mouse(put):
    widget, told = put(asked("binary", Control.UPLOAD, appearance="signature"))
    pad = widget.pad
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=pad.rect().center())
    QTest.mouseMove(pad, pad.rect().center() * 1.2)
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton)
    press(widget.take, Qt.Key.Key_Space)
    assert isinstance(told[0], NewFile)
    assert QImage.fromData(told[0].data).size() == pad.size()


def test_an_unknown_type_is_typed_as_text(put):
    widget, told = put(asked("intent", value="12"))
    assert widget.field.text() == "12"
    widget.field.selectAll()
    write(widget.field, "13")
    press(widget.field, Qt.Key.Key_Return)
    assert told == ["13"]


def test_a_read_only_choice_is_shown_by_its_label(put):
    widget, _ = put(asked(control=Control.SELECT_ONE, choices=KINDS, readonly=True, value="2"))
    assert widget.text.text() == "脱贫户"


ALL = [
    asked(),
    asked("int"),
    asked("decimal"),
    asked("date"),
    asked("time"),
    asked("dateTime"),
    asked("geopoint"),
    asked(appearance="multiline"),
    asked(control=Control.SELECT_ONE, choices=YN),
    asked(control=Control.SELECT_ONE, choices=KINDS),
    asked(control=Control.SELECT_MULTIPLE, choices=(*KINDS, ChoiceView("99", "其他"))),
    asked(control=Control.RANK, choices=KINDS),
    asked(control=Control.RANGE),
    asked(control=Control.ACKNOWLEDGE),
    asked("binary", Control.UPLOAD, value="x.png"),
    asked("binary", Control.UPLOAD, appearance="signature"),
]


@pytest.mark.parametrize("view", ALL, ids=factory.kind_of)
def test_every_focusable_field_has_a_name_for_readers(put, view):
    widget, _ = put(view)
    widget.name_for_reader("12 户类型", "提示")
    for child in widget.findChildren(QWidget):
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisible():
            said = QAccessible.queryAccessibleInterface(child)
            assert said.text(QAccessible.Text.Name).startswith("12 户类型"), child
