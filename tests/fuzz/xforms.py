"""XForms with something wrong about them: real ones, mutated knowing their grammar."""

from __future__ import annotations

import copy
from collections.abc import Callable
from random import Random
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

from tests.engine.choice_lists import ROWS

from .expressions import mutated
from .laws import pieces

EXPRESSIONS = ("calculate", "relevant", "constraint", "required", "readonly", "nodeset", "ref", "value")
_JR = "{http://openrosa.org/javarosa}"
_XF = "{http://www.w3.org/2002/xforms}"
_NAMES = (
    "group",
    "repeat",
    "input",
    "select1",
    "select",
    "bind",
    "itemset",
    "item",
    "value",
    "label",
    "instance",
    "model",
    "itext",
    "translation",
)
_NAMES += (
    "setvalue",
    "rank",
    "range",
    "upload",
    "trigger",
    "output",
    "hint",
    "text",
    "meta",
    "entity",
    "a",
    "姓名",
    "h:body",
    "submission",
)
_VALUES = (
    "",
    "1e9",
    "-1",
    "999999999999",
    "true()",
    "jr:itext('x')",
    "jr://file/x.csv",
    "select1",
    "x:y:z",
    "..",
    "/",
    "int",
    "geopoint",
    "乙",
)
_VALUES += (
    "odk-new-repeat",
    "odk-instance-first-load",
    "xforms-value-changed",
    "uuid",
    "timestamp",
    "minimal",
    "1 2",
    "form/",
    "current()/..",
)


def mutate(text: str, chance: Random) -> str:
    """A form with up to six things wrong."""
    if chance.random() < 0.15:
        return list(pieces(text, chance))[-1]
    root = fromstring(text)
    for _ in range(chance.randrange(1, 7)):
        chance.choice(_MUTATIONS)(root, chance)
    made = tostring(root, encoding="unicode")
    return _wrapped(made, chance) if chance.random() < 0.15 else made


def _any(root: Element, chance: Random) -> Element:
    return chance.choice(list(root.iter()))


def _with_parent(root: Element, chance: Random) -> tuple[Element, Element] | None:
    pairs = [(parent, child) for parent in root.iter() for child in parent]
    return chance.choice(pairs) if pairs else None


def _drop(root: Element, chance: Random) -> None:
    pair = _with_parent(root, chance)
    if pair is not None:
        pair[0].remove(pair[1])


def _double(root: Element, chance: Random) -> None:
    pair = _with_parent(root, chance)
    if pair is not None and sum(1 for _ in root.iter()) < 20_000:
        pair[0].insert(chance.randrange(len(pair[0]) + 1), copy.deepcopy(pair[1]))


def _move(root: Element, chance: Random) -> None:
    pair = _with_parent(root, chance)
    if pair is None:
        return
    pair[0].remove(pair[1])
    _any(root, chance).append(pair[1])


def _rename(root: Element, chance: Random) -> None:
    element = _any(root, chance)
    name = chance.choice(_NAMES)
    element.tag = chance.choice((name, _XF + name, "{urn:weird}" + name, _JR + name)).replace("h:", "")


def _drop_attribute(root: Element, chance: Random) -> None:
    element = _any(root, chance)
    if element.attrib:
        del element.attrib[chance.choice(list(element.attrib))]


def _set_attribute(root: Element, chance: Random) -> None:
    element, other = _any(root, chance), _any(root, chance)
    key = chance.choice(
        [*element.attrib, *other.attrib, "ref", "nodeset", "bind", _JR + "count", _JR + "template", "calculate", "type", "event", "id"]
    )
    element.set(key, chance.choice([*other.attrib.values(), *_VALUES]))


def _swap_binds(root: Element, chance: Random) -> None:
    binds = list(root.iter(_XF + "bind"))
    if len(binds) > 1:
        one, two = chance.sample(binds, 2)
        one.attrib, two.attrib = dict(two.attrib) | {"nodeset": one.get("nodeset", "")}, dict(one.attrib)


def _expression(root: Element, chance: Random) -> None:
    places = [
        (element, key) for element in root.iter() for key in element.attrib if key.rsplit("}", 1)[-1] in (*EXPRESSIONS, "count", "warning")
    ]
    if places:
        element, key = chance.choice(places)
        element.set(key, mutated(element.attrib[key], chance))


