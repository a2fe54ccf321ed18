"""The roster: find a household while typing, filter by village, open its form, or enter a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from fieldapp.domain.ids import HouseholdId
from fieldapp.errors import AlreadyThere, CodedError
from fieldapp.ui.desk import Desk
from fieldapp.ui.error_dialog import words_for
from fieldapp.ui.questions import typing
from fieldapp.ui.questions.base import TextField
from fieldapp.ui.tables.roster import COLUMNS, RosterModel
from fieldapp.ui.theme import paint
from fieldapp.usecases import roster
from fieldapp.words import say

from .duplicates import DuplicatesButton
from .history import HistoryPanel
from .phone import PhonePanel
from .roster_count import RosterCount

if TYPE_CHECKING:
    from fieldapp.usecases.workspaces import Workspace

PAGE = 100
_SEARCH_AFTER_MS = 120
_WIDTHS = {"state": 8, "head": 9, "members": 3.5, "address": 8, "group": 3, "phone": 8, "code": 9, "revision": 3.5, "sync": 7}


class RosterTable(QTableView):
    """Enter opens; letters typed here go to the search box."""

    opened = Signal(int)
    typed = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the household, a letter begins a search."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentIndex().isValid():
                self.opened.emit(self.currentIndex().row())
        elif event.text().isprintable() and event.text().strip() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)


class RosterScreen(QWidget):
    """Search box, village filter, table, and a panel for a new household."""

    opened = Signal(str)
    """Id of the household whose form is wanted."""
    archive_wanted = Signal(str)

    def __init__(self, desk: Desk, workspace: Workspace) -> None:
        super().__init__()
        self._desk, self._workspace = desk, workspace
        self._asked = 0
        self._wanted_id = ""
        self._more = ""
        self._near = ""
        """Village of the household that was opened last: its households come first."""
        self.search = TextField()
        self.search.setPlaceholderText(say("ui-roster-search"))
        self.search.setAccessibleName(say("ui-roster-search"))
        self.village = QComboBox()
        self.village.setAccessibleName(say("ui-roster-village"))
        self.new = QPushButton(say("ui-roster-new"))
        self.open = QPushButton(say("ui-roster-open"))
        self.archive = QPushButton(say("ui-roster-archive"))
        self.history = QPushButton(say("ui-roster-history"))
        self.history.setCheckable(True)
        self.phone = QPushButton(say("ui-hotspot"))
        self.duplicates = DuplicatesButton(desk, workspace)
        self.count = RosterCount(desk, workspace)
        self.empty = QLabel()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.model = RosterModel()
        self.table = RosterTable()
        self.new_panel = NewHouseholdPanel(desk, workspace)
        self.history_panel = HistoryPanel(desk, workspace)
        self.phone_panel = PhonePanel(desk, workspace)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_SEARCH_AFTER_MS)
        self._build()
        self._bind()

    def _build(self) -> None:
        page = QVBoxLayout(self)
        top = QHBoxLayout()
        top.addWidget(self.search, 3)
        top.addWidget(self.village, 1)
        for button in (self.open, self.archive, self.history, self.phone, self.new):
            top.addWidget(button)
        page.addLayout(top)
        page.addWidget(self.new_panel)
        self.new_panel.hide()
        page.addWidget(self.phone_panel)
        self.table.setModel(self.model)
        self.table.setAccessibleName(say("ui-roster-title"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setAlternatingRowColors(True)
        self.table.setTabKeyNavigation(False)
        self.table.setWordWrap(False)
        em = self._desk.theme.font().pixelSize()
        self.table.verticalHeader().setDefaultSectionSize(round(em * 2.0))
        self.table.verticalHeader().setMinimumWidth(em * 2)
        for at, name in enumerate(COLUMNS):
            self.table.setColumnWidth(at, round(_WIDTHS[name] * em))
        self.table.horizontalHeader().setSectionResizeMode(COLUMNS.index("address"), QHeaderView.ResizeMode.Stretch)
        page.addWidget(self.table, 2)
        page.addWidget(self.empty, 2)
        page.addWidget(self.history_panel, 1)
        self.history_panel.hide()
        foot = QHBoxLayout()
        foot.addWidget(self.count, 1)
        foot.addWidget(self.duplicates)
        page.addLayout(foot)

    def _bind(self) -> None:
        self._later.timeout.connect(self.refresh)
        self.search.textEdited.connect(lambda _text: self._later.start())
        self.search.returnPressed.connect(self._from_search)
        self.village.activated.connect(lambda _at: self.refresh())
        self.table.opened.connect(self._open_row)
        self.table.doubleClicked.connect(lambda index: self._open_row(index.row()))
        self.table.typed.connect(self._type_on)
        self.open.clicked.connect(lambda: self._open_row(self.table.currentIndex().row()))
        self.archive.clicked.connect(self._archive)
        self.phone.clicked.connect(self._begin_phone)
        self.phone_panel.closed.connect(lambda: self.phone.setEnabled(True))
        self.duplicates.marked.connect(self.model.show_marks)
        self.duplicates.opened.connect(self.opened)
        self.duplicates.archive_wanted.connect(self.archive_wanted)
        self.duplicates.changed.connect(self.refresh)
        self.history.toggled.connect(self._show_history)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_history(self.history.isChecked()))
        bar = self.table.verticalScrollBar()
        bar.valueChanged.connect(lambda place: self.read_more() if place >= bar.maximum() - 1 else None)
        self.new.clicked.connect(self.begin_new)
        self.new_panel.added.connect(self._added)
        self.new_panel.open_known.connect(self.opened)

    def showEvent(self, event: QShowEvent) -> None:
        """Read anew whenever the screen comes back."""
        super().showEvent(event)
        self.refresh()
        self.duplicates.look()
        workspace = self._workspace
        self._desk.background.run(lambda report: roster.villages(workspace), owner=self, done=self._show_villages)
        self.search.setFocus()

    def refresh(self) -> None:
        """Search with what stands in the box, in the worker; an answer that is overtaken is dropped."""
        self._asked += 1
        self.count.forget()
        mine, workspace = self._asked, self._workspace
        query, village, near = self.search.text().strip(), str(self.village.currentData() or ""), self._near

        self._desk.background.run(
            lambda report: roster.search(workspace, query, village, PAGE, near=near),
            owner=self,
            done=lambda page: self._show(mine, page),
        )

    def read_more(self) -> None:
        """The page behind the one that is shown."""
        if not self._more:
            return
        mine, workspace, after, self._more = self._asked, self._workspace, self._more, ""
        query, village, near = self.search.text().strip(), self._village_now(), self._near
        self._desk.background.run(
            lambda report: roster.search(workspace, query, village, PAGE, near=near, after=after),
            owner=self,
            done=lambda page: self._show(mine, page, behind=True),
        )

    def begin_new(self) -> None:
        """Open the panel for a new household."""
        self.new_panel.offer(self._villages(), self._village_now())
        self.new_panel.begin()

    def _villages(self) -> list[tuple[str, str]]:
        return [(self.village.itemData(at), self.village.itemText(at)) for at in range(1, self.village.count())]

    def select(self, household: str) -> None:
        """Put the cursor on a household's line, now or once it has been read."""
        self._wanted_id = household
        for at, line in enumerate(self.model.lines):
            if line.id == household:
                self.table.selectRow(at)
                self._wanted_id = ""

    def current(self) -> str:
        """Id of the household under the cursor, empty if there is none."""
        at = self.table.currentIndex().row()
        return str(self.model.lines[at].id) if 0 <= at < len(self.model.lines) else ""

    def _village_now(self) -> str:
        return str(self.village.currentData() or "")

    def _show(self, mine: int, page: roster.RosterPage, behind: bool = False) -> None:
        if mine != self._asked:
            return
        self._more = page.more
        if behind:
            self.model.add_lines(page.lines)
            self.count.show_so_far(len(self.model.lines), bool(page.more))
            return
        kept = self._wanted_id or self.current()
        self.model.show_lines(page.lines)
        self.select(kept)
        if not self.table.currentIndex().isValid() and page.lines:
            self.table.selectRow(0)
        self.table.setVisible(bool(page.lines))
        self.empty.setVisible(not page.lines)
        filtered = bool(self.search.text().strip() or self._village_now())
        self.empty.setText(say("ui-roster-no-match", query=self.search.text()) if filtered else say("ui-roster-empty"))
        self.count.show_first(page, self.search.text().strip(), self._village_now())

    def _show_history(self, shown: bool) -> None:
        self.history_panel.setVisible(shown)
        if shown and self.current():
            self.history_panel.show_household(self.current())

    def _show_villages(self, villages: tuple[roster.VillageChoice, ...]) -> None:
        chosen = self._village_now()
        self.village.clear()
        self.village.addItem(say("ui-roster-all-villages"), "")
        for one in villages:
            if len(one.code) == 12:
                self.village.addItem(f"{one.name}（{one.households}）", one.code)
        self.village.setCurrentIndex(max(self.village.findData(chosen), 0))
        self.new_panel.offer(self._villages(), chosen)

    def _open_row(self, at: int) -> None:
        if 0 <= at < len(self.model.lines):
            self._near = str(self.model.lines[at].village)
            self.opened.emit(str(self.model.lines[at].id))

    def _from_search(self) -> None:
        if self._later.isActive():
            self._later.stop()
            self.refresh()
        self.table.setFocus()

    def _type_on(self, text: str) -> None:
        self.search.setFocus()
        self.search.setText(text)
        self.search.setCursorPosition(len(text))
        self._later.start()

    def _archive(self) -> None:
        if self.current():
            self.archive_wanted.emit(self.current())

    def _begin_phone(self) -> None:
        if self.current():
            self.phone.setEnabled(False)
            self.phone_panel.start(HouseholdId(self.current()))

    def _added(self, household: str) -> None:
        self.new_panel.hide()
        self.search.clear()
        self._wanted_id = household
        self.refresh()
        self.opened.emit(household)


