"""What a store must offer so that a session or a bundle can exchange with it; the laptop's workspace implements it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from .operation import Operation, Signer, canonical


@dataclass(frozen=True, slots=True)
class Author:
    """A device whose operations may be believed: its id is the hash of its key."""

    device: str
    public_key: bytes
    """32 bytes Ed25519."""
    name: str = ""
    revoked: bool = False
    area: str = ""
    """Where it may write, as far as this is said by a card."""


@dataclass(frozen=True, slots=True)
class Card:
    """What the district says of one device (`sync.card`): a JSON text and the district's signature over it."""

    certificate: str
    signature: bytes


LAPTOP = "laptop/"
"""Begins the name of a peer that is another laptop: its word is no receipt."""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Operations of one village, in the order in which the peer took them in, from a position up to the next."""

    village: str
    start: int
    next: int
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One division: code, name, parent code (empty at the top)."""

    code: str
    name: str
    parent: str


def areas_digest(areas: Sequence[AreaRow]) -> str:
    """SHA-256 of a list of areas whatever its order, as 64 hex digits."""
    return hashlib.sha256(canonical(sorted([area.code, area.name, area.parent] for area in areas))).hexdigest()


@dataclass(frozen=True, slots=True)
class PublishedForm:
    """A form version as the district published it: XForm XML and its media files."""

    form: str
    version: str
    title: str
    xform: str
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Taken:
    """What `take_in` did."""

    new: int
    known: int
    set_aside: tuple[tuple[str, str], ...] = ()
    """(operation id, reason code) of operations that were kept apart: bad hash, bad signature, unknown author."""


class Colleagues(Protocol):
    """What a replica knows of other laptops, and what was handed to them."""

    def cards(self) -> Sequence[Card]:
        """The cards that are known here, this device's own among them as soon as the district gave it."""
        ...

    def cards_wanted(self) -> bool:
        """Whether it is time to ask the district for cards."""
        ...

    def learn_cards(self, cards: Sequence[Card]) -> None:
        """Keep cards that the district signed, each in the place of the device's older one."""
        ...

    def revoked(self) -> Collection[str]:
        """Devices that the district revoked, as far as it is known here."""
        ...

    def of_area(self, area: str) -> Sequence[Operation]:
        """All operations here of the villages inside an area (its code without trailing zero groups), the oldest first."""
        ...

    def hand_over(self, peer: str) -> None:
        """What waits for the peer's receipt was also given to somebody who may carry it there."""
        ...

    def handed_over(self, peer: str) -> bool:
        """Whether anything still waits that was so handed over: then it is worth asking before sending it again."""
        ...


class Replica(Colleagues, Protocol):
    """A peer's durable side. Every method is one transaction; what it returns or accepts is safe on disk when it returns."""

    def signer(self) -> Signer: ...

    def epoch(self, peer: str) -> str:
        """The peer's epoch as last seen, empty at first."""
        ...

    def start_over(self, peer: str, epoch: str) -> None:
        """The peer has a new epoch (it was restored from a backup): forget its receipts and cursors, offer everything again."""
        ...

    def cursors(self, peer: str) -> Mapping[str, int]:
        """Next feed position by village, for every village in this replica's scope."""
        ...

    def outgoing(self, peer: str, limit_bytes: int) -> Sequence[Operation]:
        """Operations that the peer has given no receipt for, oldest first, at least one if there is any."""
        ...

    def unsent(self, peer: str) -> int:
        """How many operations wait for a receipt from the peer."""
        ...

    def left(self, peer: str) -> tuple[int, int]:
        """How many operations and files the peer has not confirmed, those included that are left for another line."""
        ...

    def take_in(self, peer: str, pages: Sequence[FeedPage], authors: Sequence[Author]) -> Taken:
        """Keep the pages' operations and move the cursors, all or nothing.

        A cursor moves only if `start <= cursor < next`. Operations that came from the peer count as receipted by it.
        """
        ...

    def acknowledge(self, peer: str, receipts: Sequence[str]) -> None:
        """The peer has these operation ids safely."""
        ...

    def set_apart(self, peer: str, apart: Sequence[tuple[str, str]]) -> None:
        """(operation id, reason) of all from here that the peer keeps apart or has `rejected`; takes the place of what was told before."""
        ...

    def scope(self, villages: Sequence[str]) -> None:
        """The villages this replica works in, as the district says."""
        ...

    def learn(self, areas: Sequence[AreaRow], forms: Sequence[PublishedForm]) -> None:
        """Reference data: every area of the scope (an empty list says nothing new), and the forms that are new here."""
        ...

    def known_areas(self) -> str:
        """`areas_digest` of the areas as they were last learned from the district, empty at first."""
        ...

    def known_forms(self) -> Sequence[tuple[str, str]]:
        """(form id, version) already here, so that they need not travel again."""
        ...

    def files_to_send(self, peer: str) -> Sequence[str]:
        """SHA-256 of the attachments here that the peer has not confirmed, newest first."""
        ...

    def file(self, sha: str) -> bytes:
        """The plain bytes of an attachment."""
        ...

    def file_sent(self, peer: str, sha: str) -> None:
        """The peer confirmed the whole file."""
        ...

    def files_wanted(self) -> Sequence[str]:
        """SHA-256 of attachments that records name and that are not here."""
        ...

    def keep_file(self, sha: str, data: bytes) -> None:
        """Store an attachment's bytes; refuses bytes whose hash is another."""
        ...

    def digest(self, village: str) -> tuple[int, str]:
        """How many operations of a village are here, and the XOR of their ids as 64 hex digits."""
        ...
