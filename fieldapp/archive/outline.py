"""The outline (bookmarks) of a file: volumes, or volumes below the household or the copy that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from reportlab.pdfbase import pdfdoc

from .objects import Objects, Reference


@dataclass(frozen=True, slots=True)
class Mark:
    """An entry; with a key it stands below the entry of that key, whose title is `group`."""

    title: str
    key: str = ""
    group: str = ""


@dataclass(slots=True)
class _Entry:
    title: str
    page: int
    number: int
    inner: list[_Entry]


def write_outline(objects: Objects, marks: Sequence[tuple[Mark, int]]) -> int:
    """The outline of these marks with the number of their page, in order; marks of one key follow one another. Its object number."""
    entries: list[_Entry] = []
    for key, run in groupby(marks, key=lambda pair: pair[0].key):
        group = list(run)
        inner = [_Entry(mark.title, page, objects.reserve(), []) for mark, page in group]
        entries += [_Entry(group[0][0].group, group[0][1], objects.reserve(), inner)] if key else inner
    root = objects.reserve()
    _write(objects, root, entries)
    ends = {"First": Reference(entries[0].number), "Last": Reference(entries[-1].number)}
    return objects.add({"Type": pdfdoc.PDFName("Outlines"), **ends, "Count": len(entries)}, root)


def _write(objects: Objects, parent: int, entries: Sequence[_Entry]) -> None:
    for index, entry in enumerate(entries):
        shown: dict[str, object] = {
            "Title": pdfdoc.PDFString(entry.title),
            "Parent": Reference(parent),
            "Dest": f"[{entry.page} 0 R/Fit]",
        }
        if index:
            shown["Prev"] = Reference(entries[index - 1].number)
        if index < len(entries) - 1:
            shown["Next"] = Reference(entries[index + 1].number)
        if entry.inner:
            _write(objects, entry.number, entry.inner)
            shown |= {"First": Reference(entry.inner[0].number), "Last": Reference(entry.inner[-1].number), "Count": -len(entry.inner)}
        objects.add(shown, entry.number)
