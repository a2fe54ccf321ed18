"""XForm XML → FormDefinition: the only reader of forms; everything that can be wrong with a form is found here.

Raises FormInvalid (not an XForm, a node that is not there, a circle), ExpressionError (an expression that cannot be read) and
FormUnsupported. Source: ODK XForms specification 1.0, OpenRosa metadata.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from xml.etree.ElementTree import Element

from fieldapp.domain.private_use import normalised
from fieldapp.errors import FormInvalid

from .definition import NO_NODE, Action, Bind, ControlDef, EntityDef, Expression, FormDefinition, NodeDef, RepeatDef
from .expressions import ExpressionReader
from .graph import rules_of
from .pause import nothing_to_collect
from .views import Control, Kind
from .xform_body import ACTIONS, Body, BodyReader, plain_path, repeats_of
from .xform_choices import choice_texts
from .xform_document import read_document
from .xform_model import ENTITIES, FA, ODK, ORX, Draft, Skeleton, add_meta, secondary
from .xform_text import JR, XF, ReadExpression, local, message, own_message, translations

_PII = {"none": 0, "personal": 1, "sensitive": 2}


def parse(xform: str) -> FormDefinition:
    """Read an XForm. Raises FormInvalid, ExpressionError, FormUnsupported."""
    with nothing_to_collect():
        document, prefixes = read_document(normalised(xform))
        definition = _Reading(document, prefixes).definition()
        return replace(definition, rules=rules_of(definition))


class _Reading:
    """One form while it is being read."""

    def __init__(self, document: Element, prefixes: dict[str, str]) -> None:
        self.document = document
        self.prefixes = prefixes
        model = next(document.iter(XF + "model"), None)
        if model is None:
            raise FormInvalid(detail="model", fault="no-model")
        self.model = model
        self.body_element = next((element for element in document if local(element.tag) == "body"), None)
        self.bind_elements = self.model.findall(XF + "bind")
        self.instance = self._instance()
        self.top = f"/{local(self.instance.tag)}"
        self.binds = {bind.get("id", ""): plain_path(bind.get("nodeset", ""), self.top) for bind in self.bind_elements if bind.get("id")}
        self.limits = {plain_path(bind.get("nodeset", ""), self.top): found for bind in self.bind_elements if (found := _limits(bind))}
        self.form_id = self.instance.get("id") or self.instance.get("xmlns") or local(self.instance.tag)
        add_meta(self.instance)
        repeats = repeats_of(self.body_element, self.binds, self.top)
        self.skeleton = Skeleton(self.instance, repeats)
        self.reader = ExpressionReader(self.skeleton.by_path, repeats, prefixes)

    def _instance(self) -> Element:
        first = self.model.find("{*}instance")
        root = next(iter(first), None) if first is not None else None
        if root is None:
            raise FormInvalid(detail="instance", fault="no-instance")
        return root

    def read_at(self, path: str, up: int = 0) -> ReadExpression:
        def read(text: str) -> Expression:
            return self.reader.read(text, path, up)

        return read

    def definition(self) -> FormDefinition:
        binds = self._binds()
        body = self._body()
        languages, texts = translations(self.model, self._text_place)
        nodes = self._nodes(binds, body)
        title = next((element.text or "" for element in self.document.iter() if local(str(element.tag)) == "title"), "")
        namespaces = {uri for draft in self.skeleton.drafts if (uri := draft.namespace)}
        return FormDefinition(
            form=self.form_id,
            version=self.instance.get("version") or self.instance.get(f"{{{ORX}}}version") or "",
            title=title.strip(),
            nodes=nodes,
            first=self.skeleton.first(),
            languages=languages,
            texts=texts,
            secondary=secondary(self.model, self.body_element),
            actions=self._actions(body),
            entities=self._entities(),
            namespaces=tuple((prefix, uri) for prefix, uri in self.prefixes.items() if uri in namespaces | {ORX}),
            passed_over=self._passed_over(),
            public_key=next((key for item in self.model.findall(XF + "submission") if (key := item.get("base64RsaPublicKey"))), ""),
        )

    def _text_place(self, name: str) -> ReadExpression:
        """Outputs of pyxform's texts belong to the node that the text's id names, as `/hf/m/age:label`."""
        path = name.split(":", 1)[0]
        return self.read_at(path if path in self.skeleton.by_path else "")

    def _body(self) -> Body:
        reader = BodyReader(self.read_at, self.binds, self.skeleton.by_path.__contains__, choice_texts(self.model))
        return reader.walk(self.body_element, self.top) if self.body_element is not None else reader.body

    def _binds(self) -> dict[str, Bind]:
        found: dict[str, Bind] = {}
        for element in self.bind_elements:
            nodeset = element.get("nodeset") or element.get("ref") or ""
            path = plain_path(nodeset, self.top)
            if path in self.skeleton.by_path:
                found[path] = self._bind(element, path)
        return found

    def _bind(self, element: Element, path: str) -> Bind:
        read = self.read_at(path)

        def expression(name: str) -> Expression | None:
            text = element.get(name)
            return read(text) if text is not None and text.strip() else None

        kind = (element.get("type") or "string").rsplit(":", 1)[-1]
        pii = (element.get(FA + "pii") or "0").strip()
        return Bind(
            type=kind,
            calculate=expression("calculate"),
            relevant=expression("relevant"),
            readonly=expression("readonly"),
            required=expression("required"),
            constraint=expression("constraint"),
            warning=expression(FA + "warning"),
            constraint_message=message(element.get(JR + "constraintMsg"), read),
            required_message=message(element.get(JR + "requiredMsg"), read),
            warning_message=own_message(element.get(FA + "warning_message"), read, self._known_from(path)),
            preload=element.get(JR + "preload", ""),
            preload_parameter=element.get(JR + "preloadParams", ""),
            save_to=element.get(ENTITIES + "saveto", ""),
            pii=_PII.get(pii, int(pii) if pii.isascii() and pii.isdigit() else 1),
            tier=element.get(FA + "tier") or "core",
            national_ref=element.get(FA + "national_ref", ""),
            capital=element.get(FA + "capital", "").strip().lower() in ("yes", "true", "true()", "1"),
            was=element.get(FA + "was", ""),
        )

    def _known_from(self, path: str) -> Callable[[str], bool]:
        """Whether a path written at a node leads somewhere."""
        return lambda ref: plain_path(ref, path) in self.skeleton.by_path

    def _nodes(self, binds: dict[str, Bind], body: Body) -> tuple[NodeDef, ...]:
        nodes: list[NodeDef] = []
        number = 0
        numbers: dict[str, str] = {}
        for path in sorted(body.order, key=body.order.__getitem__):
            control = body.controls[path]
            if control.control is not Control.NONE and not self._is_note(binds.get(path, Bind()), control):
                number += 1
                numbers[path] = str(number)
        for draft in self.skeleton.drafts:
            bind = binds.get(draft.path, Bind())
            control_def = body.controls.get(draft.path)
            nodes.append(self._node(draft, bind, control_def, body, numbers.get(draft.path, "")))
        return tuple(nodes)

    def _node(self, draft: Draft, bind: Bind, control: ControlDef | None, body: Body, number: str) -> NodeDef:
        kind = self._kind(draft, bind, control)
        elements = [child for child in draft.children if not child.name.startswith("@")]
        last = len(body.order)
        shown = sorted(elements, key=lambda child: (_place(child, body.order), child.index))
        repeat = None
        if kind is Kind.REPEAT:
            repeat = RepeatDef(self.skeleton.template(draft), body.counts.get(draft.path), draft.path in body.fixed)
        return NodeDef(
            index=draft.index,
            name=draft.name,
            path=draft.path,
            parent=draft.parent.index if draft.parent is not None else NO_NODE,
            kind=kind,
            children=tuple(child.index for child in draft.children),
            shown=tuple(child.index for child in shown if _place(child, body.order) < last),
            bind=bind,
            control=self._with_limits(control, draft.path),
            repeat=repeat,
            namespace=draft.namespace,
            number=number,
        )

    def _with_limits(self, control: ControlDef | None, path: str) -> ControlDef | None:
        """Some parameters stand at the bind (`orx:max-pixels`, `odk:quality`); the screen looks for them among the others."""
        limits = self.limits.get(path)
        if control is None or limits is None:
            return control
        return replace(control, parameters=(*control.parameters, *limits))

    def _kind(self, draft: Draft, bind: Bind, control: ControlDef | None) -> Kind:
        if draft.parent is None:
            return Kind.ROOT
        if draft.is_repeat:
            return Kind.REPEAT
        if control is not None and control.control is not Control.NONE:
            return Kind.NOTE if self._is_note(bind, control) else Kind.QUESTION
        if any(not child.name.startswith("@") for child in draft.children):
            return Kind.GROUP
        return Kind.CALCULATE

    @staticmethod
    def _is_note(bind: Bind, control: ControlDef) -> bool:
        always = bind.readonly is not None and bind.readonly.text.strip() in ("true()", "1")
        return control.control is Control.INPUT and always and bind.calculate is None and bind.type == "string"

    def _actions(self, body: Body) -> tuple[Action, ...]:
        elements = [(element, "") for element in self.model if local(element.tag) in ACTIONS]
        return tuple(action for element, owner in elements + body.actions if (action := self._action(element, owner)) is not None)

    def _action(self, element: Element, owner: str) -> Action | None:
        ref = element.get("ref")
        target = plain_path(ref, owner or self.top) if ref else self.binds.get(element.get("bind", ""), "")
        draft = self.skeleton.by_path.get(target)
        if draft is None:
            raise FormInvalid(detail=f"{local(element.tag)}: {ref}", fault="missing-node")
        value = element.get("value")
        if value is None and (element.text or "").strip():
            text = (element.text or "").strip()
            quote = '"' if "'" in text else "'"
            value = f"{quote}{text}{quote}"
        events = next((text for key, text in element.attrib.items() if local(key) == "event"), "").split()
        _check_events(events, target)
        owner_index = self.skeleton.by_path[owner].index if owner else NO_NODE
        expression = self.read_at(target)(value) if value is not None and value.strip() else None
        which = self.read_at(owner)(ref) if ref and "[" in ref else None
        return Action(tuple(events), draft.index, expression, owner_index, which, local(element.tag) == "setgeopoint")

    def _passed_over(self) -> tuple[tuple[str, str], ...]:
        recorded = [
            ("recordaudio", plain_path(element.get("ref", ""), self.top)) for element in self.model if local(element.tag) == "recordaudio"
        ]
        audit = self.skeleton.by_path.get(f"{self.top}/meta/audit")
        return (*recorded, *([("audit", audit.path)] if audit is not None else []))

    def _entities(self) -> tuple[EntityDef, ...]:
        found: list[EntityDef] = []
        for draft in self.skeleton.drafts:
            if draft.name == "entity" and draft.child("@dataset") is not None and draft.sample is not None:
                found.append(EntityDef(draft.sample.get("dataset", ""), draft.index))
        return tuple(found)


_EVENTS = (
    "odk-instance-first-load",
    "odk-instance-load",
    "odk-new-repeat",
    "xforms-value-changed",
    "xforms-ready",
    "jr-insert",
    "xforms-revalidate",
)


_LIMITS = (f"{{{ORX}}}max-pixels", f"{ODK}quality", f"{ODK}allow-mock-accuracy")


def _limits(bind: Element) -> tuple[tuple[str, str], ...]:
    """The parameters of a control that its bind holds."""
    return tuple((local(key), value) for key in _LIMITS if (value := bind.get(key)) is not None)


def _check_events(events: list[str], path: str) -> None:
    for event in events:
        if event not in _EVENTS:
            raise FormInvalid(detail=f"{path}: {event}", fault="unknown-event")


def _place(draft: Draft, order: dict[str, int]) -> int:
    """Where a node stands in the body: its own place, else that of the first one inside it; the end if nothing is shown."""
    own = order.get(draft.path)
    if own is not None:
        return own
    return min((_place(child, order) for child in draft.children), default=len(order))
