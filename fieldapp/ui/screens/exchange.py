"""The exchange: where it stands, with the district now or by stick, and conflicts field by field with who wrote what when."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from fieldapp.errors import ClockWrong, CodedError
from fieldapp.ui.background import Job, Lane, Progress, Report
from fieldapp.ui.desk import Desk
from fieldapp.ui.error_dialog import words_for
from fieldapp.ui.questions.base import TextField
from fieldapp.ui.theme import Theme, emphasize, paint
from fieldapp.usecases import decisions, exchange, held, lines, rounds, sync_centre
from fieldapp.words import say

from .held import HeldPanel
from .sticks import StickPanel
from .sync_centre import SyncCentre, size

if TYPE_CHECKING:
    from fieldapp.usecases.exchange import ExchangeReport
    from fieldapp.usecases.sync_centre import Centre
    from fieldapp.usecases.workspaces import Workspace

Outcome = TypeVar("Outcome")
CARDS = ("server", "last", "unsent", "files", "traffic", "conflicts")


class Card(QFrame):
    """A figure with its word."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        paint(self, ground=theme.inks.paper)
        page = QVBoxLayout(self)
        word = QLabel(say(f"ui-exchange-{name}"))
        paint(word, text=theme.inks.faint)
        self.value = QLabel("—")
        self.value.setFont(theme.font(1.25, bold=True))
        self.value.setWordWrap(True)
        page.addWidget(word)
        page.addWidget(self.value)
        page.addStretch(1)


class Notice(QLabel):
    """What was just done or went wrong; takes no room while there is nothing to say."""

    def setText(self, text: str) -> None:
        """Show a text, or hide for an empty one."""
        super().setText(text)
        self.setVisible(bool(text))


