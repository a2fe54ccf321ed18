"""Every table of the workspace on one page.

The truth: operations, drafts, files, audit, reference data. The cache, rebuilt from operations at any time: households, members, ties,
search, submissions, attachments, archives, copies made and taken. Times are ISO 8601 text with zone, hashes and ids lower-case hex.
"""

from sqlalchemy import Index, MetaData, text
from sqlmodel import Field, SQLModel


class Row(SQLModel):
    """Root of the laptop's tables, with a catalogue apart from the server's."""

    metadata = MetaData()


class FactRow(Row, table=True):
    """One named value of the workspace itself."""

    __tablename__ = "fact"
    name: str = Field(primary_key=True)
    value: str


class OperationRow(Row, table=True):
    """One operation: `body` is its canonical JSON, `sum` the SHA-256 of the body, checked on every reading."""

    __tablename__ = "operation"
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    rec: str = Field(index=True)
    kind: str
    vil: str = Field(index=True)
    household: str = Field(index=True)
    user: str
    body: str
    sum: str


class ReceiptRow(Row, table=True):
    """A peer has an operation safely."""

    __tablename__ = "receipt"
    peer: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)


class QuarantineRow(Row, table=True):
    """An operation that was kept apart, with the reason's code."""

    __tablename__ = "quarantine"
    id: str = Field(primary_key=True)
    peer: str
    reason: str
    body: str
    at: str


class AuthorRow(Row, table=True):
    """A device whose operations may be believed."""

    __tablename__ = "author"
    device: str = Field(primary_key=True)
    public_key: str
    name: str
    revoked: bool


class CursorRow(Row, table=True):
    """Next feed position of a village at a peer."""

    __tablename__ = "cursor"
    peer: str = Field(primary_key=True)
    village: str = Field(primary_key=True)
    next: int


class ScopeRow(Row, table=True):
    """A village this laptop works in."""

    __tablename__ = "scope"
    village: str = Field(primary_key=True)


class AreaTableRow(Row, table=True):
    """One division."""

    __tablename__ = "area"
    code: str = Field(primary_key=True)
    name: str
    parent: str = Field(index=True)


class FormRow(Row, table=True):
    """One published form version; `compiled` is the cache that opens fast."""

    __tablename__ = "form"
    form: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    number: int
    """Order of arrival: the newest version has the highest."""
    title: str
    xform: str
    sum: str
    compiled: bytes | None = None
    compiled_sum: str = ""


class FormFileRow(Row, table=True):
    """A media file of a form version."""

    __tablename__ = "form_file"
    form: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    data: bytes
    sum: str


class DraftRow(Row, table=True):
    """A submission that is being filled, or filled again."""

    __tablename__ = "draft"
    id: str = Field(primary_key=True)
    household: str = Field(index=True)
    village: str
    form: str
    form_version: str
    user: str
    revision: int
    why: str
    started_at: str
    changed_at: str


class DraftAnswerRow(Row, table=True):
    """One answer of a draft as it is now."""

    __tablename__ = "draft_answer"
    draft: str = Field(primary_key=True)
    path: str = Field(primary_key=True)
    value: str
    sum: str


class JournalRow(Row, table=True):
    """One autosave: what changed from what to what, as JSON path → [old, new]."""

    __tablename__ = "draft_journal"
    seq: int | None = Field(default=None, primary_key=True)
    draft: str = Field(index=True)
    at: str
    user: str
    changes: str


class HouseholdRow(Row, table=True):
    """Cache: a household."""

    __tablename__ = "household"
    __table_args__ = (Index("household_place", "village", "group_key", "id", "deleted"),)
    id: str = Field(primary_key=True)
    village: str
    head_name: str
    address: str
    group: str
    group_key: str
    """The group with its numbers padded, so that 10 comes after 9."""
    natural_village: str
    national_code: str
    phone: str
    household_type: str
    monitor_type: str
    conflicts: int
    deleted: bool


class MemberRow(Row, table=True):
    """Cache: a member."""

    __tablename__ = "member"
    __table_args__ = (Index("member_citizen_id", "citizen_id", sqlite_where=text("citizen_id <> ''")),)
    id: str = Field(primary_key=True)
    household: str = Field(index=True)
    place: float
    name: str
    relation: str
    sex: str
    birth: str
    citizen_id: str
    ethnic: str
    phone: str
    active: bool
    conflicts: int
    deleted: bool


