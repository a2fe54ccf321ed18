"""Every sentence of the district's command line and page, by message id; one TOML file a language."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

DEFAULT_LANGUAGE = "zh_CN"


def say(message: str, /, language: str = DEFAULT_LANGUAGE, **values: object) -> str:
    """The sentence of a message id with its blanks filled; the id itself if unknown."""
    pattern = all_words(language).get(message)
    return pattern.format_map(_Blanks(values)) if pattern is not None else message


@cache
def all_words(language: str) -> dict[str, str]:
    """Message id → sentence."""
    return {str(name): str(text) for name, text in tomllib.loads((files(__name__) / f"{language}.toml").read_text("utf-8")).items()}


class _Blanks(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "…"
