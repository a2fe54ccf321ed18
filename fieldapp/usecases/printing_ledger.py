"""The ledger of copies (印制台账): what was printed or saved, who took which copy, and what a newer revision has superseded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

from fieldapp.domain.ids import HouseholdId
from fieldapp.errors import BadInput, CodedError, NotAllowed
from fieldapp.words import say

from .media_files import clean_picture
from .printing_archive import HOLDERS, Archive

if TYPE_CHECKING:
    from fieldapp.store.database import Database as Workspace
    from fieldapp.store.ledger import CopyMade, CopyTaken
    from fieldapp.store.transaction import Transaction

    from .printers import Printer

PRINT, FILE = "print", "file"
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class MadeLine:
    """One line of the ledger; `stale` says that a revision newer than its own was finalized."""

    made: CopyMade
    head_name: str
    newest: int
    taken: tuple[CopyTaken, ...]

    @property
    def stale(self) -> bool:
        """Whether a newer revision supersedes these copies."""
        return self.newest > self.made.revision


@dataclass(frozen=True, slots=True)
class TakenLine:
    """One copy that somebody took."""

    taken: CopyTaken
    head_name: str
    newest: int

    @property
    def stale(self) -> bool:
        """Whether a newer revision supersedes the copy."""
        return self.newest > self.taken.revision


@dataclass(frozen=True, slots=True)
class Papers:
    """What a household's papers are: revisions by holder, 0 where there are none."""

    newest: int
    """The newest finalized revision."""
    archived: int
    """The newest revision of which an archive was made."""
    made: dict[str, int]
    """The newest revision that was printed or saved, by holder."""
    taken: dict[str, int]
    """The newest revision that was handed out, by holder."""
    incomplete: bool
    """Whether the newest archive lacked something."""

    @property
    def stale(self) -> tuple[str, ...]:
        """Holders whose newest copy a later revision has superseded."""
        return tuple(holder for holder, revision in self.made.items() if 0 < revision < self.newest)


def note(workspace: Workspace, archive: Archive, way: str, target: str, reason: str = "", part: str = "", pages: int = 0) -> CopyMade:
    """Note that copies went to a printer or into a file, as a record and in the audit trail; gives it with its number.

    `part` names the pages if not all were printed; `pages` is how many sides then. Raises BadInput.
    """
    from fieldapp.store import audit, households, ledger

    if len(reason) > _LONGEST:
        raise BadInput(what="reason", value=reason)
    with workspace.begin() as tx:
        village = households.get(tx, archive.household).village
        told = ledger.CopyMade(
            household=archive.household,
            archive=archive.record,
            revision=archive.revision,
            digest=archive.digest,
            holders=archive.copies,
            pages=pages or archive.pages,
            way=way,
            target=target,
            part=part,
            reason=reason,
        )
        made = ledger.add_made(tx, village, told)
        what = f"number {made.number} revision {made.revision} {made.digest[:12]} {','.join(made.holders)}"
        action = "print" if way == PRINT else "save-copy"
        audit.record(tx, action, archive.household, " ".join(filter(None, [what, target, part and f"pages {part}"])))
    return made


def send(
    workspace: Workspace, archive: Archive, printer: Printer, reason: str = "", pdf: bytes = b"", part: str = "", pages: int = 0
) -> CopyMade:
    """Hand an archive, or `part` of it as `pdf`, to a printer as one job.

    It stands in the ledger before it is sent, so that no paper is without a line; a job that the printer refuses is taken back.
    Raises NotAllowed (printer).
    """
    from fieldapp.store import audit, households, ledger

    made = note(workspace, archive, PRINT, printer.name, reason, part, pages)
    try:
        printer.send(pdf or archive.pdf, archive.household[:8], archive.duplex)
    except CodedError:
        with workspace.begin() as tx:
            ledger.take_back(tx, households.get(tx, archive.household).village, made)
            audit.record(tx, "print-refused", archive.household, f"number {made.number} {printer.name}")
        raise
    return made


