"""The same archive by typst (PDF/A-2u): one document of three copies, its text handed over as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from fieldapp.archive import qr, seal
from fieldapp.archive.sheet import ArchiveSheet, Frame, Part
from fieldapp.engine.views import FilledState
from fieldapp.words import resources, say
from sync.operation import Signer

SOURCE = """
#let d = json("data.json")
#set page(paper: "a4", margin: (left: 28mm, right: 15mm, top: 22mm, bottom: 20mm))
#set text(font: "Field Song", size: 9.5pt, lang: "zh", region: "cn")
#set table(stroke: 0.4pt, inset: 3.4pt)
#set document(title: d.title)
#let bold(size, it) = text(font: "Field Hei", size: size, weight: "bold", it)
#let title(it) = align(center, bold(16pt, it))
#let grey = rgb("f0f0f0")
#let parts(list) = for part in list {
  bold(if part.inner { 10pt } else { 11.5pt }, part.title)
  if part.note != "" { parbreak(); text(9pt, part.note) }
  if part.cells.len() > 0 {
    table(columns: (8.5mm, 38.5mm, 1fr, 8.5mm, 38.5mm, 1fr), fill: (x, y) => if calc.rem(x, 3) < 2 { grey }, ..part.cells)
  }
  if part.heads.len() > 0 { table(columns: part.heads.len() * (1fr,), ..part.heads, ..part.rows) }
  if part.skipped != "" { text(8pt, part.skipped); parbreak() }
}
#let photos(list) = grid(columns: (1fr, 1fr), gutter: 4mm,
  ..list.map(p => align(center)[#image(p.file, width: 80mm, height: 60mm, fit: "contain") #text(9pt, p.caption)]))
#for copy in d.copies {
  set page(header: [#text(8pt, d.head) #h(1fr) #bold(10.5pt, copy.mark)],
    footer: [#text(8pt, d.foot) #h(1fr) #context counter(page).display()])
  v(46mm); align(center, bold(28pt, d.cover)); v(10mm)
  table(columns: (36mm, 1fr), ..d.facts); image(copy.code, width: 32mm)
  pagebreak()
  title(d.index_title); table(columns: (15mm, 18mm, 30mm, 55mm, 20mm, 15mm, 14mm), ..d.index)
  pagebreak()
  title(d.form_title); text(8pt, d.legend); parts(d.parts)
  pagebreak()
  title(d.members_title); table(columns: d.heads.len() * (1fr,), ..d.heads, ..d.roster); parts(d.members)
  pagebreak()
  title(d.signatures_title); d.statement
  table(columns: (38mm, 1fr, 30mm, 34mm), rows: 27mm,
    ..d.signatures.map(s => (s.label, image(s.file, height: 20mm), d.thumb, d.day)).flatten())
  table(columns: (1fr, 1fr), rows: 32mm, ..d.seals); image(copy.code, width: 32mm)
  pagebreak()
  title(d.photos_title); photos(d.photos)
  if copy.internal { pagebreak(); title(d.internal_title); parts(d.internal); photos(d.internal_photos) }
  pagebreak()
  title(d.notes_title); table(columns: (36mm, 1fr), ..d.notes)
  pagebreak(weak: true)
}
"""


def build(sheet: ArchiveSheet, signer: Signer, folder: Path) -> bytes:
    """The PDF of three copies. Raises ImportError where typst is not installed."""
    import typst

    told = _told(sheet, signer, folder)
    (folder / "data.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    (folder / "main.typ").write_text(SOURCE, encoding="utf-8")
    fonts = [str(resources() / "fonts")]
    pdf: bytes = typst.compile(str(folder / "main.typ"), format="pdf", font_paths=fonts, ignore_system_fonts=True, pdf_standards=["a-2u"])
    return pdf


def _told(sheet: ArchiveSheet, signer: Signer, folder: Path) -> dict[str, object]:
    facts = sheet.facts
    labels = ("fonds", "volume", "number", "digest")
    values = (facts.fonds, facts.head_name, sheet.number, sheet.digest)
    index = [say(f"archive-index-{name}") for name in ("order", "reference", "maker", "title-column", "date", "pages", "remark")]
    for number in range(1, 17):
        index += [str(number), "", facts.maker, sheet.form_title, f"{facts.surveyed_on:%Y%m%d}", "1-5", ""]
    notes = [
        say("archive-notes-about"),
        say("archive-notes-form", form=sheet.form_title, version=sheet.form_version, revision=facts.revision),
    ]
    return {
        **{
            f"{name}_title": say(f"archive-{name}-title")
            for name in ("index", "members", "signatures", "photos", "internal", "notes", "cover")
        },
        "title": facts.head_name,
        "cover": say("archive-cover-title"),
        "head": say("archive-running-head", place=facts.places[-1], head=facts.head_name),
        "foot": say("archive-footer", number=sheet.number, digest=sheet.digest[: seal.SHORT]),
        "form_title": sheet.form_title,
        "legend": say("archive-legend"),
        "statement": say("archive-statement", head=facts.head_name, form=sheet.form_title, digest=sheet.digest[: seal.SHORT]),
        "thumb": say("archive-thumb"),
        "day": say("archive-date-blank"),
        "seals": [say("archive-seal-village"), say("archive-seal-township")],
        "facts": [text for label, value in zip(labels, values, strict=True) for text in (say(f"archive-{label}"), value)],
        "index": index,
        "notes": notes,
        "heads": sheet.roster.heads if sheet.roster else [],
        "roster": [text for row in sheet.roster.rows for text in row] if sheet.roster else [],
        "parts": _parts(sheet.parts),
        "members": _parts(sheet.members),
        "internal": _parts(sheet.internal),
        "photos": _photos(sheet.photos, folder),
        "internal_photos": _photos(sheet.internal_photos, folder),
        "signatures": [
            {"label": box.label, "file": _file(folder, f"{box.attachment}.png", box.data)} for box in sheet.signatures if box.data
        ],
        "copies": [
            {
                "mark": say("archive-copy-mark", mark=copy.mark, number=copy.number),
                "internal": copy.internal,
                "code": _code(sheet, copy.number, signer, folder),
            }
            for copy in facts.copies
        ],
    }


def _parts(parts: Sequence[Part]) -> list[dict[str, object]]:
    told = []
    for part in parts:
        unanswered = say("archive-unanswered")
        cells = [
            text
            for line in part.lines
            for text in (line.number, line.label, line.text if line.state is FilledState.ANSWERED else unanswered)
        ]
        skipped = "；".join(f"{line.number} {line.label}" for line in part.skipped)
        grid = {
            "heads": part.grid.heads if part.grid else [],
            "rows": [text for row in part.grid.rows for text in row] if part.grid else [],
        }
        told.append({"title": part.title, "inner": part.is_inner, "note": part.note, "cells": cells, "skipped": skipped, **grid})
    return told


def _photos(photos: Sequence[Frame], folder: Path) -> list[dict[str, str]]:
    return [
        {
            "file": _file(folder, f"{photo.attachment}.jpg", photo.data),
            "caption": say("archive-photo-caption", number=photo.number, caption=photo.caption),
        }
        for photo in photos
        if photo.data
    ]


def _file(folder: Path, name: str, data: bytes) -> str:
    (folder / name).write_bytes(data)
    return name


def _code(sheet: ArchiveSheet, copy: int, signer: Signer, folder: Path) -> str:
    facts = sheet.facts
    rows = qr.matrix(seal.write(signer, facts.household, facts.revision, copy, facts.archived_at.date(), sheet.digest))
    side = len(rows) + 8
    dark = "".join(f"M{x + 4} {y + 4}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{dark}"/></svg>'
    return _file(folder, f"code{copy}.svg", drawing.encode("ascii"))
