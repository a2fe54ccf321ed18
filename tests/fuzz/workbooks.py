"""XLSForm sheets with something wrong about them, as .xlsx .csv .md and as damaged bytes."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from random import Random

from .expressions import mutated

Table = dict[str, list[list[str]]]

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_TYPES = (
    "text",
    "integer",
    "decimal",
    "date",
    "note",
    "calculate",
    "select_one yn",
    "select_multiple yn",
    "select_one nosuch",
    "rank yn",
    "range",
)
_TYPES += (
    "begin group",
    "end group",
    "begin repeat",
    "end repeat",
    "begin_repeat",
    "image",
    "geopoint",
    "select_one_from_file x.csv",
    "audit",
)
_TYPES += (
    "select_one ${a}",
    "csv-external",
    "xml-external",
    "hidden",
    "acknowledge",
    "select_one yn or_other",
    "begin loop over yn",
    "include x",
    "???",
)
_HEADERS = (
    "label::中文 (zh)",
    "label::",
    "::",
    "relevant",
    "Relevance",
    "calculation",
    "bind::fa:pii",
    "bind::x:y",
    "media::image",
    "type",
    "NAME",
    "body::z",
)
_HEADERS += (
    "choice_filter",
    "repeat_count",
    "trigger",
    "save_to",
    "parameters",
    "default",
    "disabled",
    "instance::x",
    "control::appearance",
    "label::a::b",
)
_CELLS = (
    "",
    " ",
    "yes",
    "${a}",
    "${nosuch}",
    "${",
    "${a} + ${a}",
    "true()",
    "1e9",
    "=1+1",
    "#REF!",
    "x" * 40_000,
    "\x01",
    "\x0b",
    "￿",
    "𠮷",
    "<b>",
    "&amp;",
)
_CELLS += (
    "](http://localhost)",
    "**bold**",
    "<output value='/x'/>",
    "_x0001_",
    "a b",
    "1a",
    "meta",
    "data",
    "name",
    "jr:count",
    "${a.b}",
    "${last-saved#a}",
    "'",
    '"',
)


def mutate(table: Table, chance: Random) -> Table:
    """The sheets with up to five things wrong."""
    made = {title: [list(row) for row in rows] for title, rows in table.items()}
    for _ in range(chance.randrange(1, 6)):
        title = chance.choice(list(made) or ["survey"])
        rows = made.setdefault(title, [])
        chance.choice(_MUTATIONS)(made, title, rows, chance)
    return made


def _cell(_: Table, __: str, rows: list[list[str]], chance: Random) -> None:
    if rows and rows[-1]:
        row = chance.choice(rows)
        if row:
            place = chance.randrange(len(row))
            row[place] = chance.choice((mutated(row[place], chance), chance.choice(_CELLS)))


def _type(table: Table, _: str, __: list[list[str]], chance: Random) -> None:
    rows = table.get("survey", [])
    if len(rows) > 1 and "type" in rows[0]:
        row = chance.choice(rows[1:])
        row[: rows[0].index("type") + 1] = [*row[: rows[0].index("type")], chance.choice(_TYPES)]


def _drop_row(_: Table, __: str, rows: list[list[str]], chance: Random) -> None:
    if rows:
        del rows[chance.randrange(len(rows))]


def _double_row(_: Table, __: str, rows: list[list[str]], chance: Random) -> None:
    if rows:
        rows.insert(chance.randrange(len(rows) + 1), list(chance.choice(rows)))


def _blank_rows(_: Table, __: str, rows: list[list[str]], chance: Random) -> None:
    place = chance.randrange(len(rows) + 1)
    rows[place:place] = [[""] for _ in range(chance.choice((1, 2, 61, 3_000)))]


def _column(_: Table, __: str, rows: list[list[str]], chance: Random) -> None:
    if rows and rows[0]:
        rows[0][chance.randrange(len(rows[0]))] = chance.choice((*_HEADERS, *rows[0]))


def _new_column(_: Table, __: str, rows: list[list[str]], chance: Random) -> None:
    if rows:
        title = chance.choice(_HEADERS)
        for number, row in enumerate(rows):
            row.extend([""] * (len(rows[0]) - len(row) - (number > 0)))
            row.append(title if number == 0 else chance.choice(("", mutated("${a}", chance), chance.choice(_CELLS))))


def _sheet(table: Table, title: str, rows: list[list[str]], chance: Random) -> None:
    table[chance.choice(("choices", "Survey", "settings", "entities", "external_choices", "osm", "chioces", "备注", ""))] = rows
    if chance.random() < 0.5:
        table.pop(title, None)


def _groups(table: Table, _: str, __: list[list[str]], chance: Random) -> None:
    """Groups inside groups."""
    rows = table.get("survey", [])
    if rows and "type" in rows[0] and "name" in rows[0]:
        kind, name = rows[0].index("type"), rows[0].index("name")
        depth = chance.choice((2, 20, 60))
        what = chance.choice(("group", "repeat"))
        begin = [
            ["begin " + what if at == kind else f"g{level}" if at == name else "g" for at in range(len(rows[0]))] for level in range(depth)
        ]
        end = [["end " + what if at == kind else "" for at in range(len(rows[0]))] for _ in range(depth)]
        place = chance.randrange(1, len(rows) + 1)
        rows[place:place] = [*begin, ["text" if at == kind else "deep" if at == name else "L" for at in range(len(rows[0]))], *end]


_MUTATIONS: tuple[Callable[[Table, str, list[list[str]], Random], None], ...] = (
    _cell, _cell, _cell, _cell, _type, _type, _drop_row, _double_row, _blank_rows, _column, _new_column, _sheet, _groups,
)  # fmt: skip


def as_markdown(table: Table) -> bytes:
    """All sheets as tables of Markdown."""
    lines = []
    for title, rows in table.items():
        lines.append(f"| {title} |")
        lines += ["|  | " + " | ".join(cell.replace("\n", " ") for cell in row) + " |" for row in rows]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def as_commas(table: Table) -> bytes:
    """All sheets in one .csv."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for title, rows in table.items():
        writer.writerow([title])
        writer.writerows(["", *row] for row in rows)
    return out.getvalue().encode("utf-8", "surrogatepass")