def lines(workspace: Workspace, household: str = "", village: str = "", limit: int = 1000) -> tuple[MadeLine, ...]:
    """The ledger, the newest first: of a household, of a division, or of everything here."""
    from fieldapp.store import households, ledger

    with workspace.read() as tx:
        made = ledger.made(tx, household, village, limit)
        taken = ledger.taken(tx, household, village, limit)
        names, newest = households.heads(tx, {one.household for one in made}), ledger.newest_revisions(tx, household)
    return tuple(
        MadeLine(one, names.get(one.household, ""), newest.get(one.household, 0), tuple(by for by in taken if by.made == one.record))
        for one in made
    )


def taken(workspace: Workspace, household: str = "", village: str = "", limit: int = 1000) -> tuple[TakenLine, ...]:
    """Who took copies, the newest first."""
    from fieldapp.store import households, ledger

    with workspace.read() as tx:
        found = ledger.taken(tx, household, village, limit)
        names, newest = households.heads(tx, {one.household for one in found}), ledger.newest_revisions(tx, household)
    return tuple(TakenLine(one, names.get(one.household, ""), newest.get(one.household, 0)) for one in found)


def take(
    workspace: Workspace,
    household: HouseholdId,
    holder: str,
    taken_by: str,
    taken_on: date | None = None,
    note: str = "",
    signature: bytes = b"",
) -> CopyTaken:
    """Somebody takes a copy: the newest that was printed or saved for this holder; the signature is a picture (PNG or JPEG).

    Raises BadInput (holder, taken-by, taken-on), NotAllowed (no-copy) and AttachmentUnreadable.
    """
    from fieldapp.store import audit, households, ledger

    name = taken_by.strip()
    if holder not in HOLDERS:
        raise BadInput(what="holder", value=holder)
    if not name or len(name) > _LONGEST:
        raise BadInput(what="taken-by", value=taken_by)
    picture = clean_picture("signature.png", signature) if signature else None
    with workspace.begin() as tx:
        day = taken_on or tx.now().date()
        if day > tx.now().date():
            raise BadInput(what="taken-on", value=day.isoformat())
        village = households.get(tx, household).village
        copies = [one for one in ledger.made(tx, household) if holder in one.holders]
        if not copies:
            raise NotAllowed(reason="no-copy")
        kept = _keep_signature(tx, household, village, picture) if picture else ""
        told = ledger.CopyTaken(household, copies[0].record, holder, copies[0].revision, name, day.isoformat(), kept, note.strip()[:1000])
        done = ledger.add_taken(tx, village, told)
        audit.record(tx, "copy-taken", household, f"{holder} number {copies[0].number} revision {done.revision}")
    return done


def papers(workspace: Workspace, household: str) -> Papers:
    """What was made and handed out of a household's papers."""
    from fieldapp.store import attachments, ledger, operations

    with workspace.read() as tx:
        newest = ledger.newest_revisions(tx, household).get(household, 0)
        archives = attachments.archives(tx, household)
        archived = max((one.revision for one in archives), default=0)
        incomplete = bool(archives and operations.state(tx, archives[0].record).values().get("gaps"))
        made = [(holder, one.revision) for one in ledger.made(tx, household) for holder in one.holders]
        out = [(one.holder, one.revision) for one in ledger.taken(tx, household)]
    return Papers(newest, archived, _highest(made), _highest(out), incomplete)


def _highest(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found = dict.fromkeys(HOLDERS, 0)
    for holder, revision in pairs:
        if holder in found:
            found[holder] = max(found[holder], revision)
    return found


def _keep_signature(tx: Transaction, household: str, village: str, picture: tuple[bytes, str]) -> str:
    """An attachment of the household like any other, so that it travels and goes with it."""
    from fieldapp.store import attachments, operations

    data, extension = picture
    mime = "image/png" if extension == "png" else "image/jpeg"
    sha = attachments.put(tx, data, mime)
    fields = {"name": f"{sha[:12]}.{extension}", "mime": mime, "size": str(len(data)), "sha": sha, "household": household}
    operations.write(tx, "attachment", uuid4().hex, village, {**fields, "caption": say("ledger-signature"), "taken_at": tx.stamp()})
    return sha
