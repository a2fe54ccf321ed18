"""Beside the pages: what the archive lacks (缺件清单), the ledger of its copies, and who takes one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDateEdit,
    QFormLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from fieldapp.domain.ids import HouseholdId
from fieldapp.ui.background import Report
from fieldapp.ui.desk import Desk
from fieldapp.ui.questions.base import TextField
from fieldapp.ui.theme import paint
from fieldapp.usecases import printing_ledger
from fieldapp.usecases.printing_archive import HOLDERS
from fieldapp.words import say

if TYPE_CHECKING:
    from fieldapp.usecases.printing_archive import Archive
    from fieldapp.usecases.printing_ledger import MadeLine, Papers, TakenLine
    from fieldapp.usecases.workspaces import Workspace


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger says of a household."""

    household: HouseholdId
    made: tuple[MadeLine, ...]
    taken: tuple[TakenLine, ...]
    papers: Papers


class PapersPanel(QTabWidget):
    """Three leaves: what is missing, the ledger, the receipt."""

    known = Signal(object)
    """Known: the ledger was read."""
    told = Signal(str)

    def __init__(self, desk: Desk, workspace: Workspace) -> None:
        super().__init__()
        self._desk, self._workspace = desk, workspace
        self._household = HouseholdId("")
        self.setAccessibleName(say("ui-papers"))
        self.missing = _list("ui-papers-missing")
        self.ledger = _list("ui-papers-ledger")
        self.receipt = ReceiptForm(desk)
        self.receipt.given.connect(self._take)
        self.addTab(self.missing, say("ui-papers-missing-none"))
        self.addTab(self.ledger, say("ui-papers-ledger"))
        self.addTab(self.receipt, say("ui-papers-receipt"))

    def show_archive(self, archive: Archive) -> None:
        """What the archive lacks: by person and field, before anything is printed."""
        self.missing.clear()
        lines = list(dict.fromkeys([*(gap.text for gap in archive.gaps), *archive.missing, *archive.findings]))
        for line in lines:
            self.missing.addItem(_item(f"▲ {line}"))
        if not lines:
            self.missing.addItem(_item(say("ui-papers-complete")))
        self.setTabText(0, say("ui-papers-missing-some", count=len(lines)) if lines else say("ui-papers-missing-none"))
        self.setCurrentIndex(0 if lines else 1)

    def read(self, household: HouseholdId) -> None:
        """Show the ledger of a household."""
        self._household = household
        self.read_again()

    def read_again(self) -> None:
        """Show what stands in the ledger now."""
        workspace, one = self._workspace, self._household

        def work(report: Report) -> Known:
            made, taken = printing_ledger.lines(workspace, one), printing_ledger.taken(workspace, one)
            return Known(one, made, taken, printing_ledger.papers(workspace, one))

        if one:
            self._desk.background.run(work, owner=self, done=self._show)

    def _show(self, known: Known) -> None:
        """The newest first; what a newer revision supersedes is marked by sign and word."""
        if known.household != self._household:
            return
        made, taken = known.made, known.taken
        self.ledger.clear()
        for line in made:
            self.ledger.addItem(_item(_made_words(line)))
        loose = [line for line in taken if not any(line.taken.made == one.made.record for one in made)]
        for one in loose:
            self.ledger.addItem(_item(_taken_words(one)))
        if not made and not loose:
            self.ledger.addItem(_item(say("ui-papers-ledger-empty")))
        self.setTabText(1, say("ui-papers-ledger-count", count=len(made)) if made else say("ui-papers-ledger"))
        holders = tuple(holder for holder in HOLDERS if any(holder in line.made.holders for line in made))
        self.receipt.offer(holders, self._desk.clock.now().date())
        self.known.emit(known)

    def _take(self, holder: str, by: str, day: date, note: str, signature: Path | None) -> None:
        workspace, one = self._workspace, self._household

        def work(report: Report) -> None:
            data = signature.read_bytes() if signature else b""
            printing_ledger.take(workspace, one, holder, by, day, note, data)

        def done(_: object) -> None:
            self.told.emit(say("ui-archive-taken", by=by))
            self.setCurrentIndex(1)
            self.read_again()

        self._desk.background.run(work, owner=self, done=done, failed=self._desk.dialogs.tell)


