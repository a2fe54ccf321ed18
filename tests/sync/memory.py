"""A replica in memory with the same promises as the workspace's, for the tests of the exchange."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sync import card
from sync.errors import BadOperation
from sync.keys import DeviceKey
from sync.merge import RecordState, heads_of, merge
from sync.operation import Operation, canonical, signed, to_plain, verify
from sync.replica import LAPTOP, AreaRow, Author, Card, FeedPage, PublishedForm, Taken, areas_digest


@dataclass
class Memory:
    """All that is durable."""

    operations: dict[str, Operation] = field(default_factory=dict)
    receipts: dict[str, set[str]] = field(default_factory=dict)
    places: dict[str, dict[str, int]] = field(default_factory=dict)
    epochs: dict[str, str] = field(default_factory=dict)
    villages: tuple[str, ...] = ()
    authors: dict[str, Author] = field(default_factory=dict)
    areas: tuple[AreaRow, ...] = ()
    forms: dict[tuple[str, str], PublishedForm] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    files_sent: dict[str, set[str]] = field(default_factory=dict)
    apart: tuple[tuple[str, str], ...] = ()
    last: str = ""
    cards: tuple[Card, ...] = ()
    handed: dict[str, set[str]] = field(default_factory=dict)


class MemoryReplica:
    """Implements sync.replica.Replica; `saved` and `put_back` are its backup."""

    def __init__(self, key: DeviceKey, clock: int = 1_800_000_000_000) -> None:
        self.key = key
        self.clock = clock
        self.kept = Memory()

    def saved(self) -> Memory:
        return copy.deepcopy(self.kept)

    def put_back(self, kept: Memory) -> None:
        self.kept = copy.deepcopy(kept)

    def write(
        self,
        record: str,
        values: Mapping[str, str | None],
        village: str,
        *,
        delete: bool = False,
        kind: str = "household",
        form: tuple[str, str] = ("", ""),
    ) -> Operation:
        self.clock += 1
        heads = heads_of(operation for operation in self.kept.operations.values() if operation.rec == record)
        draft = Operation(
            dev=self.key.device, prev=self.kept.last, rec=record, kind=kind, vil=village, par=heads, set=dict(values),
            hlc=f"{self.clock:013d}-000000", user="u", delete=delete, form=form[0], form_ver=form[1],
        )  # fmt: skip
        operation = signed(draft, self.key)
        self.kept.operations[operation.id] = operation
        self.kept.last = operation.id
        return operation

    def attach(self, data: bytes) -> str:
        sha = hashlib.sha256(data).hexdigest()
        self.kept.files[sha] = data
        return sha

    def state(self, record: str) -> RecordState:
        return merge(operation for operation in self.kept.operations.values() if operation.rec == record)

    def signer(self) -> DeviceKey:
        return self.key

    def epoch(self, peer: str) -> str:
        return self.kept.epochs.get(peer, "")

    def start_over(self, peer: str, epoch: str) -> None:
        self.kept.epochs[peer] = epoch
        self.kept.receipts[peer] = set()
        self.kept.places[peer] = {}
        self.kept.files_sent[peer] = set()

    def cursors(self, peer: str) -> Mapping[str, int]:
        places = self.kept.places.get(peer, {})
        return {village: places.get(village, 0) for village in self.kept.villages}

    def outgoing(self, peer: str, limit_bytes: int) -> Sequence[Operation]:
        chosen: list[Operation] = []
        size = 0
        for operation in self.kept.operations.values():
            if operation.id in self.kept.receipts.get(peer, set()):
                continue
            size += len(canonical(to_plain(operation)))
            if chosen and size > limit_bytes:
                break
            chosen.append(operation)
        return chosen

    def unsent(self, peer: str) -> int:
        return len(self.kept.operations.keys() - self.kept.receipts.get(peer, set()))

    def left(self, peer: str) -> tuple[int, int]:
        return self.unsent(peer), len(self.files_to_send(peer))

    def take_in(self, peer: str, pages: Sequence[FeedPage], authors: Sequence[Author]) -> Taken:
        revoked = set(self.revoked())
        self.kept.authors.update({author.device: replace(author, revoked=author.revoked or author.device in revoked) for author in authors})
        elsewhere = peer.startswith(LAPTOP)
        new = known = 0
        apart: list[tuple[str, str]] = []
        places = self.kept.places.setdefault(peer, {})
        for page in pages:
            for operation in page.operations:
                reason = self._doubt(operation, elsewhere)
                if reason:
                    apart.append((operation.id, reason))
                    continue
                new, known = new + (operation.id not in self.kept.operations), known + (operation.id in self.kept.operations)
                self.kept.operations.setdefault(operation.id, operation)
                if not elsewhere:
                    self.kept.receipts.setdefault(peer, set()).add(operation.id)
            if page.start <= places.get(page.village, 0) < page.next:
                places[page.village] = page.next
        return Taken(new=new, known=known, set_aside=tuple(apart))

    def _doubt(self, operation: Operation, elsewhere: bool) -> str:
        author = self.kept.authors.get(operation.dev)
        if operation.dev == self.key.device:
            author = Author(device=self.key.device, public_key=self.key.public_key)
        if author is None:
            return "unknown-author"
        try:
            verify(operation, author.public_key)
        except BadOperation as bad:
            return str(bad.values["reason"])
        if elsewhere and author.revoked:
            return "revoked-author"
        return "out-of-scope" if author.area and not card.contains(author.area, operation.vil) else ""

    def cards(self) -> Sequence[Card]:
        return self.kept.cards

    def cards_wanted(self) -> bool:
        return not self.kept.cards

    def learn_cards(self, cards: Sequence[Card]) -> None:
        told = {json.loads(one.certificate)["device"]: one for one in (*self.kept.cards, *cards)}
        self.kept.cards = tuple(told.values())

    def revoked(self) -> Collection[str]:
        return {author.device for author in self.kept.authors.values() if author.revoked}

    def of_area(self, area: str) -> Sequence[Operation]:
        return [operation for operation in self.kept.operations.values() if card.contains(area, operation.vil)]

    def hand_over(self, peer: str) -> None:
        self.kept.handed[peer] = set(self.kept.operations)

    def handed_over(self, peer: str) -> bool:
        return bool(self.kept.handed.get(peer, set()) - self.kept.receipts.get(peer, set()))

    def acknowledge(self, peer: str, receipts: Sequence[str]) -> None:
        self.kept.receipts.setdefault(peer, set()).update(receipts)

    def set_apart(self, peer: str, apart: Sequence[tuple[str, str]]) -> None:
        self.kept.apart = tuple(apart)

    def scope(self, villages: Sequence[str]) -> None:
        self.kept.villages = tuple(villages)

    def learn(self, areas: Sequence[AreaRow], forms: Sequence[PublishedForm]) -> None:
        if areas:
            self.kept.areas = tuple(areas)
        self.kept.forms.update({(form.form, form.version): form for form in forms})

    def known_areas(self) -> str:
        return areas_digest(self.kept.areas) if self.kept.areas else ""

    def known_forms(self) -> Sequence[tuple[str, str]]:
        return sorted(self.kept.forms)

    def files_to_send(self, peer: str) -> Sequence[str]:
        return [sha for sha in self.kept.files if sha not in self.kept.files_sent.get(peer, set())]

    def file(self, sha: str) -> bytes:
        return self.kept.files[sha]

    def file_sent(self, peer: str, sha: str) -> None:
        self.kept.files_sent.setdefault(peer, set()).add(sha)

    def files_wanted(self) -> Sequence[str]:
        named = {
            value for operation in self.kept.operations.values() for path, value in operation.set.items() if path == "sha256" and value
        }
        return sorted(named - self.kept.files.keys())

    def keep_file(self, sha: str, data: bytes) -> None:
        assert hashlib.sha256(data).hexdigest() == sha
        self.kept.files[sha] = data

    def digest(self, village: str) -> tuple[int, str]:
        ids = [operation.id for operation in self.kept.operations.values() if operation.vil == village]
        xor = 0
        for identity in ids:
            xor ^= int(identity, 16)
        return len(ids), f"{xor:064x}"
