"""A form in motion: the live tree with its rules, actions and history, and one transaction at a time over them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

from .actions import Actions
from .closures import Closures
from .definition import FormDefinition
from .history import Counted, Entry, Explained, History, RowMove, RowShift, Step, Write
from .instance import Node, Tree, paths_of
from .plan import plan_of
from .recompute import Recompute
from .rows import count_of
from .secondary import Secondaries
from .speech import Speech
from .surroundings import Surroundings
from .views import Changes, Kind
from .xpath.context import EvalContext

MOST_ROUNDS = 100
"""How many times actions may follow actions within one step."""


class Live:
    """Everything that moves in one session."""

    def __init__(self, definition: FormDefinition, around: Surroundings, language: str) -> None:
        self.definition = definition
        self.around = around
        self.tree = Tree(definition, around.new_id)
        self.now = around.now()
        plan = plan_of(definition)
        self.context = EvalContext(
            self.tree.document,
            around.zone,
            lambda: self.now,
            instances=Secondaries(definition.secondary, around.files, plan.documents),
            language=language,
            itext=lambda name: self.speech.itext(name, self.context.current),
            choice_label=self._choice_label,
            chance=random.Random(around.new_id()),
            new_uuid=around.uuid,
            namespaces=dict(definition.namespaces),
        )
        self.closures = Closures(self.context, plan.compiled)
        self.speech = Speech(definition, self.tree, self.closures, self.context)
        self.rules = Recompute(definition, plan.graph, self.tree, self.closures, self.speech)
        self.actions = Actions(definition, self.tree, self.rules, around)
        self.history = History()
        self.explanations: dict[Node, str] = {}
        self.rules.stored.on_store = self._keep

    def _keep(self, node: Node, raw: str, known: str | None) -> None:
        self._writes.setdefault(node, (raw, known))

    _writes: dict[Node, tuple[str, str | None]]

    def begin(self, fill: Callable[[], None]) -> None:
        """The first transaction of a new submission: defaults, rules, `fill` (a prefill), first-load actions."""
        self._writes = {}
        self.rules.rows.enter(self.tree.root)
        self.rules.run()
        self.actions.preload()
        self.actions.first_load()
        self.settle(fire=False)
        fill()
        self.settle(fire=False)
        self.rules.news.forget()
        self.rules.stored.on_value = self.actions.note_change

    def reopen(self, fresh: frozenset[int] = frozenset()) -> None:
        """The first transaction of a draft whose answers already stand in the tree; drawn values (uuid, random, now) stay as they are.

        Definitions in `fresh` are new to the draft: they begin as in a new submission.
        """
        self._writes = {}
        self.rules.resuming = True
        self.rules.rows.enter(self.tree.root)
        self.settle(fire=False)
        self.actions.load()
        self.settle(fire=False)
        self.rules.resuming = False
        if fresh:
            self._begin_fresh(fresh)
        self.rules.news.forget()
        self.rules.stored.on_value = self.actions.note_change

    def _begin_fresh(self, fresh: frozenset[int]) -> None:
        for node in [node for index in sorted(fresh) for node in self.tree.instances[index]]:
            if node.calculated is not None and node.node.control is not None:
                self.rules.store(node, node.calculated)
        self.actions.first_load(fresh)
        self.settle(fire=False)

    def settle(self, fire: bool = True) -> None:
        """Work until rules and actions are quiet."""
        for _ in range(MOST_ROUNDS):
            self.rules.run()
            added, self.rules.rows.added = self.rules.rows.added, []
            for row in added:
                self.actions.new_row(row)
            if not added and not (fire and self.actions.run_waiting()):
                break
        self.actions.waiting.clear()
        self.rules.run()

    @contextmanager
    def step(self, undoable: bool = True) -> Iterator[None]:
        """One thing that the person does: time stands still, rules and actions follow, all of it can be undone."""
        self.rules.news.forget()
        self.now = self.around.now()
        self._writes = {}
        self.rules.rows.counted.clear()
        if undoable:
            self.history.begin()
        try:
            yield
            self.settle()
        finally:
            for node, before in self._writes.items():
                if before != (node.raw, node.calculated):
                    self.history.keep(Write(node, before, (node.raw, node.calculated)))
            for range_, before_count in self.rules.rows.counted.items():
                self.history.keep(Counted(range_, before_count, count_of(range_)))
            self.history.end()

    def replay(self, step: Step, back: bool) -> None:
        """Undo a step or do it again: the stored values and rows, then the rules; actions do not run again."""
        rules = self.rules
        rules.news.forget()
        self.now = self.around.now()
        self._writes = {}
        listener, rules.stored.on_value = rules.stored.on_value, None
        rules.replaying = True
        for change in reversed(step.entries) if back else step.entries:
            self._replay(change, back)
        rules.run()
        rules.replaying = False
        rules.rows.added.clear()
        rules.stored.on_value = listener

    def _replay(self, entry: Entry, back: bool) -> None:
        rows = self.rules.rows
        match entry:
            case Write(node, before, after):
                raw, known = before if back else after
                node.calculated = known
                self.rules.store(node, raw)
                self.rules.rethink(node)
            case RowMove(range_, row, index, put, kept):
                if put is not back:
                    rows.restore(range_, row, index) if kept else rows.put(range_, row, index, again=True)
                else:
                    rows.remove(range_, row) if kept else rows.take(range_, row)
            case RowShift(range_, at, to, before, after):
                rows.move(range_, to if back else at, at if back else to)
                for row, order in before if back else after:
                    row.order = order
            case Counted(range_, count_before, count_after):
                rows.recount(range_, count_before if back else count_after)
            case Explained(node, old, new):
                self.put_explanation(node, old if back else new)

    def put_explanation(self, node: Node, text: str) -> None:
        """Keep (or with '' drop) what the person wrote about a warning."""
        if text:
            self.explanations[node] = text
        else:
            self.explanations.pop(node, None)
        self.rules.news.changed[node] = None

    def changes(self) -> Changes:
        """What the last transaction changed."""
        changed = tuple(paths_of(node for node in self.rules.news.changed if node.held))
        gone = tuple(path for path in dict.fromkeys(self.rules.news.gone) if self.find(path) is None)
        return Changes(changed, gone, self.rules.news.rows)

    def find(self, path: str) -> Node | None:
        """The node (or range) at an absolute ref with 1-based rows."""
        names = path.strip("/").split("/")
        here: Node = self.tree.root
        if names[0] != here.name:
            return None
        for place, name in enumerate(names[1:], 2):
            found = self._inner(here, name, place == len(names))
            if found is None:
                return None
            here = found
        return here

    @staticmethod
    def _inner(here: Node, name: str, last: bool) -> Node | None:
        if name.startswith("@"):
            return next((found for found in here.inner() if found.node.name == name), None)
        plain, _, number = name.partition("[")
        found = cast("list[Node]", here.named(plain))
        if number:
            digits = number.rstrip("]")
            index = int(digits) - 1 if digits.isascii() and digits.isdigit() else -1
            return found[index] if 0 <= index < len(found) and found[index].row_id else None
        if last:
            range_ = next((range_ for range_ in here.ranges.values() if range_.name == plain), None)
            if range_ is not None:
                return range_
        return found[0] if found and not found[0].row_id else None

    def _choice_label(self, value: str, path: str, asking: object) -> str:
        """The label of a choice of the question at `path`, in the row of the asking node."""
        definition = self.definition.find(_plain(path, asking))
        if definition is None:
            return value
        rows = _rows(asking)
        for node in self.tree.instances[definition.index]:
            if all(rows.get(index, row) is row for index, row in _rows(node).items()):
                choices = self.speech.choices(node, self.rules.stored.is_shared(node))
                return next((choice.label for choice in choices if choice.name == value), "")
        return ""


def _plain(path: str, asking: object) -> str:
    """The definition path that a literal path means at the asking node."""
    path = path.strip()
    if path.startswith("/") or not isinstance(asking, Node):
        return "/" + "/".join(name.rsplit(":", 1)[-1] for name in path.strip("/").split("/"))
    names = asking.node.path.strip("/").split("/")
    for name in path.split("/"):
        if name == "..":
            names.pop()
        elif name != ".":
            names.append(name)
    return "/" + "/".join(names)


def _rows(node: object) -> dict[int, Node]:
    rows: dict[int, Node] = {}
    here = node if isinstance(node, Node) else None
    while here is not None:
        if here.node.kind is Kind.REPEAT and here.row_id:
            rows[here.node.index] = here
        here = here.above
    return rows
