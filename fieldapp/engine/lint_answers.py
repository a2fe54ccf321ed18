"""What can stand in a question, as far as the form tells: words, numbers, dates, one or several of its choices."""

from __future__ import annotations

from .definition import FormDefinition, NodeDef
from .views import Control, Kind
from .xpath.ast import Path, Text, walk
from .xpath.printer import to_text

_NUMBERS = frozenset(("int", "integer", "decimal"))
_DATES = frozenset(("date", "time", "dateTime"))
_NOT_WORDS = _NUMBERS | _DATES | {"boolean", "geopoint", "geotrace", "geoshape"}
_SELECTS = (Control.SELECT_ONE, Control.SELECT_MULTIPLE, Control.RANK)
_AS_NUMBERS = ("numbers", "thousands-sep")


def holds_words(node: NodeDef, definition: FormDefinition) -> bool:
    """Whether a number can hardly stand there: a text question, or a select with a choice that is no number."""
    if node.bind.calculate is not None or node.control is None or node.bind.type in _NOT_WORDS:
        return False
    names = choices_of(node, definition)
    if names is not None:
        return any(not is_number(name) for name in names)
    numeric = any(look in node.control.appearance for look in _AS_NUMBERS)
    return node.control.control is Control.INPUT and not numeric and node.kind is Kind.QUESTION


def holds_no_date(node: NodeDef, definition: FormDefinition) -> bool:
    """Whether a date can hardly stand there: a select, or a question for anything but text and dates."""
    return is_select(node) or node.bind.type in _NOT_WORDS - _DATES or (holds_words(node, definition) and node.bind.type == "string")


def holds_number(node: NodeDef) -> bool:
    """Whether nothing but a number can be typed there."""
    return node.control is not None and node.control.control is Control.INPUT and node.bind.type in _NUMBERS


def is_select(node: NodeDef) -> bool:
    return node.control is not None and node.control.control in _SELECTS


def is_select_multiple(node: NodeDef) -> bool:
    return node.control is not None and node.control.control is Control.SELECT_MULTIPLE


def is_number(text: str) -> bool:
    """Whether the language reads it as a number."""
    return text.lstrip("-").replace(".", "", 1).isdecimal() and text.isascii()


def choices_of(node: NodeDef, definition: FormDefinition) -> frozenset[str] | None:
    """The names of all choices of a select, filtered or not; None if they are not in the form itself."""
    control = node.control
    if control is None or control.control not in _SELECTS:
        return None
    if control.itemset is None:
        return frozenset(item.value for item in control.items) if control.items else None
    instance = next((path.instance for path in walk(control.itemset.nodeset.ast) if isinstance(path, Path) and path.instance), None)
    root = next((one.root for one in definition.secondary if one.id == instance), None)
    column = to_text(control.itemset.value.ast)
    if root is None:
        return None
    return frozenset(child.text for item in root.children for child in item.children if child.name == column)


def literal_of(expr: object) -> str | None:
    """The text of a literal."""
    return expr.value if isinstance(expr, Text) else None
