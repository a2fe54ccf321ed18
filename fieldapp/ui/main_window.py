"""The one window: unlock, then navigation at the left, the work in the middle, the state of saving and exchange below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QMainWindow, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from fieldapp.domain.ids import FormId
from fieldapp.words import say

from .background import Lane
from .clipboard import OwnClipboard
from .desk import Desk
from .error_dialog import WindowDialogs
from .locked_work import LockedWork
from .rounds import Rounds, StandingLine
from .screens.unlock import UnlockScreen
from .theme import Look, checkable, outline, paint
from .watch import SessionWatch

if TYPE_CHECKING:
    from fieldapp.usecases.workspaces import Workspace

    from .screens.archive import ArchiveScreen
    from .screens.exchange import ExchangeScreen
    from .screens.interview import InterviewScreen
    from .screens.roster import RosterScreen
    from .screens.scans import ScanScreen
    from .screens.upkeep import UpkeepScreen
    from .screens.workspace import WorkspaceScreen

NAVIGATION = (
    ("roster", "F2"),
    ("interview", "F5"),
    ("archive", "Ctrl+P"),
    ("scans", "F7"),
    ("exchange", "F9"),
    ("upkeep", "F11"),
    ("keeping", "F12"),
)
_MILLISECONDS = 60_000
_ACTIVE = frozenset({QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.InputMethod})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person was: ids and names of questions, nothing that was said."""

    user: str
    screen: str
    household: str = ""
    form: FormId | None = None
    path: str = ""


