"""Draws 修订前后对照表: what was answered differently in the revision before, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from fieldapp.words import say

from .layout import BODY, MM, Align, Cell, Flow
from .sheet import ArchiveSheet, Change

_NUMBER, _LABEL = 9 * MM, 46 * MM
_VALUE = (BODY - _NUMBER - _LABEL) / 2
_SIZE = 9.0


def draw_changes(flow: Flow, sheet: ArchiveSheet, changes: Sequence[Change]) -> None:
    """A sentence of which revisions, and a table with a row for each change; the rows of a repeat under their title."""
    before = sheet.facts.before
    if before is None:
        return
    flow.paragraph(
        say(
            "archive-changes-about",
            before=before.revision,
            day=f"{before.finalized_on:%Y%m%d}",
            after=sheet.facts.revision,
            why=before.why or "—",
            changes=len(changes),
        ),
        9.5,
    )
    flow.y -= 3
    widths, columns = (_NUMBER, _LABEL, _VALUE, _VALUE), ("number", "question", "before", "after")
    flow.repeat(
        [
            Cell(width, say(f"archive-changes-{name}"), _SIZE, Align.CENTRE, is_head=True)
            for width, name in zip(widths, columns, strict=True)
        ]
    )
    for of, own in groupby(changes, key=lambda change: change.of):
        if of:
            flow.row([Cell(BODY, of, _SIZE, is_head=True, is_bold=True)], of)
        for change in own:
            where = f"{of}：{change.label}" if of else change.label
            flow.row(
                [
                    Cell(_NUMBER, change.number, 8.0, Align.CENTRE, is_head=True),
                    Cell(_LABEL, change.label, 8.5, is_head=True),
                    _value(change.before),
                    _value(change.after),
                ],
                where,
            )
    flow.repeat(())
    flow.y -= 6


def _value(text: str) -> Cell:
    return Cell(_VALUE, text, _SIZE)
