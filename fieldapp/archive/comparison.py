"""Compares a filled form with its revision before: which answers changed, in words, for the pages 修订前后对照表."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fieldapp.engine.views import FilledAnswer, FilledForm, FilledState, FilledTable
from fieldapp.words import say

from .amounts import is_money, shown
from .copies import is_left_out
from .matrix import Matrix
from .sheet import ArchiveFacts, Change


@dataclass(frozen=True, slots=True)
class _Place:
    """A question of one household; rows by their id, so that a row that moved is still itself."""

    answer: FilledAnswer
    of: str
    is_internal: bool


def changes(filled: FilledForm, facts: ArchiveFacts) -> tuple[Change, ...]:
    """Every answer that is not as it was, in the form's order; then what stood in rows or questions that are no more."""
    if facts.before is None:
        return ()
    before, after = dict(_places(facts.before.filled, facts.left_out)), dict(_places(filled, facts.left_out))
    found = []
    for key in (*after, *(key for key in before if key not in after)):
        old, new = before.get(key), after.get(key)
        place = new or old
        if place is None or _raw(old) == _raw(new):
            continue
        answer = place.answer
        old_text, new_text = _text(old, facts.matrix), _text(new, facts.matrix)
        if answer.attachment and _raw(old) and _raw(new):
            new_text = say("archive-changes-replaced")
        found.append(Change(answer.number, answer.label, place.of, old_text, new_text, place.is_internal))
    return tuple(found)


def _places(filled: FilledForm, left_out: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], _Place]]:
    for section in filled.sections:
        hidden = is_left_out(section.name, left_out)
        for answer in section.answers:
            yield (answer.path,), _Place(answer, "", hidden or is_left_out(answer.name, left_out))
        for table in section.tables:
            for row_id, title, row in _rows(table):
                for answer in row:
                    yield (table.path, row_id, answer.name), _Place(answer, title, hidden or is_left_out(answer.name, left_out))


def _rows(table: FilledTable) -> Iterator[tuple[str, str, tuple[FilledAnswer, ...]]]:
    for number, (row_id, row) in enumerate(zip(table.row_ids, table.rows, strict=True), 1):
        yield row_id, row_title(table, number, row), row


def row_title(table: FilledTable, number: int, row: tuple[FilledAnswer, ...]) -> str:
    """As 家庭成员 2　张三."""
    return say("archive-row-title", table=table.title, number=number, name=row_head(row))


def row_head(row: tuple[FilledAnswer, ...]) -> str:
    """The first text that is answered."""
    return next((answer.text for answer in row if answer.state is FilledState.ANSWERED and answer.type == "string"), "")


def _raw(place: _Place | None) -> str:
    return place.answer.raw if place and place.answer.state is FilledState.ANSWERED else ""


def _text(place: _Place | None, matrix: Matrix) -> str:
    """The answer in words, or why there is none."""
    if place is None:
        return say("archive-changes-none")
    if place.answer.state is FilledState.NOT_APPLICABLE:
        return say("archive-changes-not-applicable")
    if place.answer.state is FilledState.UNANSWERED:
        return say("archive-unanswered")
    if place.answer.attachment:
        return say("archive-changes-picture")
    return shown(place.answer, matrix) if is_money(place.answer) else place.answer.text
