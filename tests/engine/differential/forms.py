"""The forms to play: those of the recorded sessions and the real ones beside the checkout, XLSForms converted."""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from fieldapp.engine.xlsform import convert
from fieldapp.errors import FieldAppError
from tests.engine.differential.peers import SHARED, Case

LARGEST = 60_000
"""Bytes above which a form takes the peers minutes."""


def loader() -> ModuleType:
    """The reader that lies beside the reference data."""
    spec = importlib.util.spec_from_file_location("conformance_loader", SHARED / "conformance" / "loader.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def every_form() -> list[Case]:
    """Each form once, as a case without steps."""
    data = loader()
    media = _media(data)
    found: dict[str, Case] = {}
    for trace in data.scenario_traces(passing_only=False):
        found.setdefault(trace["xml"], _case(trace["form"], trace["xml"], media))
    for form in data.forms("xform"):
        if form["bytes"] <= LARGEST:
            text = form["path"].read_text(encoding="utf-8-sig")
            found.setdefault(text, _case(form["file"].rsplit("/", 1)[-1], text, media))
    for form in data.forms("xlsform"):
        if form["bytes"] <= LARGEST:
            for text in _converted(form["path"]):
                found.setdefault(text, _case(form["file"].rsplit("/", 1)[-1], text, media))
    return list(found.values())


def _converted(path: Path) -> Iterator[str]:
    try:
        yield convert(path).xform
    except FieldAppError:
        return


def _media(data: ModuleType) -> dict[str, str]:
    return {
        form["file"].rsplit("/", 1)[-1]: form["path"].read_text(encoding="utf-8", errors="replace")
        for form in data.forms("attachment")
        if form["path"].suffix in (".csv", ".xml", ".geojson") and form["bytes"] < LARGEST
    }


def _case(name: str, xml: str, media: dict[str, str]) -> Case:
    return {"id": name, "xml": xml, "steps": [], "attachments": {name: text for name, text in media.items() if f"/{name}" in xml}}


def chosen(count: int, walks: int, steps: int, seed: int) -> list[Case]:
    """`count` forms, each `walks` times with its own seed for random steps."""
    forms = every_form()
    random.Random(seed).shuffle(forms)
    return [
        {**form, "id": f"{place}.{walk} {form['id']}", "seed": seed * 1000 + walk, "n": steps}
        for place, form in enumerate(forms[:count])
        for walk in range(walks)
    ]


def pools() -> dict[str, Any]:
    """Values by question name that random steps take instead of those by type."""
    return {}
