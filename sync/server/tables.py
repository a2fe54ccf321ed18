"""Every table of the district on one page; the village code leads every key of what grows, so that it can be partitioned by village."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, MetaData, SQLModel

SCHEMA = 3
IS_HOUSEHOLD = text("kind = 'household'")
"""Spelt out, as an index of the households alone serves a query that says so."""


class Base(SQLModel):
    """The district's own metadata, apart from every other SQLModel table in a process."""

    metadata = MetaData()


def _bytes() -> Column[bytes]:
    return Column(LargeBinary, nullable=False)


class Fact(Base, table=True):
    """What the server knows about itself: schema, epoch."""

    name: str = Field(primary_key=True)
    value: str


class Area(Base, table=True):
    """One division; the code without trailing zero groups is what contains others."""

    code: str = Field(primary_key=True)
    name: str
    parent: str = ""


class Person(Base, table=True):
    """Somebody who works with a role in an area."""

    id: str = Field(primary_key=True)
    name: str = Field(unique=True)
    role: str
    """One of `roles.ROLES`."""
    area: str
    secret: str = ""
    """Of who works at the district itself: salt and Argon2id of the passphrase, as hex."""
    wrong: int = 0
    """Wrong passphrases in a row."""
    wait_until: str = ""


class EnrolCode(Base, table=True):
    """A code that enrols one device, kept as a hash. `device` is whoever used it."""

    hash: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id")
    area: str
    expires_at: str
    device: str = ""


class Device(Base, table=True):
    """An enrolled laptop; `area` is its scope."""

    id: str = Field(primary_key=True)
    public_key: bytes = Field(sa_column=_bytes())
    seal_key: bytes = Field(sa_column=_bytes())
    name: str
    person: str = Field(foreign_key="person.id")
    area: str
    enrolled_at: str
    revoked_at: str = ""
    last_seen: str = ""
    cursors: str = "{}"
    """JSON: the feed positions that it last told, where its next bundle begins."""


class Op(Base, table=True):
    """One accepted operation at its place in the feed of its village."""

    __table_args__ = (UniqueConstraint("vil", "id"), Index("ix_op_vil_rec", "vil", "rec"))
    vil: str = Field(primary_key=True)
    vseq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    id: str
    rec: str
    dev: str
    sender: str
    """The device that brought it."""
    received_at: str
    body: bytes = Field(sa_column=_bytes())
    """The operation's JSON, packed."""


class VillageCounter(Base, table=True):
    """The next feed position of a village, and the XOR of the ids before it."""

    vil: str = Field(primary_key=True)
    n: int = Field(sa_column=Column(BigInteger, nullable=False))
    xor: str
    last_seen: str = ""


class Record(Base, table=True):
    """What is known of a record without reading its operations; rebuilt from them at any time."""

    __table_args__ = (Index("ix_record_household", "rec", sqlite_where=IS_HOUSEHOLD, postgresql_where=IS_HOUSEHOLD),)
    vil: str = Field(primary_key=True)
    rec: str = Field(primary_key=True)
    kind: str
    heads: str
    """Sorted ids, joined by spaces."""
    in_conflict: bool
    deleted: bool


class Joined(Base, table=True):
    """A household that was entered twice: its record says that it is another one. Noted from the operations at any time."""

    vil: str = Field(primary_key=True)
    rec: str = Field(primary_key=True, index=True)
    target: str
    """The record of the household that stays, wherever it is."""


class FileRef(Base, table=True):
    """A record of the village names the file, so whoever may see the village may fetch it."""

    vil: str = Field(primary_key=True)
    sha: str = Field(primary_key=True)


class File(Base, table=True):
    """An attachment whose bytes are wholly here."""

    sha: str = Field(primary_key=True)
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    device: str
    received_at: str


class Quarantine(Base, table=True):
    """What could not be believed: kept as it came, for a person to decide."""

    sender: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    vil: str = ""
    reason: str
    received_at: str
    body: bytes = Field(sa_column=_bytes())
    decision: str = ""
    """Empty while it waits; `released` or `rejected`."""
    decided_at: str = ""
    decided_by: str = ""
    why: str = ""


class AuditLine(Base, table=True):
    """Who did what at the district; each line holds the hash of the one before."""

    __tablename__ = "audit_line"
    n: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: str
    who: str
    action: str
    subject: str
    detail: str
    before: str
    """Hash of the line before."""
    hash: str


class Form(Base, table=True):
    """A published version of a form."""

    form: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    title: str
    xform: str
    published_at: str


class FormFile(Base, table=True):
    """A media file of a form version."""

    form: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    data: bytes = Field(sa_column=_bytes())


class Phone(Base, table=True):
    """The account of a phone that submits by OpenRosa; its operations are signed here with the key of its device."""

    user: str = Field(primary_key=True)
    device: str = Field(foreign_key="device.id")
    md5: str
    """HA1 of the password by MD5 and by SHA-256 (RFC 7616)."""
    sha256: str
    private: bytes = Field(sa_column=_bytes())
    last: str
    """Id of its last operation."""


class PhoneSubmission(Base, table=True):
    """Which record an instanceID belongs to, so that an edit of an edit finds it."""

    instance: str = Field(primary_key=True)
    record: str
