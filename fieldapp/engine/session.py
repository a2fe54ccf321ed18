"""A live form and the whole contract towards the screen: answers and rows here, what it shows in `shown`.

Nothing here reads a clock, a disk or chance; `Surroundings` is handed in. A violated constraint never refuses an answer: it becomes a
problem. Refused are only texts that the type cannot hold (BadInput) and nodes that cannot be answered now (NotAllowed).
"""

from __future__ import annotations

from collections.abc import Iterator

from fieldapp.domain.submission import Answers
from fieldapp.errors import NotFound

from .definition import FormDefinition
from .history import Explained, RowMove, RowShift
from .instance import stable_path_of
from .live import Live
from .pause import nothing_to_collect
from .permits import check_range, fitted, row_at
from .prefill import lay_over
from .rows import orders_for, place_of
from .shown import ShownForm
from .snapshots import EXPLANATION, Filler, answers_of, explanations_of, relevant_answers_of, silent
from .surroundings import Surroundings
from .views import Changes, Flaw


class FormSession(ShownForm):
    """One submission being filled in."""

    def __init__(self, live: Live) -> None:
        """Use `start` or `resume`."""
        super().__init__(live)
        self._silent = silent(live.definition)
        self._foreign: dict[str, str] = {}

    @classmethod
    @nothing_to_collect()
    def start(
        cls, definition: FormDefinition, around: Surroundings, prefill: Answers | None = None, language: str | None = None
    ) -> FormSession:
        """A new submission: the form's defaults and first-load actions, then `prefill` laid over them.

        Rows named by the prefill take the place of the form's own first rows. Raises NotFound(language), ExpressionError.
        """
        session = cls(Live(definition, around, _language(definition, language)))
        session.live.begin(lambda: lay_over(session.live, prefill or {}))
        return session

    @classmethod
    @nothing_to_collect()
    def resume(
        cls,
        definition: FormDefinition,
        around: Surroundings,
        answers: Answers,
        language: str | None = None,
        fresh: frozenset[int] = frozenset(),
    ) -> FormSession:
        """A draft exactly as its snapshot says; first-load actions and drawn values (uuid, random, today) are not made again.

        Definitions in `fresh` are new to the draft (`migrate`): they begin as in a new submission.
        """
        session = cls(Live(definition, around, _language(definition, language)))
        live = session.live
        filler = Filler(live.tree, answers)
        filler.restore(session._silent, fresh)
        live.explanations.update(filler.explanations)
        session._foreign = filler.unused
        live.reopen(fresh)
        return session

    def answer(self, path: str, value: str) -> Changes:
        """Store an answer as text; '' clears. Raises NotFound, NotAllowed(not-relevant, readonly, not-a-question), BadInput."""
        node = self.node(path)
        text = fitted(self.live.rules.stored, node, value)
        with self.live.step():
            self.live.rules.store(node, text)
        return self.live.changes()

    def add_repeat(self, path: str) -> Changes:
        """One more row at the end of the repeat at `path`. Raises NotFound, NotAllowed(not-a-repeat, counted, not-relevant, readonly)."""
        range_ = self.node(path)
        check_range(range_)
        live = self.live
        with live.step():
            row = live.tree.new_row(range_)
            index = len(range_.rows())
            live.history.keep(RowMove(range_, row, index, put=True))
            live.rules.rows.put(range_, row, index)
            live.rules.rows.added.append(row)
        return live.changes()

    def remove_repeat(self, path: str, index: int) -> Changes:
        """Take row `index` (0-based) away; what follows renumbers. Raises NotFound, NotAllowed as add_repeat, BadInput(index)."""
        range_ = self.node(path)
        row = row_at(range_, index)
        live = self.live
        with live.step():
            live.history.keep(RowMove(range_, row, index, put=False, kept=True))
            live.rules.rows.remove(range_, row)
        return live.changes()

    def move_repeat(self, path: str, index: int, to: int) -> Changes:
        """Row `index` becomes row `to` (both 0-based). Raises NotFound, NotAllowed as add_repeat, BadInput(index).

        Only the moved row gets another order, so that a merge with another laptop's rows keeps the place of every other one.
        """
        range_ = self.node(path)
        row_at(range_, index)
        row_at(range_, to)
        if to == index:
            return Changes(())
        live = self.live
        orders = orders_for(range_.rows(), index, to)
        with live.step():
            before = tuple((other, other.order) for other in orders)
            live.history.keep(RowShift(range_, index, to, before, tuple(orders.items())))
            live.rules.rows.move(range_, index, to)
            for other, order in orders.items():
                other.order = order
        return live.changes()

    def restore_repeat(self, path: str, row_id: str) -> Changes:
        """Bring a removed row back to its place with all its answers. Raises NotFound(node, row), NotAllowed as add_repeat."""
        range_ = self.node(path)
        check_range(range_)
        live = self.live
        row = next((found for found in live.tree.removed.get(range_, ()) if found.row_id == row_id), None)
        if row is None:
            raise NotFound(what="row", id=row_id)
        index = place_of(range_, row)
        with live.step():
            live.history.keep(RowMove(range_, row, index, put=True, kept=True))
            live.rules.rows.restore(range_, row, index)
        return live.changes()

    def set_language(self, language: str) -> Changes:
        """Speak another language of the form. Raises NotFound(language)."""
        live = self.live
        chosen = _language(live.definition, language)
        with live.step(undoable=False):
            live.context.language = chosen
            live.rules.language_changed()
        return live.changes()

    def explain(self, path: str, text: str) -> Changes:
        """Keep why an answer stands although its warning speaks; '' takes the explanation back."""
        node = self.node(path)
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

    def snapshot(self) -> Answers:
        """Everything stored, also what is not relevant now and rows that were removed; `resume` brings it back."""
        live = self.live
        return {**self._foreign, **dict(answers_of(live.tree, self._silent)), **dict(explanations_of(live.tree, live.explanations))}

    def finish(self) -> Answers:
        """What counts: the relevant answers and rows, with the explanations of warnings that still speak. Sets the `end` time."""
        live = self.live
        live.now = live.around.now()
        live.actions.end()
        live.settle()
        return {**dict(relevant_answers_of(live.tree, self._silent)), **dict(self._explained())}

    def _explained(self) -> Iterator[tuple[str, str]]:
        for node, text in self.live.explanations.items():
            if Flaw.WARNING in node.flaws and node.held:
                yield stable_path_of(node) + EXPLANATION, text


def _language(definition: FormDefinition, wanted: str | None) -> str:
    """The language to speak: the wanted one, else the form's default. Raises NotFound(language)."""
    if wanted is None or (not definition.languages and not wanted):
        return definition.languages[0] if definition.languages else ""
    if wanted not in definition.languages:
        raise NotFound(what="language", id=wanted)
    return wanted


__all__ = ["FormSession", "Surroundings"]
