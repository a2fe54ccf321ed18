"""Questions about days and times: typed, or a day picked from a calendar that lies over the page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QDate, QEvent, QLocale, QObject, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QTextCharFormat
from PySide6.QtWidgets import QApplication, QCalendarWidget, QHBoxLayout, QToolButton, QWidget

from fieldapp.engine.views import NodeView
from fieldapp.words import say

from . import typing
from .arrangement import words_of
from .base import Helps, QuestionWidget, TextField
from .overlay import place_below
from .text import LineQuestion

FOREIGN_CALENDARS = frozenset({"ethiopian", "coptic", "islamic", "bikram-sambat", "myanmar", "persian", "buddhist"})


class DayField(TextField):
    """A day is typed; F4 asks for the calendar."""

    def __init__(self, owner: DateQuestion) -> None:
        super().__init__(input_method=False)
        self._owner = owner

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F4 opens and closes the calendar."""
        if event.key() == Qt.Key.Key_F4:
            self._owner.toggle()
        else:
            super().keyPressEvent(event)


class _Calendar(QCalendarWidget):
    """A month in the window's language with a frame; week-ends in the ordinary ink, whatever the look."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setLocale(QLocale(say("ui-locale")))
        self.setAutoFillBackground(True)
        self.setContentsMargins(2, 2, 2, 2)
        self.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self.setAccessibleName(say("ui-calendar"))
        ink = QTextCharFormat()
        ink.setForeground(self.palette().text())
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self.setWeekdayTextFormat(day, ink)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The frame that parts it from the page below."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(QPen(self.palette().highlight().color(), 2))
        painter.drawRect(self.rect().adjusted(1, 1, -1, -1))


class DateQuestion(QuestionWidget):
    """A day: typed in many ways, or picked from the calendar with arrows and Enter; Escape closes the calendar."""

    def __init__(self, view: NodeView, helps: Helps) -> None:
        super().__init__(view)
        self._helps = helps
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.field = DayField(self)
        self.field.setPlaceholderText(say("ui-example-date"))
        self.field.editingFinished.connect(self.commit)
        self.button = QToolButton()
        self.button.setText("▾")
        self.button.setToolTip(say("ui-calendar"))
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setAutoRaise(True)
        self.button.clicked.connect(self.toggle)
        row.addWidget(self.field, 1)
        row.addWidget(self.button)
        if "no-calendar" in words_of(view.appearance):
            self.button.hide()
        self.calendar: QCalendarWidget | None = None
        self.setFocusProxy(self.field)
        self.show_view(view)

    def show_view(self, view: NodeView) -> None:
        """Show the day, unless somebody is typing here."""
        super().show_view(view)
        self.field.put(typing.spoken_date(view.value))

    def commit(self) -> None:
        """Read what was typed; what is not understood stays standing and is marked."""
        if not self.field.isModified():
            return
        value = typing.day(self.field.text(), self._helps.clock.now().date())
        if value is None:
            self.puzzled.emit("ui-puzzle-date")
            return
        self.field.setModified(False)
        self.field.put(typing.spoken_date(value))
        self.tell(value)

    def toggle(self) -> None:
        """Open the calendar at the day that stands here or today, or close it."""
        if self.calendar is not None and self.calendar.isVisible():
            self.close_calendar()
            return
        calendar = self._made()
        day = typing.day(self.field.text(), self._helps.clock.now().date()) or self._helps.clock.now().date().isoformat()
        calendar.setSelectedDate(QDate.fromString(day, Qt.DateFormat.ISODate))
        place_below(calendar, self, calendar.sizeHint())
        calendar.show()
        calendar.setFocus()

    def close_calendar(self) -> None:
        """The keyboard goes back to the field."""
        if self.calendar is not None:
            self.calendar.hide()
            self.field.setFocus()

    def _made(self) -> QCalendarWidget:
        if self.calendar is None:
            self.calendar = _Calendar(self.window())
            self.calendar.activated.connect(self._picked)
            self.calendar.clicked.connect(self._picked)
            self.calendar.destroyed.connect(self._forget)
            self.destroyed.connect(self.calendar.deleteLater)
            for part in (self.calendar, *self.calendar.findChildren(QWidget)):
                part.installEventFilter(self)
        return self.calendar

    def _forget(self) -> None:
        self.calendar = None

    def _picked(self, day: QDate) -> None:
        value = str(day.toString(Qt.DateFormat.ISODate))
        self.close_calendar()
        self.field.setModified(False)
        self.field.setText(value)
        self.tell(value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape and F4 close the calendar; it goes away when the keyboard leaves it."""
        if self.calendar is None:
            return False
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_F4):
            self.close_calendar()
            return True
        if event.type() == QEvent.Type.FocusOut:
            now = QApplication.focusWidget()
            if now is not None and now is not self.calendar and not self.calendar.isAncestorOf(now):
                self.calendar.hide()
        return super().eventFilter(watched, event)

    def hideEvent(self, event: QEvent) -> None:
        """No calendar without its field."""
        if self.calendar is not None:
            self.calendar.hide()
        super().hideEvent(event)  # type: ignore[arg-type]


