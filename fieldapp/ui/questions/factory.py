"""Which widget answers a question: control, type and appearance in, widget out; anything unknown is shown read-only."""

from __future__ import annotations

from collections.abc import Callable

from fieldapp.engine.views import Control, Kind, NodeView

from . import text
from .base import Helps, QuestionWidget
from .choice import RadioQuestion, SearchChoiceQuestion, fits_radios
from .files import SignatureQuestion, UploadQuestion
from .many import AcknowledgeQuestion, MultipleQuestion, RangeQuestion, RankQuestion

_CODE_ENDINGS = ("phone", "id_no", "cert_no", "account", "_code", "task_id", "idc", "tel", "mobile")
Maker = Callable[[NodeView, Helps], QuestionWidget]


def kind_of(view: NodeView) -> str:
    """The name of the widget for a view: when it changes, the cell takes a new widget."""
    if view.kind is Kind.NOTE:
        return "read_only"
    if view.readonly:
        return "read_only"
    if view.control is Control.SELECT_ONE:
        return "radio" if fits_radios(view.choices) else "search"
    if view.control is Control.UPLOAD:
        return "signature" if "signature" in view.appearance else "upload"
    if view.control is Control.INPUT:
        return _input_kind(view)
    return {
        Control.SELECT_MULTIPLE: "multiple",
        Control.RANK: "rank",
        Control.RANGE: "range",
        Control.ACKNOWLEDGE: "acknowledge",
    }.get(view.control, "read_only")


def _input_kind(view: NodeView) -> str:
    known = {
        "int": "integer",
        "integer": "integer",
        "decimal": "decimal",
        "date": "date",
        "time": "time",
        "dateTime": "datetime",
        "geopoint": "place",
    }
    if view.type in known:
        return known[view.type]
    if view.type not in ("string", "text", "barcode", ""):
        return "read_only"
    if "multiline" in view.appearance:
        return "long_text"
    if view.type == "barcode" or "numbers" in view.appearance or view.name.endswith(_CODE_ENDINGS):
        return "code"
    return "text"


_MAKERS: dict[str, Maker] = {
    "text": lambda view, _: text.plain_text(view),
    "long_text": lambda view, _: text.LongTextQuestion(view),
    "code": lambda view, _: text.code_text(view),
    "integer": lambda view, _: text.numeric(view, whole=True),
    "decimal": lambda view, _: text.numeric(view, whole=False),
    "date": text.dated,
    "time": text.timed,
    "datetime": text.DateTimeQuestion,
    "place": lambda view, _: text.place(view),
    "radio": lambda view, _: RadioQuestion(view),
    "search": lambda view, _: SearchChoiceQuestion(view),
    "multiple": lambda view, _: MultipleQuestion(view),
    "rank": lambda view, _: RankQuestion(view),
    "range": lambda view, _: RangeQuestion(view),
    "acknowledge": lambda view, _: AcknowledgeQuestion(view),
    "upload": UploadQuestion,
    "signature": SignatureQuestion,
    "read_only": lambda view, _: text.ReadOnlyQuestion(view),
}

WIDE = frozenset({"long_text", "multiple", "rank", "signature", "upload"})
"""Kinds that take the whole width of the page."""


def make(view: NodeView, helps: Helps) -> QuestionWidget:
    """The widget for a view."""
    return _MAKERS[kind_of(view)](view, helps)
