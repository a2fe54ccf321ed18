"""The real household form: opening it, answering it, adding members; limits are those that the engine set itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from fieldapp.engine import compiled, xform
from fieldapp.engine.session import FormSession
from fieldapp.engine.views import Changes, Kind
from fieldapp.usecases import county, publishing
from fieldapp.usecases.workspaces import Workspace
from tests.world import laptop

from .measure import Figure, in_turn, median, percentile

_ANSWER_LIMIT_MS, _MEMBER_LIMIT_MS, _OPEN_LIMIT_MS = 16.0, 30.0, 1500.0
_FORM = "household_survey"


class Timed(FormSession):
    """A session that notes how long each answer took."""

    taken_ms: list[float]

    def answer(self, path: str, value: str) -> Changes:
        """As the session's, with the wall time noted."""
        start = time.perf_counter()
        changes = super().answer(path, value)
        self.taken_ms.append((time.perf_counter() - start) * 1000)
        return changes


def figures(folder: Path, _: int) -> Iterator[Figure]:
    """Open, answer, add a member."""
    with laptop(folder / "laptop") as workspace:
        version, text = _published(workspace)
        definition, around = publishing.open_form(workspace, _FORM, version)
        cache = compiled.dump(definition)
        cold, warm = in_turn(
            5,
            lambda: FormSession.start(xform.parse(text), around),
            lambda: FormSession.start(compiled.load(cache), around),
        )
        yield Figure("form open from XForm", median(cold), "ms", len(cold), "limit", _OPEN_LIMIT_MS)
        yield Figure("form open from compiled cache", median(warm), "ms", len(warm), "opening from XForm", median(cold))
        taken: list[float] = []
        for family in county.families(1, 6):
            session = Timed.start(definition, around)
            session.taken_ms = taken
            county.fill(session, family, lambda _path, name: name)
        yield Figure("answer p50", median(taken), "ms", len(taken), "limit", _ANSWER_LIMIT_MS)
        yield Figure("answer p95", percentile(taken, 0.95), "ms", len(taken), "limit", _ANSWER_LIMIT_MS)
        yield Figure("answer worst", max(taken), "ms", len(taken), "limit", _ANSWER_LIMIT_MS)
        added = in_turn(20, lambda: session.add_repeat(_member_repeat(session)))[0]
        yield Figure("add member", median(added), "ms", len(added), "limit", _MEMBER_LIMIT_MS, note="on top of a whole family")


def _published(workspace: Workspace) -> tuple[str, str]:
    """Version and XForm of the bundled form."""
    from fieldapp.store import forms

    with workspace.read() as tx:
        version = forms.newest(tx, _FORM)
        return version, forms.get(tx, _FORM, version).xform


def _member_repeat(session: FormSession) -> str:
    """The path of the repeat of household members."""
    sections = session.children(session.root)
    below = [path for section in sections if session.view(section).kind is Kind.GROUP for path in session.children(section)]
    return next(path for path in (*sections, *below) if session.view(path).kind is Kind.REPEAT and session.view(path).name == "member")
