"""What is wrong with the sheets of an XLSForm themselves: columns, choice lists, translations, settings, files beside the form."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from .sheets import Sheet, Workbook
from .survey import value_of

_LIST = ("list_name", "list name")
_NAME = ("name", "value")
_TYPE = ("type", "command")
_PII = ("", "0", "1", "2", "none", "personal", "sensitive")
_MEDIA = ("image", "big-image", "audio", "video")
_SELECT = re.compile(r"(?:select[ _](?:one|multiple)|select1|select all that apply|rank)(?:[ _]from)?\s+(\S+)", re.IGNORECASE)
_SEVERAL = re.compile(r"select[ _](?:multiple|all)|rank", re.IGNORECASE)
_FILE = re.compile(r"(?:select[ _](?:one|multiple)[ _]from[ _]file)\s+(\S+)", re.IGNORECASE)
_INSTANCE = re.compile(r"instance\(\s*['\"]([^'\"]+)['\"]\s*\)")
_PULL = re.compile(r"pulldata\(\s*['\"]([^'\"]+)['\"]")
_COLUMNS = frozenset(
    re.findall(
        r"\S+",
        """
    type command name tag value label caption hint guidance_hint appearance read_only readonly relevant relevance required
    required_message requiredmsg constraint constraint_message constraining_message calculation calculate default choice_filter
    repeat_count count jr:count parameters trigger save_to image big-image audio video media autoplay rows body disabled note
    no_app_error_string noapperrorstring intent query accuracythreshold accuracy_threshold compact_tag sms_field sms_option
    sms_separator sms_allow_media sms_date_format sms_datetime_format sms_response bind control instance prefix choices
    """,
    )
)
"""What XLSForm knows on the survey sheet; a title with :: is judged by what stands before it."""
LARGE_FILE = 5_000_000
"""Bytes of a file beside the form from which its first look-up is felt on a small laptop."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Something found at a cell."""

    code: str
    sheet: str
    row: int
    column: str
    values: tuple[tuple[str, str], ...] = ()


def about_sheets(workbook: Workbook, before: str = "", files: dict[str, int] | None = None) -> Iterator[Spot]:
    """Everything; `before` is the version in use now, `files` the names and sizes of what lies beside the form (None: unknown)."""
    for sheet in workbook.sheets:
        if sheet.unread:
            yield Spot("unread-row", sheet.name, sheet.unread, "")
    yield from _columns(workbook.sheet("survey"))
    yield from _fields(workbook.sheet("survey"))
    yield from _lists(workbook)
    for name in ("survey", "choices"):
        yield from _translations(workbook.sheet(name))
    yield from _settings(workbook.sheet("settings"), before)
    if files is not None:
        yield from _files(workbook, files)


def _rows(sheet: Sheet) -> Iterator[tuple[int, dict[str, str]]]:
    for row in range(2, len(sheet.rows) + 2):
        cells = sheet.cells(row)
        if cells:
            yield row, cells


def _title(sheet: Sheet, names: Collection[str]) -> str:
    """The title of a column as its author wrote it."""
    return next((title for title in sheet.header if title.lower() in names), next(iter(names)))


def _columns(sheet: Sheet) -> Iterator[Spot]:
    """Titles that nothing reads, if they look like a slip."""
    for title in sheet.header:
        known = title.lower().split(":")[0].strip()
        if not title or known in _COLUMNS or title.lower() in _COLUMNS:
            continue
        near = get_close_matches(known.replace(" ", "_"), sorted(_COLUMNS), 1, 0.8)
        if near:
            yield Spot("unknown-column", sheet.name, 1, title, (("name", title), ("value", near[0])))


def _fields(sheet: Sheet) -> Iterator[Spot]:
    for row, cells in _rows(sheet):
        value = value_of(cells, ("bind::fa:pii",))
        if value not in _PII:
            yield Spot("bad-pii", sheet.name, row, _title(sheet, ("bind::fa:pii",)), (("value", value),))


