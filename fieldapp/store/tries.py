"""What happened before the door opened: wrong tries, which make the next one wait, and notes for the audit trail.

They stand in a plain file, since nobody has a key yet; it holds names of users, times and codes. Who can take the folder away
is slowed by Argon2id alone; the waiting is for whoever sits at the keyboard. It grows to five minutes and no further, so that
nobody is ever locked out, and starting the program again does not shorten it.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fieldapp.domain.clock import Clock
from fieldapp.errors import DiskFull, TooManyTries

from .safely import write_safely

FILE = "tries.json"
WAITS_S = (0, 0, 0, 5, 15, 30, 60, 120, 300)
"""Seconds to wait after the first, second … wrong try; the last one for all that follow."""
_MAX_BYTES = 1 << 18
_MAX_NOTES = 500


@dataclass(frozen=True, slots=True)
class Note:
    """One line for the audit trail; `at` is ISO text."""

    at: str
    user: str
    action: str
    detail: str = ""


def gate(folder: Path, who: str, clock: Clock) -> None:
    """Raises TooManyTries while the next try has to wait."""
    left = wait_s(folder, who, clock)
    if left > 0:
        minutes, seconds = divmod(left, 60)
        raise TooManyTries(user=who.strip(), wait=left, minutes=minutes, seconds=seconds, count=_count(_read(folder), who))


def wait_s(folder: Path, who: str, clock: Clock) -> int:
    """Whole seconds until the next try; a clock that was set back begins the waiting again, never more."""
    plain = _read(folder)
    count = _count(plain, who)
    if not count:
        return 0
    whole = WAITS_S[min(count, len(WAITS_S)) - 1]
    passed = clock.now().timestamp() - plain["wrong"][who]["at"]
    if passed < 0:
        plain["wrong"][who]["at"] = clock.now().timestamp()
        _write(folder, plain)
        passed = 0
    return max(0, -int(-(whole - passed) // 1))


def wrong(folder: Path, who: str, clock: Clock) -> int:
    """Note a wrong try; returns how many there were in a row."""
    plain = _read(folder)
    count = _count(plain, who) + 1
    plain["wrong"][who] = {"count": count, "at": clock.now().timestamp()}
    plain["notes"].append([_stamp(clock.now()), who, "unlock-failed", str(count)])
    _write(folder, plain)
    return count


def right(folder: Path, who: str) -> None:
    """The way is free again."""
    plain = _read(folder)
    if plain["wrong"].pop(who, None) is not None:
        _write(folder, plain)


def note(folder: Path, clock: Clock, user: str, action: str, detail: str = "") -> None:
    """Something to be written into the audit trail at the next opening."""
    plain = _read(folder)
    plain["notes"].append([_stamp(clock.now()), user, action, detail])
    _write(folder, plain)


def carry(source: Path, folder: Path) -> None:
    """Take wrong tries and notes along to the folder that takes another's place, so that a restored one begins no new count."""
    plain = _read(source)
    if plain["wrong"] or plain["notes"]:
        _write(folder, plain)


def notes(folder: Path) -> tuple[Note, ...]:
    """What waits for the audit trail, the oldest first."""
    return tuple(Note(*line) for line in _read(folder)["notes"])


def forget_notes(folder: Path) -> None:
    """They are in the audit trail now."""
    plain = _read(folder)
    if plain["notes"]:
        plain["notes"] = []
        _write(folder, plain)


def _count(plain: dict[str, Any], who: str) -> int:
    held = plain["wrong"].get(who)
    return int(held["count"]) if held else 0


def _read(folder: Path) -> dict[str, Any]:
    """What is kept; anything unreadable counts as nothing, as a missing file does."""
    empty: dict[str, Any] = {"wrong": {}, "notes": []}
    try:
        with (folder / FILE).open("rb") as stream:
            plain = json.loads(stream.read(_MAX_BYTES))
        wrong = {str(who): {"count": _bounded(held["count"]), "at": float(held["at"])} for who, held in plain["wrong"].items()}
        return {"wrong": wrong, "notes": [[str(part) for part in line] for line in plain["notes"] if len(line) == 4]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return empty


def _bounded(count: object) -> int:
    return count if isinstance(count, int) and 0 < count < 1_000_000 else 1


def _write(folder: Path, plain: dict[str, Any]) -> None:
    """A disk that is full or read-only does not keep anybody from trying."""
    plain["notes"] = plain["notes"][-_MAX_NOTES:]
    with contextlib.suppress(DiskFull, OSError):
        if plain["wrong"] or plain["notes"]:
            write_safely(folder / FILE, json.dumps(plain, ensure_ascii=False).encode("utf-8", "backslashreplace"))
        else:
            (folder / FILE).unlink(missing_ok=True)


def _stamp(now: datetime) -> str:
    return now.isoformat(timespec="milliseconds")
