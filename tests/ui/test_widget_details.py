"""What the question widgets do at their edges: wrong numbers, half shapes, very many choices, strokes, the wheel, the calendar."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from fieldapp.engine.views import ChoiceView, Control, Media, NodeView
from fieldapp.ui.questions import factory
from fieldapp.ui.questions.arrangement import Arrangement, arrangement_of
from fieldapp.ui.questions.base import NewFile
from tests.robots.hands import compose, press, write
from tests.robots.widgets import draw, type_over

from .paper_form import KINDS, YN
from .test_questions import asked

VILLAGES = tuple(ChoiceView(f"v{at}", f"枣林{at}村") for at in range(2000))
ONE_TO_TEN = (("start", "1"), ("end", "10"), ("step", "1"))


def puzzles(widget) -> list[str]:
    found: list[str] = []
    widget.puzzled.connect(found.append)
    return found


def select(
    appearance: str = "", choices: tuple[ChoiceView, ...] = KINDS, control: Control = Control.SELECT_ONE, **more: object
) -> NodeView:
    return asked(control=control, choices=choices, appearance=appearance, **more)


@pytest.mark.parametrize(
    ("view", "kind"),
    [
        (select("something unheard-of"), "search"),
        (select("minimal", YN), "search"),
        (select("", YN), "radio"),
        (select("quick", YN), "radio"),
        (select("columns-2", VILLAGES), "search"),
        (select("", VILLAGES, Control.SELECT_MULTIPLE), "searched"),
        (select("minimal", KINDS, Control.SELECT_MULTIPLE), "folded"),
        (select("", (ChoiceView("a", "甲", Media(image="a.png")),)), "options"),
        (select("label"), "heading"),
        (select("list-nolabel"), "row"),
        (asked("string", appearance="printer:x"), "read_only"),
        (asked("string", value="一\n二"), "long_text"),
        (asked("barcode", appearance="front"), "code"),
        (asked("string", parameters=(("secret", "true"),)), "masked"),
        (asked("binary", Control.UPLOAD, mediatype="audio/*", appearance="signature"), "upload"),
        (asked("binary", Control.UPLOAD, mediatype="image/*", readonly=True), "shown_file"),
        (asked("wholly-new"), "text"),
    ],
)
def test_type_and_appearance_choose_the_widget(view, kind):
    assert factory.kind_of(view) == kind


@pytest.mark.parametrize(
    ("appearance", "arrangement"),
    [
        ("columns", Arrangement()),
        ("columns-3 no-buttons", Arrangement(columns=3, signs=False)),
        ("columns-pack", Arrangement(packed=True)),
        ("horizontal-compact", Arrangement(packed=True)),
        ("vertical", Arrangement(columns=1)),
        ("likert", Arrangement(columns=6, centred=True)),
        ("list-nolabel", Arrangement(columns=6, words=False, centred=True)),
        ("compact-2", Arrangement(columns=2, signs=False)),
    ],
)
def test_an_appearance_places_the_choices(appearance, arrangement):
    assert arrangement_of(select(appearance)) == arrangement


def test_arrows_go_through_choices_without_choosing_and_delete_clears(put):
    widget, told = put(select("columns-2", value="2"))
    press(widget.focusProxy(), Qt.Key.Key_Down)
    assert widget.board.options[3].hasFocus()
    assert told == []
    press(QApplication.focusWidget(), Qt.Key.Key_Delete)
    assert told == [""]


def test_choices_wrap_into_the_width_there_is(put):
    widget, _ = put(select("columns-pack"))
    first = widget.board.height()
    widget.window().resize(260, 400)
    QApplication.processEvents()
    assert widget.board.height() > first
    assert all(option.geometry().right() <= widget.board.width() for option in widget.board.options)


def test_a_refused_choice_goes_back_to_what_the_form_has(put):
    widget, told = put(select("columns-pack", value="2"))
    write(widget.focusProxy(), "3")
    assert told == ["3"]
    assert [option.isChecked() for option in widget.board.options][1:3] == [True, False]


def test_very_many_choices_show_two_hundred_and_say_how_many_more(put):
    widget, told = put(select("", VILLAGES))
    write(widget.field, "zl")
    assert len(widget.shown()) == 201
    assert widget.shown()[-1] == "还有 1800 项，请再输入几个字"
    widget.list.itemClicked.emit(widget.list.item(200))
    assert told == []
    type_over("枣林1234村")
    assert told == ["v1234"]


def test_several_of_very_many_are_searched_and_kept_when_the_search_hides_them(put):
    widget, told = put(select("", VILLAGES, Control.SELECT_MULTIPLE, value="v7"))
    assert len(widget.shown()) == 40
    write(widget.field, "枣林1999")
    assert widget.shown() == ("枣林1999村",)
    press(widget.field, Qt.Key.Key_Down)
    press(widget.list, Qt.Key.Key_Space)
    assert told == ["v7 v1999"]
    assert widget.chosen.text() == "已选 1 项：枣林7村"


def test_a_search_that_finds_nothing_is_told(put):
    widget, told = put(select("autocomplete", KINDS, Control.SELECT_MULTIPLE))
    marks = puzzles(widget)
    write(widget.field, "没有")
    press(widget.field, Qt.Key.Key_Return)
    assert (told, marks[-1]) == ([], "ui-puzzle-choice")


def test_a_small_list_of_several_unfolds_and_folds(put):
    widget, _ = put(select("minimal", KINDS, Control.SELECT_MULTIPLE))
    assert widget.list.isHidden()
    press(widget.field, Qt.Key.Key_F4)
    assert widget.list.hasFocus()
    QTest.mouseClick(widget.button, Qt.MouseButton.LeftButton)
    assert widget.list.isHidden()


def wheel(widget: QWidget) -> None:
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        widget.mapToGlobal(middle),
        QPoint(0, 0),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_the_wheel_never_changes_an_answer(put):
    widget, told = put(asked("int", Control.RANGE, parameters=ONE_TO_TEN, value="5"))
    wheel(widget.slider)
    assert (told, widget.slider.value()) == ([], 4)


def test_a_click_on_the_handle_of_an_unanswered_range_is_an_answer(put):
    widget, told = put(asked("int", Control.RANGE, parameters=ONE_TO_TEN))
    QTest.mouseClick(widget.slider, Qt.MouseButton.LeftButton, pos=QPoint(5, widget.slider.height() // 2))
    assert told == ["1"]


@pytest.mark.parametrize("typed", ["11", "2.5", "很好"])
def test_a_number_outside_the_range_stays_and_is_marked(put, typed):
    widget, told = put(asked("int", Control.RANGE, parameters=ONE_TO_TEN))
    marks = puzzles(widget)
    widget.field.setFocus()
    widget.field.insert(typed)
    widget.field.setModified(True)
    press(widget.field, Qt.Key.Key_Return)
    assert (told, marks[-1], widget.field.text()) == ([], "ui-puzzle-range", typed)


def test_a_range_that_counts_down_and_one_that_makes_no_sense(put):
    widget, told = put(asked("int", Control.RANGE, parameters=(("start", "10"), ("end", "0"), ("step", "-5"))))
    press(widget.slider, Qt.Key.Key_Right)
    assert told == ["5"]
    broken, _ = put(asked("int", Control.RANGE, parameters=(("start", "x"), ("end", "NaN"), ("step", "0"))))
    assert (broken.scale.at(0), broken.scale.stops()) == ("0", 10)


def test_a_range_too_fine_for_a_slider_is_typed(put):
    widget, told = put(asked("int", Control.RANGE, parameters=(("start", "0"), ("end", "9000000"), ("step", "1"))))
    assert widget.slider.isHidden()
    type_over("1234567")
    assert told == ["1234567"]


def test_a_picker_stops_at_its_ends(put):
    widget, told = put(asked("int", Control.RANGE, appearance="picker", parameters=ONE_TO_TEN, value="10"))
    press(widget.field, Qt.Key.Key_Up)
    assert told == []
    press(widget.field, Qt.Key.Key_PageDown)
    assert told == ["1"]


def test_stars_are_clicked_and_cleared(put):
    widget, told = put(asked("int", Control.RANGE, appearance="rating", parameters=(("end", "5"),), value="2"))
    QTest.mouseClick(widget.stars, Qt.MouseButton.LeftButton, pos=QPoint(110, 15))
    press(widget.stars, Qt.Key.Key_Delete)
    press(widget.stars, Qt.Key.Key_9)
    assert told == ["4", ""]


def test_a_counter_counts_from_nothing(put):
    widget, told = put(asked("int", appearance="counter"))
    QTest.mouseClick(widget.more, Qt.MouseButton.LeftButton)
    QTest.mouseClick(widget.less, Qt.MouseButton.LeftButton)
    QTest.mouseClick(widget.less, Qt.MouseButton.LeftButton)
    assert told == ["1", "0", "-1"]


@pytest.mark.parametrize(
    ("view", "typed", "mark"),
    [
        (asked("decimal", appearance="bearing"), "361", "ui-puzzle-bearing"),
        (asked("date", appearance="year"), "98", "ui-puzzle-year"),
        (asked("date", appearance="month-year"), "2016", "ui-puzzle-month"),
        (asked("string", appearance="numbers"), "12a", "ui-puzzle-digits"),
        (asked("geopoint"), "91 109", "ui-puzzle-place"),
        (asked("date", appearance="persian"), "1395/13/1", "ui-puzzle-date"),
    ],
)
def test_what_is_not_understood_is_marked_in_its_own_words(put, view, typed, mark):
    widget, told = put(view)
    marks = puzzles(widget)
    write(widget.field, typed)
    press(widget.field, Qt.Key.Key_Return)
    assert (told, marks[-1], widget.field.text()) == ([], mark, typed)


def test_the_calendar_lies_on_the_page_and_picks_by_keyboard(put):
    widget, told = put(asked("date", value="2026-11-20"))
    press(widget.field, Qt.Key.Key_F4)
    assert widget.calendar.isVisible()
    assert not widget.calendar.isWindow()
    press(QApplication.focusWidget(), Qt.Key.Key_Right)
    press(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert told == ["2026-11-21"]
    assert widget.field.hasFocus()
    press(widget.field, Qt.Key.Key_F4)
    press(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert not widget.calendar.isVisible()
    assert widget.field.hasFocus()


def test_a_day_without_its_time_is_told_when_the_question_is_left(put):
    widget, told = put(asked("dateTime"))
    other = QWidget(widget.window())
    other.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    other.show()
    marks = puzzles(widget)
    write(widget.day, "20261120")
    widget.time.setFocus()
    assert "ui-puzzle-moment" not in marks
    other.setFocus()
    widget.commit()
    assert (told, marks[-1], widget.day.text()) == ([], "ui-puzzle-moment", "20261120")


def test_a_shape_waits_for_three_points_and_closes_itself(put):
    widget, told = put(asked("geoshape"))
    marks = puzzles(widget)
    write(widget.field, "36.5 109.4")
    press(widget.field, Qt.Key.Key_Return)
    assert (told, marks[-1], widget.points()) == ([], "ui-puzzle-few-geoshape", ("36.5 109.4 0 0",))
    QGuiApplication.clipboard().setText("36.6, 109.4\n36.6, 109.5\n")
    press(widget.field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert told == ["36.5 109.4 0 0;36.6 109.4 0 0;36.6 109.5 0 0;36.5 109.4 0 0"]
    assert marks[-1] == ""


def test_points_are_moved_and_taken_away_by_keyboard(put):
    widget, told = put(asked("geotrace", value="1 1 0 0;2 2 0 0;3 3 0 0"))
    widget.list.setFocus()
    widget.list.setCurrentRow(2)
    press(widget.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    widget.show_view(replace(widget.view, value=str(told[-1])))
    press(widget.list, Qt.Key.Key_Delete)
    assert told == ["1 1 0 0;3 3 0 0;2 2 0 0", "1 1 0 0;2 2 0 0"]


def test_one_wrong_point_leaves_the_whole_paste_standing(put):
    widget, told = put(asked("geotrace"))
    marks = puzzles(widget)
    QGuiApplication.clipboard().setText("36.6, 109.4\nnowhere")
    press(widget.field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert (told, marks[-1], widget.points()) == ([], "ui-puzzle-place", ())
    assert "nowhere" in widget.field.text()


def test_strokes_are_taken_back_one_by_one_and_told_only_once(put):
    widget, told = put(asked("binary", Control.UPLOAD, appearance="draw", mediatype="image/*"))
    widget.inks.pens[1].click()
    draw(widget.pad)
    draw(widget.pad)
    press(widget.pad, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert widget.pad.strokes == 1
    widget.commit()
    widget.commit()
    assert [type(file) for file in told] == [NewFile]
    picture = QImage.fromData(told[0].data)
    colours = {picture.pixelColor(x, y).name() for x in range(0, picture.width(), 2) for y in range(0, picture.height(), 2)}
    assert "#d01f1f" in colours
    assert "#000000" not in colours


def test_a_rank_is_told_when_it_is_dragged(put):
    widget, told = put(asked(control=Control.RANK, choices=KINDS[:3]))
    assert widget.list.item(0).text() == "– 一般户"
    widget.list.model().moveRow(QModelIndex(), 2, QModelIndex(), 0)
    assert told == ["3 1 2"]


def test_the_input_method_composes_in_the_searches(put):
    for view in (select("minimal"), select("autocomplete", KINDS, Control.SELECT_MULTIPLE)):
        widget, told = put(view)
        compose(widget.field, "tuo")
        press(widget.field, Qt.Key.Key_Return)
        assert told == []
        write(widget.field, "脱贫")
        press(widget.field, Qt.Key.Key_Return)
        assert told == ["2"]


NEW = [
    select("columns"),
    select("minimal", KINDS, Control.SELECT_MULTIPLE),
    asked("int", appearance="counter"),
    asked("string", appearance="masked"),
    asked("string", appearance="url", value="policy.example"),
    asked("int", Control.RANGE, appearance="vertical", parameters=ONE_TO_TEN),
    asked("int", Control.RANGE, appearance="rating", parameters=ONE_TO_TEN),
    asked("geotrace"),
    asked("binary", Control.UPLOAD, appearance="draw"),
    asked("binary", Control.UPLOAD, appearance="annotate", value="x.png"),
    asked("date"),
]


@pytest.mark.parametrize("view", NEW, ids=factory.kind_of)
def test_every_part_that_takes_the_keyboard_has_a_name(put, view):
    widget, _ = put(view)
    widget.name_for_reader("12 户类型", "提示")
    for child in widget.findChildren(QWidget):
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisible():
            said = QAccessible.queryAccessibleInterface(child)
            assert said.text(QAccessible.Text.Name).startswith("12 户类型"), child
