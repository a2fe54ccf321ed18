"""Fills a form in somehow: whatever a question takes, some rows added."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable

from fieldapp.engine.session import FormSession
from fieldapp.engine.views import Control, Kind, NodeView
from fieldapp.errors import BadInput, NotAllowed

VALUES = {
    "int": ("3", "-7", "40"),
    "decimal": ("1.50", "0.1"),
    "date": ("2020-02-29",),
    "dateTime": ("2020-02-29T08:00:00.000+08:00",),
    "time": ("08:00:00.000+08:00",),
    "geopoint": ("1 2",),
    "geotrace": ("1 2;3 4",),
    "geoshape": ("1 2;3 4;1 2",),
    "binary": ("a.jpg",),
    "barcode": ("123",),
}


def fill_in(session: FormSession, chance: random.Random, text: Callable[[], str], most: int = 60) -> None:
    """Answer up to `most` questions in the form's order and add a row here and there."""
    waiting = [session.root]
    while waiting and most:
        view = session.view(waiting.pop(0))
        if not view.relevant:
            continue
        if view.kind is Kind.QUESTION and not view.readonly:
            most -= 1
            _try(session, view, chance, text)
        elif view.kind is Kind.REPEAT and chance.random() < 0.5:
            with contextlib.suppress(NotAllowed):
                session.add_repeat(view.path)
        if view.kind in (Kind.ROOT, Kind.GROUP, Kind.ROW, Kind.REPEAT):
            waiting = [*session.children(view.path), *waiting]


def _try(session: FormSession, view: NodeView, chance: random.Random, text: Callable[[], str]) -> None:
    with contextlib.suppress(BadInput, NotAllowed):
        session.answer(view.path, _value(view, chance, text))


def _value(view: NodeView, chance: random.Random, text: Callable[[], str]) -> str:
    names = [choice.name for choice in view.choices]
    if view.control is Control.SELECT_ONE:
        return chance.choice(names or [""])
    if view.control in (Control.SELECT_MULTIPLE, Control.RANK):
        return " ".join(chance.sample(names, len(names)))
    if view.control is Control.ACKNOWLEDGE:
        return "OK"
    return chance.choice(VALUES[view.type]) if view.type in VALUES else text()