class Work(QWidget):
    """Everything that stands behind the lock: it lives from unlocking to locking."""

    saved = Signal(str)
    lock_wanted = Signal()

    def __init__(self, desk: Desk, workspace: Workspace, user: str) -> None:
        # Only now are the screens loaded: the unlock window stands with Qt alone.
        from .screens.archive import ArchiveScreen
        from .screens.exchange import ExchangeScreen
        from .screens.interview import InterviewScreen
        from .screens.roster import RosterScreen
        from .screens.scans import ScanScreen
        from .screens.upkeep import UpkeepScreen
        from .screens.workspace import WorkspaceScreen

        super().__init__()
        self.desk, self.workspace, self.user = desk, workspace, user
        self.roster: RosterScreen = RosterScreen(desk, workspace)
        self.interview: InterviewScreen = InterviewScreen(desk, workspace)
        self.archive: ArchiveScreen = ArchiveScreen(desk, workspace)
        self.scans: ScanScreen = ScanScreen(desk, workspace)
        self.exchange: ExchangeScreen = ExchangeScreen(desk, workspace)
        self.upkeep: UpkeepScreen = UpkeepScreen(desk, workspace, user)
        self.keeping: WorkspaceScreen = WorkspaceScreen(desk, workspace, user)
        self.rounds = Rounds(desk, workspace, self.exchange)
        self.stack = QStackedWidget()
        self.buttons: dict[str, QToolButton] = {}
        self._build()
        self._bind()
        outline(self, desk.theme.inks)
        self.go("roster")

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        side = QWidget()
        paint(side, ground=self.desk.theme.inks.grey_ground)
        column = QVBoxLayout(side)
        column.setContentsMargins(6, 10, 6, 10)
        title = QLabel(say("app-title"))
        title.setFont(self.desk.theme.font(1.15, bold=True))
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        paint(title, text=self.desk.theme.inks.accent)
        column.addWidget(title)
        for name, key in NAVIGATION:
            column.addWidget(self._button(name, key, partial(self.go, name)))
            self.buttons[name].setCheckable(True)
            self.stack.addWidget(getattr(self, name))
        column.addStretch(1)
        who = QLabel(self.user)
        who.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(who)
        column.addWidget(self._button("lock", "Ctrl+L", self.lock_wanted.emit))
        side.setFixedWidth(round(self.desk.theme.font().pixelSize() * 7.2))
        row.addWidget(side)
        row.addWidget(self.stack, 1)

    def _button(self, name: str, key: str, act: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setText(f"{say(f'ui-nav-{name}')}\n{key}")
        button.setAccessibleName(say(f"ui-nav-{name}"))
        button.setAutoRaise(True)
        button.setStyleSheet(checkable(self.desk.theme.inks))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        button.setFixedSize(round(self.desk.theme.font().pixelSize() * 6.4), round(self.desk.theme.font().pixelSize() * 3.4))
        button.clicked.connect(lambda _=False: act())
        self.buttons[name] = button
        return button

    def _bind(self) -> None:
        keys: tuple[tuple[str, Callable[[], object]], ...] = (
            *((key, partial(self.go, name)) for name, key in NAVIGATION),
            ("Ctrl+L", self.lock_wanted.emit),
            ("Ctrl+N", self.new_household),
            ("F3", self.search),
            ("Ctrl+F", self.search),
        )
        for key, act in keys:
            QShortcut(QKeySequence(key), self).activated.connect(act)
        self.roster.opened.connect(self.open_household)
        self.roster.archive_wanted.connect(self.open_archive)
        self.interview.saved.connect(self._saved)
        self.interview.opened.connect(lambda: self.show_screen("interview"))
        self.interview.archive_wanted.connect(self.open_archive)
        self.interview.finalized.connect(self._finalized)

    def go(self, name: str) -> None:
        """Show a screen; the archive follows the household at hand."""
        household = self.interview.household() or self.roster.current()
        if name == "archive" and household:
            self.open_archive(household)
            return
        self.show_screen(name)

    def show_screen(self, name: str) -> None:
        """Bring a screen to the front."""
        for other, button in self.buttons.items():
            button.setChecked(other == name)
        self.stack.setCurrentWidget(getattr(self, name))

    def open_household(self, household: str) -> None:
        """Open a household's form."""
        self.interview.open(household)

    def place(self) -> Place:
        """Where the person is."""
        from .screens.open_form import question_at_hand

        screen = next((name for name, _ in NAVIGATION if getattr(self, name) is self.stack.currentWidget()), NAVIGATION[0][0])
        form = self.interview.form
        if form is None:
            return Place(self.user, screen)
        return Place(self.user, screen, self.interview.household(), FormId(form.session.definition.form), question_at_hand(form))

    def go_back(self, place: Place) -> None:
        """Show what was shown before."""
        self.go(place.screen)
        if place.form is not None:
            self.interview.open(place.household, place.form, place.path)

    def open_archive(self, household: str) -> None:
        """Preview a household's archive."""
        self.interview.keep()
        self.show_screen("archive")
        self.archive.open(household)

    def new_household(self) -> None:
        """Enter a household that is not in the roster."""
        self.show_screen("roster")
        self.roster.begin_new()

    def search(self) -> None:
        """The keyboard goes to the search box."""
        self.show_screen("roster")
        self.roster.search.setFocus()
        self.roster.search.selectAll()

    def _saved(self, moment: datetime) -> None:
        self.saved.emit(f"{moment:%H:%M:%S}")

    def _finalized(self, household: str, revision: int) -> None:
        self.rounds.finalized()
        self.roster.select(household)
        self.open_archive(household)


class MainWindow(QMainWindow):
    """Locked or at work; the person never meets a frozen window or a lost answer."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.work: Work | None = None
        self.setWindowTitle(say("app-title"))
        self.setMinimumSize(1024, 600)
        self.state, self.busy, self.exchanged = QLabel(), QLabel(), StandingLine(desk.theme)
        self.exchanged.clicked.connect(lambda: self.work.go("exchange") if self.work is not None else None)
        self.statusBar().addWidget(self.state, 1)
        for widget in (self.busy, self.exchanged):
            self.statusBar().addPermanentWidget(widget)
        self.unlock = UnlockScreen(desk)
        self.unlock.unlocked.connect(self._enter)
        self._locked_work = LockedWork(desk, self.unlock, self.lock)
        self.unlock.damaged.connect(self._locked_work.offer)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.unlock)
        self.setCentralWidget(self.stack)
        self._place: Place | None = None
        self._locking = False
        self._clipboard = OwnClipboard(QApplication.clipboard(), self)
        self._watch = SessionWatch(self)
        self._watch.leaving.connect(lambda _: self.lock())
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(max(desk.lock_after_minutes, 1) * _MILLISECONDS)
        self._idle.timeout.connect(lambda: self.lock())
        desk.background.failed.connect(desk.dialogs.tell)
        desk.background.busy_changed.connect(self._show_busy)
        for keys, act in (
            ("Ctrl+=", lambda: self._resize(True)),
            ("Ctrl+-", lambda: self._resize(False)),
            ("Ctrl+Shift+T", self._next_look),
            ("Ctrl+S", self._keep),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(act)

    def lock(self, then: Callable[[], object] = lambda: None) -> None:
        """Keep what is typed, forget everything that was open but where, and ask for the passphrase again."""
        work = self.work
        self._idle.stop()
        if work is None:
            then()
            return
        if self._locking:
            return
        self._locking = True
        self._place = work.place()
        while (dialog := QApplication.activeModalWidget()) is not None and dialog.close():
            pass
        self.desk.background.give_up(Lane.OUTSIDE)
        work.rounds.stop()
        work.setEnabled(False)
        work.interview.leave(lambda: self._lock_store(work, then))

    def _lock_store(self, work: Work, then: Callable[[], object]) -> None:
        workspace, hotspot = work.workspace, work.roster.phone_panel.hotspot

        def close(report: object) -> None:
            from fieldapp.usecases import workspaces

            if hotspot is not None:
                hotspot.stop()
            workspaces.lock(workspace)

        def failed(error: Exception) -> None:
            self._locked(work, then)
            self.desk.dialogs.tell(error)

        self.desk.background.run(close, owner=self, done=lambda _: self._locked(work, then), failed=failed)

    def _locked(self, work: Work, then: Callable[[], object]) -> None:
        self._clipboard.clear()
        self._locking = False
        self.work = None
        self.stack.removeWidget(work)
        work.hide()
        work.deleteLater()
        self.state.clear()
        self.exchanged.tell("", False)
        self.unlock.refresh(self._place.user if self._place is not None else "")
        self.stack.setCurrentWidget(self.unlock)
        then()

    def _stuck(self, work: Work) -> None:
        """What was typed cannot be kept: rather open than lost, and locking is tried again later."""
        self._locking = False
        work.setEnabled(True)
        work.rounds.start()
        self._idle.start()

    def _enter(self, workspace: Workspace, user: str) -> None:
        """Unlocked: whoever left comes back to the same question."""
        work = self._unlocked(workspace, user)
        place, self._place = self._place, None
        if place is not None and place.user == user:
            work.go_back(place)

    def _unlocked(self, workspace: Workspace, user: str) -> Work:
        work = Work(self.desk, workspace, user)
        self.work = work
        work.saved.connect(self._saved)
        work.lock_wanted.connect(self.lock)
        work.keeping.away.connect(partial(self._locked_work.away, lambda: self._place.user if self._place is not None else ""))
        work.interview.stuck.connect(lambda: self._stuck(work))
        work.upkeep.put_back_wanted.connect(self._locked_work.put_back)
        work.upkeep.repair_wanted.connect(partial(self._locked_work.mend, user))
        work.upkeep.back_up_daily()
        work.rounds.line.connect(self.exchanged.tell)
        work.rounds.start()
        self.stack.addWidget(work)
        self.stack.setCurrentWidget(work)
        self.state.setText(say("ui-status-ready"))
        self._idle.start()
        return work

    def _saved(self, time: str) -> None:
        self.state.setText(say("ui-status-saved", time=time))
        # Typing by an input method reaches the window's own events late or never.
        self._idle.start()
        if isinstance(self.desk.dialogs, WindowDialogs):
            self.desk.dialogs.saved_until = time

    def _show_busy(self, busy: bool) -> None:
        self.busy.setText(say("ui-busy") if busy else "")

    def _keep(self) -> None:
        if self.work is not None:
            self.work.interview.keep()

    def _resize(self, larger: bool) -> None:
        theme = self.desk.theme
        theme.larger() if larger else theme.smaller()
        self._repaint_all()

    def _next_look(self) -> None:
        looks = list(Look)
        self.desk.theme.look = looks[(looks.index(self.desk.theme.look) + 1) % len(looks)]
        self._repaint_all()

    def _repaint_all(self) -> None:
        """Everything is built anew in the new size and colours; an open form comes back where it was kept."""
        application = QApplication.instance()
        if isinstance(application, QApplication):
            self.desk.theme.apply(application)
        work = self.work
        if work is None:
            return
        place = work.place()

        def again() -> None:
            work.rounds.stop()
            self.work = None
            self.stack.removeWidget(work)
            work.hide()
            work.deleteLater()
            new = self._unlocked(work.workspace, work.user)
            new.go_back(place)

        work.interview.leave(again)

    def showEvent(self, event: QShowEvent) -> None:
        """Watch the native window for signs of life: far fewer events than every widget's."""
        super().showEvent(event)
        handle = self.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)
            self._watch.start(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Any key, click or wheel puts off the lock."""
        if event.type() in _ACTIVE and self.work is not None:
            self._idle.start()
        return super().eventFilter(watched, event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep what is typed, close the workspace, then go."""
        if self.work is None:
            super().closeEvent(event)
            return
        event.ignore()
        self.lock(self.close)
