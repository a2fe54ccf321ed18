"""A paper of one page that is no archive: a recovery sheet, a receipt; in the bundled fonts, with a QR code where one is wanted."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fieldapp.words import resources, say

from . import qr
from .fonts import Faces, Typesetter
from .layout import BINDING, BODY, MM, Align, Cell, Flow, Pen

_HEAD = 40 * MM
_QR_SIDE = 46 * MM


@dataclass(frozen=True, slots=True)
class Slip:
    """What is on it, from top to bottom; `code` is shown as it is and as the QR code's text."""

    title: str
    lead: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    made_at: datetime
    code: str = ""
    notes: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()


def print_slip(slip: Slip) -> bytes:
    """The PDF. Raises FontMissing."""
    from .pdfa import Labels, PdfFile

    setter = Typesetter(Faces(resources() / "fonts"))
    flow = Flow(Pen(setter))
    flow.title(slip.title)
    for text in slip.lead:
        flow.paragraph(text, size=10.5)
    _rows(flow, slip.rows)
    if slip.code:
        flow.heading(say("slip-code"))
        flow.y -= 8
        flow.pen.say(BODY / 2, flow.y - 18, slip.code, 18, Align.CENTRE, bold=True)
        flow.y -= 30 + _QR_SIDE
        flow.pen.show("Code", BODY / 2 - _QR_SIDE / 2, flow.y)
        flow.y -= 10
    for number, text in enumerate(slip.notes, 1):
        flow.paragraph(f"{number}. {text}", size=10)
    _rows(flow, [(name, "") for name in slip.signatures], height=34)
    sink = io.BytesIO()
    file = PdfFile(Labels(slip.title, "", slip.title, slip.made_at, f"{slip.title}{slip.made_at.isoformat()}{slip.rows}"), sink)
    if slip.code:
        file.form("Code", qr.path(slip.code, _QR_SIDE))
    for number, drawn in enumerate(flow.finish(), 1):
        pen = Pen(setter)
        pen.show(file.form(f"P{number}", *drawn), BINDING, 0)
        file.page(*pen.take())
    file.close(setter.subsets)
    return sink.getvalue()


def _rows(flow: Flow, rows: Sequence[tuple[str, str]], height: float = 24) -> None:
    for label, value in rows:
        flow.row([Cell(_HEAD, label, 10.5, Align.CENTRE, is_head=True), Cell(BODY - _HEAD, value, 10.5, pad=8)], label, height=height)
    flow.y -= 8