def _new_expression(root: Element, chance: Random) -> None:
    binds = list(root.iter(_XF + "bind"))
    if binds:
        chance.choice(binds).set(chance.choice(EXPRESSIONS[:5]), mutated(chance.choice(binds).get("nodeset", ""), chance))


def _nest(root: Element, chance: Random) -> None:
    """Something inside itself, again and again."""
    here = _any(root, chance)
    name = chance.choice((here.tag, _XF + "group", _XF + "repeat", _XF + "label"))
    for _ in range(chance.choice((3, 30, 100, 300))):
        here = SubElement(here, str(name), dict(here.attrib))


def _count(root: Element, chance: Random) -> None:
    repeats = list(root.iter(_XF + "repeat"))
    if repeats:
        chance.choice(repeats).set(
            _JR + "count", chance.choice(("1000000000", "1e9", "1 div 0", "-1 div 0", "0 div 0", "5", "..", "'many'"))
        )


def _circle(root: Element, chance: Random) -> None:
    binds = [element for element in root.iter(_XF + "bind") if element.get("nodeset")]
    if len(binds) > 1:
        one, two = chance.sample(binds, 2)
        role = chance.choice(("calculate", "relevant", "constraint", "readonly"))
        one.set(role, str(two.get("nodeset")))
        two.set(role, f"{one.get('nodeset')} + {two.get('nodeset')}")


def _itemset(root: Element, chance: Random) -> None:
    sets = list(root.iter(_XF + "itemset"))
    nodesets = (
        f"instance('a')/{ROWS}[x = instance('a')/{ROWS}/x]",
        ".",
        "..",
        "//*",
        "/*/*",
        f"randomize(instance('a')/{ROWS}, .)",
        "1",
        "''",
    )
    if sets:
        chance.choice(sets).set("nodeset", chance.choice(nodesets))


def _instance(root: Element, chance: Random) -> None:
    """A secondary instance that is large, deep, nameless or named like another."""
    for model in root.iter(_XF + "model"):
        made = SubElement(model, _XF + "instance", {"id": chance.choice(("a", "", "yn", "x", "last-saved"))})
        if chance.random() < 0.3:
            made.set("src", chance.choice(("jr://file/x.xml", "jr://instance/last-saved", "file:///etc/passwd", "x", "")))
        here = SubElement(made, "root")
        for _ in range(chance.choice((0, 3, 400))):
            SubElement(SubElement(here, "item"), chance.choice(("name", "label", "x"))).text = "v"
        return


_MUTATIONS: tuple[Callable[[Element, Random], None], ...] = (
    _drop, _drop, _double, _double, _move, _rename, _drop_attribute, _set_attribute, _set_attribute, _swap_binds, _expression, _expression,
    _expression, _new_expression, _new_expression, _nest, _count, _circle, _itemset, _instance,
)  # fmt: skip

LAUGHS = "".join(f'<!ENTITY l{depth} "{f"&l{depth - 1};" * 10}">' for depth in range(1, 30))


def bombs() -> tuple[str, ...]:
    """Document types that would grow or fetch, in front of any form."""
    return (
        f'<!DOCTYPE h [<!ENTITY l0 "ha">{LAUGHS}]>',
        f'<!DOCTYPE h [<!ENTITY q "{"q" * 50_000}">]>',
        '<!DOCTYPE h [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE h SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE h [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p.dtd">%p;]>',
        '<!-- harmless -->\n<?x y?><!DOCTYPE h [<!ATTLIST h id CDATA "x">]>',
        "<!doctype html>",
    )


def _wrapped(text: str, chance: Random) -> str:
    """The text as something else: another encoding named, a document type, half of it, twice."""
    match chance.randrange(6):
        case 0:
            return f'<?xml version="1.0" encoding="{chance.choice(("utf-16", "GBK", "utf-7", "x", "ascii"))}"?>{text}'
        case 1 | 2:
            return chance.choice(bombs()) + text.replace("</", "&l29;</", 1)
        case 3:
            return text[: chance.randrange(len(text))]
        case 4:
            return text + text
    return "\ufeff\ufeff" + text
