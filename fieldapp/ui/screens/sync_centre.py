"""The sync centre: what waits by kind and how the line was, what was set apart and what to do, conflicts, and decisions to take back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from fieldapp.ui.moment import short
from fieldapp.ui.theme import Theme, paint
from fieldapp.words import say

from .conflicts import ConflictsPanel

if TYPE_CHECKING:
    from fieldapp.usecases.apart import ApartLine
    from fieldapp.usecases.decisions import Decision
    from fieldapp.usecases.exchange_status import ExchangeStatus
    from fieldapp.usecases.sync_centre import Centre

FACTS = ("success", "failure", "receipts", "bytes", "clock", "next")
_KIB = 1024


class Table(QTableWidget):
    """Rows to read, or a sentence when there are none."""

    def __init__(self, theme: Theme, name: str, columns: Sequence[str], wide: str) -> None:
        super().__init__(0, len(columns))
        self._theme = theme
        self.setHorizontalHeaderLabels([say(f"ui-centre-{column}") for column in columns])
        self.setAccessibleName(say(f"ui-centre-{name}"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setWordWrap(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for at, column in enumerate(columns):
            mode = QHeaderView.ResizeMode.Stretch if column == wide else QHeaderView.ResizeMode.ResizeToContents
            self.horizontalHeader().setSectionResizeMode(at, mode)
        self.none = QLabel(say(f"ui-centre-{name}-none"))
        paint(self.none, text=theme.inks.faint)
        self.page = QWidget()
        column_of_both = QVBoxLayout(self.page)
        column_of_both.addWidget(self.none)
        column_of_both.addWidget(self, 1)
        column_of_both.addStretch(0)

    def show_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Show texts, row by row."""
        self.setRowCount(len(rows))
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.setItem(row, column, item)
        self.none.setVisible(not rows)
        self.setVisible(bool(rows))


