"""What an expression may ask of the world while it is evaluated; everything is handed in, so the same question has the same answer."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo

from fieldapp.engine.xpath.tree import XNode
from fieldapp.engine.xpath.values import Moment, number_of_text

_REMEMBERED = 1 << 16


class EvalContext:
    """One form session's surroundings. The engine changes `now`, `language` and `instances` in place between transactions.

    root          document of the primary instance: what `/` is
    zone          the one zone in which dates are read and written
    now           the frozen instant of the running transaction
    instances     id → document of the secondary instance (`instance('x')/…` walks from it)
    itext         id → text in the current language
    choice_label  (value, path of the question as written in the form, node that asks) → label in the current language
    chance        numbers for random() and randomize() without seed
    new_uuid      a fresh version-4 UUID
    namespaces    prefix → URI for `prefix:name` tests; an unknown prefix is ignored and the local name decides
    """

    __slots__ = (
        "_moments",
        "_numbers",
        "_today",
        "chance",
        "choice_label",
        "current",
        "instances",
        "itext",
        "language",
        "namespaces",
        "new_uuid",
        "now",
        "root",
        "zone",
    )

    def __init__(
        self,
        root: XNode,
        zone: tzinfo,
        now: Callable[[], datetime],
        *,
        instances: Mapping[str, XNode] | None = None,
        language: str = "",
        itext: Callable[[str], str] | None = None,
        choice_label: Callable[[str, str, XNode], str] | None = None,
        chance: random.Random | None = None,
        new_uuid: Callable[[], str] | None = None,
        namespaces: Mapping[str, str] | None = None,
    ) -> None:
        self.root = root
        self.zone = zone
        self.now = now
        self.instances: Mapping[str, XNode] = instances if instances is not None else {}
        self.language = language
        self.itext = itext if itext is not None else _as_it_is
        self.choice_label = choice_label if choice_label is not None else _first
        self.chance = chance if chance is not None else random.Random()
        self.new_uuid = new_uuid if new_uuid is not None else self._uuid
        self.namespaces: Mapping[str, str] = namespaces if namespaces is not None else {}
        self.current: XNode = root
        self._numbers: dict[str, float] = {}
        self._moments: dict[str, Moment] = {}
        self._today: tuple[datetime, Moment] | None = None

    def number(self, text: str) -> float:
        """The text as a number, remembered: the same answers are read again and again."""
        known = self._numbers.get(text)
        if known is None:
            if len(self._numbers) >= _REMEMBERED:
                self._numbers.clear()
            known = self._numbers[text] = number_of_text(text, self.zone)
        return known

    def moment(self, text: str, read: Callable[[str, tzinfo], Moment]) -> Moment:
        """The text as a date, remembered; `read` makes it the first time."""
        known = self._moments.get(text)
        if known is None:
            if len(self._moments) >= _REMEMBERED:
                self._moments.clear()
            known = self._moments[text] = read(text, self.zone)
        return known

    def today(self) -> Moment:
        """The day of the frozen instant, remembered until that moves on."""
        now = self.now()
        if self._today is None or self._today[0] is not now:
            local = now.astimezone(self.zone)
            self._today = now, Moment(datetime(local.year, local.month, local.day, tzinfo=self.zone))
        return self._today[1]

    def _uuid(self) -> str:
        bits = self.chance.getrandbits(128) & ~(0xF << 76) & ~(0x3 << 62) | (0x4 << 76) | (0x2 << 62)
        digits = f"{bits:032x}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _as_it_is(name: str) -> str:
    return name


def _first(value: str, _path: str, _node: XNode) -> str:
    return value
