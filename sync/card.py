"""A device's card (名片): what the district says of it, signed, so that laptops of one district believe one another without a line.

The certificate is the one that enrolment gives (docs/protocol.md, section 3). A card names nobody's secret and may lie open on a stick;
it says which key the device signs with, which one it opens with, and in which area its work counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .errors import CardRefused, GarbledReply
from .keys import is_signed
from .operation import canonical, device_id
from .replica import Author, Card
from .wire import DEVICE, a_text, an_object, read_json, some_bytes

SUFFIX = ".card"
LARGEST = 1 << 16
"""Bytes of a card's text."""
MOST = 5_000
"""Cards in one body."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """What a card says, once the district's signature was found right."""

    device: str
    key: bytes
    """Ed25519."""
    seal_key: bytes
    """X25519; empty for a device that opens no bundles."""
    name: str
    person: str
    role: str
    area: str
    card: Card

    @property
    def author(self) -> Author:
        """By which the device's operations are believed."""
        return Author(self.device, self.key, self.name, area=self.area)


def read(card: Card, district_key: bytes) -> Colleague:
    """What a card says. Raises CardRefused (other-district, garbled)."""
    if not is_signed(district_key, card.signature, card.certificate.encode("utf-8", "replace")):
        raise CardRefused(reason="other-district")
    try:
        body = an_object(read_json(card.certificate.encode("utf-8")), "certificate")
        told = Colleague(
            device=a_text(body, "device", DEVICE),
            key=some_bytes(body, "key", 32),
            seal_key=some_bytes(body, "seal_key"),
            name=a_text(body, "name"),
            person=a_text(body, "person"),
            role=a_text(body, "role"),
            area=a_text(body, "area"),
            card=card,
        )
    except (GarbledReply, UnicodeEncodeError) as wrong:
        raise CardRefused(reason="garbled") from wrong
    if device_id(told.key) != told.device or len(told.seal_key) not in (0, 32) or not told.area:
        raise CardRefused(reason="garbled")
    return told


def believed(cards: Iterable[Card], district_key: bytes) -> dict[str, Colleague]:
    """By device what the cards say that the district signed; others are passed over."""
    found: dict[str, Colleague] = {}
    for card in cards:
        try:
            told = read(card, district_key)
        except CardRefused:
            continue
        found[told.device] = told
    return found


def text(card: Card) -> str:
    """A card as a file or a QR code holds it."""
    return canonical({"v": 1, "certificate": card.certificate, "signature": card.signature.hex()}).decode("utf-8")


def from_text(told: str) -> Card:
    """A card from a text, not yet to be believed. Raises CardRefused (garbled)."""
    try:
        if len(told) > LARGEST:
            raise GarbledReply(what="card")
        return _card(an_object(read_json(told.strip().encode("utf-8", "replace")), "card"))
    except GarbledReply as wrong:
        raise CardRefused(reason="garbled") from wrong


def plain(cards: Iterable[Card]) -> list[list[str]]:
    """Cards as JSON values."""
    return [[card.certificate, card.signature.hex()] for card in cards]


def from_plain(value: object) -> tuple[Card, ...]:
    """Cards from JSON values, not yet to be believed. Raises GarbledReply."""
    if not isinstance(value, list) or len(value) > MOST:
        raise GarbledReply(what="cards")
    found = []
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2:
            raise GarbledReply(what="cards")
        found.append(_card({"certificate": pair[0], "signature": pair[1]}))
    return tuple(found)


def contains(area: str, village: str) -> bool:
    """Whether a village lies in an area: its code begins with the area's, trailing zero groups left out."""
    return village.startswith(prefix(area))


def prefix(area: str) -> str:
    """An area's code without its trailing zero groups (990101000000 → 990101)."""
    for length, group in ((12, "000"), (9, "000"), (6, "00"), (4, "00")):
        if len(area) == length and area.endswith(group):
            area = area[: -len(group)]
    return area


def shared(one: str, other: str) -> str:
    """The smaller of two areas if one lies in the other, empty if they have nothing in common."""
    first, second = prefix(one), prefix(other)
    if second.startswith(first):
        return other
    return one if first.startswith(second) else ""


def is_of(card: Card, device: str) -> bool:
    """Whether a card says that it is of this device."""
    return _said(card, "device") == device


def newest(cards: Sequence[Card], more: Iterable[Card], district_key: bytes) -> tuple[Card, ...]:
    """Both lists with one card a device, the later issued, by device; what the district did not sign is left out."""
    found: dict[str, tuple[str, Card]] = {}
    for card in (*cards, *more):
        try:
            device = read(card, district_key).device
        except CardRefused:
            continue
        issued = _said(card, "issued")
        if device not in found or found[device][0] <= issued:
            found[device] = (issued, card)
    return tuple(card for _, (_, card) in sorted(found.items()))


def _said(card: Card, name: str) -> str:
    try:
        value = an_object(read_json(card.certificate.encode("utf-8", "replace")), "certificate").get(name)
    except GarbledReply:
        return ""
    return value if isinstance(value, str) else ""


def _card(body: dict[str, object]) -> Card:
    return Card(certificate=a_text(body, "certificate"), signature=some_bytes(body, "signature", 64))
