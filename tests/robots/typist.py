"""Fills the open form through the window, question by question, with the keyboard (signatures with the mouse)."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from fieldapp.engine.views import Control, NodeView, Problem
from fieldapp.ui.form.cell import QuestionCell
from fieldapp.ui.form.repeat import RepeatBlock
from fieldapp.ui.questions.choice import RadioQuestion, SearchChoiceQuestion, digit_of
from fieldapp.ui.questions.drawing import DrawnQuestion
from fieldapp.ui.questions.many import MultipleQuestion
from fieldapp.ui.questions.options import OptionsQuestion

from .hands import press, write
from .window import LONG_MS, WindowRobot


class Typist:
    """Looks like a form session to whoever dictates the answers, and types every one of them into the window."""

    def __init__(self, robot: WindowRobot, pictures: dict[str, bytes], folder: Path) -> None:
        self.robot, self.pictures, self.folder = robot, pictures, folder
        form = robot.work.interview.form
        assert form is not None
        self.form = form
        self.typed = 0

    def view(self, path: str) -> NodeView:
        return self.form.session.view(path)

    def children(self, path: str) -> tuple[str, ...]:
        return tuple(self.form.session.children(path))

    def problems(self) -> tuple[Problem, ...]:
        return tuple(self.form.session.problems())

    def take(self, path: str, name: str) -> str:
        """A picture is not answered by text: its file is what the person chooses."""
        del path
        return name

    def answer(self, path: str, value: str) -> None:
        """Type one answer and see that the form has it."""
        cell = self._at(path)
        view = cell.view
        if view.control is Control.UPLOAD:
            self._give_file(cell, value)
            return
        if view.control is Control.SELECT_ONE:
            self._choose(cell, value)
        elif view.control is Control.SELECT_MULTIPLE:
            self._check(cell, value)
        elif view.control is Control.ACKNOWLEDGE:
            press(self.robot.field(), Qt.Key.Key_Space)
        else:
            self._type(value)
        held = self.view(path).value
        same = held == value or (_is_number(held) and _is_number(value) and float(held) == float(value))
        assert same, f"{path}: typed {value!r}, the form holds {held!r}"
        self.typed += 1

    def add_repeat(self, path: str) -> None:
        """One more row by the block's button."""
        block = self._block(path)
        press(block.add, Qt.Key.Key_Space)

    def remove_repeat(self, path: str, index: int) -> None:
        """Take a row away by the block's button; the person is asked and says yes."""
        block = self._block(path)
        block.choose(index)
        press(block.remove, Qt.Key.Key_Space)

    def explain(self, path: str, text: str) -> None:
        """Write below a warning why the answer stands."""
        field = self._at(path).explanation
        assert field is not None
        field.setFocus()
        write(field, text)
        press(field, Qt.Key.Key_Return)

    def _block(self, path: str) -> RepeatBlock:
        return next(one for section in self.form.page.blocks for one in section.repeats() if one.path == path)

    def _at(self, path: str) -> QuestionCell:
        assert self.form.page.go_to(path), path
        cell = self.form.page.cell(path)
        assert cell is not None
        return cell

    def _type(self, value: str) -> None:
        field = self.robot.field()
        press(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        write(field, value)
        press(field, Qt.Key.Key_Return)

    def _choose(self, cell: QuestionCell, value: str) -> None:
        names = [choice.name for choice in cell.view.choices]
        if isinstance(cell.widget, RadioQuestion):
            write(cell.widget, digit_of(cell.view.choices, names.index(value)))
            return
        assert isinstance(cell.widget, SearchChoiceQuestion)
        self._type(cell.view.choices[names.index(value)].label)

    def _check(self, cell: QuestionCell, value: str) -> None:
        wanted, held = set(value.split()), set(cell.view.value.split())
        names = [choice.name for choice in cell.view.choices]
        if isinstance(cell.widget, OptionsQuestion):
            for at, name in enumerate(names):
                if (name in wanted) != (name in held):
                    press(cell.widget.board.options[at], Qt.Key.Key_Space)
            return
        assert isinstance(cell.widget, MultipleQuestion)
        boxes = cell.widget.list
        for at, name in enumerate(names):
            if (name in wanted) != (name in held):
                boxes.setCurrentRow(at)
                press(boxes, Qt.Key.Key_Space)

    def _give_file(self, cell: QuestionCell, name: str) -> None:
        path = cell.view.path
        if isinstance(cell.widget, DrawnQuestion):
            pad = cell.widget.pad
            QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(60, 60))
            for step in range(1, 6):
                QTest.mouseMove(pad, QPoint(60 + 50 * step, 40 + 40 * (step % 2)))
            QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(330, 80))
            press(cell.widget.take, Qt.Key.Key_Space)
        else:
            file = self.folder / name
            file.write_bytes(self.pictures[name])
            self.robot.desk.dialogs.open_file = file  # type: ignore[attr-defined]
            press(self.robot.field(), Qt.Key.Key_Space)
        self.robot.bot.waitUntil(lambda: bool(self.view(path).value), timeout=LONG_MS)
        self.typed += 1


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).removeprefix("-").isascii() and text.replace(".", "", 1).removeprefix("-").isdigit()
