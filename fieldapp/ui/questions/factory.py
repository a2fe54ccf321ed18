"""Which widget answers a question, after control, type and appearance; an unknown appearance changes nothing, an unknown type is text."""

from __future__ import annotations

from collections.abc import Callable

from fieldapp.engine.views import Control, Kind, NodeView

from . import dates, places, scale, text
from .arrangement import words_of
from .base import Helps, QuestionWidget
from .choice import RadioQuestion, SearchChoiceQuestion, fits_radios
from .drawing import AnnotateQuestion, DrawnQuestion
from .files import ShownFileQuestion, UploadQuestion
from .many import AcknowledgeQuestion, MultipleQuestion, RankQuestion
from .options import HeadingQuestion, OptionsQuestion
from .searched import SearchMultipleQuestion

_CODE_ENDINGS = ("phone", "id_no", "cert_no", "account", "_code", "task_id", "idc", "tel", "mobile")
_IN_COLUMNS = frozenset(("columns", "columns-pack", "columns-flex", "no-buttons", "compact", "quickcompact", "likert", "list", "image-map"))
_IN_LINES = frozenset(("horizontal", "horizontal-compact", "vertical", "full"))
_COUNTED = ("columns-", "compact-", "quickcompact-")
_SMALL = frozenset(("minimal", "autocomplete", "search"))
_MOST_OPTIONS = 60
"""More choices than these are searched, whatever the appearance says."""
_LONG_CHOICE = 30
Maker = Callable[[NodeView, Helps], QuestionWidget]


def kind_of(view: NodeView) -> str:
    """The name of the widget for a view: when it changes, the cell takes a new widget."""
    if view.kind is Kind.NOTE:
        return "read_only"
    words = words_of(view.appearance)
    if view.control in (Control.SELECT_ONE, Control.SELECT_MULTIPLE) and "label" in words:
        return "heading"
    if view.readonly:
        return "shown_file" if view.control is Control.UPLOAD else "read_only"
    if view.control is Control.INPUT:
        return _input_kind(view, words)
    if view.control is Control.UPLOAD:
        return _upload_kind(view, words)
    if view.control is Control.RANGE:
        return "rating" if "rating" in words else "picker" if "picker" in words else "vertical" if "vertical" in words else "range"
    if view.control in (Control.SELECT_ONE, Control.SELECT_MULTIPLE):
        return _choice_kind(view, words)
    return {Control.RANK: "rank", Control.ACKNOWLEDGE: "acknowledge"}.get(view.control, "read_only")


def notice_of(view: NodeView) -> str:
    """Message id of what a person should know where this window does it in another way than a phone; empty for most questions."""
    words = words_of(view.appearance)
    if view.kind is not Kind.QUESTION or view.readonly:
        return ""
    if view.appearance.startswith("ex:") or view.parameter("intent"):
        return "ui-notice-external"
    if words & dates.FOREIGN_CALENDARS:
        return "ui-notice-calendar"
    if view.control is Control.UPLOAD and words & {"new", "new-front", "selfie"}:
        return "ui-notice-new"
    if words & {"map", "maps", "placement-map"}:
        return "ui-notice-map"
    return "ui-notice-printer" if any(word.startswith("printer") for word in words) else ""


def _choice_kind(view: NodeView, words: frozenset[str]) -> str:
    single = view.control is Control.SELECT_ONE
    if "list-nolabel" in words:
        return "row"
    placed = bool(words & (_IN_COLUMNS | _IN_LINES)) or any(word.startswith(_COUNTED) for word in words)
    pictures = any(choice.media.image for choice in view.choices)
    if len(view.choices) <= _MOST_OPTIONS and not words & _SMALL and (placed or pictures):
        return "options"
    if single:
        return "radio" if not words & _SMALL and "map" not in words and fits_radios(view.choices) else "search"
    if "minimal" in words:
        return "folded"
    if words & _SMALL or len(view.choices) > _MOST_OPTIONS:
        return "searched"
    return "options" if any(len(choice.label) > _LONG_CHOICE for choice in view.choices) else "multiple"


