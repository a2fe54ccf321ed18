"""Texts and choices of a live form in the current language: itext, outputs, choice labels."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from .closures import Closures
from .definition import ControlDef, Expression, FormDefinition, Itemset, NodeDef, Text
from .instance import Node, Tree
from .views import NO_MEDIA, ChoiceView, Control, Media
from .xform_text import MEDIA
from .xpath.context import EvalContext
from .xpath.tree import XNode

SELECTS = (Control.SELECT_ONE, Control.SELECT_MULTIPLE, Control.RANK)


class Speech:
    """Renders texts of one session and keeps the choices that do not depend on answers."""

    def __init__(self, definition: FormDefinition, tree: Tree, closures: Closures, context: EvalContext) -> None:
        self._definition = definition
        self._tree = tree
        self._closures = closures
        self._context = context
        self._views: dict[Hashable, dict[int, ChoiceView]] = {}
        """By what is shown of an item: item of a secondary instance (by identity) → its view in the current language."""
        self._shared: dict[Hashable, tuple[ChoiceView, ...]] = {}
        """By list: choices that are the same for every question with this list, and in every row."""
        self._lasting = not any(
            any(isinstance(part, Expression) for part in text.parts)
            for texts in definition.texts.values()
            for name, text in texts.items()
            if "/" not in name
        )

    def language_changed(self) -> None:
        """Forget every text in the old language."""
        self._views.clear()
        self._shared.clear()

    def say(self, text: Text | None, node: XNode) -> str:
        """A text at a node."""
        if text is None:
            return ""
        if text.itext:
            return self.itext(text.itext, node)
        return "".join([part if isinstance(part, str) else self._output(part, node) for part in text.parts])

    def say_form(self, text: Text | None, form: str, node: XNode) -> str:
        """Another form of an itext text, as `guidance`; empty if there is none."""
        if text is None or not text.itext:
            return ""
        return self.itext(f"{text.itext};{form}", node, missing="")

    def itext(self, name: str, node: XNode, missing: str | None = None) -> str:
        """A text by id, in the form's default language where the current one has none; else the id itself (or `missing`)."""
        text = self._text(name)
        if text is None:
            return name if missing is None else missing
        return "".join([part if isinstance(part, str) else self._output(part, node) for part in text.parts])

    def _text(self, name: str) -> Text | None:
        texts = self._definition.texts
        found = texts.get(self._context.language, _NO_TEXTS).get(name)
        if found is None and self._definition.languages:
            found = texts[self._definition.languages[0]].get(name)
        return found

    def media(self, text: Text | None, node: XNode) -> Media:
        """The files that go with a text in the current language."""
        return self._media_of(text.itext, node) if text is not None and text.itext else NO_MEDIA

    def _media_of(self, name: str, node: XNode) -> Media:
        texts = [self._text(f"{name};{form}") for form in MEDIA]
        if texts == _NO_FILES:
            return NO_MEDIA
        return Media(*[_file_name(self.say(text, node)) for text in texts])

    def _output(self, expression: Expression, node: XNode) -> str:
        text = self._closures.text(expression, node)
        return "" if text == "NaN" else text

    def choices(self, node: Node, shared: bool) -> tuple[ChoiceView, ...]:
        """The choices that a select allows now, kept at the node. `shared`: no answer and no chance decides about them."""
        found = node.choices
        if found is None:
            name = _list_name(node.node) if shared else None
            found = self._shared.get(name) if shared else None
            if found is None:
                found = self._choices(node)
                if shared:
                    self._shared[name] = found
            node.choices = found
        return found

    def _choices(self, node: Node) -> tuple[ChoiceView, ...]:
        control = node.node.control
        if control is None:
            return ()
        if control.itemset is None:
            return tuple(ChoiceView(item.value, self.say(item.label, node), self.media(item.label, node)) for item in control.items)
        itemset = control.itemset
        items = self._closures.nodes(itemset.nodeset, node)
        on_map = _on_map(control)
        lasting = self._lasting and not itemset.outputs
        known = self._views.setdefault(_shown_of(itemset, on_map), {})
        views: list[ChoiceView] = []
        for item in items:
            if isinstance(item, Node):
                if item.relevant:
                    views.append(self._choice(node, itemset, item, on_map))
                continue
            view = known.get(id(item)) if lasting else None
            if view is None:
                view = known[id(item)] = self._choice(node, itemset, item, on_map)
            views.append(view)
        return tuple(views)

    def _choice(self, node: Node, itemset: Itemset, item: XNode, on_map: bool) -> ChoiceView:
        name = self._closures.text(itemset.value, item)
        text_id = self._closures.text(itemset.label_id, item) if itemset.label_id is not None else ""
        if itemset.outputs:
            label = self._said_at(node, text_id, dict(itemset.outputs))
        else:
            label = self._closures.text(itemset.label, item) if itemset.label is not None else name
        if not text_id and not on_map:
            return ChoiceView(name, label)
        media = self._media_of(text_id, item) if text_id else NO_MEDIA
        place = next((found.value for found in item.named("geometry")), "") if on_map else ""
        return ChoiceView(name, label, media, place)

    def _said_at(self, node: Node, text_id: str, outputs: Mapping[str, Expression]) -> str:
        """The text of a choice, its outputs read at the question that offers it."""
        text = self._text(text_id)
        if text is None:
            return text_id
        return "".join([part if isinstance(part, str) else self._output(outputs.get(part.text, part), node) for part in text.parts])


def _list_name(node: NodeDef) -> Hashable:
    """The same for questions that offer the same choices; equal expressions of a form are one object."""
    control = node.control
    if control is None or control.itemset is None:
        return node.index
    return id(control.itemset.nodeset), _shown_of(control.itemset, _on_map(control))


def _shown_of(itemset: Itemset, on_map: bool) -> Hashable:
    return id(itemset.value), id(itemset.label), id(itemset.label_id), on_map


def _on_map(control: ControlDef) -> bool:
    return "map" in control.appearance.split()


def _file_name(source: str) -> str:
    """`jr://images/house.png` → `house.png`; pyxform writes `-` where a language has no file."""
    return "" if source == "-" else source.rsplit("/", 1)[-1]


_NO_TEXTS: Mapping[str, Text] = {}
_NO_FILES: list[Text | None] = [None] * len(MEDIA)


def allowed(control: Control, raw: str, names: tuple[str, ...]) -> str:
    """What of a stored answer its choices allow, in the order in which it is stored."""
    if control is Control.SELECT_ONE:
        return raw if raw in names else ""
    return " ".join([name for name in raw.split(" ") if name in names])


def picked(control: Control, raw: str, names: tuple[str, ...]) -> str:
    """What a person's answer holds: a select-multiple in the order of its choices, a ranking as given."""
    if control is not Control.SELECT_MULTIPLE:
        return allowed(control, raw, names)
    chosen = raw.split(" ")
    return " ".join([name for name in names if name in chosen])
