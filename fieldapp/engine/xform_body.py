"""Reads the body of an XForm: which node is shown by which control, in which order, and the repeats."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from fieldapp.errors import ExpressionError, FormInvalid

from .definition import ControlDef, Expression, Item, Itemset, Text
from .views import Control
from .xform_choices import ChoiceTexts
from .xform_text import JR, XF, ReadExpression, itext_id, local, shown_text

_CONTROLS = {
    "input": Control.INPUT,
    "secret": Control.INPUT,
    "select1": Control.SELECT_ONE,
    "select": Control.SELECT_MULTIPLE,
    "rank": Control.RANK,
    "range": Control.RANGE,
    "trigger": Control.ACKNOWLEDGE,
    "upload": Control.UPLOAD,
}
ACTIONS = ("setvalue", "setgeopoint")
"""What a form may do by itself; odk:recordaudio is passed over, since a laptop in a village records nobody unasked."""
_PLACED = frozenset(("group", "repeat", *_CONTROLS))
_PREDICATE = re.compile(r"\[[^\]]*\]")
_NOT_PARAMETERS = {"ref", "bind", "nodeset", "appearance", "mediatype", "class", "query"}
_XLSFORM_NAMES = {
    "accuracyThreshold": "capture-accuracy",
    "unacceptableAccuracyThreshold": "warning-accuracy",
    "tick-interval": "tick_interval",
}
"""Attributes of the body → the parameters that authors write."""


@dataclass(slots=True)
class Body:
    """What the body says, by path."""

    controls: dict[str, ControlDef] = field(default_factory=dict)
    order: dict[str, int] = field(default_factory=dict)
    counts: dict[str, Expression] = field(default_factory=dict)
    fixed: set[str] = field(default_factory=set)
    actions: list[tuple[Element, str]] = field(default_factory=list)
    """(element of an action, path of the control or repeat that owns it)."""


def repeats_of(body: Element | None, binds: dict[str, str], top: str) -> list[str]:
    """The nodesets of all repeats, before anything else is read."""
    found: list[str] = []

    def descend(element: Element, context: str) -> None:
        for child in element:
            path = reference(child, context, binds)
            if local(child.tag) == "repeat" and path:
                found.append(path)
            descend(child, path or context)

    if body is not None:
        descend(body, top)
    return found


def reference(element: Element, context: str, binds: dict[str, str]) -> str:
    """The absolute path (local names) of a control, group or repeat; empty if it has none."""
    if local(element.tag) not in _PLACED:
        return ""
    bind = element.get("bind")
    if bind is not None:
        return binds.get(bind, "")
    ref = element.get("nodeset") or element.get("ref")
    return plain_path(ref, context) if ref else ""


def plain_path(ref: str, context: str = "") -> str:
    """A path with local names only; relative ones are taken below `context`."""
    names = [name for name in _PREDICATE.sub("", ref).strip().split("/") if name]
    if not ref.strip().startswith("/"):
        base = [name for name in context.split("/") if name]
        while names and names[0] in ("..", ".", "current()"):
            if names.pop(0) == ".." and base:
                base.pop()
        names = base + names
    return "/" + "/".join(("@" if name.startswith("@") else "") + name.lstrip("@").rsplit(":", 1)[-1] for name in names)


class BodyReader:
    """Walks the body once. A control whose node the instance does not have is left out, as Web Forms does; the linter tells of it."""

    def __init__(
        self, read_at: Callable[[str], ReadExpression], binds: dict[str, str], known: Callable[[str], bool], choices: ChoiceTexts
    ) -> None:
        self._read_at = read_at
        self._binds = binds
        self._known = known
        self._choices = choices
        self.body = Body()

    def walk(self, element: Element, context: str) -> Body:
        """Read everything below `element`."""
        for child in element:
            self._child(child, context)
        return self.body

    def _child(self, child: Element, context: str) -> None:
        kind = local(child.tag)
        path = reference(child, context, self._binds)
        if path and not self._known(path):
            return
        if kind == "group":
            self._group(child, path)
            self.walk(child, path or context)
        elif kind == "repeat":
            self._repeat(child, path)
            self.walk(child, path)
        elif kind in _CONTROLS and path:
            self._place(path)
            self.body.controls[path] = self._control(child, path)
            self._actions(child, path)

    def _place(self, path: str) -> None:
        self.body.order.setdefault(path, len(self.body.order))

    def _group(self, element: Element, path: str) -> None:
        if not path:
            return
        self._place(path)
        read = self._read_at(path)
        self.body.controls[path] = ControlDef(
            Control.NONE,
            shown_text(element.find(XF + "label"), read),
            shown_text(element.find(XF + "hint"), read),
            element.get("appearance", ""),
        )

    def _repeat(self, element: Element, path: str) -> None:
        self._place(path)
        read = self._read_at(path)
        known = self.body.controls.get(path, ControlDef(Control.NONE))
        label = shown_text(element.find(XF + "label"), read)
        appearance = " ".join(filter(None, (known.appearance, element.get("appearance", ""))))
        self.body.controls[path] = replace(known, label=known.label or label, appearance=appearance)
        count = element.get(JR + "count")
        if count:
            self.body.counts[path] = read(count)
        if count or element.get(JR + "noAddRemove", "").strip() in ("true()", "true"):
            self.body.fixed.add(path)
        self._actions(element, path)

    def _actions(self, element: Element, path: str) -> None:
        for child in element:
            if local(child.tag) in ACTIONS:
                self.body.actions.append((child, path))

    def _control(self, element: Element, path: str) -> ControlDef:
        read = self._read_at(path)
        external = self._external(element.get("query"), read)
        return ControlDef(
            Control.SELECT_ONE if external else _CONTROLS[local(element.tag)],
            shown_text(element.find(XF + "label"), read),
            shown_text(element.find(XF + "hint"), read),
            element.get("appearance", ""),
            element.get("mediatype", ""),
            _parameters(element),
            tuple(_item(item, read) for item in element.findall(XF + "item")),
            external or self._itemset(element.find(XF + "itemset"), read, path),
        )

    def _external(self, query: str | None, read: ReadExpression) -> Itemset | None:
        """The choices of a `select_one_external`: the rows of `itemsets.csv` that the query picks.

        With a query that cannot be read the answer is typed, as in the clients that do not know the attribute.
        """
        if not query:
            return None
        plain = self._read_at("")
        try:
            return Itemset(read(query), plain("name"), plain("label"))
        except ExpressionError:
            return None

    def _itemset(self, element: Element | None, read: ReadExpression, path: str) -> Itemset | None:
        if element is None:
            return None
        value = element.find(XF + "value")
        label = element.find(XF + "label")
        nodeset = element.get("nodeset")
        if value is None or not nodeset or not value.get("ref"):
            raise FormInvalid(detail=path, fault="itemset")
        plain = self._read_at("")
        label_ref = label.get("ref") if label is not None else None
        label_id = itext_id(label_ref) if label_ref else ""
        outputs = tuple((text, read(text)) for text in self._choices.of(nodeset)) if label_id else ()
        return Itemset(
            read(nodeset),
            plain(value.get("ref", "")),
            plain(label_ref) if label_ref else None,
            plain(label_id) if label_id and (outputs or self._choices.media) else None,
            outputs,
        )


def _parameters(element: Element) -> tuple[tuple[str, str], ...]:
    """What else the control says, by the names of XLSForm; a secret is one, so that the screen does not show what is typed."""
    found = [(_XLSFORM_NAMES.get(local(key), local(key)), value) for key, value in element.attrib.items()]
    secret = [("secret", "true")] if local(element.tag) == "secret" else []
    return tuple((name, value) for name, value in found + secret if name not in _NOT_PARAMETERS)


def _item(element: Element, read: ReadExpression) -> Item:
    value = element.find(XF + "value")
    label = shown_text(element.find(XF + "label"), read)
    return Item((value.text or "").strip() if value is not None else "", label or Text())