class SearchRow(Row, table=True):
    """Cache: all that a household is found by, in one line of normal text; the pieces of it stand in the FTS5 table `search_index`.

    `shown` is what the roster shows of the household, a JSON list (`search.Shown`).
    """

    __tablename__ = "search"
    number: int | None = Field(default=None, primary_key=True)
    """The village's code followed by the place of arrival in the village."""
    household: str = Field(unique=True)
    text: str
    shown: str


class TieRow(Row, table=True):
    """Cache: what a household or a member says of another one; `stays` is worked out of all of them (`sync.joining`)."""

    __tablename__ = "tie"
    __table_args__ = (Index("tie_stays", "stays", sqlite_where=text("stays <> ''")),)
    record: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    """household or member: joined to the target; unlike: a person looked and they are two households."""
    target: str = Field(primary_key=True, index=True)
    stays: str
    """The record that this one counts as; empty while it counts as itself."""


class SubmissionRow(Row, table=True):
    """Cache: a submission that was finalized at least once."""

    __tablename__ = "submission"
    id: str = Field(primary_key=True)
    household: str = Field(index=True)
    village: str
    form: str
    form_version: str
    state: str
    revision: int
    user: str
    changed_at: str
    finalized_at: str
    conflicts: int
    deleted: bool


class AttachmentRow(Row, table=True):
    """Cache: what a record says about a file."""

    __tablename__ = "attachment"
    id: str = Field(primary_key=True)
    sha: str = Field(index=True)
    name: str
    mime: str
    size: int
    submission: str = Field(index=True)
    path: str
    household: str = Field(index=True)
    caption: str
    taken_at: str
    number: int
    deleted: bool


class ArchiveRow(Row, table=True):
    """Cache: an archive that was made."""

    __tablename__ = "archive"
    id: str = Field(primary_key=True)
    household: str = Field(index=True)
    submission: str
    revision: int
    sha: str
    digest: str
    pages: int
    copies: str
    made_at: str
    deleted: bool


class CopyMadeRow(Row, table=True):
    """Cache: copies that went to a printer or into a file."""

    __tablename__ = "copy_made"
    id: str = Field(primary_key=True)
    household: str = Field(index=True)
    archive: str
    revision: int
    digest: str
    number: int
    """Which time it is for this household."""
    holders: str
    pages: int
    part: str
    """Empty for whole copies, else which pages of which copy."""
    way: str
    """print or file."""
    target: str
    reason: str
    user: str
    device: str
    at: str
    deleted: bool


class CopyTakenRow(Row, table=True):
    """Cache: somebody took a copy."""

    __tablename__ = "copy_taken"
    id: str = Field(primary_key=True)
    household: str = Field(index=True)
    made: str
    """The copies that it is one of."""
    holder: str
    revision: int
    taken_by: str
    taken_on: str
    signature: str
    note: str
    user: str
    at: str
    deleted: bool


class PrintRunRow(Row, table=True):
    """Archives of many households made one after the other; of this laptop alone."""

    __tablename__ = "print_run"
    id: str = Field(primary_key=True)
    user: str
    village: str
    name: str
    options: str
    """JSON."""
    state: str
    begun_at: str
    changed_at: str


class PrintRunLineRow(Row, table=True):
    """One household of a run."""

    __tablename__ = "print_run_line"
    run: str = Field(primary_key=True)
    place: int = Field(primary_key=True)
    household: str
    state: str
    archive: str
    detail: str


class ScanRow(Row, table=True):
    """One page that was scanned: filed, in the review tray, or thrown away; of this laptop alone."""

    __tablename__ = "scan"
    id: str = Field(primary_key=True)
    source: str = Field(index=True)
    page: int
    pages: int
    name: str
    state: str
    reason: str
    fault: str
    household: str
    path: str
    code: str
    picture: str
    dpi: int
    record: str
    at: str


class FileRow(Row, table=True):
    """A file that is here, encrypted, outside the database."""

    __tablename__ = "file"
    sha: str = Field(primary_key=True)
    size: int
    mime: str
    stored_at: str


class FileReceiptRow(Row, table=True):
    """A peer confirmed a whole file."""

    __tablename__ = "file_receipt"
    peer: str = Field(primary_key=True)
    sha: str = Field(primary_key=True)


class AuditRow(Row, table=True):
    """One line of the audit trail; `sum` covers the line and the sum before it."""

    __tablename__ = "audit"
    seq: int | None = Field(default=None, primary_key=True)
    at: str
    user: str
    action: str
    subject: str
    detail: str
    sum: str
