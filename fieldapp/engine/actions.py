"""What happens by itself: preloads and setvalue actions on their events (ODK XForms, sections Preloaders and Actions)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .definition import NO_NODE, Action, FormDefinition, NodeDef
from .instance import Node, Tree
from .recompute import Recompute
from .surroundings import Surroundings
from .values import Unfit, canonical

FIRST_LOAD = frozenset(("odk-instance-first-load", "odk-instance-load", "xforms-ready"))
LOAD = frozenset(("odk-instance-load", "xforms-ready"))
NEW_ROW = frozenset(("odk-new-repeat", "jr-insert"))
CHANGED = frozenset(("xforms-value-changed",))


class Actions:
    """The actions of one session."""

    def __init__(self, definition: FormDefinition, tree: Tree, recompute: Recompute, around: Surroundings) -> None:
        self._definition = definition
        self._tree = tree
        self._recompute = recompute
        self._around = around
        self._loading = [action for action in definition.actions if FIRST_LOAD.intersection(action.events)]
        self._new_row = [action for action in definition.actions if NEW_ROW.intersection(action.events)]
        self._changed: dict[int, list[Action]] = {}
        for action in definition.actions:
            if CHANGED.intersection(action.events) and action.owner != NO_NODE:
                self._changed.setdefault(action.owner, []).append(action)
        identity = definition.meta("instanceID")
        self._preloads = [node for node in definition.nodes if node.bind.preload or node is identity]
        self.waiting: dict[Node, None] = {}

    def listens_to(self, node: Node) -> bool:
        """Whether a change of this value has an action."""
        return node.node.index in self._changed

    def note_change(self, node: Node) -> None:
        """A value changed; its actions run once the rules are done."""
        if node.node.index in self._changed:
            self.waiting[node] = None

    def preload(self) -> None:
        """Fill what a new submission brings along: identity, times, properties of the device."""
        for node in self._preloads:
            for place in self._tree.instances[node.index]:
                self._preload(place)

    def _preload(self, place: Node) -> None:
        text = self._preloaded(place.node)
        if text is not None:
            self._recompute.store(place, text)

    def _preloaded(self, node: NodeDef) -> str | None:
        bind = node.bind
        match bind.preload:
            case "uid":
                return f"uuid:{self._around.uuid()}"
            case "timestamp" if bind.preload_parameter == "start":
                return self._around.instant()
            case "date":
                return self._around.instant()[:10]
            case "property":
                name = bind.preload_parameter
                return _property(self._around.properties, name)
        if not bind.preload and bind.calculate is None and not any(place.raw for place in self._tree.instances[node.index]):
            return f"uuid:{self._around.uuid()}"
        return None

    def end(self) -> None:
        """The time at which the submission is finished."""
        for node in self._definition.nodes:
            if node.bind.preload == "timestamp" and node.bind.preload_parameter == "end":
                for place in self._tree.instances[node.index]:
                    self._recompute.store(place, self._around.instant())

    def first_load(self, only: frozenset[int] | None = None) -> None:
        """The actions of a new submission; as in the reference engines what is not relevant at first stays blank.

        `only` names the definitions that are new to a draft of an earlier version.
        """
        for action in self._loading:
            for target in self._chosen(action, self._tree.root):
                if target.relevant and (only is None or target.node.index in only):
                    self._perform(action, target)

    def _chosen(self, action: Action, origin: Node) -> list[Node]:
        """The instances of the target, or those that its predicate picks."""
        if action.which is None:
            return list(self._tree.instances[action.target])
        found = self._recompute.closures.nodes(action.which, origin)
        return [node for node in found if isinstance(node, Node) and node.node.index == action.target]

    def load(self) -> None:
        """The actions of a submission that is opened again."""
        for action in self._loading:
            if LOAD.intersection(action.events):
                for target in self._chosen(action, self._tree.root):
                    self._perform(action, target)

    def new_row(self, row: Node) -> None:
        """What a row that the person or jr:count added brings along, and its actions."""
        if any(self._definition.repeats_of(node.index) for node in self._preloads):
            for inner in row.subtree():
                if inner.node.bind.preload:
                    self._preload(inner)
        for action in self._new_row:
            place = action.target if action.owner == NO_NODE else action.owner
            if self._definition.repeats_of(place)[-1:] == (row.node.index,):
                for target in self._targets(action, row):
                    self._perform(action, target)

    def run_waiting(self) -> bool:
        """Run the actions of changed values; whether there were any."""
        waiting, self.waiting = self.waiting, {}
        for node in waiting:
            for action in self._changed[node.node.index]:
                for target in self._targets(action, node):
                    self._perform(action, target)
        return bool(waiting)

    def _targets(self, action: Action, origin: Node) -> Iterator[Node]:
        """The nodes of an action's target in the same rows as the origin."""
        rows: dict[int, Node] = {}
        here: Node | None = origin
        while here is not None:
            if here.row_id:
                rows[here.node.index] = here
            here = here.above
        for target in self._chosen(action, origin):
            if action.which is not None or all(rows.get(row.node.index, row) is row for row in _rows_of(target)):
                yield target

    def _perform(self, action: Action, target: Node) -> None:
        if not target.node.is_leaf:
            return
        text = ""
        if action.place:
            text = _property(self._around.properties, "geopoint") or target.raw
        elif action.value is not None:
            text = self._recompute.closures.text(action.value, target)
        try:
            text = canonical(target.node, "" if text == "NaN" else text)
        except Unfit:
            text = ""
        self._recompute.store(target, text)


def _property(properties: Mapping[str, str], name: str) -> str:
    """A property whatever the case of its name (`deviceID`, `deviceid`)."""
    return next((value for key, value in properties.items() if key.casefold() == name.casefold()), "")


def _rows_of(node: Node) -> Iterator[Node]:
    here: Node | None = node
    while here is not None:
        if here.row_id:
            yield here
        here = here.above
