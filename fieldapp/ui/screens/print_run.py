"""A village in one go: what to print, where to, how far it is; it can be stopped between households and goes on later."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from fieldapp.domain.ids import HouseholdId
from fieldapp.ui.background import Job, Lane, Progress, Report
from fieldapp.ui.desk import Desk
from fieldapp.ui.theme import emphasize
from fieldapp.usecases import printing_catalogue, printing_runs, roster
from fieldapp.usecases.printing_archive import HOLDERS
from fieldapp.usecases.printing_runs import RunView, Wanted
from fieldapp.words import knows, say

if TYPE_CHECKING:
    from fieldapp.usecases.printers import Printer
    from fieldapp.usecases.printing_catalogue import Listed
    from fieldapp.usecases.workspaces import Workspace

_ONE_FILE, _FILES, _PRINTER = "one-file", "files", "printer"


class RunDialog(QDialog):
    """Begin, stop, go on, drop."""

    advanced = Signal()
    """Households were printed or saved."""

    def __init__(self, desk: Desk, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._workspace = desk, workspace
        self._printers: dict[str, Printer] = {}
        self._runs: tuple[RunView, ...] = ()
        self._job: Job | None = None
        self.setWindowTitle(say("ui-run-title"))
        self.setMinimumSize(620, 460)
        self.unfinished, self.village, self.target = QComboBox(), QComboBox(), QComboBox()
        self.holders = {holder: QCheckBox(say(f"ledger-holder-{holder}")) for holder in HOLDERS}
        self.duplex, self.incomplete = QCheckBox(say("ui-archive-duplex")), QCheckBox(say("ui-run-incomplete"))
        self.go, self.halt, self.drop, self.hide_, self.catalogue, self.labels = (
            QPushButton(say(f"ui-run-{name}")) for name in ("go", "halt", "drop", "close", "catalogue", "labels")
        )
        self.bar, self.message, self.aside = QProgressBar(), QLabel(), QListWidget()
        self._build()
        self._bind()
        self._be_busy(False)

    def _build(self) -> None:
        page, form = QVBoxLayout(self), QFormLayout()
        copies = QHBoxLayout()
        for box in self.holders.values():
            box.setChecked(True)
            copies.addWidget(box)
        copies.addStretch(1)
        for name, field in (("unfinished", self.unfinished), ("village", self.village), ("target", self.target)):
            label = QLabel(say(f"ui-run-{name}"))
            label.setBuddy(field)
            field.setAccessibleName(say(f"ui-run-{name}"))
            form.addRow(label, field)
        form.addRow(QLabel(say("ui-archive-holders")), copies)
        form.addRow(QLabel(), self.duplex)
        form.addRow(QLabel(), self.incomplete)
        page.addLayout(form)
        self.bar.setAccessibleName(say("ui-run-progress"))
        page.addWidget(self.bar)
        self.message.setWordWrap(True)
        page.addWidget(self.message)
        self.aside.setAccessibleName(say("ui-run-aside"))
        self.aside.setWordWrap(True)
        page.addWidget(self.aside, 1)
        row = QHBoxLayout()
        papers = QHBoxLayout()
        papers.addWidget(self.catalogue)
        papers.addWidget(self.labels)
        papers.addStretch(1)
        row.addWidget(self.drop)
        row.addStretch(1)
        for button in (self.go, self.halt, self.hide_):
            row.addWidget(button)
        for button in (self.go, self.halt, self.hide_, self.drop, self.catalogue, self.labels):
            button.setAutoDefault(False)
        page.addLayout(papers)
        page.addLayout(row)
        emphasize(self.go, self._desk.theme.inks)

    def _bind(self) -> None:
        self.go.clicked.connect(self._go)
        self.halt.clicked.connect(lambda: self._job.cancel() if self._job else None)
        self.drop.clicked.connect(self._drop)
        self.hide_.clicked.connect(self.hide)
        self.catalogue.clicked.connect(lambda: self._paper("catalogue", printing_catalogue.catalogue))
        self.labels.clicked.connect(lambda: self._paper("labels", printing_catalogue.box_labels))
        self.unfinished.currentIndexChanged.connect(lambda _: self._choose())

    def begin(self, printers: tuple[Printer, ...], household: HouseholdId, duplex: bool) -> None:
        """Show what can be done now, beginning with the village of the household at hand."""
        self.duplex.setChecked(duplex)
        self._printers = {printer.name: printer for printer in printers}
        self.target.clear()
        for kind in (_ONE_FILE, _FILES):
            self.target.addItem(say(f"ui-run-to-{kind}"), kind)
        for name in self._printers:
            self.target.addItem(say("ui-run-to-printer", name=name), f"{_PRINTER}:{name}")
        workspace = self._workspace

        def look(report: Report) -> tuple[tuple[roster.VillageChoice, ...], str]:
            return roster.villages(workspace), roster.household(workspace, household).village if household else ""

        self._desk.background.run(look, owner=self, done=lambda found: self._offer(*found))
        self._look()
        self.open()
        self.village.setFocus()

    def _offer(self, villages: tuple[roster.VillageChoice, ...], at_hand: str) -> None:
        self.village.clear()
        for one in villages:
            if one.households:
                self.village.addItem(say("ui-run-village-line", name=one.name, households=one.households), one.code)
        self.village.setCurrentIndex(max(0, self.village.findData(at_hand)))

    def _look(self) -> None:
        """Runs that can go on."""
        workspace = self._workspace
        self._desk.background.run(lambda report: printing_runs.unfinished(workspace), owner=self, done=self._show_unfinished)

    def _show_unfinished(self, runs: tuple[RunView, ...]) -> None:
        self._runs = runs
        self.unfinished.clear()
        self.unfinished.addItem(say("ui-run-new"), "")
        for run in runs:
            begun = run.begun_at[:16].replace("T", " ")
            self.unfinished.addItem(say("ui-run-line", name=run.name, done=run.done, total=run.total, begun=begun, user=run.user), run.id)
        self._choose()

    def _choose(self) -> None:
        run = self._at_hand()
        for widget in (self.village, self.duplex, self.incomplete, *self.holders.values()):
            widget.setEnabled(run is None)
        self.target.setEnabled(run is None or not run.out)
        self.drop.setEnabled(run is not None and self._job is None)
        self.go.setText(say("ui-run-on" if run else "ui-run-go"))
        self._show(run)

    def _at_hand(self) -> RunView | None:
        return next((run for run in self._runs if run.id == self.unfinished.currentData()), None)

    def _go(self) -> None:
        run = self._at_hand()
        if run is None and (wanted := self._wanted()) is not None:
            workspace = self._workspace
            self._desk.background.run(
                lambda report: printing_runs.begin(workspace, wanted), owner=self, done=self._work, failed=self._failed
            )
        elif run is not None:
            self._work(run)

    def _wanted(self) -> Wanted | None:
        """What the person chose; None where no folder was given."""
        target, out = str(self.target.currentData()), None
        copies = tuple(holder for holder, box in self.holders.items() if box.isChecked())
        if not target.startswith(_PRINTER):
            file = self._desk.dialogs.ask_save(say("ui-run-folder"), printing_runs.ONE_FILE, say("ui-pick-pdf"))
            if file is None:
                return None
            out = file.parent
        return Wanted(
            village=str(self.village.currentData() or ""),
            copies=copies,
            duplex=self.duplex.isChecked(),
            out=out,
            one_file=target == _ONE_FILE,
            incomplete=self.incomplete.isChecked(),
        )

    def _work(self, run: RunView) -> None:
        workspace, printer = self._workspace, self._printers.get(str(self.target.currentData()).partition(":")[2])
        self._be_busy(True)
        self._show(run)

        def work(report: Report) -> RunView:
            return printing_runs.go_on(workspace, run.id, report, printer)

        self._job = self._desk.background.run(
            work,
            owner=self,
            done=self._over,
            failed=self._failed,
            progress=self._progress,
            cancelled=lambda: self._ended(say("ui-run-stopped")),
            lane=Lane.OUTSIDE,
        )

    def _progress(self, progress: Progress) -> None:
        self.bar.setMaximum(progress.total)
        self.bar.setValue(progress.done)
        self.message.setText(say("ui-run-at", head=progress.text, done=progress.done, total=progress.total) if progress.text else "")

    def _over(self, run: RunView) -> None:
        self._ended(say("ui-run-over", done=run.done, aside=len(run.skipped), out=run.out))
        self._show(run)

    def _failed(self, error: Exception) -> None:
        self._ended("")
        self._desk.dialogs.tell(error)

    def _ended(self, text: str) -> None:
        self._job = None
        self._be_busy(False)
        self._look()
        self.message.setText(text)
        self.advanced.emit()

    def _show(self, run: RunView | None) -> None:
        """How far a run is, and who was set aside."""
        if run is None:
            return
        self.bar.setMaximum(run.total)
        self.bar.setValue(run.done + len(run.skipped))
        self.aside.clear()
        for _, head, why in run.skipped:
            reason = say(f"ui-run-why-{why}") if knows(f"ui-run-why-{why}") else why
            self.aside.addItem(say("ui-run-set-aside", head=head, why=reason))

    def _drop(self) -> None:
        run, workspace = self._at_hand(), self._workspace
        if run is not None and self._desk.dialogs.ask(say("ui-run-drop-ask", name=run.name)):
            self._desk.background.run(lambda report: printing_runs.drop(workspace, run.id), owner=self, done=lambda _: self._look())

    def _paper(self, name: str, make: Callable[[Workspace, str], Listed]) -> None:
        """The list of the village's volumes, or the labels of its boxes, as a file."""
        workspace, village = self._workspace, str(self.village.currentData() or "")
        file = self._desk.dialogs.ask_save(say(f"ui-run-{name}"), say(f"ui-run-{name}-name"), say("ui-pick-pdf"))
        if file is None:
            return

        def work(report: Report) -> str:
            listed = make(workspace, village)
            file.write_bytes(listed.pdf)
            return say("cli-archive-listed", file=str(file), volumes=listed.volumes, absent=len(listed.absent), stale=len(listed.stale))

        done, failed = self.message.setText, self._desk.dialogs.tell
        self._desk.background.run(work, owner=self, done=done, failed=failed, lane=Lane.OUTSIDE)

    def _be_busy(self, busy: bool) -> None:
        for widget in (self.go, self.unfinished, self.village, self.target):
            widget.setEnabled(not busy)
        self.halt.setEnabled(busy)
        if not busy:
            self._choose()