class SyncCentre(QTabWidget):
    """Four pages; the number that waits stands on each tab."""

    reopened = Signal(str, str)
    """Record and field whose decision is taken back."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setDocumentMode(True)
        self.setAccessibleName(say("ui-exchange-title"))
        self.queue = Table(theme, "queue", ("kind", "records", "operations", "size"), "kind")
        self.apart = Table(theme, "apart", ("where", "household", "kind", "who", "when", "why", "what-to-do"), "what-to-do")
        self.decided = Table(theme, "decided", ("household", "field", "taken", "others", "decider", "when"), "others")
        self.conflicts = ConflictsPanel(theme)
        self.take_back = QPushButton(say("ui-centre-take-back"))
        self.take_back.setAutoDefault(False)
        self.facts = {name: QLabel("—") for name in FACTS}
        self._decisions: tuple[Decision, ...] = ()
        self._pages: dict[str, QWidget] = {}
        self._build(theme)
        self.take_back.clicked.connect(self._take_back)
        self.decided.itemSelectionChanged.connect(lambda: self.take_back.setEnabled(self.decided.currentRow() >= 0))
        self.show_centre(None, None)

    def show_centre(self, centre: Centre | None, now: datetime | None) -> None:
        """Show everything; the conflicts come to the front when there are new ones."""
        if centre is None or now is None:
            self.queue.show_rows(())
            self.apart.show_rows(())
            self.decided.show_rows(())
            return
        had = self.conflicts.list.count()
        self.queue.show_rows(_queue(centre.status))
        self.apart.show_rows([_apart(line, now) for line in centre.apart])
        self._decisions = centre.decided
        self.decided.show_rows([_decided(one, now) for one in centre.decided])
        self.take_back.setVisible(bool(centre.decided))
        self.take_back.setEnabled(self.decided.currentRow() >= 0)
        self.conflicts.show_conflicts(centre.conflicts)
        for name, text in _facts(centre.status, now).items():
            self.facts[name].setText(text)
        numbers = (
            centre.status.unsent,
            sum(line.operations for line in centre.apart),
            len(centre.conflicts),
            len(centre.decided),
        )
        for at, (name, number) in enumerate(zip(self._pages, numbers, strict=True)):
            mark = "⚠ " if number and name in ("apart", "conflicts") else ""
            self.setTabText(at, f"{mark}{say(f'ui-centre-{name}')}" + (f" {number}" if number else ""))
        if len(centre.conflicts) > had:
            self.setCurrentWidget(self._pages["conflicts"])

    def _build(self, theme: Theme) -> None:
        first = QWidget()
        across = QHBoxLayout(first)
        across.addWidget(self.queue.page, 3)
        about = QFormLayout()
        for name, label in self.facts.items():
            label.setWordWrap(True)
            word = QLabel(say(f"ui-centre-fact-{name}"))
            paint(word, text=theme.inks.faint)
            about.addRow(word, label)
        across.addLayout(about, 2)
        conflicts = QWidget()
        waiting = QVBoxLayout(conflicts)
        waiting.addWidget(self.conflicts, 1)
        none = QLabel(f"✔ {say('ui-exchange-no-conflicts')}")
        waiting.addWidget(none)
        waiting.addStretch(0)
        self.conflicts.shown.connect(lambda some: none.setVisible(not some))
        decided = QWidget()
        column = QVBoxLayout(decided)
        column.addWidget(self.decided.page, 1)
        column.addWidget(self.take_back, 0, Qt.AlignmentFlag.AlignLeft)
        self._pages = {"queue": first, "apart": self.apart.page, "conflicts": conflicts, "decided": decided}
        for name, page in self._pages.items():
            self.addTab(page, say(f"ui-centre-{name}"))

    def _take_back(self) -> None:
        at = self.decided.currentRow()
        if 0 <= at < len(self._decisions):
            self.reopened.emit(self._decisions[at].record, self._decisions[at].field)


def size(number: int) -> str:
    """Bytes as people read them."""
    if number < _KIB:
        return f"{number} B"
    return f"{number / _KIB:.0f} KB" if number < _KIB * _KIB else f"{number / _KIB / _KIB:.1f} MB"


def kind_of(kind: str) -> str:
    """A kind of record in words."""
    message = f"record-kind-{kind.replace('_', '-')}"
    told = say(message)
    return kind if told == message else told


def _queue(status: ExchangeStatus) -> list[tuple[str, str, str, str]]:
    rows = [(say(f"ui-centre-queue-{line.kind}"), str(line.records), str(line.operations), size(line.bytes)) for line in status.queue]
    for name, number, weight in (
        ("files", status.files_waiting, status.files_waiting_bytes),
        ("wanted", status.files_wanted, status.files_wanted_bytes),
    ):
        if number:
            rows.append((say(f"ui-centre-queue-{name}"), str(number), "—", size(weight)))
    return rows


def _apart(line: ApartLine, now: datetime) -> tuple[str, ...]:
    count = f" ×{line.operations}" if line.operations > 1 else ""
    when = short(line.when, now) if line.when else ""
    where = say(f"ui-centre-where-{line.where}")
    return (where, line.head_name or line.village or "—", f"{kind_of(line.kind)}{count}", line.who, when, line.why, line.what_to_do)


def _decided(one: Decision, now: datetime) -> tuple[str, ...]:
    others = "；".join(say("ui-centre-other-value", value=value or say("ui-conflicts-empty"), who=who) for value, who in one.others)
    field = one.field_label or say("ui-conflicts-deleted")
    return (one.head_name, field, one.value or say("ui-conflicts-empty"), others, one.who, short(one.when, now))


def _facts(status: ExchangeStatus, now: datetime) -> dict[str, str]:
    offset = status.clock_offset_s
    clock = "same" if not offset else "ahead" if offset > 0 else "behind"
    coming = short(max(status.next_try, now.isoformat(timespec="seconds")), now) if status.next_try else say("ui-rounds-off")
    asked = say("ui-centre-fact-not-before", at=short(status.not_before, now)) if status.not_before > now.isoformat() else ""
    return {
        "success": short(status.last_sync, now) if status.last_sync else say("ui-exchange-never"),
        "failure": _failure(status, now),
        "receipts": say("ui-centre-fact-receipts-count", count=status.receipts),
        "bytes": f"↑ {size(status.bytes_up)}　↓ {size(status.bytes_down)}",
        "clock": say(f"ui-centre-fact-clock-{clock}", seconds=abs(offset)),
        "next": "　".join(part for part in (coming if status.server else "—", asked) if part),
    }


def _failure(status: ExchangeStatus, now: datetime) -> str:
    if not status.failed_at:
        return "—"
    why = reason_of(status)
    return f"{short(status.failed_at, now)}　{why}" if why else short(status.failed_at, now)


def reason_of(status: ExchangeStatus) -> str:
    """Why the last exchange failed, in words; empty if it did not."""
    return say(f"exchange-failed-{status.last_error}") if status.last_error else ""
