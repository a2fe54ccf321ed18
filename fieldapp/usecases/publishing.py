"""Forms from source to use: compile, lint, install, and open the compiled cache on a laptop."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from fieldapp.errors import FormError, FormInvalid, NotFound
from fieldapp.words import forms as bundled_forms
from sync.replica import PublishedForm

if TYPE_CHECKING:
    from fieldapp.engine.definition import FormDefinition
    from fieldapp.engine.lint import Mistake
    from fieldapp.engine.session import Surroundings
    from fieldapp.store.database import Database as Workspace

DIVISIONS = "divisions.csv"
"""The media file that is made from the workspace's own areas, so that every laptop offers the villages it works in."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A form that was compiled from its source."""

    form: str
    version: str
    title: str
    xform: str
    questions: int
    languages: tuple[str, ...]
    warnings: tuple[str, ...]


def compile_file(file: Path) -> Compiled:
    """XLSForm (.xlsx .md .csv) or XForm (.xml) → compiled form; raises FormInvalid, ExpressionError with sheet and row."""
    from fieldapp.engine import xform, xform_lines, xlsform

    if not file.is_file():
        raise NotFound(what="file", id=str(file))
    warnings: tuple[str, ...] = ()
    if file.suffix.lower() == ".xml":
        text = _text(file)
        try:
            definition = xform.parse(text)
        except FormError as fault:
            raise type(fault)(**{**fault.values, "line": xform_lines.line_of_fault(text, fault.values)}) from fault
    else:
        made = xlsform.convert(file)
        definition, text, warnings = made.definition, made.xform, made.warnings
    return Compiled(definition.form, definition.version, definition.title, text, definition.questions, definition.languages, warnings)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as wrong:
        raise FormInvalid(detail=str(wrong), sheet="", row=0) from None


def lint_file(file: Path, before: str = "") -> tuple[Mistake, ...]:
    """Everything the form's author should know, worst first; `before` is the version in use now."""
    from fieldapp.engine import lint

    if not file.is_file():
        raise NotFound(what="file", id=str(file))
    return lint.lint_file(file, before)


def bundled() -> tuple[tuple[PublishedForm, bytes], ...]:
    """The forms that come with the program, compiled; pyxform is loaded here and never on a normal start."""
    from fieldapp.engine import compiled, xlsform

    made = []
    for folder in sorted(path for path in bundled_forms().iterdir() if path.is_dir()):
        source = folder / f"{folder.name}.csv"
        converted = xlsform.convert(source)
        definition = converted.definition
        beside = {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file != source}
        media = {**beside, **converted.sheets.files}
        published = PublishedForm(definition.form, definition.version, definition.title, converted.xform, media)
        made.append((published, compiled.dump(definition)))
    return tuple(made)


def install(workspace: Workspace, made: Iterable[tuple[PublishedForm, bytes]]) -> None:
    """Keep compiled forms in a workspace."""
    from fieldapp.store import forms

    with workspace.begin() as tx:
        for published, cache in made:
            forms.keep(tx, published, cache)


def open_form(workspace: Workspace, form: str, version: str) -> tuple[FormDefinition, Surroundings]:
    """The compiled form and what it needs around it.

    A version that came by sync, or whose cache an older program wrote, is compiled on its first use and kept.
    """
    from fieldapp.store import forms

    with workspace.read() as tx:
        cache = forms.compiled(tx, form, version)
        media = forms.files(tx, form, version)
    definition = (_loaded(cache) if cache is not None else None) or _compiled_anew(workspace, form, version)
    around = _surroundings(workspace, media)
    return definition, _with_last_saved(workspace, definition, around)


def _with_last_saved(workspace: Workspace, definition: FormDefinition, around: Surroundings) -> Surroundings:
    """With this person's newest finalized submission of the form, if the form asks for it (XLSForm `${last-saved#…}`)."""
    from fieldapp.engine.secondary import LAST_SAVED
    from fieldapp.engine.session import FormSession
    from fieldapp.engine.submission import write
    from fieldapp.store import operations, submissions

    if not any(instance.source == LAST_SAVED for instance in definition.secondary):
        return around
    with workspace.read() as tx:
        own = [one for one in submissions.finalized(tx, form=definition.form) if one.user == workspace.user]
        if not own:
            return around
        latest = max(one.changed_at for one in own)
        newest = max(
            (one.id for one in own if one.changed_at == latest), key=lambda one: max(made.hlc for made in operations.of_record(tx, one))
        )
        answers = submissions.load_finalized(tx, newest).answers
    saved = write(FormSession.resume(definition, around, answers))
    return replace(around, files={**around.files, "last-saved": saved})


@lru_cache(maxsize=4)
def _loaded(cache: bytes) -> FormDefinition | None:
    """The definition in a cache, one object for all sessions; None if this program cannot read the cache."""
    from fieldapp.engine import compiled

    try:
        return compiled.load(cache)
    except FormInvalid:
        return None


def _compiled_anew(workspace: Workspace, form: str, version: str) -> FormDefinition:
    from fieldapp.engine import compiled, xform
    from fieldapp.store import forms

    with workspace.read() as tx:
        text = forms.get(tx, form, version).xform
    definition = xform.parse(text)
    with workspace.begin() as tx:
        forms.keep_compiled(tx, form, version, compiled.dump(definition))
    return definition


def _surroundings(workspace: Workspace, media: Mapping[str, bytes]) -> Surroundings:
    from fieldapp.domain.clock import CHINA
    from fieldapp.engine.session import Surroundings

    clock = workspace.place.clock
    return Surroundings(
        now=clock.now,
        zone=CHINA,
        files={**media, DIVISIONS: _divisions(workspace)},
        properties={"deviceid": workspace.device.device, "username": workspace.user},
        new_id=lambda: uuid4().hex,
    )


def _divisions(workspace: Workspace) -> bytes:
    """The areas of this workspace as the form's choice file: name, label, level, parent."""
    from fieldapp.store import areas

    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["name", "label", "level", "parent"])
    with workspace.read() as tx:
        table.writerows([area.code, area.name, int(area.level), area.parent] for area in areas.every(tx))
    return out.getvalue().encode()
