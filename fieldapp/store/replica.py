"""The workspace as a side of an exchange: every method is one transaction, safe on the disk when it returns."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from sqlmodel import select

from fieldapp.domain import area as division
from fieldapp.domain.ids import AreaCode
from fieldapp.errors import AlreadyThere, BadInput
from sync.operation import Operation, Signer
from sync.replica import AreaRow, Author, FeedPage, PublishedForm, Taken, areas_digest

from . import areas, attachments, audit, facts, forms, held, intake, outbox, purge, snapshots
from .colleagues import StoreColleagues
from .database import Database
from .tables import ScopeRow
from .transaction import Transaction

_MOVE = "INSERT INTO cursor (peer, village, next) VALUES (?, ?, ?) ON CONFLICT (peer, village) DO UPDATE SET next = excluded.next"


class _Waiting:
    """What is here and not yet at a peer, counted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unsent(self, peer: str) -> int:
        """How many operations wait for the peer's receipt."""
        with self._database.read() as tx:
            return outbox.unsent(tx, peer)

    def left(self, peer: str) -> tuple[int, int]:
        """How many operations and files wait for the peer, whether files go this time or not."""
        with self._database.read() as tx:
            return outbox.unsent(tx, peer), len(attachments.to_send(tx, peer))


class StoreReplica(_Waiting, StoreColleagues):
    """Implements `sync.replica.Replica` over an open workspace."""

    def __init__(self, database: Database, *, with_files: bool = True) -> None:
        super().__init__(database)
        self._with_files = with_files
        """Without them files stay for another time: nothing is offered and nothing asked for."""
        self._taken = 0
        """Operations from elsewhere since this exchange began."""
        self._deleted: dict[str, set[str]] = {}
        """By village the records that this exchange has deleted."""

    def signer(self) -> Signer:
        """This laptop's key."""
        return self._database.device

    def epoch(self, peer: str) -> str:
        """The peer's epoch as last seen."""
        with self._database.read() as tx:
            return facts.get(tx, f"epoch:{peer}")

    def start_over(self, peer: str, epoch: str) -> None:
        """Forget the peer's receipts and cursors."""
        with self._database.begin() as tx:
            outbox.forget(tx, peer)
            tx.sql("DELETE FROM cursor WHERE peer = ?", peer)
            tx.sql("DELETE FROM file_receipt WHERE peer = ?", peer)
            facts.put(tx, f"epoch:{peer}", epoch)

    def cursors(self, peer: str) -> Mapping[str, int]:
        """Next feed position by village of the scope."""
        with self._database.read() as tx:
            known = _cursors(tx, peer)
            return {village: known.get(village, 0) for village in tx.column("SELECT village FROM scope ORDER BY village")}

    def outgoing(self, peer: str, limit_bytes: int) -> Sequence[Operation]:
        """Operations without the peer's receipt, the oldest first."""
        with self._database.read() as tx:
            return outbox.outgoing(tx, peer, limit_bytes)

    def take_in(self, peer: str, pages: Sequence[FeedPage], authors: Sequence[Author]) -> Taken:
        """Keep the pages' operations and move the cursors, all or nothing; before a large change a backup is made."""
        before, self._taken = self._taken, self._taken + sum(len(page.operations) for page in pages)
        if before < snapshots.LARGE <= self._taken:
            snapshots.take(self._database, snapshots.BEFORE_EXCHANGE)
        with self._database.begin() as tx:
            intake.learn_authors(tx, authors)
            operations = [operation for page in pages for operation in page.operations]
            taken = intake.take_in(tx, peer, operations, self._deleted, {one.device: one.area for one in authors if one.area})
            known = _cursors(tx, peer)
            for page in pages:
                if page.start <= known.get(page.village, 0) < page.next:
                    known[page.village] = page.next
                    tx.sql(_MOVE, peer, page.village, page.next)
            return taken

    def acknowledge(self, peer: str, receipts: Sequence[str]) -> None:
        """The peer has these operations safely."""
        with self._database.begin() as tx:
            outbox.acknowledge(tx, peer, receipts)

    def set_apart(self, peer: str, apart: Sequence[tuple[str, str]]) -> None:
        """What the peer keeps apart of what it was sent from here."""
        told = "\n".join(f"{identity} {reason}" for identity, reason in apart)
        with self._database.read() as tx:
            known = facts.get(tx, f"apart:{peer}")
        if told != known:
            with self._database.begin() as tx:
                facts.put(tx, f"apart:{peer}", told)
                for line in set(told.split("\n")) - set(known.split("\n")) - {""}:
                    audit.record(tx, "set-apart-there", *line.split(" "))

    def scope(self, villages: Sequence[str]) -> None:
        """The villages this laptop works in; raises WrongRealm."""
        with self._database.begin() as tx:
            wanted = set(villages)
            for village in wanted:
                areas.guard(tx, village)
            for row in tx.session.exec(select(ScopeRow)):
                if row.village not in wanted:
                    tx.session.delete(row)
            for village in sorted(wanted):
                tx.session.merge(ScopeRow(village=village))

    def learn(self, areas: Sequence[AreaRow], forms: Sequence[PublishedForm]) -> None:
        """Divisions and form versions from the district; raises WrongRealm."""
        with self._database.begin() as tx:
            _learn(tx, areas, forms)

    def known_areas(self) -> str:
        """Digest of the divisions as they were last learned."""
        with self._database.read() as tx:
            return facts.get(tx, facts.AREAS_DIGEST)

    def known_forms(self) -> Sequence[tuple[str, str]]:
        """(form, version) that are here."""
        with self._database.read() as tx:
            return [(form, version) for form, version, _ in forms.versions(tx)]

    def files_to_send(self, peer: str) -> Sequence[str]:
        """Hashes of attachments that the peer has not confirmed."""
        with self._database.read() as tx:
            return attachments.to_send(tx, peer) if self._with_files else ()

    def file(self, sha: str) -> bytes:
        """The plain bytes of an attachment; raises AttachmentMissing, WorkspaceDamaged."""
        with self._database.read() as tx:
            return attachments.get(tx, sha)

    def file_sent(self, peer: str, sha: str) -> None:
        """The peer confirmed the whole file."""
        with self._database.begin() as tx:
            attachments.sent(tx, peer, sha)

    def files_wanted(self) -> Sequence[str]:
        """Hashes that records name and whose bytes are missing."""
        with self._database.read() as tx:
            return attachments.wanted(tx) if self._with_files else ()

    def keep_file(self, sha: str, data: bytes) -> None:
        """Store an attachment's bytes; raises BadInput (file-hash), DiskFull."""
        if hashlib.sha256(data).hexdigest() != sha:
            raise BadInput(what="file-hash", value=sha)
        with self._database.begin() as tx:
            attachments.put(tx, data)

    def digest(self, village: str) -> tuple[int, str]:
        """How many operations of a village are or were here, and the XOR of their ids."""
        with self._database.read() as tx:
            ids = {*tx.column("SELECT id FROM operation WHERE vil = ?", village), *purge.gone(tx, village), *held.ids(tx, village)}
        together = 0
        for identity in ids:
            together ^= int(identity, 16)
        return len(ids), f"{together:064x}"


def _cursors(tx: Transaction, peer: str) -> dict[str, int]:
    return dict(tx.sql("SELECT village, next FROM cursor WHERE peer = ?", peer).fetchall())


def _learn(tx: Transaction, rows: Sequence[AreaRow], published: Sequence[PublishedForm]) -> None:
    if rows:
        areas.learn(tx, (division.Area(AreaCode(row.code), row.name, division.level(row.code), row.parent) for row in rows))
        facts.put(tx, facts.AREAS_DIGEST, areas_digest(rows))
    for form in published:
        try:
            forms.keep(tx, form)
        except AlreadyThere:
            audit.record(tx, "form-differs", f"{form.form} {form.version}")