class ReceiptForm(QWidget):
    """Who takes which copy; a photo or scan of the signature may go with it."""

    given = Signal(str, str, date, str, object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._signature: Path | None = None
        self.holder = QComboBox()
        self.by, self.note = TextField(), TextField()
        self.day = QDateEdit()
        self.day.setDisplayFormat("yyyy-MM-dd")
        self.sign = QPushButton(say("ui-receipt-sign"))
        self.save = QPushButton(say("ui-receipt-save"))
        self.hint = QLabel()
        self.hint.setWordWrap(True)
        paint(self.hint, text=desk.theme.inks.faint)
        form = QFormLayout()
        for name, field in (("holder", self.holder), ("by", self.by), ("day", self.day), ("note", self.note)):
            label = QLabel(say(f"ui-receipt-{name}"))
            label.setBuddy(field)
            field.setAccessibleName(say(f"ui-receipt-{name}"))
            form.addRow(label, field)
        page = QVBoxLayout(self)
        page.addLayout(form)
        for widget in (self.sign, self.save, self.hint):
            page.addWidget(widget)
        page.addStretch(1)
        self.by.textChanged.connect(lambda _: self._enable())
        self.by.returnPressed.connect(self.note.setFocus)
        self.note.returnPressed.connect(self.save.setFocus)
        self.sign.clicked.connect(self._pick)
        self.save.clicked.connect(self._give)
        self._enable()

    def offer(self, holders: tuple[str, ...], today: date) -> None:
        """Copies that were printed or saved; without one there is nothing to take."""
        self.holder.clear()
        for holder in holders:
            self.holder.addItem(say(f"ledger-holder-{holder}"), holder)
        if "household" in holders:
            self.holder.setCurrentIndex(holders.index("household"))
        self.day.setMaximumDate(QDate(today.year, today.month, today.day))
        self.day.setDate(QDate(today.year, today.month, today.day))
        self.by.clear()
        self.note.clear()
        self._take_picture(None)
        self.hint.setText("" if holders else say("ui-receipt-nothing"))
        self._enable()

    def _enable(self) -> None:
        self.save.setEnabled(self.holder.count() > 0 and bool(self.by.text().strip()))

    def _pick(self) -> None:
        self._take_picture(self._desk.dialogs.ask_open(say("ui-receipt-sign-title"), say("ui-pick-images")))

    def _take_picture(self, file: Path | None) -> None:
        self._signature = file
        self.sign.setText(say("ui-receipt-signed", file=file.name) if file else say("ui-receipt-sign"))

    def _give(self) -> None:
        day = self.day.date()
        when = date(day.year(), day.month(), day.day())
        self.given.emit(str(self.holder.currentData()), self.by.text().strip(), when, self.note.text().strip(), self._signature)


def _made_words(line: MadeLine) -> str:
    made = line.made
    copies = "、".join(say(f"ledger-holder-{holder}") for holder in made.holders)
    told = [
        say("ui-ledger-line", number=made.number, when=made.at[:16].replace("T", " "), user=made.user),
        say(f"ui-ledger-{'part' if made.part else made.way}", revision=made.revision, copies=copies, pages=made.pages, target=made.target),
    ]
    if line.stale:
        told.append(say("ledger-stale", newest=line.newest))
    if made.reason:
        told.append(say("ui-ledger-reason", reason=made.reason))
    told += [
        say("ui-ledger-taken", by=one.taken_by, holder=say(f"ledger-holder-{one.holder}"), day=one.taken_on)
        + (say("ui-ledger-signed") if one.signature else "")
        for one in line.taken
    ]
    return "\n".join(told)


def _taken_words(line: TakenLine) -> str:
    taken = line.taken
    told = say("ui-ledger-taken", by=taken.taken_by, holder=say(f"ledger-holder-{taken.holder}"), day=taken.taken_on)
    return f"{told}\n{say('ledger-stale', newest=line.newest)}" if line.stale else told


def _list(name: str) -> QListWidget:
    made = QListWidget()
    made.setWordWrap(True)
    made.setAlternatingRowColors(True)
    made.setAccessibleName(say(name))
    return made


def _item(text: str) -> QListWidgetItem:
    item = QListWidgetItem(text)
    item.setToolTip(text)
    return item
