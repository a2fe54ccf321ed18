"""A filled form for paper, rules and review: every question in the form's order, labelled, with its answer in words."""

from __future__ import annotations

import re

from .instance import Node, path_of
from .looks import inner_nodes
from .session import FormSession
from .speech import SELECTS
from .views import Control, FilledAnswer, FilledForm, FilledSection, FilledState, FilledTable, Kind

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}).*")


def fill(session: FormSession) -> FilledForm:
    """The whole form as it is now. Groups inside a section are read through; a repeat becomes a table."""
    live = session.live
    definition = session.definition
    sections: list[FilledSection] = []
    loose: list[Node] = []

    def close_run() -> None:
        if loose:
            answers = tuple(_answer(session, node) for node in loose)
            sections.append(FilledSection(session.root, "", definition.title, True, answers))
            loose.clear()

    for node in inner_nodes(live, live.tree.root):
        if node.node.kind in (Kind.GROUP, Kind.REPEAT):
            close_run()
            sections.append(_section(session, node))
        elif node.node.kind is Kind.QUESTION:
            loose.append(node)
    close_run()
    return FilledForm(definition.form, definition.version, definition.title, session.language, tuple(sections))


def _section(session: FormSession, node: Node) -> FilledSection:
    answers: list[FilledAnswer] = []
    tables: list[FilledTable] = []
    if node.is_range:
        tables.append(_table(session, node))
    else:
        _collect(session, node, answers, tables)
    return FilledSection(path_of(node), node.name, _label(session, node), node.relevant, tuple(answers), tuple(tables))


def _collect(session: FormSession, node: Node, answers: list[FilledAnswer], tables: list[FilledTable]) -> None:
    for inner in inner_nodes(session.live, node):
        if inner.is_range:
            tables.append(_table(session, inner))
        elif inner.node.kind is Kind.GROUP:
            _collect(session, inner, answers, tables)
        elif inner.node.kind is Kind.QUESTION:
            answers.append(_answer(session, inner))


def _table(session: FormSession, range_: Node) -> FilledTable:
    rows: list[tuple[FilledAnswer, ...]] = []
    for row in range_.rows():
        answers: list[FilledAnswer] = []
        _collect(session, row, answers, [])
        rows.append(tuple(answers))
    ids = tuple(row.row_id for row in range_.rows())
    return FilledTable(path_of(range_), range_.name, _label(session, range_), tuple(rows), ids)


def _label(session: FormSession, node: Node) -> str:
    control = node.node.control
    return session.live.speech.say(control.label, node) if control is not None else ""


def _answer(session: FormSession, node: Node) -> FilledAnswer:
    raw = node.value if node.relevant else ""
    state = FilledState.ANSWERED if raw else FilledState.UNANSWERED if node.relevant else FilledState.NOT_APPLICABLE
    bind = node.node.bind
    control = node.node.control
    upload = control is not None and control.control is Control.UPLOAD
    return FilledAnswer(
        path=path_of(node),
        name=node.name,
        number=node.node.number,
        label=_label(session, node),
        text=_words(session, node, raw),
        raw=raw,
        state=state,
        type=bind.type,
        pii=bind.pii,
        tier=bind.tier,
        capital=bind.capital,
        attachment=raw.split(".", 1)[0] if upload and not raw.startswith("jr://") else "",
    )


def _words(session: FormSession, node: Node, raw: str) -> str:
    """The answer for people: labels of choices, Chinese dates, no file names."""
    control = node.node.control
    if not raw or control is None:
        return raw
    if control.control in SELECTS:
        labels = {choice.name: choice.label for choice in session.live.speech.choices(node, session.live.rules.stored.is_shared(node))}
        chosen = [raw] if control.control is Control.SELECT_ONE else raw.split(" ")
        return "；".join(labels.get(name, name) for name in chosen)
    if control.control is Control.ACKNOWLEDGE:
        return "√"
    if control.control is Control.UPLOAD:
        return ""
    if node.node.bind.type in ("date", "dateTime"):
        return _dated(raw, control.appearance)
    return raw


def _dated(raw: str, appearance: str) -> str:
    """`2026年11月20日`, only as exact as the question asks; with hours and minutes for a moment."""
    moment = _MOMENT.fullmatch(raw)
    match = _DAY.match(raw)
    if match is None:
        return raw
    year, month, day = match.group(1), str(int(match.group(2))), str(int(match.group(3)))
    shown = appearance.split()
    if "year" in shown:
        return f"{year}年"
    if "month-year" in shown:
        return f"{year}年{month}月"
    return f"{year}年{month}月{day}日" + (f" {moment.group(2)}" if moment else "")
