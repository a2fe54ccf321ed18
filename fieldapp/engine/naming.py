"""What a stable path of the answers is called in words: its question, and the row that it stands in."""

from __future__ import annotations

from .instance import Node, stable_path_of
from .looks import title_of, words_of
from .session import FormSession
from .snapshots import EXPLANATION, PARKED, REMOVED
from .speech import SELECTS


class Names:
    """The questions of one filled form by stable path."""

    def __init__(self, session: FormSession) -> None:
        self._session = session
        self._nodes = {stable_path_of(node): node for node in session.live.tree.root.subtree()}

    def label(self, path: str) -> str:
        """The question's label; empty when the form as it is filled has no such place."""
        node = self._node(path)
        return "" if node is None else words_of(self._session.live, node)[0]

    def row(self, path: str) -> str:
        """The first answer of the innermost row around the question, as a member's name; empty outside of rows and while there is none."""
        here = self._node(path)
        while here is not None and not here.row_id:
            here = here.above
        return title_of(self._session.live, here).partition(" · ")[0] if here is not None else ""

    def value(self, path: str, raw: str) -> str:
        """A value that the question could have, in words: choices by their labels."""
        node = self._node(path)
        if node is None or node.node.control is None or node.node.control.control not in SELECTS or path.endswith(EXPLANATION):
            return raw
        live = self._session.live
        labels = {choice.name: choice.label for choice in live.speech.choices(node, live.rules.stored.is_shared(node))}
        return "；".join(labels.get(name, name) for name in raw.split())

    def _node(self, path: str) -> Node | None:
        plain = path.replace(REMOVED, "").replace(PARKED, "").removesuffix(EXPLANATION)
        return self._nodes.get(plain)
