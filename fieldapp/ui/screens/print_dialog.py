"""Before paper is used: which copies, on which printer, what is missing, and why once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QDialogButtonBox, QFormLayout, QLabel, QListWidget, QVBoxLayout, QWidget

from fieldapp.ui.questions.base import TextField
from fieldapp.ui.theme import Theme, paint
from fieldapp.words import say

if TYPE_CHECKING:
    from fieldapp.usecases.printers import Printer


class PrintDialog(QDialog):
    """Printing an archive that lacks something, or once more, needs a word of the person's."""

    def __init__(
        self,
        theme: Theme,
        about: str,
        lacks: Sequence[str],
        before: str,
        printers: Sequence[Printer],
        parent: QWidget | None = None,
        into_file: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("ui-print-title"))
        self.setMinimumWidth(560)
        self._before = before
        self._printers: dict[str, Printer | None] = {printer.name: printer for printer in printers}
        if into_file:
            self._printers[say("ui-print-to-file")] = None
        self.printer, self.reason = QComboBox(), TextField()
        self.printer.addItems(list(self._printers))
        self.lacks = QListWidget()
        self.lacks.setWordWrap(True)
        self.lacks.addItems([f"▲ {line}" for line in lacks])
        self.lacks.setAccessibleName(say("ui-papers-missing"))
        self.known = QCheckBox(say("ui-print-incomplete", count=len(lacks)))
        self.buttons = QDialogButtonBox()
        self.go = self.buttons.addButton(say("ui-print-go"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.addButton(say("ui-print-no"), QDialogButtonBox.ButtonRole.RejectRole)
        self._build(theme, about)
        self._enable()

    def _build(self, theme: Theme, about: str) -> None:
        page = QVBoxLayout(self)
        head = QLabel(about)
        head.setWordWrap(True)
        head.setFont(theme.font(1.05, bold=True))
        page.addWidget(head)
        if self.lacks.count():
            page.addWidget(self.lacks)
            page.addWidget(self.known)
        if self._before:
            told = QLabel(self._before)
            told.setWordWrap(True)
            paint(told, text=theme.inks.warning)
            page.addWidget(told)
        form = QFormLayout()
        rows: list[tuple[str, QWidget]] = [("printer", self.printer)]
        rows += [("reason", self.reason)] if self._before else []
        for name, field in rows:
            label = QLabel(say(f"ui-print-{name}"))
            label.setBuddy(field)
            field.setAccessibleName(say(f"ui-print-{name}"))
            form.addRow(label, field)
        page.addLayout(form)
        page.addWidget(self.buttons)
        self.known.toggled.connect(lambda _: self._enable())
        self.reason.textChanged.connect(lambda _: self._enable())
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    @property
    def chosen(self) -> Printer | None:
        """The printer that was chosen, None for a file."""
        return self._printers[self.printer.currentText()]

    def _enable(self) -> None:
        ready = self.known.isChecked() or not self.lacks.count()
        told = bool(self.reason.text().strip()) or not self._before
        self.go.setEnabled(bool(self._printers) and ready and told)
