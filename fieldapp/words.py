"""Every sentence that a person reads, by message id, from the Fluent files in resources/words.

One file a room (ui, errors, archive, cli, domain …), zh_CN complete and default, en beside it.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fluent.runtime import FluentBundle

DEFAULT_LANGUAGE = "zh_CN"
# An error names its place only where it is known; a message asks for `none` to say a sentence without it.
_PLACES: dict[str, object] = {"sheet": "none", "row": "none", "column": "none"}


def resources() -> Path:
    """The folder of fonts, words and icons: beside the checkout, or inside the installed wheel."""
    return _data("resources")


def forms() -> Path:
    """The folder of the form sources and code lists."""
    return _data("forms")


def say(message: str, language: str = DEFAULT_LANGUAGE, /, **values: object) -> str:
    """The sentence of a message id as `unlock-title`, or of an attribute as `error-offline.next`; the id itself if unknown."""
    bundle = _bundle(language)
    name, _, attribute = message.partition(".")
    if not bundle.has_message(name):
        return message
    found = bundle.get_message(name)
    pattern = found.attributes.get(attribute) if attribute else found.value
    if pattern is None:
        return message
    text, _ = bundle.format_pattern(pattern, _PLACES | {key: _plain(value) for key, value in values.items()})
    return str(text)


def knows(message: str, language: str = DEFAULT_LANGUAGE) -> bool:
    """Whether a message (or its attribute) exists in a language."""
    bundle = _bundle(language)
    name, _, attribute = message.partition(".")
    if not bundle.has_message(name):
        return False
    return not attribute or attribute in bundle.get_message(name).attributes


def _plain(value: object) -> object:
    """Numbers keep their plural forms but get no thousands separators (a year is not 2,026)."""
    from fluent.runtime.types import fluent_number

    return fluent_number(value, useGrouping=False) if isinstance(value, int | float) else str(value)


@cache
def _bundle(language: str) -> FluentBundle:
    from fluent.runtime import FluentBundle, FluentResource

    bundle = FluentBundle([language.replace("_", "-")], use_isolating=False)
    for file in sorted((resources() / "words" / language).glob("*.ftl")):
        bundle.add_resource(FluentResource(file.read_text(encoding="utf-8")))
    return bundle


@cache
def _data(name: str) -> Path:
    beside = Path(__file__).resolve().parent.parent / name
    return beside if beside.is_dir() else Path(str(files("fieldapp"))) / "_data" / name
