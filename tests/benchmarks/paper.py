"""Archives of three copies, beside the plain way of reportlab: the same answers and pictures by platypus, built three times."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fieldapp.domain.ids import HouseholdId
from fieldapp.engine import filled
from fieldapp.engine.views import FilledForm, FilledSection
from fieldapp.usecases import county, interview, printing, roster
from fieldapp.usecases.workspaces import Workspace
from fieldapp.words import resources
from tests.world import laptop, quiet

from .measure import Figure

_FAMILIES = 4


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A finalized household with what it holds."""

    household: HouseholdId
    form: FilledForm
    pictures: dict[str, bytes]


def figures(folder: Path, _: int) -> Iterator[Figure]:
    """Pages a second of CPU time, and the size of a file."""
    ours_s = theirs_s = 0.0
    ours = theirs = size = 0
    with laptop(folder / "laptop") as workspace:
        for family in county.families(1, _FAMILIES):
            surveyed = _survey(workspace, family)
            start = time.process_time()
            made = printing.preview(workspace, surveyed.household, quiet)
            ours_s += time.process_time() - start
            ours, size = ours + _pages(made.pdf), size + len(made.pdf)
            start = time.process_time()
            copies = [_plainly(surveyed, str(number)) for number in (1, 2, 3)]
            theirs_s += time.process_time() - start
            theirs += sum(map(_pages, copies))
    yield Figure("archive pages", ours / ours_s, "pages/CPU-s", ours, "plain platypus", theirs / theirs_s)
    yield Figure("archive of three copies", ours_s / _FAMILIES * 1000, "CPU-ms", _FAMILIES, "plain platypus", theirs_s / _FAMILIES * 1000)
    yield Figure("archive file", size / _FAMILIES / 1024, "KiB", _FAMILIES, note=f"{ours // _FAMILIES} pages; the peer has no seal")


def _survey(workspace: Workspace, family: county.Family) -> Surveyed:
    household = roster.add(workspace, family.household)
    opened = interview.start(workspace, household)
    pictures = county.pictures(1, family)
    county.fill(opened.session, family, lambda path, name: interview.attach(workspace, opened.draft, path, name, pictures[name]))
    interview.save_draft(workspace, opened.draft, opened.session.snapshot())
    interview.finalize(workspace, opened)
    return Surveyed(household, filled.fill(opened.session), pictures)


def _pages(pdf: bytes) -> int:
    from pypdf import PdfReader

    return len(PdfReader(io.BytesIO(pdf)).pages)


def _plainly(surveyed: Surveyed, mark: str) -> bytes:
    """One copy as most programs would print it: every answer a row of one long table, then the pictures."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Image, Paragraph, SimpleDocTemplate, Table

    if "Song" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("Song", str(resources() / "fonts" / "FieldSong-Regular.ttf")))
    style = ParagraphStyle("plain", fontName="Song", fontSize=10, leading=13, wordWrap="CJK")
    rows: list[list[Any]] = [[Paragraph(text, style) for text in pair] for section in surveyed.form.sections for pair in _pairs(section)]
    pictures = [Image(io.BytesIO(data), 200, 150) for data in surveyed.pictures.values()]
    out = io.BytesIO()
    table = Table(rows, colWidths=[200, 250], style=[("GRID", (0, 0), (-1, -1), 0.5, "black")])
    SimpleDocTemplate(out, pagesize=A4, title=mark).build([table, *pictures])
    return out.getvalue()


def _pairs(section: FilledSection) -> Iterator[tuple[str, str]]:
    rows = [*section.answers, *(answer for table in section.tables for row in table.rows for answer in row)]
    return ((_safe(answer.label), _safe(answer.text)) for answer in rows)


def _safe(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
