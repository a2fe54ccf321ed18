"""Draws the documents that every volume shares: the answered form, the members, signatures, photos and internal pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fieldapp.engine.views import FilledState
from fieldapp.errors import AttachmentUnreadable
from fieldapp.words import say

from .changes import draw_changes
from .columns import fitted_widths
from .fonts import Missing, Typesetter
from .layout import BODY, BOTTOM, MM, Align, Cell, Flow, Pen, wrap
from .pictures import place
from .sheet import ArchiveSheet, Frame, Line, Paper, Part, Roster, SignatureBox
from .stamp import STAMP_ROOM, is_bound_so, stamp

if TYPE_CHECKING:
    from .pdfa import PdfFile

_NUMBER, _LABEL = 8.5 * MM, 38.5 * MM
_ANSWER = BODY / 2 - _NUMBER - _LABEL
_LABEL_SIZE, _ANSWER_SIZE, _SMALL = 8.5, 9.5, 8.0
_WIDE_LABEL = 2.9
"""A label of more lines than this in its narrow cell takes a whole row."""
_WIDE_ANSWER = 2
QR_SIDE = 32 * MM
QR_X, QR_Y = BODY - QR_SIDE, BOTTOM + 3 * MM
_INK_FOOT = QR_SIDE + 6 * MM
"""What stays free at the foot of every page that is signed by hand: each bears its own QR code."""
_PHOTO_WIDTH, _PHOTO_HEIGHT = 80 * MM, 60 * MM
_GRID_SIZE, _TIGHT = 7.6, 2.3
"""Letters and padding in the tables of members and other rows."""


@dataclass(frozen=True, slots=True)
class Body:
    """One finished page body in the file."""

    name: str
    paper: Paper
    part: int = 1
    """Which of its document's pages it is."""
    parts: int = 1

    @property
    def takes_ink(self) -> bool:
        """Whether people sign it by hand, so that its scan must find its way back by a QR code."""
        return self.paper is Paper.SIGNATURES


def draw(sheet: ArchiveSheet, setter: Typesetter, file: PdfFile) -> tuple[list[Body], list[Missing]]:
    """All shared page bodies of one household, written into the file once, and the photos that could not be shown."""
    pictures = _Pictures(file)
    drawn: list[Body] = []
    for piece, (paper, pages) in enumerate(_documents(sheet, setter, pictures), 1):
        if is_bound_so(sheet):
            operators, objects = pages[0]
            pages[0] = (f"{operators}\n{stamp(sheet, setter, paper, piece, len(pages))}", objects)
        for part, (operators, objects) in enumerate(pages, 1):
            name = file.form(f"B{len(drawn) + 1}", operators, objects)
            drawn.append(Body(name, paper, part, len(pages)))
    return drawn, pictures.missing


_Pages = list[tuple[str, tuple[str, ...]]]


def _documents(sheet: ArchiveSheet, setter: Typesetter, pictures: _Pictures) -> Iterable[tuple[Paper, _Pages]]:
    flow = _begin(sheet, setter, sheet.form_title)
    flow.paragraph(say("archive-legend"), _SMALL, faint=True)
    _draw_parts(flow, sheet.parts)
    yield Paper.FORM, flow.finish()
    if sheet.roster:
        flow = _begin(sheet, setter, say(Paper.MEMBERS.value))
        _draw_roster(flow, sheet.roster, say(Paper.MEMBERS.value))
        _draw_parts(flow, sheet.members)
        yield Paper.MEMBERS, flow.finish()
    flow = _begin(sheet, setter, say(Paper.SIGNATURES.value))
    _draw_signatures(flow, sheet, pictures)
    yield Paper.SIGNATURES, flow.finish()
    if sheet.photos:
        flow = _begin(sheet, setter, say(Paper.PHOTOS.value))
        _draw_frames(flow, sheet.photos, pictures)
        yield Paper.PHOTOS, flow.finish()
    if public := [change for change in sheet.changes if not change.is_internal]:
        flow = _begin(sheet, setter, say(Paper.CHANGES.value))
        draw_changes(flow, sheet, public)
        yield Paper.CHANGES, flow.finish()
    inner = [change for change in sheet.changes if change.is_internal]
    if sheet.internal or sheet.internal_photos or inner:
        flow = _begin(sheet, setter, say(Paper.INTERNAL.value))
        flow.paragraph(say("archive-internal-note"), _SMALL, faint=True)
        _draw_parts(flow, sheet.internal)
        if inner:
            flow.heading(say(Paper.CHANGES.value))
            draw_changes(flow, sheet, inner)
        _draw_frames(flow, sheet.internal_photos, pictures)
        yield Paper.INTERNAL, flow.finish()


