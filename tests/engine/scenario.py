"""A form as a Markdown table inside the test, driven like a person would."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone

from fieldapp.engine.definition import FormDefinition
from fieldapp.engine.session import FormSession, Surroundings
from fieldapp.engine.xlsform import convert

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=CHINA)


def counted_ids() -> Callable[[], str]:
    """Ids that count up, so that two runs are the same."""
    numbers = itertools.count(1)
    return lambda: f"{next(numbers):032x}"


def surroundings(files: Mapping[str, bytes | str] | None = None, properties: Mapping[str, str] | None = None) -> Surroundings:
    return Surroundings(lambda: NOW, CHINA, counted_ids(), files or {}, properties or {})


def form(table: str) -> FormDefinition:
    """The definition of a form written as a Markdown table; the root is `data`-like: its name is the settings' form_id or `form__data`."""
    return convert(padded(table), "md").definition


def padded(table: str) -> str:
    """A Markdown table whose rows may end early, as Markdown that pyxform reads."""
    lines: list[str] = []
    width = 0
    for line in textwrap.dedent(table).strip().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells[0]:
            width = 0
        elif not width:
            width = len(cells)
        lines.append("| " + " | ".join((cells + [""] * width)[: max(width, 1)]) + " |")
    return "\n".join(lines)


def opened(table: str, files: Mapping[str, bytes | str] | None = None, **more: object) -> FormSession:
    return FormSession.start(form(table), surroundings(files), **more)  # type: ignore[arg-type]


class Scenario:
    """A session whose paths are written without the root."""

    def __init__(self, session: FormSession) -> None:
        self.session = session

    @classmethod
    def of(cls, table: str, files: Mapping[str, bytes | str] | None = None) -> Scenario:
        return cls(opened(table, files))

    def path(self, short: str) -> str:
        return f"{self.session.root}/{short}"

    def answer(self, short: str, value: str) -> None:
        self.session.answer(self.path(short), value)

    def add(self, short: str) -> None:
        self.session.add_repeat(self.path(short))

    def remove(self, short: str, index: int) -> None:
        self.session.remove_repeat(self.path(short), index)

    def value(self, short: str) -> str:
        return self.session.view(self.path(short)).value

    def relevant(self, short: str) -> bool:
        return self.session.view(self.path(short)).relevant

    def choices(self, short: str) -> list[str]:
        return [choice.name for choice in self.session.view(self.path(short)).choices]
