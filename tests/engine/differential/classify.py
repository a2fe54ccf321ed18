"""Sorts differences: agreed, decided by a row of docs/dialect.md, the peers contradict each other, or unexplained."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.engine.differential.compare import Difference

UNEXPLAINED = "UNEXPLAINED"
ONE_PEER = "the peers contradict each other, one answers as we do"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: what it says, and whether it decides about a difference at an expression (or in a form)."""

    name: str
    decides: Callable[[Difference, str], bool]


def _found(pattern: str) -> Callable[[Difference, str], bool]:
    compiled = re.compile(pattern)
    return lambda difference, text: difference.field not in ("node", "error") and compiled.search(text) is not None


def _says(*texts: str) -> Callable[[Difference, str], bool]:
    return lambda difference, text: any(part in str(difference.theirs) for part in texts)


ROWS = (
    Row("a text that the type cannot hold is refused and nothing changes", lambda difference, text: difference.refused),
    Row("the peer breaks off where we answer", lambda difference, text: difference.field == "error" and difference.ours is None),
    Row("rows have attributes, every form a meta block", lambda difference, text: difference.field == "node" and "@" in difference.ref),
    Row("rows have attributes, every form a meta block", lambda difference, text: difference.field == "node" and "/meta" in difference.ref),
    Row("drawn by chance, or the moment of asking", _found(r"\b(random|randomize|uuid|now)\(|timestamp|\buid\b")),
    Row("`and` and `or` give true or false", _found(r"[ )'](and|or)[ (']")),
    Row("what is no date is blank", _says("Invalid Date")),
    Row("date() gives no time of day; format-date() takes numbers", _found(r"\b(date|date-time|format-date|format-date-time)\(")),
    Row("truth of a node goes by its value", _found(r"\b(not|boolean|if|checklist|weighted-checklist)\(|\[[a-z/.@]+\]")),
    Row("blank and non-relevant nodes are left out of sum, max, min, join (count: non-relevant)", _found(r"\b(sum|max|min|join|count)\(")),
    Row("round() goes half up, by the digits", _found(r"\bround\(")),
    Row("area() and distance() in full", _found(r"\b(area|distance)\(")),
    Row("number() of a date keeps its fraction", _found(r"\bnumber\(")),
    Row("regex() is found anywhere", _found(r"\bregex\(")),
    Row("unions, every axis and text() work, each node once", _found(r"\||::|//|\btext\(|/\*")),
    Row("a place in substr() that is no number is 0", _found(r"\bsubstr\(")),
    Row("not-a-number is no choice and no text", _found(r"\b(count-selected|selected|selected-at|concat)\(")),
)  # fmt: skip


def verdict(found: list[Difference], peers: int, text: str) -> str:
    """What to say of the differences of one field of one node in one state, of so many peers that answered ('' never)."""
    for row in ROWS:
        if any(row.decides(difference, text) for difference in found):
            return row.name
    return ONE_PEER if len(found) < peers else UNEXPLAINED
