"""The part of the `district` command for the three offices: people and passphrases, quarantine, audit, check, backups.

`district quarantine list|release|reject`, `district audit list`, `district person list|passphrase|retire|readmit`, `district check`,
`district backup|restore|drill`. Each function returns what it tells as plain values.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .words import say

Told = dict[str, Any]
Opened = Callable[[argparse.Namespace], Any]


def add(command: Callable[..., argparse.ArgumentParser], group: Callable[[str], Any], person: Any, recovery: Any, opened: Opened) -> None:
    """Add the commands to the parser; `opened` gives the district to whoever may use the command."""

    def bound(run: Callable[[Opened, argparse.Namespace], Told]) -> Callable[[argparse.Namespace], Told]:
        return lambda asked: run(opened, asked)

    command(person, "list", bound(_person_list), "person-list")
    command(person, "retire", bound(_person_retire), "person-retire").add_argument("name", metavar="NAME")
    command(person, "readmit", bound(_person_readmit), "person-readmit").add_argument("name", metavar="NAME")
    command(person, "passphrase", bound(_person_passphrase), "person-passphrase").add_argument("name", metavar="NAME")
    quarantine = group("quarantine")
    command(quarantine, "list", bound(_quarantine_list), "quarantine-list").add_argument("--all", action="store_true", dest="everything")
    for name, run in (("release", _quarantine_release), ("reject", _quarantine_reject)):
        decide = command(quarantine, name, bound(run), f"quarantine-{name}")
        decide.add_argument("id", metavar="ID")
        decide.add_argument("--why", required=True, metavar="TEXT")
    command(group("audit"), "list", bound(_audit_list), "audit-list").add_argument("--after", type=int, default=0, metavar="NUMBER")
    command(None, "check", bound(_check))
    command(recovery, "sheet", bound(_recovery_sheet), "recovery-sheet")
    backup = command(None, "backup", bound(_backup))
    backup.add_argument("--out", required=True, type=Path, metavar="FILE|DIR")
    backup.add_argument("--keep", type=int, default=0, metavar="NUMBER")
    backup.add_argument("--without-files", action="store_true")
    restore = command(None, "restore", bound(_restore))
    restore.add_argument("file", type=Path, metavar="FILE")
    way = restore.add_mutually_exclusive_group()
    way.add_argument("--key", type=Path, metavar="FILE")
    way.add_argument("--sheet", action="store_true")
    drill = command(None, "drill", bound(_drill))
    drill.add_argument("file", type=Path, metavar="FILE")
    drill.add_argument("--sheet", action="store_true")


def _person_list(opened: Opened, asked: argparse.Namespace) -> Told:
    from .people import people
    from .retiring import everybody

    with opened(asked) as district, district.reading() as session:
        gone = everybody(session)
        return {
            "people": [
                {"name": one.name, "role": one.role, "area": one.area, "signs_in": bool(one.secret), "retired_at": gone.get(one.id, "")}
                for one in people(session)
            ]
        }


def _person_retire(opened: Opened, asked: argparse.Namespace) -> Told:
    from .retiring import retire

    with opened(asked) as district:
        retired_at, devices = retire(district, asked.name, by=asked.by)
    return {"name": asked.name, "retired_at": retired_at, "devices": devices}


def _person_readmit(opened: Opened, asked: argparse.Namespace) -> Told:
    from .retiring import readmit

    with opened(asked) as district:
        return {"name": asked.name, "devices": readmit(district, asked.name, by=asked.by)}


def _person_passphrase(opened: Opened, asked: argparse.Namespace) -> Told:
    """The new passphrase comes from DISTRICT_NEW_PASSPHRASE or is asked for; never from the command line, which others can read."""
    from .staff import set_passphrase

    fresh = os.environ.get("DISTRICT_NEW_PASSPHRASE", "")
    if not fresh and sys.stdin.isatty():
        import getpass

        fresh = getpass.getpass(say("ask-new-passphrase", name=asked.name))
    with opened(asked) as district:
        set_passphrase(district, asked.name, fresh, by=asked.by)
    return {"name": asked.name}


def _quarantine_list(opened: Opened, asked: argparse.Namespace) -> Told:
    from .quarantine import listed

    with opened(asked) as district, district.reading() as session:
        return {"apart": [asdict(one) for one in listed(session, by=asked.by, everything=asked.everything)]}


def _quarantine_release(opened: Opened, asked: argparse.Namespace) -> Told:
    from .quarantine import release

    with opened(asked) as district:
        return asdict(release(district, asked.id, asked.why, by=asked.by))


def _quarantine_reject(opened: Opened, asked: argparse.Namespace) -> Told:
    from .quarantine import reject

    with opened(asked) as district:
        return asdict(reject(district, asked.id, asked.why, by=asked.by))


def _audit_list(opened: Opened, asked: argparse.Namespace) -> Told:
    from . import audit

    with opened(asked) as district, district.reading() as session:
        lines = [line.model_dump(exclude={"before", "hash"}) for line in audit.lines(session, after=asked.after)]
        return {"lines": lines, "first_broken": audit.first_broken(session)}


def _check(opened: Opened, asked: argparse.Namespace) -> Told:
    from .examine import examine

    with opened(asked) as district:
        return asdict(examine(district))


def _backup(opened: Opened, asked: argparse.Namespace) -> Told:
    from . import backup

    with opened(asked) as district:
        if asked.out.is_dir():
            return asdict(backup.write_dated(district, asked.out, asked.keep, files=not asked.without_files))
        return asdict(backup.write(district, asked.out, files=not asked.without_files))


def _recovery_sheet(opened: Opened, asked: argparse.Namespace) -> Told:
    from . import sheets

    with opened(asked) as district, district.writing() as session:
        code, sheet = sheets.make(session, district.stamp())
        return {"code": code, "made_at": sheet.made_at}


def _restore(opened: Opened, asked: argparse.Namespace) -> Told:
    """With a key file or the recovery sheet on a machine where there is no district yet, otherwise over the one that is there."""
    from . import backup, sheets

    if asked.key or asked.sheet:
        key = backup.key_of(asked.key) if asked.key else sheets.open_slot(asked.file, _code())
        with backup.on_a_new_machine(folder_of(asked), key, asked.file, asked.database or "") as district:
            return asdict(backup.put_back(district, asked.file))
    with opened(asked) as district:
        return asdict(backup.put_back(district, asked.file))


def _drill(opened: Opened, asked: argparse.Namespace) -> Told:
    from . import backup

    with opened(asked) as district:
        return asdict(backup.rehearse(district, asked.file, _code() if asked.sheet else ""))


def _code() -> str:
    """The recovery sheet's code: from DISTRICT_RECOVERY_CODE or asked for; never from the command line, which others can read."""
    code = os.environ.get("DISTRICT_RECOVERY_CODE", "")
    if not code and sys.stdin.isatty():
        import getpass

        code = getpass.getpass(say("ask-recovery-code"))
    return code


def folder_of(asked: argparse.Namespace) -> Path:
    """The folder that a command speaks of: --data, DISTRICT_DATA, or the system's usual place."""
    if asked.data:
        return Path(asked.data)
    if os.environ.get("DISTRICT_DATA"):
        return Path(os.environ["DISTRICT_DATA"])
    from platformdirs import user_data_path

    return user_data_path("district", appauthor=False)


def plain(told: Told) -> str:
    """A list for the terminal, one line each."""
    for name in ("people", "apart", "lines"):
        if name in told:
            return "\n".join("\t".join(str(value) for value in line.values()) for line in told[name])
    if told.get("sheet") == "":
        return say("told-backup-bare", **told)
    return ""
