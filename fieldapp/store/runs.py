"""Runs (整村印制): the archives of many households one after the other; each step is kept, so that a run goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from sqlmodel import col, select

from fieldapp.errors import NotFound

from .tables import PrintRunLineRow, PrintRunRow
from .transaction import Transaction

OPEN, DONE, DROPPED = "open", "done", "dropped"
WAITING, MADE, OUT, SKIPPED = "waiting", "made", "out", "skipped"


@dataclass(frozen=True, slots=True)
class RunLine:
    """One household: waiting, made (the archive is kept), out (its file or printer job is), or skipped with the reason's code."""

    place: int
    household: str
    state: str
    archive: str
    detail: str


@dataclass(frozen=True, slots=True)
class Run:
    """A run with its lines in order; `state` is open, done or dropped."""

    id: str
    user: str
    village: str
    name: str
    options: Mapping[str, str]
    state: str
    begun_at: str
    changed_at: str
    lines: tuple[RunLine, ...]


def begin(tx: Transaction, village: str, name: str, options: Mapping[str, str], households: Sequence[str]) -> Run:
    """A new run over these households."""
    now = tx.stamp()
    row = PrintRunRow(
        id=uuid4().hex,
        user=tx.user,
        village=village,
        name=name,
        options=json.dumps(dict(options), sort_keys=True),
        state=OPEN,
        begun_at=now,
        changed_at=now,
    )
    tx.session.add(row)
    for place, household in enumerate(households):
        tx.session.add(PrintRunLineRow(run=row.id, place=place, household=household, state=WAITING, archive="", detail=""))
    tx.session.flush()
    return get(tx, row.id)


def get(tx: Transaction, run: str) -> Run:
    """One run; raises NotFound."""
    row = tx.session.get(PrintRunRow, run, populate_existing=True)
    if row is None:
        raise NotFound(what="run", id=run)
    return _value(tx, row)


def listed(tx: Transaction, state: str = "") -> tuple[Run, ...]:
    """Runs, the newest first."""
    query = select(PrintRunRow).order_by(col(PrintRunRow.begun_at).desc(), col(PrintRunRow.id))
    if state:
        query = query.where(PrintRunRow.state == state)
    return tuple(_value(tx, row) for row in tx.session.exec(query).all())


def note(tx: Transaction, run: str, place: int, state: str, archive: str = "", detail: str = "") -> None:
    """What became of one household of a run."""
    tx.sql("UPDATE print_run_line SET state = ?, archive = ?, detail = ? WHERE run = ? AND place = ?", state, archive, detail, run, place)
    tx.sql("UPDATE print_run SET changed_at = ? WHERE id = ?", tx.stamp(), run)


def close(tx: Transaction, run: str, state: str = DONE) -> None:
    """The run is over."""
    tx.sql("UPDATE print_run SET state = ?, changed_at = ? WHERE id = ?", state, tx.stamp(), run)


def _value(tx: Transaction, row: PrintRunRow) -> Run:
    lines = tx.session.exec(
        select(PrintRunLineRow)
        .where(PrintRunLineRow.run == row.id)
        .order_by(col(PrintRunLineRow.place))
        .execution_options(populate_existing=True)
    ).all()
    return Run(
        id=row.id,
        user=row.user,
        village=row.village,
        name=row.name,
        options=json.loads(row.options),
        state=row.state,
        begun_at=row.begun_at,
        changed_at=row.changed_at,
        lines=tuple(RunLine(line.place, line.household, line.state, line.archive, line.detail) for line in lines),
    )
