"""How much of a section is answered, kept up to date with every step."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.engine.session import FormSession
from fieldapp.engine.views import Kind
from tests.engine.scenario import Scenario, surroundings
from tests.engine.test_properties import made
from tests.engine.test_session import HOUSEHOLD, household
from tests.engine.walker import Walker, shown


def counted(session: FormSession, path: str) -> tuple[int, int]:
    """(answered, asked) by going through everything below."""
    answered = asked = 0
    for below in session.children(path):
        view = session.view(below)
        if view.kind is Kind.QUESTION:
            asked += view.relevant and not view.readonly
            answered += view.relevant and not view.readonly and view.value != ""
        elif view.relevant and view.kind in (Kind.GROUP, Kind.REPEAT, Kind.ROW):
            more = counted(session, below)
            answered, asked = answered + more[0], asked + more[1]
    return answered, asked


def test_members_count_while_they_are_there():
    scenario = Scenario.of(HOUSEHOLD)
    root = scenario.session.root
    assert scenario.session.progress(root) == (0, 3)
    full = household()
    assert full.session.progress(root) == (6, 10)
    assert full.session.progress(full.path("m")) == (6, 9)
    assert full.session.progress(full.path("m[2]")) == (2, 3)
    full.remove("m", 0)
    assert full.session.progress(root) == (4, 7)
    full.session.undo()
    assert full.session.progress(root) == (6, 10)


def test_what_is_not_relevant_is_not_asked():
    scenario = household()
    scenario.answer("m[1]/age", "10")
    assert scenario.session.progress(scenario.path("m[1]")) == (1, 2)


@given(st.integers(0, 1), st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_counts_are_those_of_counting_anew(which: int, seed: int):
    walker = Walker(made(which), seed)
    for _ in range(10):
        views = shown(walker.session)
        for view in views.values():
            if view.relevant and view.kind in (Kind.ROOT, Kind.GROUP, Kind.REPEAT, Kind.ROW):
                assert walker.session.progress(view.path) == counted(walker.session, view.path), walker.steps
        walker.step(views)
    again = FormSession.resume(made(which), surroundings(), walker.session.snapshot())
    assert again.progress(again.root) == walker.session.progress(walker.session.root)
