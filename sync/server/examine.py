"""Everything of a district that can be verified: operations, feeds, what is noted of records, files, the audit chain."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from ..errors import BadOperation, GarbledReply
from ..merge import merge
from ..operation import verify
from . import attachments, audit, dump, feed, joined, plain_files
from .district import District
from .tables import Device, File, Joined, Op, Record, VillageCounter


@dataclass(frozen=True, slots=True)
class Examined:
    """How much was looked at, and what is wrong: codes with the village, record, operation or file."""

    operations: int
    records: int
    files: int
    digest: str
    """`dump.digest`: two districts that hold the same tell the same."""
    wrong: tuple[str, ...]


def examine(district: District) -> Examined:
    """Look at everything; villages one after another, so that memory stays flat."""
    wrong: list[str] = []
    operations = records = files = 0
    kept = attachments.vault_of(district)
    with district.reading() as session:
        keys = dict(session.exec(select(Device.id, Device.public_key)).all())
        for counter in session.exec(select(VillageCounter).order_by(col(VillageCounter.vil))).all():
            operations += _feed(session, counter, keys, wrong)
            records += _records(session, counter.vil, wrong)
        for sha in session.exec(select(File.sha)).all():
            files += 1
            if not kept.is_whole(sha):
                wrong.append(f"file {sha}")
        wrong += [f"plain {file.name}" for file in plain_files.left(district.folder)]
        broken = audit.first_broken(session)
        if broken is not None:
            wrong.append(f"audit {broken}")
        digest = dump.digest(session.connection())
    return Examined(operations, records, files, digest, tuple(wrong))


def _feed(session: Session, counter: VillageCounter, keys: dict[str, bytes], wrong: list[str]) -> int:
    together, place = 0, 0
    for row in session.exec(select(Op).where(Op.vil == counter.vil).order_by(col(Op.vseq)).execution_options(yield_per=500)):
        if row.vseq != place:
            wrong.append(f"hole {counter.vil} {place}")
        place = row.vseq + 1
        together ^= int(row.id, 16)
        try:
            operation = feed.read(row.body)
            verify(operation, keys.get(operation.dev, b""))
            if (operation.id, operation.vil, operation.rec) != (row.id, row.vil, row.rec):
                wrong.append(f"operation {row.id}")
        except (BadOperation, GarbledReply):
            wrong.append(f"operation {row.id}")
    if place != counter.n or f"{together:064x}" != counter.xor:
        wrong.append(f"counter {counter.vil}")
    return place


def _records(session: Session, village: str, wrong: list[str]) -> int:
    rows = session.exec(select(Record).where(Record.vil == village)).all()
    joins = dict(session.exec(select(Joined.rec, Joined.target).where(Joined.vil == village)).all())
    for row in rows:
        try:
            state = merge(feed.of_record(session, village, row.rec))
        except (BadOperation, GarbledReply):
            wrong.append(f"record {row.rec}")
            continue
        if (row.heads, row.in_conflict, row.deleted) != (" ".join(state.heads), state.in_conflict, state.deleted):
            wrong.append(f"record {row.rec}")
        if row.kind == "household" and joins.get(row.rec, "") != joined.target(state.values(), row.rec):
            wrong.append(f"joined {row.rec}")
    return len(rows)
