"""The part of Markdown that ODK allows in labels, as the window shows it; pure text in, text out.

Bold, italic and headings; a link is shown as text with its address, never opened; anything that looks like HTML is shown as it is written,
but for line breaks and the span and p around coloured words, which leave their words.
"""

from __future__ import annotations

import re

_LINK = re.compile(r"\[([^\]\n]+)\]\(([^)\s]+)\)")
_STRONG = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*|(?<!\w)__(?=\S)(.+?)(?<=\S)__(?!\w)")
_SLANTED = re.compile(
    r"(?<![A-Za-z0-9*])\*(?=[^\s*])([^*\n]*?)(?<=[^\s*])\*(?![A-Za-z0-9*])"
    r"|(?<![\w_])_(?=[^\s_])([^_\n]*?)(?<=[^\s_])_(?![\w_])"
)
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$", re.MULTILINE)
_WRAPPING = re.compile(r"</?(?:span|p|font|div|b|i|u|strong|em)(?:\s[^<>]*)?>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\\*_#\[\]])")
_SIZES = {1: "x-large", 2: "x-large", 3: "large", 4: "large", 5: "medium", 6: "medium"}
_SIGNS = "\\*_#[]"
_HELD = 0xFDD0
"""Escaped signs wait as noncharacters, which no text holds, while the rest is read."""


def rich(text: str) -> str:
    """A label as the HTML subset that a QLabel shows; safe whatever the label holds."""
    return _released(_lines(_marked(_escaped_html(_held(text)))))


def plain(text: str) -> str:
    """A label without its marks, for readers, lists and one-line places."""
    if not any(sign in text for sign in "*_#[<\\"):
        return text
    bare = _WRAPPING.sub("", _BREAK.sub("\n", _held(text)))
    bare = _LINK.sub(r"\1 (\2)", bare)
    bare = _HEADING.sub(r"\2", bare)
    bare = _STRONG.sub(_inner, bare)
    return _released(_SLANTED.sub(_inner, bare))


def _inner(found: re.Match[str]) -> str:
    return found[1] if found[1] is not None else found[2]


def _held(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(_HELD + _SIGNS.index(found[1])), text)


def _released(text: str) -> str:
    for at, sign in enumerate(_SIGNS):
        text = text.replace(chr(_HELD + at), sign)
    return text


def _escaped_html(text: str) -> str:
    bare = _WRAPPING.sub("", _BREAK.sub("\n", text))
    return bare.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _marked(text: str) -> str:
    linked = _LINK.sub(r"<u>\1</u> (\2)", text)
    headed = _HEADING.sub(lambda found: f'<span style="font-size:{_SIZES[len(found[1])]}; font-weight:bold">{found[2]}</span>', linked)
    strong = _STRONG.sub(lambda found: f"<b>{_inner(found)}</b>", headed)
    return _SLANTED.sub(lambda found: f"<i>{_inner(found)}</i>", strong)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "<br>")
