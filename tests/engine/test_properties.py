"""Laws that hold whatever is answered in whatever order: random walks over a few forms."""

from __future__ import annotations

import string
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.engine.compiled import dump, load
from fieldapp.engine.definition import FormDefinition
from fieldapp.engine.playstate import states_of
from fieldapp.engine.session import FormSession
from fieldapp.engine.views import Changes, Control, Kind, NodeView
from fieldapp.errors import BadInput, NotAllowed
from tests.engine.scenario import form, surroundings
from tests.engine.test_session import HOUSEHOLD

GATES = """
    | survey |  |  |  |  |  |  |  |
    |  | type | name | label | relevant | calculation | choice_filter | required |
    |  | integer | a | 甲 ${sum} |  |  |  | yes |
    |  | begin group | g | 组 | ${a} > 3 |  |  |  |
    |  | select_one town | town | 乡 |  |  |  |  |
    |  | select_one vill | vill | 村 | ${town} != '' |  | town=${town} | ${a} > 5 |
    |  | begin repeat | plot | 地块 |  |  |  |  |
    |  | decimal | area | 面积 |  |  |  |  |
    |  | begin repeat | crop | 作物 | ${area} > 1 |  |  |  |
    |  | integer | yield | 产量 ${area} |  |  |  | yes |
    |  | end repeat |  |  |  |  |  |  |
    |  | calculate | total |  |  | sum(${yield}) |  |  |
    |  | calculate | place |  |  | position(..) |  |  |
    |  | end repeat |  |  |  |  |  |  |
    |  | end group |  |  |  |  |  |  |
    |  | calculate | sum |  |  | sum(${total}) |  |  |
    |  | calculate | plots |  |  | count(${plot}) |  |  |
    |  | text | told | 说明 | ${sum} > 10 | concat(${vill}, '-', ${plots}) |  |  |
    |  | integer | n | 次数 |  |  |  |  |
    |  | begin repeat | visit | 走访 |  |  |  |  |
    |  | integer | v | 值 | position(..) > 1 |  |  |  |
    |  | calculate | before |  |  | indexed-repeat(${v}, ${visit}, position(..) - 1) |  |  |
    |  | end repeat |  |  |  |  |  |  |
    | choices |  |  |  |  |  |  |  |
    |  | list_name | name | label | town |  |  |  |
    |  | town | t1 | 一 |  |  |  |  |
    |  | town | t2 | 二 |  |  |  |  |
    |  | vill | v1 | 村一 | t1 |  |  |  |
    |  | vill | v2 | 村二 | t2 |  |  |  |
    |  | vill | v3 | 村三 | t2 |  |  |  |
    """


@cache
def made(which: int) -> FormDefinition:
    return form((HOUSEHOLD, GATES)[which])


def shown(session: FormSession) -> list[NodeView]:
    """Every node of the form as the screen would find it."""
    found: list[NodeView] = []
    waiting = [session.root]
    while waiting:
        view = session.view(waiting.pop())
        found.append(view)
        if view.kind in (Kind.ROOT, Kind.GROUP, Kind.REPEAT, Kind.ROW):
            waiting.extend(reversed(session.children(view.path)))
    return found


def walk(session: FormSession, choices: st.DataObject) -> None:
    """One random thing that a person can do."""
    views = shown(session)
    view = choices.draw(st.sampled_from([view for view in views if view.kind in (Kind.QUESTION, Kind.REPEAT)]), label=None)
    try:
        if view.kind is Kind.REPEAT:
            rows = session.children(view.path)
            if rows and choices.draw(st.integers(0, 2)) == 0:
                session.remove_repeat(view.path, choices.draw(st.integers(0, len(rows) - 1)))
            elif len(rows) < 4:
                session.add_repeat(view.path)
        else:
            session.answer(view.path, choices.draw(text_for(view)))
    except (NotAllowed, BadInput):
        return


def text_for(view: NodeView) -> st.SearchStrategy[str]:
    if view.control is Control.SELECT_ONE:
        return st.sampled_from(["", *(choice.name for choice in view.choices)])
    if view.type in ("int", "decimal"):
        return st.sampled_from(["", "0", "2", "4", "7", "16", "40"])
    return st.text(string.ascii_letters + "黄 ·", max_size=4)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1), st.integers(1, 12), st.data())
def test_working_out_what_changed_is_working_out_everything(which: int, length: int, choices: st.DataObject) -> None:
    session = FormSession.start(made(which), surroundings())
    for _ in range(length):
        walk(session, choices)
        if choices.draw(st.integers(0, 9)) == 0:
            session.undo()
        scratch = FormSession.resume(session.definition, surroundings(), session.snapshot())
        assert states_of(scratch.live) == states_of(session.live)
        assert scratch.problems() == session.problems()
        assert scratch.snapshot() == session.snapshot()
        assert scratch.finish() == session.finish()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1), st.integers(1, 10), st.data())
def test_undoing_everything_leads_back_to_the_start(which: int, length: int, choices: st.DataObject) -> None:
    session = FormSession.start(made(which), surroundings())
    before = states_of(session.live)
    for _ in range(length):
        walk(session, choices)
    for _ in range(length):
        session.undo()
    assert states_of(session.live) == before


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1), st.integers(1, 8), st.data())
def test_changes_name_every_node_that_looks_different(which: int, length: int, choices: st.DataObject) -> None:
    session = FormSession.start(load(dump(made(which))), surroundings())
    for _ in range(length):
        before = {view.path: view for view in shown(session)}
        changes = one_step(session, list(before.values()), choices)
        after = {view.path: view for view in shown(session)}
        assert {path for path, view in after.items() if before.get(path) != view} <= set(changes.changed)
        assert set(before) - set(after) <= set(changes.removed)
        assert not set(changes.removed) & set(after)


def one_step(session: FormSession, views: list[NodeView], choices: st.DataObject) -> Changes:
    """A row more, a row less, an answer or one step back."""
    repeats = [view.path for view in views if view.kind is Kind.REPEAT and view.relevant]
    filled = [path for path in repeats if session.children(path)]
    kind = choices.draw(st.integers(0, 5))
    if kind == 0 and repeats:
        return session.add_repeat(choices.draw(st.sampled_from(repeats)))
    if kind == 1 and filled:
        path = choices.draw(st.sampled_from(filled))
        return session.remove_repeat(path, choices.draw(st.integers(0, len(session.children(path)) - 1)))
    if kind == 2:
        return session.undo()
    view = choices.draw(st.sampled_from([view for view in views if view.kind is Kind.QUESTION and view.relevant]))
    return session.answer(view.path, choices.draw(text_for(view)))
