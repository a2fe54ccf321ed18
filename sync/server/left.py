"""What laptops last told of what still waits with them, so that the township sees who holds work that is nowhere else."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from .tables import Fact

_NAME = "left:"


@dataclass(frozen=True, slots=True)
class Left:
    """Operations and files that a laptop had not got across when it was last here, less the files that came since."""

    operations: int
    files: int
    told_at: str
    """ISO 8601 in UTC."""

    @property
    def is_all_here(self) -> bool:
        """Whether nothing waited."""
        return not self.operations and not self.files


def note(session: Session, device: str, told: tuple[int, int] | None, stamp: str) -> None:
    """Keep what a device tells, unless something later is known; a program that tells nothing leaves what was known."""
    if told is None:
        return
    known = of(session, {device}).get(device)
    if known is None or known.told_at <= stamp:
        _keep(session, device, Left(*told, stamp))


def arrived(session: Session, device: str) -> None:
    """One file of the device is here now."""
    known = of(session, {device}).get(device)
    if known is not None and known.files:
        _keep(session, device, Left(known.operations, known.files - 1, known.told_at))


def of(session: Session, devices: Collection[str]) -> dict[str, Left]:
    """What is known, by device; those that never told are not in it."""
    found = session.exec(select(Fact.name, Fact.value).where(col(Fact.name).in_([_NAME + device for device in devices]))).all()
    return {name.removeprefix(_NAME): _read(value) for name, value in found}


def every(session: Session) -> dict[str, Left]:
    """What is known of all devices."""
    found = session.exec(select(Fact.name, Fact.value).where(col(Fact.name).startswith(_NAME))).all()
    return {name.removeprefix(_NAME): _read(value) for name, value in found}


def _keep(session: Session, device: str, left: Left) -> None:
    session.merge(Fact(name=_NAME + device, value=f"{left.operations} {left.files} {left.told_at}"))


def _read(value: str) -> Left:
    operations, files, told_at = value.split(" ")
    return Left(int(operations), int(files), told_at)
