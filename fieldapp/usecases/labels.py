"""What a field of a record is called, and what its values say: in the words of the form version that the record was filled with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fieldapp.errors import CodedError
from fieldapp.words import say

if TYPE_CHECKING:
    from fieldapp.engine.naming import Names
    from fieldapp.store.database import Database as Workspace
    from fieldapp.store.transaction import Transaction

_JOINED = "joined_to"


class Labels:
    """Reads each record's form once; a form that is not here, or cannot be read, leaves the path as it is."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._names: dict[str, Names | None] = {}

    def label(self, tx: Transaction, record: str, path: str) -> str:
        """The field in words, with the row it is in or the member that it is of (`王小明 · 健康状况`); empty for a whole record."""
        names = self._of(record)
        label = (names.label(path) if names is not None else "") or field(path) or path
        row = names.row(path) if names is not None else tx.value("SELECT name FROM member WHERE id = ?", record)
        return say("label-in-row", row=row, label=label) if row and label else label

    def value(self, tx: Transaction, record: str, path: str, value: str) -> str:
        """A value in words: the label of a choice, the household or member that is named."""
        names = self._of(record)
        return names.value(path, value) if names is not None else value_of(tx, path, value)

    def _of(self, record: str) -> Names | None:
        if record not in self._names:
            self._names[record] = _names(self._workspace, record)
        return self._names[record]


def field(path: str) -> str:
    """The name of a field of household, member or submission that is no question; empty for any other."""
    if not path:
        return ""
    message = f"field-{path.rpartition('/')[2].replace('_', '-').lstrip('@')}"
    if path.startswith("unlike/"):
        message = "field-unlike"
    told = say(message)
    return "" if told == message else told


def value_of(tx: Transaction, path: str, value: str) -> str:
    """A household or member that a record names, by its name."""
    if path != _JOINED or not value:
        return value
    named = "SELECT head_name FROM household WHERE id = ? UNION ALL SELECT name FROM member WHERE id = ?"
    return str(tx.value(named, value, value) or value)


def _names(workspace: Workspace, record: str) -> Names | None:
    from fieldapp.engine.naming import Names
    from fieldapp.engine.session import FormSession
    from fieldapp.store import operations, submissions

    from . import publishing

    with workspace.read() as tx:
        held = submissions.form_of(tx, record)
        if held is None:
            return None
        answers = {path: value for path, value in operations.state(tx, record).values().items() if not path.startswith("@")}
    try:
        definition, around = publishing.open_form(workspace, *held)
    except CodedError:
        return None
    return Names(FormSession.resume(definition, around, answers))