def _begin(sheet: ArchiveSheet, setter: Typesetter, title: str) -> Flow:
    flow = Flow(Pen(setter))
    flow.y -= STAMP_ROOM if is_bound_so(sheet) else 0
    flow.title(title)
    return flow


class _Pictures:
    """Puts pictures into the file; remembers those that are not here or cannot be read."""

    def __init__(self, file: PdfFile) -> None:
        self._file = file
        self.missing: list[Missing] = []

    def show(self, pen: Pen, attachment: str, data: bytes | None, question: str, box: tuple[float, float, float, float]) -> bool:
        """Fit a picture into the middle of a box (x, y, width, height); False if there is none to show."""
        try:
            if data is None:
                raise AttachmentUnreadable(name=attachment, detail="absent")
            name, wide, high = place(self._file, attachment, data)
        except AttachmentUnreadable:
            self.missing.append(Missing("photo", attachment, question))
            return False
        x, y, width, height = box
        scale = min(width / wide, height / high)
        pen.show(name, x + (width - wide * scale) / 2, y + (height - high * scale) / 2, wide * scale, high * scale)
        return True


def _draw_parts(flow: Flow, parts: Sequence[Part]) -> None:
    """Part by part. Rows of a repeat have much the same that does not apply: each gives the numbers, the end says once what they mean."""
    meant: dict[int, str] = {}
    is_brief = sum(_skips_numbers(part) for part in parts) > 1
    for part in parts:
        flow.heading(part.title, small=part.is_inner)
        if part.note:
            flow.paragraph(part.note, faint=not part.is_relevant, where=part.title)
        if part.grid:
            _draw_roster(flow, part.grid, part.title)
        _draw_lines(flow, part.lines, part.title if part.is_inner else "")
        if is_brief and _skips_numbers(part):
            meant |= {int(line.number): line.label for line in part.skipped}
            _draw_skipped(flow, "archive-not-applicable-numbers", _runs([int(line.number) for line in part.skipped]), part.title)
        elif part.skipped:
            named = "；".join(f"{line.number} {line.label}".strip() for line in part.skipped)
            _draw_skipped(flow, "archive-not-applicable", named, part.title)
    if meant:
        flow.y -= 6
        named = "；".join(f"{number} {meant[number]}" for number in sorted(meant))
        _draw_skipped(flow, "archive-not-applicable-meaning", named, "")


def _skips_numbers(part: Part) -> bool:
    """Whether it is a row of a repeat whose questions that do not apply can be told by their numbers."""
    return part.is_inner and bool(part.skipped) and all(line.number.isdecimal() for line in part.skipped)


def _draw_skipped(flow: Flow, message: str, questions: str, where: str) -> None:
    flow.row([Cell(BODY, say(message, questions=questions), _SMALL, is_faint=True)], where)


def _runs(numbers: Sequence[int]) -> str:
    """As 43、46、55–60."""
    told: list[list[int]] = []
    for number in numbers:
        if told and told[-1][-1] == number - 1:
            told[-1].append(number)
        else:
            told.append([number])
    return "、".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in told)


