"""Answers a form as an interviewer would: from the first question to the last, as long as something relevant is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from fieldapp.engine.views import Control, Flaw, Kind, NodeView
from fieldapp.errors import NotAllowed

from .answers import Sheet, answers
from .families import Family
from .member_answers import Values

if TYPE_CHECKING:
    from fieldapp.engine.session import FormSession

Take = Callable[[str, str], str]
"""(path, picture name) → the upload's answer, after the picture has been taken in."""
_ROOT = "/household_survey"
_ROUNDS = 3
"""An answer may make an earlier question relevant; more rounds than this mean that it never settles."""


def fill(session: FormSession, family: Family, take: Take) -> None:
    """Answer everything that is relevant, in the form's order, and explain what a soft rule asks about.

    The day of the survey is the one the form already holds. Raises NotAllowed if something required or a constraint is left.
    """
    sheet = answers(family, date.fromisoformat(session.view(f"{_ROOT}/a_visit/survey_date").value))
    for _ in range(_ROUNDS):
        for view, values in _questions(session, _ROOT, sheet, sheet.values):
            _ask(session, view, values, take)
        problems = session.problems()
        left = [problem.path for problem in problems if problem.flaw is not Flaw.WARNING]
        if not left:
            break
    if left:
        raise NotAllowed(reason="problems", count=len(left), paths=" ".join(left))
    for problem in problems:
        if not problem.explanation:
            session.explain(problem.path, sheet.remark)


def _ask(session: FormSession, view: NodeView, values: Values, take: Take) -> None:
    value = values.get(view.name, "")
    if view.kind is not Kind.QUESTION or view.readonly or not value:
        return
    if view.control is Control.UPLOAD:
        if not view.value:
            session.answer(view.path, take(view.path, value))
    elif view.value != value:
        session.answer(view.path, value)


def _questions(session: FormSession, path: str, sheet: Sheet, values: Values) -> Iterator[tuple[NodeView, Values]]:
    """What is relevant below a node in the form's order with the values that answer it; missing rows of a repeat are added on the way."""
    for child in session.children(path):
        view = session.view(child)
        if not view.relevant:
            continue
        if view.kind is Kind.REPEAT:
            rows = sheet.rows.get(view.name, ())
            for _ in range(len(session.children(child)), len(rows)):
                session.add_repeat(child)
            for spare in range(len(session.children(child)) - 1, len(rows) - 1, -1):
                session.remove_repeat(child, spare)
            for row, given in zip(session.children(child), rows, strict=True):
                yield from _questions(session, row, sheet, given)
        elif view.kind in (Kind.GROUP, Kind.ROW):
            yield from _questions(session, child, sheet, values)
        else:
            yield view, values
