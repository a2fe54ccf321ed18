"""A live form as it can be looked at: nodes, rows, problems, progress; nothing here changes an answer."""

from __future__ import annotations

from fieldapp.errors import NotFound

from .definition import FormDefinition
from .instance import Node, path_of
from .live import Live
from .looks import inner_nodes, is_sensitive, look, problem_of, title_of, with_all_below
from .views import Kind, NodeView, Problem, RemovedRow
from .xpath.tree import in_document_order


class ShownForm:
    """The half of a session that only reads."""

    def __init__(self, live: Live) -> None:
        self.live = live

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

    def view(self, path: str) -> NodeView:
        """A node as it is now. Raises NotFound."""
        return look(self.live, self.node(path))

    def children(self, path: str) -> tuple[str, ...]:
        """Paths directly below in the form's order: sections, questions, repeats; of a repeat its rows. Raises NotFound."""
        return tuple(path_of(node) for node in inner_nodes(self.live, self.node(path)))

    def medium(self, name: str) -> bytes | None:
        """A file of the form's media, as `Media` and `jr://` values name it; None if it is not here."""
        found = self.live.around.files.get(name.rsplit("/", 1)[-1])
        return found.encode("utf-8") if isinstance(found, str) else found

    def removed(self, path: str) -> tuple[RemovedRow, ...]:
        """Rows of the repeat at `path` that can be restored and hold an answer, in their order. Raises NotFound."""
        rows = sorted(self.live.tree.removed.get(self.node(path), ()), key=lambda row: (row.order, row.row_id))
        found = (RemovedRow(row.row_id, title_of(self.live, row)) for row in rows if any(map(_answered, row.subtree())))
        return tuple(found)

    def problems(self) -> tuple[Problem, ...]:
        """Everything that blocks finalizing or asks for an explanation, in the form's order."""
        flawed = in_document_order(list(self.live.rules.flaws.flawed))
        found = (problem_of(self.live, node) for node in flawed if isinstance(node, Node))
        return tuple(problem for problem in found if problem is not None)

    def progress(self, path: str) -> tuple[int, int]:
        """(answered, asked) of the relevant questions below a section."""
        return self.live.rules.tally.below(self.node(path))

    def sensitive(self, *paths: str) -> tuple[str, ...]:
        """Names of the sensitive questions (bind::fa:pii 2) at and below paths that are shown with an answer. Raises NotFound."""
        shown = (node for path in paths for node in with_all_below(self.live, self.node(path)))
        return tuple(dict.fromkeys(node.name for node in shown if is_sensitive(node) and node.value))

    def node(self, path: str) -> Node:
        """The live node at a path. Raises NotFound."""
        node = self.live.find(path)
        if node is None:
            raise NotFound(what="node", id=path)
        return node


def _answered(node: Node) -> bool:
    return node.node.kind is Kind.QUESTION and node.raw != ""