def _draw_lines(flow: Flow, lines: Sequence[Line], of: str) -> None:
    """Two questions a row; one that needs more room, or is left alone, takes a row of its own."""
    waiting: Line | None = None
    for line in lines:
        shown = _printable(flow, line, of)
        if _is_wide(flow, shown):
            _draw_alone(flow, waiting)
            _draw_alone(flow, shown)
            waiting = None
        elif waiting is None:
            waiting = shown
        else:
            flow.row([*_cells(waiting, _ANSWER), *_cells(shown, _ANSWER)])
            waiting = None
    _draw_alone(flow, waiting)


def _draw_alone(flow: Flow, line: Line | None) -> None:
    """Over the whole width; money stays in its column."""
    if line is None:
        return
    if line.is_amount and not _is_wide(flow, line):
        flow.row([*_cells(line, _ANSWER), Cell(BODY / 2)])
    else:
        flow.row(_cells(line, BODY - _NUMBER - _LABEL))


def _printable(flow: Flow, line: Line, of: str) -> Line:
    """The line as it can be printed; what has no glyph is reported with the question and, in a repeat, its row."""
    where = f"{of}：{line.label}" if of else line.label
    printable = flow.pen.setter.printable
    number, label, text = printable(line.number, where), printable(line.label, where), printable(line.text.strip(), where)
    if (number, label, text) == (line.number, line.label, line.text):
        return line
    return replace(line, number=number, label=label, text=text)


def _is_wide(flow: Flow, line: Line) -> bool:
    face = flow.pen.setter.song
    length, room = max(face.width(one, _ANSWER_SIZE) for one in line.text.split("\n")), _ANSWER - 8
    if line.is_amount and length <= room:
        return face.width(line.label, _LABEL_SIZE) > _WIDE_LABEL * (_LABEL - 8)
    is_one_word = line.text.isascii() and " " not in line.text
    if "\n" in line.text or length > (room if is_one_word else _WIDE_ANSWER * room):
        return True
    return face.width(line.label, _LABEL_SIZE) > _WIDE_LABEL * (_LABEL - 8)


def _cells(line: Line, width: float) -> list[Cell]:
    answered = line.state is FilledState.ANSWERED
    text = line.text if answered else say("archive-unanswered")
    align = Align.RIGHT if line.is_amount and answered else Align.LEFT
    return [
        Cell(_NUMBER, line.number, _SMALL, Align.CENTRE, is_head=True),
        Cell(_LABEL, line.label, _LABEL_SIZE, is_head=True),
        Cell(width, text, _ANSWER_SIZE, align, is_faint=not answered),
    ]


def _draw_roster(flow: Flow, roster: Roster, where: str) -> None:
    number, setter = 8 * MM, flow.pen.setter
    rows = [
        [
            setter.printable(text, f"{where} {index} {row[0]} {head}").replace("；", "；\n")
            for text, head in zip(row, roster.heads, strict=True)
        ]
        for index, row in enumerate(roster.rows, 1)
    ]
    heads = [setter.printable(head, where) for head in roster.heads]
    widths, heads = fitted_widths(heads, rows, setter.song, _GRID_SIZE, BODY - number, _TIGHT)
    head = [Cell(number, say("archive-row-number"), _GRID_SIZE, Align.CENTRE, is_head=True, pad=_TIGHT)]
    head += [Cell(width, title, _GRID_SIZE, Align.CENTRE, is_head=True, pad=_TIGHT) for width, title in zip(widths, heads, strict=True)]
    flow.repeat(head)
    for index, row in enumerate(rows, 1):
        cells = [Cell(number, str(index), _GRID_SIZE, Align.CENTRE)]
        cells += [Cell(width, text, _GRID_SIZE, Align.CENTRE, pad=_TIGHT) for width, text in zip(widths, row, strict=True)]
        flow.row(cells, height=18)
    flow.repeat(())
    flow.y -= 6


