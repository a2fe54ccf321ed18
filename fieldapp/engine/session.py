"""A live form and the whole contract towards the screen: answer, rows, problems, snapshot, finish.

Nothing here reads a clock, a disk or chance; `Surroundings` is handed in. A violated constraint never refuses an answer: it becomes a
problem. Refused are only texts that the type cannot hold (BadInput) and nodes that cannot be answered now (NotAllowed).
"""

from __future__ import annotations

from collections.abc import Iterator

from fieldapp.domain.submission import Answers
from fieldapp.errors import BadInput, NotAllowed, NotFound

from .definition import FormDefinition
from .history import Explained, RowMove
from .instance import Node, path_of, stable_path_of
from .live import Live
from .looks import inner_nodes, look, problem_of, questions_below
from .snapshots import EXPLANATION, Filler, answers_of, relevant_answers_of, silent
from .speech import SELECTS, allowed
from .surroundings import Surroundings
from .values import Unfit, canonical
from .views import Changes, Flaw, Kind, NodeView, Problem


class FormSession:
    """One submission being filled in."""

    def __init__(self, live: Live) -> None:
        """Use `start` or `resume`."""
        self.live = live
        self._silent = silent(live.definition)
        self._foreign: dict[str, str] = {}

    @classmethod
    def start(
        cls, definition: FormDefinition, around: Surroundings, prefill: Answers | None = None, language: str | None = None
    ) -> FormSession:
        """A new submission: the form's defaults and first-load actions, then `prefill` laid over them.

        Rows named by the prefill take the place of the form's own first rows. Raises NotFound(language), ExpressionError.
        """
        session = cls(Live(definition, around, _language(definition, language)))
        session.live.begin(lambda: session._prefill(prefill or {}))
        return session

    @classmethod
    def resume(cls, definition: FormDefinition, around: Surroundings, answers: Answers, language: str | None = None) -> FormSession:
        """A draft exactly as its snapshot says; first-load actions and drawn values (uuid, random, today) are not made again."""
        session = cls(Live(definition, around, _language(definition, language)))
        live = session.live
        filler = Filler(live.tree, answers)
        filler.restore(session._silent)
        live.explanations.update(filler.explanations())
        session._foreign = filler.unused
        live.reopen()
        return session

    def _prefill(self, answers: Answers) -> None:
        live = self.live
        filler = Filler(live.tree, answers)
        self._prefill_rows(filler, live.tree.root)
        live.settle(fire=False)
        for node, text in filler.values():
            live.rules.store(node, text)
        live.explanations.update(filler.explanations())

    def _prefill_rows(self, filler: Filler, top: Node) -> None:
        live = self.live
        for range_ in list(top.ranges.values()):
            wanted = filler.rows_of(range_)
            if not wanted:
                continue
            for row in range_.rows():
                live.rules.take(range_, row)
            for index, (row_id, order) in enumerate(wanted):
                row = live.tree.new_row(range_, row_id)
                row.order = order
                live.rules.put(range_, row, index)
                live.rules.added.append(row)
        for inner in top.inner():
            if not inner.node.is_leaf:
                self._prefill_rows(filler, inner)

    @property
    def definition(self) -> FormDefinition:
        return self.live.definition

    @property
    def language(self) -> str:
        """The current language as the form names it; empty if it has none."""
        return self.live.context.language

    @property
    def languages(self) -> tuple[str, ...]:
        return self.live.definition.languages

    @property
    def root(self) -> str:
        """The path of the form's root, whose children are the sections."""
        return self.live.definition.root.path

    def answer(self, path: str, value: str) -> Changes:
        """Store an answer as text; '' clears. Raises NotFound, NotAllowed(not-relevant, readonly, not-a-question), BadInput."""
        node = self._node(path)
        text = self._fit(node, value)
        with self.live.step():
            self.live.rules.store(node, text)
        return self.live.changes()

    def _fit(self, node: Node, value: str) -> str:
        if node.node.kind is not Kind.QUESTION:
            raise NotAllowed(reason="not-a-question", path=path_of(node))
        if not node.relevant:
            raise NotAllowed(reason="not-relevant", path=path_of(node))
        if node.readonly:
            raise NotAllowed(reason="readonly", path=path_of(node))
        try:
            text = canonical(node.node, value)
        except Unfit as fault:
            raise BadInput(what=node.node.bind.type, value=value, path=path_of(node)) from fault
        control = node.node.control
        if control is not None and control.control in SELECTS:
            text = allowed(control.control, text, self.live.rules.choices_of(node))
        return text

    def add_repeat(self, path: str) -> Changes:
        """One more row at the end of the repeat at `path`. Raises NotFound, NotAllowed(not-a-repeat, counted, not-relevant, readonly)."""
        range_ = self._open_range(path)
        live = self.live
        with live.step():
            row = live.tree.new_row(range_)
            index = len(range_.rows())
            live.history.keep(RowMove(range_, row, index, put=True))
            live.rules.put(range_, row, index)
            live.rules.added.append(row)
        return live.changes()

    def remove_repeat(self, path: str, index: int) -> Changes:
        """Take row `index` (0-based) away; what follows renumbers. Raises NotFound, NotAllowed as add_repeat, BadInput(index)."""
        range_ = self._open_range(path)
        rows = range_.rows()
        if not 0 <= index < len(rows):
            raise BadInput(what="index", value=str(index), path=path)
        live = self.live
        with live.step():
            live.history.keep(RowMove(range_, rows[index], index, put=False))
            live.rules.take(range_, rows[index])
        return live.changes()

    def _open_range(self, path: str) -> Node:
        range_ = self._node(path)
        if not range_.is_range or range_.node.repeat is None:
            raise NotAllowed(reason="not-a-repeat", path=path)
        if range_.node.repeat.fixed:
            raise NotAllowed(reason="counted", path=path)
        if not range_.relevant:
            raise NotAllowed(reason="not-relevant", path=path)
        if range_.readonly:
            raise NotAllowed(reason="readonly", path=path)
        return range_

    def set_language(self, language: str) -> Changes:
        """Speak another language of the form. Raises NotFound(language)."""
        live = self.live
        chosen = _language(live.definition, language)
        with live.step():
            live.context.language = chosen
            live.rules.language_changed()
        return live.changes()

    def explain(self, path: str, text: str) -> Changes:
        """Keep why an answer stands although its warning speaks; '' takes the explanation back."""
        node = self._node(path)
        live = self.live
        with live.step():
            live.history.keep(Explained(node, live.explanations.get(node, ""), text))
            live.put_explanation(node, text)
        return live.changes()

    def undo(self) -> Changes:
        """Take the last step back; nothing happens if there is none."""
        step = self.live.history.back()
        if step is None:
            return Changes(())
        self.live.replay(step, back=True)
        return self.live.changes()

    def redo(self) -> Changes:
        """Do the last undone step again."""
        step = self.live.history.forth()
        if step is None:
            return Changes(())
        self.live.replay(step, back=False)
        return self.live.changes()

    def view(self, path: str) -> NodeView:
        """A node as it is now. Raises NotFound."""
        return look(self.live, self._node(path))

    def children(self, path: str) -> tuple[str, ...]:
        """Paths directly below in the form's order: sections, questions, repeats; of a repeat its rows. Raises NotFound."""
        return tuple(path_of(node) for node in inner_nodes(self.live, self._node(path)))

    def medium(self, name: str) -> bytes | None:
        """A file of the form's media, as `Media` and `jr://` values name it; None if it is not here."""
        found = self.live.around.files.get(name.rsplit("/", 1)[-1])
        return found.encode("utf-8") if isinstance(found, str) else found

    def problems(self) -> tuple[Problem, ...]:
        """Everything that blocks finalizing or asks for an explanation, in the form's order."""
        flawed = self.live.rules.flawed
        found = (problem_of(self.live, node) for node in self.live.tree.root.subtree() if node in flawed)
        return tuple(problem for problem in found if problem is not None)

    def progress(self, path: str) -> tuple[int, int]:
        """(answered, asked) of the relevant questions below a section."""
        asked = questions_below(self.live, self._node(path))
        return sum(1 for node in asked if node.value), len(asked)

    def snapshot(self) -> Answers:
        """Everything stored, also what is not relevant now, in document order; `resume` brings it back."""
        return {**dict(answers_of(self.live.tree, self._silent)), **dict(self._explained(False)), **self._foreign}

    def finish(self) -> Answers:
        """What counts: the relevant answers and rows, with the explanations of warnings that still speak. Sets the `end` time."""
        live = self.live
        live.now = live.around.now()
        live.actions.end()
        live.settle()
        return {**dict(relevant_answers_of(live.tree, self._silent)), **dict(self._explained(True))}

    def _explained(self, speaking: bool) -> Iterator[tuple[str, str]]:
        for node, text in self.live.explanations.items():
            if not speaking or Flaw.WARNING in node.flaws:
                yield stable_path_of(node) + EXPLANATION, text

    def _node(self, path: str) -> Node:
        node = self.live.find(path)
        if node is None:
            raise NotFound(what="node", id=path)
        return node


def _language(definition: FormDefinition, wanted: str | None) -> str:
    """The language to speak: the wanted one, else the form's default. Raises NotFound(language)."""
    if wanted is None or (not definition.languages and not wanted):
        return definition.languages[0] if definition.languages else ""
    if wanted not in definition.languages:
        raise NotFound(what="language", id=wanted)
    return wanted


__all__ = ["FormSession", "Surroundings"]