def _upload_kind(view: NodeView, words: frozenset[str]) -> str:
    if view.mediatype and not view.mediatype.startswith("image"):
        return "upload"
    return next((word for word in ("signature", "draw", "annotate") if word in words), "upload")


def _input_kind(view: NodeView, words: frozenset[str]) -> str:
    if view.type in ("int", "integer"):
        return "counter" if "counter" in words else "integer"
    if view.type == "decimal":
        return "bearing" if "bearing" in words else "decimal"
    if view.type == "date":
        return "month" if "month-year" in words else "year" if "year" in words else "date"
    known = {"time": "time", "dateTime": "datetime", "geopoint": "place", "geotrace": "points", "geoshape": "points"}
    return known.get(view.type) or _text_kind(view, words)


def _text_kind(view: NodeView, words: frozenset[str]) -> str:
    if any(word.startswith("printer") for word in words):
        return "read_only"
    if words & {"masked", "hidden-answer"} or view.parameter("secret"):
        return "masked"
    if "url" in words:
        return "link"
    if "multiline" in words or "\n" in view.value:
        return "long_text"
    if view.type == "barcode" or "numbers" in words or view.name.endswith(_CODE_ENDINGS):
        return "code"
    return "text"


_MAKERS: dict[str, Maker] = {
    "text": lambda view, _: text.plain_text(view),
    "long_text": lambda view, _: text.LongTextQuestion(view),
    "code": lambda view, _: text.code_text(view),
    "masked": lambda view, _: text.MaskedQuestion(view),
    "link": lambda view, _: text.LinkQuestion(view),
    "integer": lambda view, _: text.numeric(view, whole=True),
    "decimal": lambda view, _: text.numeric(view, whole=False),
    "counter": lambda view, _: scale.CounterQuestion(view, None),
    "bearing": lambda view, _: text.bearing(view),
    "date": dates.DateQuestion,
    "month": dates.month,
    "year": dates.year,
    "time": dates.timed,
    "datetime": dates.DateTimeQuestion,
    "place": lambda view, _: places.place(view),
    "points": lambda view, _: places.PointsQuestion(view),
    "radio": lambda view, _: RadioQuestion(view),
    "search": lambda view, _: SearchChoiceQuestion(view),
    "options": OptionsQuestion,
    "row": OptionsQuestion,
    "heading": lambda view, _: HeadingQuestion(view),
    "multiple": lambda view, _: MultipleQuestion(view),
    "searched": lambda view, _: SearchMultipleQuestion(view, folded=False),
    "folded": lambda view, _: SearchMultipleQuestion(view, folded=True),
    "rank": lambda view, _: RankQuestion(view),
    "range": lambda view, _: scale.RangeQuestion(view),
    "vertical": lambda view, _: scale.RangeQuestion(view),
    "picker": lambda view, _: scale.CounterQuestion(view, scale.scale_of(view)),
    "rating": lambda view, _: scale.RatingQuestion(view),
    "acknowledge": lambda view, _: AcknowledgeQuestion(view),
    "upload": UploadQuestion,
    "signature": lambda view, helps: DrawnQuestion(view, helps, signature=True),
    "draw": lambda view, helps: DrawnQuestion(view, helps, signature=False),
    "annotate": AnnotateQuestion,
    "shown_file": lambda view, _: ShownFileQuestion(view),
    "read_only": lambda view, _: text.ReadOnlyQuestion(view),
}

_WIDE_CHOICES = ("multiple", "rank", "options", "row", "heading", "searched")
WIDE = frozenset(("long_text", "signature", "upload", "draw", "annotate", "points", *_WIDE_CHOICES))
"""Kinds that take the whole width of the page."""
SILENT = frozenset(("read_only", "shown_file", "heading", "link"))
"""Kinds that show and do not ask."""
TABLED = frozenset(("row", "heading"))
"""Kinds whose label stands at their left, so that several make a table."""


def make(view: NodeView, helps: Helps) -> QuestionWidget:
    """The widget for a view."""
    return _MAKERS[kind_of(view)](view, helps)