def _draw_signatures(flow: Flow, sheet: ArchiveSheet, pictures: _Pictures) -> None:
    facts = sheet.facts
    flow.paragraph(say("archive-statement", head=facts.head_name, form=sheet.form_title, digest=sheet.digest[:12]), 11.5)
    flow.y -= 4
    for box in sheet.signatures:
        _draw_signature(flow, box, pictures)
    flow.need(34 * MM + _INK_FOOT)
    height, width, pen = 32 * MM, BODY / 2, flow.pen
    for index, seal in enumerate(facts.matrix.seals):
        pen.box(index * width, flow.y - height, width, height)
        pen.say(index * width + 6, flow.y - 14, say(f"archive-seal-{seal}"), 10)
        pen.say((index + 1) * width - 6, flow.y - height + 7, say("archive-date-blank"), 9, Align.RIGHT)
    pen.say(0, QR_Y + QR_SIDE - 12, say("archive-receipt"), 10)
    pen.say(0, QR_Y + QR_SIDE - 42, say("archive-receipt-signature"), 10)
    pen.say(0, QR_Y + 4, say("archive-scan"), 8)


def _draw_signature(flow: Flow, box: SignatureBox, pictures: _Pictures) -> None:
    height, label, thumb, day = 27 * MM, 38 * MM, 30 * MM, 34 * MM
    flow.need(height + _INK_FOOT)
    sign, y, pen = BODY - label - thumb - day, flow.y - height, flow.pen
    pen.ground(0, y, label, height)
    for x, width in ((0.0, label), (label, sign), (label + sign, thumb), (label + sign + thumb, day)):
        pen.box(x, y, width, height)
    lines = wrap(pen.setter.printable(box.label, box.label), pen.setter.song, 10.0, label - 12)
    for index, line in enumerate(lines):
        pen.text(6, y + height / 2 + 7 * (len(lines) - 1) - 4 - 14 * index, line, 10.0)
    if box.attachment:
        pictures.show(pen, box.attachment, box.data, box.label, (label + 4, y + 4, sign - 8, height - 8))
    pen.box(label + sign + 3 * MM, y + 5.5 * MM, 24 * MM, 19 * MM, dashed=True)
    pen.say(label + sign + thumb / 2, y + 5, say("archive-thumb"), 7.5, Align.CENTRE)
    pen.say(BODY - day / 2, y + 10, box.day or say("archive-date-blank"), 9, Align.CENTRE)
    flow.y = y


def _draw_frames(flow: Flow, frames: Sequence[Frame], pictures: _Pictures) -> None:
    gap = BODY - 2 * _PHOTO_WIDTH
    room = _PHOTO_HEIGHT + 16 * MM
    for index, frame in enumerate(frames):
        if index % 2 == 0:
            flow.need(room)
        x = (_PHOTO_WIDTH + gap) * (index % 2)
        y = flow.y - _PHOTO_HEIGHT - 2 * MM
        if not pictures.show(flow.pen, frame.attachment, frame.data, frame.question, (x, y, _PHOTO_WIDTH, _PHOTO_HEIGHT)):
            flow.pen.say(x + _PHOTO_WIDTH / 2, y + _PHOTO_HEIGHT / 2, say("archive-photo-absent"), 10, Align.CENTRE)
        flow.pen.box(x, y, _PHOTO_WIDTH, _PHOTO_HEIGHT)
        caption = say("archive-photo-caption", number=frame.number, caption=frame.caption)
        flow.pen.say(x + _PHOTO_WIDTH / 2, y - 11, caption, 9, Align.CENTRE, where=frame.question, room=_PHOTO_WIDTH)
        for line, details in enumerate(frame.details):
            flow.pen.say(x + _PHOTO_WIDTH / 2, y - 21 - 10 * line, details, 7.5, Align.CENTRE, where=frame.question, room=_PHOTO_WIDTH)
        if index % 2 or index == len(frames) - 1:
            flow.y -= room