class ExchangeScreen(QWidget):
    """Status cards, enrolment, exchange with progress and cancel, bundles, conflicts."""

    changed = Signal()
    """Records may have changed: rosters read anew."""
    stands = Signal(object, object)
    """Where the exchange stands (ExchangeStatus) and what is planned (Plan), whenever it was read."""
    busy_changed = Signal(bool)
    gave_up = Signal()
    broke = Signal()
    """An exchange that nobody watched met an error that nobody expected."""

    def __init__(self, desk: Desk, workspace: Workspace) -> None:
        super().__init__()
        self._desk, self._workspace = desk, workspace
        self.job: Job | None = None
        self.cards = {name: Card(desk.theme, name) for name in CARDS}
        self.message = Notice()
        self.message.hide()
        self.message.setWordWrap(True)
        self.message.setContentsMargins(10, 6, 10, 6)
        self.url, self.code = TextField(input_method=False), TextField(input_method=False)
        self.enrol, self.sync, self.cancel = (QPushButton(say(f"ui-exchange-{name}")) for name in ("enrol", "sync", "cancel"))
        self.sticks = StickPanel(desk, workspace, self._run, self._say, self._exchanged)
        self.slip, self.by_their_clock = QPushButton(say("ui-exchange-slip")), QPushButton(say("ui-exchange-their-clock"))
        self.photos_later = QCheckBox(say("ui-exchange-photos-later"))
        self.by_itself = QCheckBox(say("ui-rounds-switch"))
        self.by_itself.setVisible(False)
        self.bar = QProgressBar()
        self.bar.setTextVisible(True)
        self.centre = SyncCentre(desk.theme)
        self.conflicts = self.centre.conflicts
        self.held = HeldPanel(desk.theme)
        self.undo = QPushButton(say("ui-exchange-undo"))
        self._unattended = False
        """Nobody asked for the exchange that is under way, so nobody is told off when it fails."""
        self._decided = ("", "")
        """Record and field that were decided last."""
        self._build()
        self._bind()
        self._be_busy(False)

    def _build(self) -> None:
        page = QVBoxLayout(self)
        title = QLabel(say("ui-exchange-title"))
        title.setFont(self._desk.theme.font(1.2, bold=True))
        page.addWidget(title)
        cards = QGridLayout()
        for at, card in enumerate(self.cards.values()):
            cards.addWidget(card, 0, at)
        page.addLayout(cards)
        self.enrolment = QFrame()
        row = QHBoxLayout(self.enrolment)
        row.setContentsMargins(0, 0, 0, 0)
        for name, field in (("url", self.url), ("code", self.code)):
            label = QLabel(say(f"ui-exchange-{name}"))
            label.setBuddy(field)
            field.setAccessibleName(say(f"ui-exchange-{name}"))
            row.addWidget(label)
            row.addWidget(field, 2 if name == "url" else 1)
        row.addWidget(self.enrol)
        row.addWidget(self.slip)
        page.addWidget(self.enrolment)
        buttons = QHBoxLayout()
        for button in (self.sync, self.by_their_clock):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        for box in (self.by_itself, self.photos_later):
            buttons.addWidget(box)
        self.by_their_clock.hide()
        buttons.addStretch(1)
        buttons.addWidget(self.bar, 2)
        buttons.addWidget(self.cancel)
        emphasize(self.sync, self._desk.theme.inks)
        page.addLayout(buttons)
        page.addWidget(self.sticks)
        page.addWidget(self.message)
        self.undo.setVisible(False)
        page.addWidget(self.undo, 0, Qt.AlignmentFlag.AlignLeft)
        page.addWidget(self.held)
        page.addWidget(self.centre, 1)

    def _bind(self) -> None:
        self.enrol.clicked.connect(self._enrol)
        self.code.returnPressed.connect(self._enrol)
        self.url.returnPressed.connect(self.code.setFocus)
        self.slip.clicked.connect(self._enrol_by_file)
        self.sync.clicked.connect(self.begin)
        self.by_their_clock.clicked.connect(lambda: self.begin(district_time=True))
        workspace, run = self._workspace, self._desk.background.run
        self.photos_later.clicked.connect(
            lambda later: run(lambda report: exchange.set_photos_later(workspace, later), owner=self, done=lambda _: self.refresh())
        )
        self.by_itself.clicked.connect(
            lambda on: run(lambda report: rounds.switch(workspace, on), owner=self, done=lambda _: self.refresh())
        )
        self.cancel.clicked.connect(lambda: self.job.cancel() if self.job is not None else None)
        self.conflicts.decided.connect(self._resolve)
        self.held.decided.connect(
            lambda village, meant: self._decide(
                lambda workspace: (held.confirm if meant else held.keep)(workspace, village), f"ui-held-{'confirmed' if meant else 'kept'}"
            )
        )
        self.centre.reopened.connect(
            lambda record, field: self._decide(lambda workspace: decisions.reopen(workspace, record, field), "ui-exchange-reopened")
        )
        self.undo.clicked.connect(
            lambda: self._decide(lambda workspace: decisions.reopen(workspace, *self._decided), "ui-exchange-reopened")
        )

    def showEvent(self, event: QShowEvent) -> None:
        """Read the state whenever the screen comes back."""
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Read everything, or only where the exchange stands while nobody looks; not while the workspace is being locked.

        Conflicts in words take a while, so they are read beside the lane in which answers are saved.
        """
        workspace, run = self._workspace, self._desk.background.run
        if not self.isEnabled():
            return
        if not self.isVisible():
            run(
                lambda report: (exchange.status(workspace), rounds.plan(workspace)), owner=self, done=lambda found: self.stands.emit(*found)
            )
            return
        run(
            lambda report: sync_centre.read(workspace),
            owner=self,
            done=self._show,
            failed=lambda error: self._desk.dialogs.tell(error) if self.isEnabled() else None,
            lane=Lane.OUTSIDE,
        )

    def begin(self, district_time: bool = False, unattended: bool = False) -> None:
        """Exchange with the district now, by its clock if the person chose that; quietly if nobody asked for it."""
        workspace, hold = self._workspace, lines.Hold()
        if self.job is not None:
            return
        self._unattended = unattended
        self._run(
            lambda report: exchange.sync_now(workspace, report, district_time=district_time, unattended=unattended, hold=hold),
            self._exchanged,
            hold.let_go,
        )

    def _enrol(self) -> None:
        workspace, url, code = self._workspace, self.url.text().strip(), self.code.text().strip()
        if not url or not (code or exchange.is_slip(url)):
            self._say("ui-exchange-incomplete", wrong=True)
            return
        self._run(lambda report: exchange.enrol(workspace, url, code, report), lambda _: self._say("ui-exchange-enrolled"))

    def _enrol_by_file(self) -> None:
        workspace = self._workspace
        file = self._desk.dialogs.ask_open(say("ui-exchange-slip"), say("ui-pick-slip"))
        if file is not None:
            self._run(
                lambda report: exchange.enrol_by_slip(workspace, exchange.slip_text(str(file)), report),
                lambda _: self._say("ui-exchange-enrolled"),
            )

    def _resolve(self, record: str, field: str, value: str) -> None:
        workspace = self._workspace

        def decided(_: object) -> None:
            self._after("ui-exchange-decided")
            self._decided = (record, field)
            self.undo.setVisible(True)

        self._desk.background.run(lambda report: exchange.resolve(workspace, record, field, value), owner=self, done=decided)

    def _decide(self, decision: Callable[[Workspace], object], told: str) -> None:
        workspace = self._workspace
        self.undo.setVisible(False)
        self._desk.background.run(
            lambda report: decision(workspace), owner=self, done=lambda _: self._after(told) if told else self.refresh()
        )

    def _run(self, work: Callable[[Report], Outcome], done: Callable[[Outcome], object], stop: Callable[[], object] | None = None) -> None:
        if self.job is not None:
            return
        self._unattended = self._unattended and stop is not None
        self._be_busy(True)

        def ended(outcome: Outcome) -> None:
            self._be_busy(False)
            done(outcome)
            self.refresh()
            self.changed.emit()

        self.job = self._desk.background.run(
            work,
            owner=self,
            done=ended,
            failed=self._failed,
            progress=self._progress,
            cancelled=lambda: self._after("ui-exchange-cancelled", ended=True),
            lane=Lane.OUTSIDE,
            stop=stop,
        )

    def _exchanged(self, report: ExchangeReport) -> None:
        self.by_their_clock.hide()
        if self._unattended and not (report.sent or report.received or report.set_aside):
            return
        files = report.files_sent + report.files_received
        message = "ui-exchange-done-aside" if report.set_aside else "ui-exchange-done"
        self._say(message, sent=report.sent, received=report.received, files=files, aside=report.set_aside)

    def _failed(self, error: Exception) -> None:
        self._be_busy(False)
        if self._unattended:
            if isinstance(error, CodedError):
                self.refresh()
            else:
                self.broke.emit()
            return
        self.by_their_clock.setVisible(isinstance(error, ClockWrong))
        if isinstance(error, CodedError):
            words = words_for(error)
            self.message.setText(f"{words.happened}\n{words.safe} {words.next}")
            inks = self._desk.theme.inks
            paint(self.message, text=inks.wrong, ground=inks.wrong_ground)
        else:
            self._desk.dialogs.tell(error)
        self.refresh()

    def _after(self, message: str, ended: bool = False) -> None:
        if ended:
            self._be_busy(False)
            self.gave_up.emit()
        self._say(message)
        self.refresh()
        self.changed.emit()

    def _progress(self, progress: Progress) -> None:
        self.bar.setRange(0, max(progress.total, 0))
        self.bar.setValue(progress.done)
        self.bar.setFormat(f"{progress.text} {progress.done}/{progress.total}")

    def _be_busy(self, busy: bool) -> None:
        if not busy:
            self.job = None
        self.busy_changed.emit(busy)
        self.bar.setVisible(busy)
        self.cancel.setVisible(busy)
        if busy:
            self.undo.setVisible(self._unattended and self.undo.isVisible())
            self.bar.setRange(0, 0)
            if not self._unattended:
                self.message.setText("")
        for button in (self.sync, self.enrol, self.slip, self.by_their_clock):
            button.setEnabled(not busy)
        self.sticks.enable(not busy)

    def _show(self, centre: Centre) -> None:
        status, conflicts = centre.status, centre.conflicts
        texts = {
            "server": f"{'🔒 ' if status.pinned else ''}{status.server}\n{status.person}"
            if status.server
            else say("ui-exchange-no-server"),
            "last": status.last_sync.replace("T", " ")[:16] or say("ui-exchange-never"),
            "unsent": f"⇅ {status.unsent}" if status.unsent else f"✔ {say('ui-exchange-all-sent')}",
            "files": say("ui-exchange-files-count", waiting=status.files_waiting, wanted=status.files_wanted),
            "traffic": say("ui-exchange-bytes", up=size(status.bytes_up), down=size(status.bytes_down), receipts=status.receipts),
            "conflicts": f"⚠ {len(conflicts)}" if conflicts else f"✔ {say('ui-exchange-no-conflicts')}",
        }
        for name, text in texts.items():
            self.cards[name].value.setText(text)
        self.enrolment.setVisible(not status.server)
        self.photos_later.setChecked(status.photos_later)
        self.by_itself.setChecked(status.unattended)
        self.by_itself.setVisible(bool(status.server))
        busy = self.job is not None
        self.sync.setEnabled(bool(status.server) and not busy)
        self.sticks.enable(bool(status.server) and not busy)
        self.sticks.refresh()
        self.centre.show_centre(centre, self._desk.clock.now())
        self.held.show_held(centre.held)
        self.stands.emit(status, centre.plan)

    def _say(self, message: str, wrong: bool = False, **values: int | str) -> None:
        inks = self._desk.theme.inks
        paint(self.message, text=inks.wrong if wrong else inks.done, ground=inks.wrong_ground if wrong else inks.grey_ground)
        self.message.setText(say(message, **values))
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