def as_excel(table: Table, chance: Random) -> bytes:
    """A workbook; now and then with merged cells, hidden sheets, formulas, numbers and dates."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in table.items():
        sheet = book.create_sheet(title or "x")
        for row in rows:
            sheet.append([_cell_value(_NOT_XML.sub("?", cell)[:32_767], chance) for cell in row])
        if chance.random() < 0.1 and title != "survey":
            sheet.sheet_state = "hidden"
        if chance.random() < 0.1:
            sheet.merge_cells("A1:B2")
    if not book.worksheets:
        book.create_sheet("survey")
    book.active = 0
    book.worksheets[0].sheet_state = "visible"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell_value(cell: str, chance: Random) -> object:
    import datetime

    if chance.random() < 0.005:
        return chance.choice((1.5, 7, True, datetime.datetime(2026, 11, 22), datetime.time(1, 2), datetime.timedelta(1), "=A1", "#N/A"))
    return cell


def damaged(content: bytes, chance: Random) -> bytes:
    """Bytes with some of them changed, cut, doubled; or a workbook whose parts are changed inside."""
    if content.startswith(b"PK") and chance.random() < 0.5:
        return _repacked(content, chance)
    made = bytearray(content)
    for _ in range(chance.choice((1, 3, 20))):
        place = chance.randrange(len(made) + 1)
        match chance.randrange(3):
            case 0:
                made[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del made[place : place + chance.choice((1, 10, 500))]
            case _:
                made[place:place] = made[place : place + chance.choice((1, 30))]
    return bytes(made)


def _repacked(content: bytes, chance: Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        names = before.namelist()
        target = chance.choice(names)
        for name in names:
            part = before.read(name)
            if name == target:
                if chance.random() < 0.2:
                    continue
                part = chance.choice((damaged(part, chance), b"", b'<!DOCTYPE x [<!ENTITY a "b">]>' + part, part[: len(part) // 2]))
            after.writestr(name, part)
    return out.getvalue()


def zip_bomb(size: int = 130 * 1024 * 1024) -> bytes:
    """A small workbook whose sheet unpacks to `size` bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts, parts.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
        for _ in range(size // 2**20):
            part.write(b" " * 2**20)
    return out.getvalue()
