"""The same archive as most programs would make it: stock platypus, stock QR codes, reportlab's defaults, one build for each copy."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, Image, PageBreak, PageTemplate, Paragraph, Spacer, Table

from fieldapp.archive import seal
from fieldapp.archive.copies import Copy
from fieldapp.archive.sheet import ArchiveSheet, Line, Part, Roster
from fieldapp.archive.sheet import Frame as Picture
from fieldapp.engine.views import FilledState
from fieldapp.words import resources, say
from sync.operation import Signer

_BODY = 167 * mm
_GRID = ("GRID", (0, 0), (-1, -1), 0.4, "black")
_PADDING = [(f"{side}PADDING", (0, 0), (-1, -1), 3.4 if side in {"LEFT", "RIGHT"} else 2.2) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
_GREY = "#f0f0f0"
_ROW = (8.5 * mm, 38.5 * mm, 36.5 * mm)


def register_fonts() -> None:
    """Done once, and not counted: stock reportlab reads a font in half a second."""
    for name, file in (("Song", "FieldSong-Regular.ttf"), ("Hei", "FieldHei-Bold.ttf")):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(resources() / "fonts" / file)))


def build(sheet: ArchiveSheet, copy: Copy, signer: Signer) -> tuple[bytes, int]:
    """One copy and its pages. It holds what ours holds, without PDF/A, seal, attachment and fallback fonts."""
    facts, out = sheet.facts, io.BytesIO()

    def marks(canvas: Canvas, document: Any) -> None:
        canvas.setFont("Hei", 10.5)
        canvas.drawRightString(A4[0] - 15 * mm, A4[1] - 14 * mm, say("archive-copy-mark", mark=copy.mark, number=copy.number))
        canvas.setFont("Song", 8)
        canvas.drawString(28 * mm, A4[1] - 14 * mm, say("archive-running-head", place=facts.places[-1], head=facts.head_name))
        canvas.line(28 * mm, 16 * mm, 28 * mm + _BODY, 16 * mm)
        canvas.drawString(28 * mm, 11 * mm, say("archive-footer", number=sheet.number, digest=sheet.digest[: seal.SHORT]))
        canvas.drawRightString(A4[0] - 15 * mm, 11 * mm, str(document.page))

    document = BaseDocTemplate(out, pagesize=A4, title=facts.head_name)
    frame = Frame(28 * mm, 20 * mm, _BODY, A4[1] - 42 * mm, 0, 0, 0, 0)
    document.addPageTemplates([PageTemplate("page", [frame], onPage=marks)])
    document.build(_story(sheet, copy, signer))
    return out.getvalue(), document.page


def _story(sheet: ArchiveSheet, copy: Copy, signer: Signer) -> list[Flowable]:
    styles = _Styles()
    code = seal.write(signer, sheet.facts.household, sheet.facts.revision, copy.number, sheet.facts.archived_at.date(), sheet.digest)
    story: list[Flowable] = [*_cover(sheet, styles), _qr(code), PageBreak(), *_index(sheet, styles), PageBreak()]
    story += [styles.title(sheet.form_title), styles.text(say("archive-legend"), 8), *_parts(sheet.parts, styles), PageBreak()]
    if sheet.roster:
        story += [styles.title(say("archive-members-title")), _roster(sheet.roster, styles)]
        story += [*_parts(sheet.members, styles), PageBreak()]
    story += [*_signatures(sheet, styles), _qr(code), PageBreak()]
    if sheet.photos:
        story += [styles.title(say("archive-photos-title")), *_photos(sheet.photos, styles), PageBreak()]
    if copy.internal and (sheet.internal or sheet.internal_photos):
        story += [styles.title(say("archive-internal-title")), *_parts(sheet.internal, styles)]
        story += [*_photos(sheet.internal_photos, styles), PageBreak()]
    return [*story, *_notes(sheet, styles)]


class _Styles:
    """Paragraphs in the two fonts."""

    def title(self, text: str) -> Paragraph:
        return Paragraph(_safe(text), ParagraphStyle("title", fontName="Hei", fontSize=16, leading=22, alignment=1, spaceAfter=7))

    def heading(self, text: str, size: float) -> Paragraph:
        return Paragraph(_safe(text), ParagraphStyle("heading", fontName="Hei", fontSize=size, leading=size * 1.4, spaceBefore=6))

    def text(self, text: str, size: float) -> Paragraph:
        return Paragraph(_safe(text), ParagraphStyle("text", fontName="Song", fontSize=size, leading=size * 1.32, wordWrap="CJK"))

    cell = text


def _cover(sheet: ArchiveSheet, styles: _Styles) -> list[Flowable]:
    facts = sheet.facts
    rows = (
        ("archive-fonds", facts.fonds),
        ("archive-category", say("archive-category-usual")),
        ("archive-volume", say("archive-volume-title", place="".join(facts.places[-2:]), head=facts.head_name)),
        ("archive-period", f"{facts.surveyed_on:%Y%m%d} — {facts.archived_at:%Y%m%d}"),
        ("archive-retention", say("archive-retention-usual")),
        ("archive-extent", say("archive-extent-value", documents=4, pages=8)),
        ("archive-number", sheet.number),
    )
    table = _table([[styles.cell(say(label), 13), styles.cell(value, 13)] for label, value in rows], [36 * mm, _BODY - 36 * mm])
    return [Spacer(1, 46 * mm), styles.title(say("archive-cover-title")), Spacer(1, 20 * mm), table, Spacer(1, 20 * mm),
            styles.text(say("archive-digest") + sheet.digest, 9)]  # fmt: skip


def _index(sheet: ArchiveSheet, styles: _Styles) -> list[Flowable]:
    names = ("order", "reference", "maker", "title-column", "date", "pages", "remark")
    rows = [[styles.cell(say(f"archive-index-{name}"), 10) for name in names]]
    for number in range(1, 17):
        texts = (str(number), "", sheet.facts.maker, sheet.form_title, f"{sheet.facts.surveyed_on:%Y%m%d}", "1-5", "")
        rows.append([styles.cell(text if number < 6 else "", 9.5) for text in texts])
    return [styles.title(say("archive-index-title")), _table(rows, [width * mm for width in (15, 18, 30, 55, 20, 15, 14)], height=24)]


def _parts(parts: Sequence[Part], styles: _Styles) -> list[Flowable]:
    story: list[Flowable] = []
    for part in parts:
        story.append(styles.heading(part.title, 10 if part.is_inner else 11.5))
        if part.note:
            story.append(styles.text(part.note, 9))
        rows = [[*_cells(left, styles), *(_cells(right, styles) if right else ("", "", ""))] for left, right in _pairs(part.lines)]
        if rows:
            story.append(_table(rows, [*_ROW, *_ROW]))
        if part.grid:
            story.append(_roster(part.grid, styles))
        if part.skipped:
            story.append(styles.text("；".join(f"{line.number} {line.label}" for line in part.skipped), 8))
    return story


def _roster(roster: Roster, styles: _Styles) -> Table:
    rows = [[styles.cell(text, 8) for text in row] for row in (roster.heads, *roster.rows)]
    return _table(rows, [_BODY / len(roster.heads)] * len(roster.heads))


def _pairs(lines: Sequence[Line]) -> list[tuple[Line, Line | None]]:
    return [(lines[index], lines[index + 1] if index + 1 < len(lines) else None) for index in range(0, len(lines), 2)]


def _cells(line: Line, styles: _Styles) -> tuple[Paragraph, Paragraph, Paragraph]:
    text = line.text if line.state is FilledState.ANSWERED else say("archive-unanswered")
    return styles.cell(line.number, 8), styles.cell(line.label, 8.5), styles.cell(text, 9.5)


def _signatures(sheet: ArchiveSheet, styles: _Styles) -> list[Flowable]:
    statement = say("archive-statement", head=sheet.facts.head_name, form=sheet.form_title, digest=sheet.digest[: seal.SHORT])
    rows: list[list[Any]] = []
    for box in sheet.signatures:
        picture = Image(io.BytesIO(box.data), 50 * mm, 20 * mm, kind="proportional") if box.data else ""
        rows.append(
            [styles.cell(box.label, 10), picture, styles.cell(say("archive-thumb"), 7.5), styles.cell(say("archive-date-blank"), 9)]
        )
    boxes = _table(rows, [38 * mm, 65 * mm, 30 * mm, 34 * mm], height=27 * mm)
    seals = [[styles.cell(say("archive-seal-village"), 10), styles.cell(say("archive-seal-township"), 10)]]
    receipt = [styles.text(say(f"archive-receipt{name}"), 10) for name in ("", "-signature")]
    return [styles.title(say("archive-signatures-title")), styles.text(statement, 11.5), boxes,
            _table(seals, [_BODY / 2, _BODY / 2], height=32 * mm), *receipt]  # fmt: skip


def _photos(photos: Sequence[Picture], styles: _Styles) -> list[Flowable]:
    cells = []
    for photo in photos:
        shown = Image(io.BytesIO(photo.data), 80 * mm, 60 * mm, kind="proportional") if photo.data else say("archive-photo-absent")
        caption = say("archive-photo-caption", number=photo.number, caption=photo.caption)
        cells.append([shown, styles.text(caption, 9), *(styles.text(line, 7.5) for line in photo.details)])
    return [Table([cells[index : index + 2]], colWidths=[_BODY / 2] * len(cells[index : index + 2])) for index in range(0, len(cells), 2)]


def _notes(sheet: ArchiveSheet, styles: _Styles) -> list[Flowable]:
    told = [
        say("archive-notes-state", pages=8, documents=4, photos=len(sheet.photos)),
        say("archive-notes-form", form=sheet.form_title, version=sheet.form_version, revision=sheet.facts.revision),
        say("archive-notes-digest", digest=sheet.digest),
    ]
    about = [styles.cell(say("archive-notes-about"), 11), [styles.text(text, 11) for text in told]]
    people = (("archive-maker", sheet.facts.maker), ("archive-checker", sheet.facts.checker))
    rows = [[styles.cell(say(label), 11), styles.cell(value, 11)] for label, value in people]
    widths = [36 * mm, _BODY - 36 * mm]
    return [styles.title(say("archive-notes-title")), _table([about], widths, height=320), _table(rows, widths, height=34)]


def _table(rows: list[list[Any]], widths: list[float], height: float | None = None) -> Table:
    heights = [height] * len(rows) if height else None
    return Table(rows, colWidths=widths, rowHeights=heights, style=[_GRID, *_PADDING, ("BACKGROUND", (0, 0), (0, -1), _GREY)])


def _qr(text: str) -> Drawing:
    code = QrCodeWidget(text, barLevel="M", barWidth=32 * mm, barHeight=32 * mm)
    drawing = Drawing(32 * mm, 32 * mm)
    drawing.add(code)
    return drawing


def _safe(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
