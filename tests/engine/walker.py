"""A person who does anything in any order, and the laws that hold after each step."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping

from fieldapp.engine.compiled import dump, load
from fieldapp.engine.definition import FormDefinition
from fieldapp.engine.graph import Role
from fieldapp.engine.instance import path_of
from fieldapp.engine.playstate import states_of
from fieldapp.engine.session import FormSession
from fieldapp.engine.views import Changes, Control, Kind, NodeView
from fieldapp.engine.volatile import has_chance
from fieldapp.errors import BadInput, NotAllowed
from tests.engine.scenario import surroundings

MOST_ROWS = 4
_BY_TYPE = {
    "int": ("0", "1", "2", "4", "7", "16", "40", "-3"),
    "decimal": ("0", "0.5", "2", "4", "7", "16", "1.50"),
    "date": ("2020-02-29", "1990-01-01", "2026-11-22"),
    "dateTime": ("2020-02-29T08:00:00.000+08:00", "2026-11-22T10:00:00.000+08:00"),
    "time": ("08:00:00.000+08:00",),
    "geopoint": ("1 2", "3 4 5 6"),
    "geotrace": ("1 2;3 4",),
    "geoshape": ("1 2;3 4;1 2",),
    "binary": ("a.jpg",),
}


def shown(session: FormSession) -> dict[str, NodeView]:
    """Every node of the form as the screen would find it."""
    found: dict[str, NodeView] = {}
    waiting = [session.root]
    while waiting:
        view = session.view(waiting.pop())
        found[view.path] = view
        if view.kind in (Kind.ROOT, Kind.GROUP, Kind.REPEAT, Kind.ROW):
            waiting.extend(reversed(session.children(view.path)))
    return found


class Walker:
    """Takes random steps on a session of a form and remembers them."""

    def __init__(self, definition: FormDefinition, seed: int, files: Mapping[str, bytes | str] | None = None) -> None:
        self._chance = random.Random(seed)
        self._files = files
        self._again = load(dump(definition))
        self.session = FormSession.start(definition, surroundings(files))
        self.steps: list[str] = []

    def walk(self, steps: int, weigh_views: bool = True) -> None:
        """Steps with all laws checked after each; then everything back and forth again."""
        language = self.session.language
        start = dict(self.session.snapshot()), self._states(self.session)
        views = shown(self.session)
        for _ in range(steps):
            changes = self.step(views)
            after = shown(self.session)
            if weigh_views:
                self._check_changes(views, after, changes)
            views = after
            self.check()
        self.session.set_language(language)
        self._redo_all()
        end = dict(self.session.snapshot()), self._states(self.session)
        while self.session.live.history.can_undo:
            self.session.undo()
        self._same(dict(self.session.snapshot()), start[0])
        self._same(self._states(self.session), start[1])
        self._redo_all()
        self._same(dict(self.session.snapshot()), end[0])
        self._same(self._states(self.session), end[1])

    def _redo_all(self) -> None:
        while self.session.live.history.can_redo:
            self.session.redo()

    def step(self, views: Mapping[str, NodeView]) -> Changes:
        """One random thing that a person can do; refusals change nothing."""
        repeats = [view for view in views.values() if view.kind is Kind.REPEAT]
        questions = [view for view in views.values() if view.kind is Kind.QUESTION]
        acts: list[Callable[[], Changes]] = [self._undo] * 2 + [self._redo] + [self._speak] * (len(self.session.languages) > 1)
        acts += [lambda: self._answer(questions)] * 8 if questions else []
        acts += [lambda: self._rows(repeats)] * 6 if repeats else []
        try:
            return self._chance.choice(acts)()
        except (NotAllowed, BadInput):
            self.steps.append("  refused")
            return Changes(())

    def _undo(self) -> Changes:
        self.steps.append("undo")
        return self.session.undo()

    def _redo(self) -> Changes:
        self.steps.append("redo")
        return self.session.redo()

    def _speak(self) -> Changes:
        language = self._chance.choice(self.session.languages)
        self.steps.append(f"language {language}")
        return self.session.set_language(language)

    def _answer(self, questions: list[NodeView]) -> Changes:
        relevant = [view for view in questions if view.relevant]
        view = self._chance.choice(relevant or questions)
        if view.problem is not None and self._chance.random() < 0.3:
            self.steps.append(f"explain {view.path}")
            return self.session.explain(view.path, self._chance.choice(["", "已核实"]))
        value = self._value(view)
        self.steps.append(f"answer {view.path} {value!r}")
        return self.session.answer(view.path, value)

    def _value(self, view: NodeView) -> str:
        names = [choice.name for choice in view.choices]
        if self._chance.random() < 0.15:
            return ""
        if view.control in (Control.SELECT_MULTIPLE, Control.RANK) and names:
            return " ".join(self._chance.sample(names, self._chance.randint(1, min(4, len(names)))))
        if names:
            return self._chance.choice(names)
        if view.control is Control.ACKNOWLEDGE:
            return "OK"
        return self._chance.choice(_BY_TYPE.get(view.type, ("a", "b c", "黄", "3", "2020-01-01")))

    def _rows(self, repeats: list[NodeView]) -> Changes:
        path = self._chance.choice([view for view in repeats if view.relevant] or repeats).path
        count = len(self.session.children(path))
        removed = self.session.live.tree.removed.get(self.session.node(path), ())
        acts = ["add"] * (count < MOST_ROWS) + ["remove"] * (count > 0) + ["move"] * 2 * (count > 1) + ["restore"] * 2 * bool(removed)
        match self._chance.choice(acts):
            case "add":
                self.steps.append(f"add {path}")
                return self.session.add_repeat(path)
            case "remove":
                index = self._chance.randrange(count)
                self.steps.append(f"remove {path} {index}")
                return self.session.remove_repeat(path, index)
            case "move":
                index, to = self._chance.randrange(count), self._chance.randrange(count)
                self.steps.append(f"move {path} {index} {to}")
                return self.session.move_repeat(path, index, to)
            case _:
                row_id = self._chance.choice(removed).row_id
                self.steps.append(f"restore {path} {row_id}")
                return self.session.restore_repeat(path, row_id)

    def check(self) -> None:
        """What was worked out step by step is what the draft gives when it is opened, and what working everything out anew gives."""
        session = self.session
        kept = json.loads(json.dumps(session.snapshot()))
        states, problems = self._states(session), session.problems()
        scratch = FormSession.resume(self._again, surroundings(self._files), kept, session.language)
        self._same(self._states(scratch), states)
        assert scratch.problems() == problems, self.steps
        self._same(dict(scratch.snapshot()), kept)
        rules = scratch.live.rules
        for rule in rules.graph.rules:
            if not any(map(has_chance, rule.expressions)):
                rules.agenda.mark_everywhere(rule)
        rules.run()
        self._same(self._states(scratch), states)
        assert scratch.problems() == problems, self.steps

    def _check_changes(self, before: Mapping[str, NodeView], after: Mapping[str, NodeView], changes: Changes) -> None:
        assert {path for path, view in after.items() if before.get(path) != view} <= set(changes.changed), self.steps
        assert set(before) - set(after) <= set(changes.removed), self.steps
        assert not set(changes.removed) & set(after), self.steps

    def _same(self, found: Mapping[str, object], expected: Mapping[str, object]) -> None:
        """Tell only what differs, and the steps that led there."""
        paths = [path for path in {**found, **expected} if found.get(path) != expected.get(path)]
        assert not paths, f"{self.steps}: " + "; ".join(f"{path}: {found.get(path)} for {expected.get(path)}" for path in paths[:4])

    @staticmethod
    def _states(session: FormSession) -> dict[str, dict[str, object]]:
        """All nodes as `form play` tells them; an order of choices that chance draws is no part of it."""
        states = states_of(session.live)
        for rule in session.live.rules.graph.rules:
            if rule.role is Role.ITEMS and any(map(has_chance, rule.expressions)):
                for node in session.live.tree.instances[rule.node]:
                    state = states[path_of(node)]
                    state["opts"] = sorted(state["opts"])
        return states
