"""The form page: sections, columns, skipped questions, rows in one table, problems that lead to their question."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from fieldapp.engine.views import Changes
from fieldapp.ui.form.live import sections
from fieldapp.ui.form.page import FormPage
from fieldapp.ui.form.side import ProblemsPanel, SectionList
from fieldapp.ui.questions.base import Helps
from tests.robots.hands import press, write

from .paper_form import PaperForm, survey


@pytest.fixture
def form() -> PaperForm:
    return survey()


@pytest.fixture
def page(qtbot, form, theme, clock):
    made = FormPage(form, Helps(clock, lambda mediatype: None), theme)
    qtbot.addWidget(made)
    made.answered.connect(lambda path, value: made.apply(form.answer(path, value)))
    made.explained.connect(lambda path, text: made.apply(form.explain(path, text)))
    made.add_wanted.connect(lambda path: made.apply(form.add_repeat(path)))
    made.remove_wanted.connect(lambda path, at: made.apply(form.remove_repeat(path, at)))
    made.move_wanted.connect(lambda path, at, to: made.apply(form.move_repeat(path, at, to)))
    made.restore_wanted.connect(lambda path, row_id: made.apply(form.restore_repeat(path, row_id)))
    made.resize(900, 600)
    with qtbot.waitSignal(made.complete):
        made.start()
        made.show()
    made.activateWindow()
    qtbot.waitActive(made)
    return made


def focused() -> str:
    widget = QApplication.focusWidget()
    return widget.accessibleName() if widget is not None else ""


def test_enter_goes_through_the_questions_and_shift_enter_back(page, form):
    page.go_to("/f/a/date")
    write(QApplication.focusWidget(), "20261120")
    press(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert focused() == "2 调查员姓名"
    write(QApplication.focusWidget(), "李秀英")
    press(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert focused() == "3 调查员电话"
    press(QApplication.focusWidget(), Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert focused() == "2 调查员姓名"
    assert form.values == {"/f/a/date": "2026-11-20", "/f/a/who": "李秀英"}


def test_skipped_questions_collapse_to_a_grey_line_and_come_back(page, form):
    cell = page.cell("/f/a/why")
    assert cell.isHidden()
    page.go_to("/f/a/left")
    press(QApplication.focusWidget(), Qt.Key.Key_1)
    assert not cell.isHidden()
    press(QApplication.focusWidget(), Qt.Key.Key_0)
    assert cell.isHidden()
    grid = page.blocks[0].grid
    assert [line.text() for line in grid._grey if not line.isHidden()] == ["第 6、7 题不适用"]


def test_only_what_changed_is_shown_again(page, form, monkeypatch):
    painted: list[str] = []
    for cell in page.blocks[0].grid.cells.values():
        monkeypatch.setattr(cell, "show_view", lambda view, show=cell.show_view: (painted.append(view.path), show(view)))
    page.answered.emit("/f/a/who", "李秀英")
    assert painted == ["/f/a/who"]


def test_members_are_one_table_with_a_row_each(page, form):
    block = page.blocks[1].grid.repeats["/f/member"]
    page.go_to("/f/member[1]/m_name")
    write(QApplication.focusWidget(), "王建国")
    press(QApplication.focusWidget(), Qt.Key.Key_Return)
    page.add_wanted.emit("/f/member")
    assert block.model.rowCount() == 2
    assert block.table.currentIndex().row() == 1
    page.go_to("/f/member[2]/m_name")
    write(QApplication.focusWidget(), "李秀英")
    press(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert [block.model.index(row, 0).data() for row in range(2)] == ["王建国", "李秀英"]
    assert block.model.index(1, block.model.columnCount() - 1).data() == "✔ 1/4"


def test_a_row_that_moves_up_stays_in_the_drawer(page, form):
    block = page.blocks[1].grid.repeats["/f/member"]
    for _ in range(2):
        page.add_wanted.emit("/f/member")
    page.answered.emit("/f/member[3]/m_name", "王小明")
    block.choose(2)
    page.remove_wanted.emit("/f/member", 0)
    assert block.table.currentIndex().row() == 1
    assert block.drawer.cells["/f/member[2]/m_name"].view.value == "王小明"


def test_alt_and_an_arrow_move_a_row_and_the_keyboard_stays_with_it(page, form):
    block = page.blocks[1].grid.repeats["/f/member"]
    page.add_wanted.emit("/f/member")
    for row, name in enumerate(("王建国", "李秀英"), 1):
        page.answered.emit(f"/f/member[{row}]/m_name", name)
    block.choose(1)
    press(block.table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert [block.model.index(row, 0).data() for row in range(2)] == ["李秀英", "王建国"]
    assert block.table.currentIndex().row() == 0
    press(block.table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    press(block.table, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert [block.model.index(row, 0).data() for row in range(2)] == ["王建国", "李秀英"]
    assert block.drawer.cells["/f/member[2]/m_name"].view.value == "李秀英"


def test_a_removed_row_is_offered_by_its_answers_and_comes_back(page, form):
    block = page.blocks[1].grid.repeats["/f/member"]
    assert block.restore.isHidden()
    page.answered.emit("/f/member[1]/m_name", "王建国")
    page.remove_wanted.emit("/f/member", 0)
    assert not block.restore.isHidden()
    block.restore.menu().aboutToShow.emit()
    (action,) = block.restore.menu().actions()
    assert action.text() == "王建国"
    action.trigger()
    assert block.model.index(0, 0).data() == "王建国"
    assert block.restore.isHidden()


def test_the_last_row_can_go_and_a_new_one_come(page, form):
    block = page.blocks[1].grid.repeats["/f/member"]
    page.remove_wanted.emit("/f/member", 0)
    assert block.drawer is None
    page.add_wanted.emit("/f/member")
    assert "/f/member[1]/m_name" in block.drawer.cells


def test_identity_numbers_are_masked_in_the_table(page, form):
    page.answered.emit("/f/member[1]/m_id_no", "990602196203051234")
    block = page.blocks[1].grid.repeats["/f/member"]
    assert block.model.index(0, 1).data() == "9906…1234"


def test_a_constraint_is_told_below_the_field(page, form):
    page.answered.emit("/f/member[1]/m_id_no", "123")
    cell = page.cell("/f/member[1]/m_id_no")
    assert cell.message() == "身份号码应为18位"
    assert cell.note.text() == "✖ 身份号码应为18位"
    assert cell.state() == "wrong"


def test_a_warning_is_answered_with_an_explanation(page, form):
    page.answered.emit("/f/member[1]/m_wage", "50000")
    cell = page.cell("/f/member[1]/m_wage")
    assert cell.state() == "warning"
    write(cell.explanation, "承包工程")
    press(cell.explanation, Qt.Key.Key_Return)
    assert form.explanations == {"/f/member[1]/m_wage": "承包工程"}
    assert cell.state() == "done"


def test_unanswered_required_questions_are_marked_only_after_an_attempt(page):
    cell = page.cell("/f/a/who")
    assert cell.state() == "open"
    page.set_strict(True)
    assert cell.state() == "wrong"
    assert cell.message() == "必填"


def test_the_section_list_counts_and_signs(page, form, qtbot):
    found = SectionList(sections(form, "表"))
    qtbot.addWidget(found)
    page.answered.emit("/f/a/who", "李秀英")
    found.show_state(form, form.problems())
    assert found.item(0).text() == "◐ 一、调查信息  1/7"
    page.answered.emit("/f/member[1]/m_id_no", "123")
    found.show_state(form, form.problems())
    assert found.item(1).text().startswith("✖ 二、家庭成员")


def test_the_problems_list_leads_to_each_problem(page, form, theme, qtbot):
    panel = ProblemsPanel(theme)
    qtbot.addWidget(panel)
    panel.opened.connect(page.go_to)
    page.answered.emit("/f/member[1]/m_id_no", "123")
    page.answered.emit("/f/member[1]/m_wage", "50000")
    panel.show_problems(form.problems(), strict=False)
    panel.step(forward=True)
    assert focused() == "11 身份证号"
    panel.step(forward=True)
    assert focused() == "12 月收入（元）"
    assert panel.list.item(2).text() == "○ 一、调查信息：还有 3 题必填"
    panel.step(forward=False)
    assert focused() == "11 身份证号"


def test_strict_problems_stand_one_by_one(form, theme, qtbot):
    panel = ProblemsPanel(theme)
    qtbot.addWidget(panel)
    panel.show_problems(form.problems(), strict=True)
    assert panel.list.count() == 4


def test_one_column_when_the_page_is_narrow(page):
    grid = page.blocks[0].grid
    assert grid._columns == 2
    page.resize(380, 600)
    assert grid._columns == 1


def test_changes_of_unbuilt_paths_do_no_harm(page):
    page.apply(Changes(("/f/none", "/f/member[9]/m_name"), ("/f/gone",)))
    assert page.cell("/f/none") is None