def _lists(workbook: Workbook) -> Iterator[Spot]:
    survey, choices = workbook.sheet("survey"), workbook.sheet("choices")
    kinds = [" ".join(value_of(cells, _TYPE).split()) for _, cells in _rows(survey)]
    used = {match.group(1) for kind in kinds if (match := _SELECT.match(kind))}
    multiple = {match.group(1) for kind in kinds if _SEVERAL.match(kind) and (match := _SELECT.match(kind))}
    every = [text for _, cells in _rows(survey) for text in cells.values()]
    used |= {name for text in every for name in _INSTANCE.findall(text)}
    used |= {word for text in every for word in re.findall(r"(?:tick_labelset|over)[= ]\s*(\S+)", text)}
    seen: dict[tuple[str, str], int] = {}
    for row, cells in _rows(choices):
        name, label = value_of(cells, _LIST), value_of(cells, _NAME)
        if not name:
            continue
        values = (("name", name), ("value", label))
        if name not in used:
            used.add(name)
            yield Spot("unused-list", choices.name, row, _title(choices, _LIST), values)
        if (name, label) in seen:
            yield Spot("duplicate-choice", choices.name, row, _title(choices, _NAME), (*values, ("rows", str(seen[name, label]))))
        seen.setdefault((name, label), row)
        if name in multiple and len(label.split()) > 1:
            yield Spot("blank-in-choice", choices.name, row, _title(choices, _NAME), values)


def _translations(sheet: Sheet) -> Iterator[Spot]:
    """A cell that is blank in one language and written in another."""
    families: dict[str, list[str]] = {}
    for title in sheet.header:
        base = re.sub(r"^media::", "", title.lower()).split("::")[0]
        if base in ("label", "hint", "guidance_hint", "constraint_message", "required_message", *_MEDIA) and "::" in title:
            families.setdefault(base, []).append(title)
    for row, cells in _rows(sheet):
        for base, titles in families.items():
            written = [title for title in titles if title in cells]
            for title in titles:
                if written and title not in cells:
                    yield Spot("missing-translation", sheet.name, row, title, (("name", base), ("value", title.split("::", 1)[1])))


def _settings(sheet: Sheet, before: str) -> Iterator[Spot]:
    cells = sheet.cells(2)
    if not value_of(cells, ("form_id", "set_form_id", "id_string")):
        yield Spot("no-form-id", "settings", 2, "form_id")
    version = value_of(cells, ("version",))
    if not version:
        yield Spot("no-version", "settings", 2, "version")
    elif before and not is_newer(version, before):
        yield Spot("version-not-newer", "settings", 2, _title(sheet, ("version",)), (("value", version), ("name", before)))


def is_newer(version: str, before: str) -> bool:
    """Whole numbers by their size, anything else as text."""
    if version.isdecimal() and before.isdecimal():
        return int(version) > int(before)
    return version > before


def _files(workbook: Workbook, files: dict[str, int]) -> Iterator[Spot]:
    for name in ("survey", "choices"):
        sheet = workbook.sheet(name)
        for row, cells in _rows(sheet):
            for title, file in _named_files(cells):
                if file not in files:
                    yield Spot("missing-file", name, row, title, (("name", file),))
                elif files[file] > LARGE_FILE and "." in file and title.lower() not in _MEDIA:
                    yield Spot("large-file", name, row, title, (("name", file), ("value", str(files[file] // 1_000_000))))


def _named_files(cells: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(column, name of a file) of one row."""
    for title, text in cells.items():
        base = re.sub(r"^media::", "", title.lower()).split("::")[0]
        if base in _MEDIA and "${" not in text:
            yield title, text.rsplit("/", 1)[-1]
        if title.lower() in _TYPE and (match := _FILE.match(text)):
            yield title, match.group(1)
        for name in _PULL.findall(text):
            yield title, name if "." in name else f"{name}.csv"