class NewHouseholdPanel(QFrame):
    """Village, head, address, phone; a household that is there already is offered instead."""

    added = Signal(str)
    open_known = Signal(str)

    def __init__(self, desk: Desk, workspace: Workspace) -> None:
        super().__init__()
        self._desk, self._workspace = desk, workspace
        self._known = ""
        self.setFrameShape(QFrame.Shape.StyledPanel)
        paint(self, ground=desk.theme.inks.paper)
        self.village = QComboBox()
        self.head, self.address, self.phone = TextField(), TextField(), TextField(input_method=False)
        self.message = QLabel()
        self.message.setWordWrap(True)
        paint(self.message, text=desk.theme.inks.wrong)
        self.save, self.known, self.cancel = (QPushButton(say(f"ui-new-{name}")) for name in ("save", "known", "cancel"))
        self.known.hide()
        page = QFormLayout(self)
        fields: tuple[tuple[str, QWidget], ...] = (
            ("village", self.village),
            ("head", self.head),
            ("address", self.address),
            ("phone", self.phone),
        )
        for name, field in fields:
            page.addRow(say(f"ui-new-{name}"), field)
            field.setAccessibleName(say(f"ui-new-{name}"))
        row = QHBoxLayout()
        for button in (self.save, self.known, self.cancel):
            row.addWidget(button)
        row.addStretch(1)
        page.addRow("", self.message)
        page.addRow("", row)
        self.save.clicked.connect(self._save)
        self.cancel.clicked.connect(self.hide)
        self.known.clicked.connect(lambda: self.open_known.emit(self._known))

    def offer(self, villages: list[tuple[str, str]], chosen: str) -> None:
        """The villages to choose from, with the one that is looked at now; a choice that was made stays."""
        kept = str(self.village.currentData() or "") or chosen
        self.village.clear()
        for code, name in villages:
            self.village.addItem(name, code)
        self.village.setCurrentIndex(max(self.village.findData(kept), 0))

    def begin(self) -> None:
        """Show the empty panel."""
        for field in (self.head, self.address, self.phone):
            field.clear()
        self.message.clear()
        self.known.hide()
        self.show()
        self.head.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on and saves in the last field, Escape closes."""
        order: list[QLineEdit] = [self.head, self.address, self.phone]
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            here = next((at for at, field in enumerate(order) if field.hasFocus()), -1)
            if 0 <= here < len(order) - 1:
                order[here + 1].setFocus()
            else:
                self._save()
        elif event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _save(self) -> None:
        village, head, address = str(self.village.currentData() or ""), self.head.text().strip(), self.address.text().strip()
        phone, workspace = typing.phone(self.phone.text()), self._workspace
        if not village or not head:
            self.message.setText(say("ui-new-incomplete"))
            return
        self.save.setEnabled(False)
        self._desk.background.run(
            lambda report: roster.add_household(workspace, village, head, address=address, phone=phone),
            owner=self,
            done=self._done,
            failed=self._failed,
        )

    def _done(self, household: str) -> None:
        self.save.setEnabled(True)
        self.added.emit(str(household))

    def _failed(self, error: Exception) -> None:
        self.save.setEnabled(True)
        self._known = str(error.values.get("id", "")) if isinstance(error, AlreadyThere) else ""
        self.known.setVisible(bool(self._known))
        if isinstance(error, CodedError):
            self.message.setText(say("ui-new-there") if self._known else words_for(error).happened)
        else:
            self._desk.dialogs.tell(error)
