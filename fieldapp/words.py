"""Every sentence that a person reads, by message id, from the Fluent files in resources/words.

One file a room (ui, errors, archive, cli, domain …), zh_CN complete and default, en beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fluent.runtime import FluentBundle

DEFAULT_LANGUAGE = "zh_CN"
_FIRST = ("ui", "errors")
# An error names its place only where it is known; a message asks for `none` to say a sentence without it.
_PLACES: dict[str, object] = {"sheet": "none", "row": "none", "column": "none", "line": "none", "fault": "none"}


def resources() -> Path:
    """The folder of fonts, words and icons: beside the checkout, or inside the installed wheel."""
    return _data("resources")


def forms() -> Path:
    """The folder of the form sources and code lists."""
    return _data("forms")


def say(message: str, language: str = DEFAULT_LANGUAGE, /, **values: object) -> str:
    """The sentence of a message id as `unlock-title`, or of an attribute as `error-offline.next`; the id itself if unknown."""
    return _said(message, language, values) if values else _plainly_said(message, language)


@lru_cache(4096)
def _plainly_said(message: str, language: str) -> str:
    return _said(message, language, {})


def _said(message: str, language: str, values: Mapping[str, object]) -> str:
    name, _, attribute = message.partition(".")
    bundle = _with(name, language)
    if bundle is None:
        return message
    found = bundle.get_message(name)
    pattern = found.attributes.get(attribute) if attribute else found.value
    if pattern is None:
        return message
    text, _ = bundle.format_pattern(pattern, _PLACES | {key: _plain(value) for key, value in values.items()})
    return str(text)


def knows(message: str, language: str = DEFAULT_LANGUAGE) -> bool:
    """Whether a message (or its attribute) exists in a language."""
    name, _, attribute = message.partition(".")
    bundle = _with(name, language)
    return bundle is not None and (not attribute or attribute in bundle.get_message(name).attributes)


def _plain(value: object) -> object:
    """Numbers keep their plural forms but get no thousands separators (a year is not 2,026)."""
    from fluent.runtime.types import fluent_number

    return fluent_number(value, useGrouping=False) if isinstance(value, int | float) else str(value)


def _with(name: str, language: str) -> FluentBundle | None:
    """The file that holds a message. Files are read one by one as they are needed: the first window needs one of them."""
    return next((bundle for file in _files(language) if (bundle := _bundle(file, language)).has_message(name)), None)


@cache
def _files(language: str) -> tuple[Path, ...]:
    """The files of a language, those of the first window first."""
    return tuple(sorted((resources() / "words" / language).glob("*.ftl"), key=lambda file: (file.stem not in _FIRST, file.name)))


@cache
def _bundle(file: Path, language: str) -> FluentBundle:
    from fluent.runtime import FluentBundle, FluentResource

    bundle = FluentBundle([language.replace("_", "-")], use_isolating=False)
    bundle.add_resource(FluentResource(file.read_text(encoding="utf-8")))
    return bundle


@cache
def _data(name: str) -> Path:
    beside = Path(__file__).resolve().parent.parent / name
    return beside if beside.is_dir() else Path(str(files("fieldapp"))) / "_data" / name