class DateTimeQuestion(QuestionWidget):
    """A day and a time of day in two fields; the zone is the clock's."""

    def __init__(self, view: NodeView, helps: Helps) -> None:
        super().__init__(view)
        self._helps = helps
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.day, self.time = TextField(input_method=False), TextField(input_method=False)
        self.day.setPlaceholderText(say("ui-example-date"))
        self.time.setPlaceholderText(say("ui-example-time"))
        for field in (self.day, self.time):
            field.editingFinished.connect(self.commit)
            row.addWidget(field, 1)
        self.setFocusProxy(self.day)
        self.show_view(view)

    def show_view(self, view: NodeView) -> None:
        """Show day and time."""
        super().show_view(view)
        day, _, time = view.value.partition("T")
        self.day.put(day)
        self.time.put(time[:5])

    def name_for_reader(self, name: str, description: str) -> None:
        """Both fields carry the question's name."""
        super().name_for_reader(name, description)
        self.time.setAccessibleName(f"{name} {say('ui-time')}")

    def commit(self) -> None:
        """Tell once both parts are understood; a lone day waits for its time."""
        if not (self.day.isModified() or self.time.isModified()):
            return
        now = self._helps.clock.now()
        day, time = typing.day(self.day.text(), now.date()), typing.clock_time(self.time.text())
        if day is None or time is None:
            self.puzzled.emit("ui-puzzle-date" if day is None else "ui-puzzle-time")
            return
        if bool(day) != bool(time):
            # Leaving the pair half answered is told; going from the day to its time is not.
            if QApplication.focusWidget() not in (self.day, self.time):
                self.puzzled.emit("ui-puzzle-moment")
            return
        zone = now.strftime("%z")
        self.day.setModified(False)
        self.time.setModified(False)
        self.tell(f"{day}T{time}:00.000{zone[:3]}:{zone[3:]}" if day else "")


def month(view: NodeView, helps: Helps) -> LineQuestion:
    """A month, kept as its first day."""
    return _dated(view, helps, lambda text: typing.day(text, helps.clock.now().date(), month_only=True), "month")


def year(view: NodeView, helps: Helps) -> LineQuestion:
    """A year, kept as its first day."""
    return _dated(view, helps, typing.year, "year")


def _dated(view: NodeView, helps: Helps, read: Callable[[str], str | None], part: str) -> LineQuestion:
    return LineQuestion(
        view,
        read,
        lambda value: typing.spoken_date(value, month_only=part == "month", year_only=part == "year"),
        input_method=False,
        puzzle=f"ui-puzzle-{part}",
        example=say(f"ui-example-{part}"),
    )


def timed(view: NodeView, helps: Helps) -> LineQuestion:
    """A time of day; the zone is the clock's."""

    def read(text: str) -> str | None:
        typed = typing.clock_time(text)
        zone = helps.clock.now().strftime("%z")
        return f"{typed}:00.000{zone[:3]}:{zone[3:]}" if typed else typed

    return LineQuestion(view, read, lambda value: value[:5], input_method=False, puzzle="ui-puzzle-time", example=say("ui-example-time"))
