"""What is on paper, as plain data: compose makes it, render draws it, nothing here knows of fonts or files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from fieldapp.domain.ids import HouseholdId
from fieldapp.engine.views import FilledForm, FilledState

from . import matrix as matrices
from .copies import COPIES, Copy
from .gap import Gap
from .matrix import Matrix


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture that goes on paper: JPEG or PNG bytes, with what stands below it (DA/T 50)."""

    data: bytes
    caption: str = ""
    """Empty: the label of the question."""
    taken: str = ""
    """As 2026年11月20日 10:15."""
    place: str = ""
    author: str = ""
    """摄影者."""
    device: str = ""


@dataclass(frozen=True, slots=True)
class Numbering:
    """What the 档号 is made of; the patterns stand in the matrix."""

    fonds_no: str
    """全宗号."""
    village: str
    """12-digit village code."""
    volume: str
    """案卷号: `numbers.volume_number` of the household."""
    year: int
    retention: str = ""
    """保管期限代码 of the volume; empty: the longest of what is in it."""


@dataclass(frozen=True, slots=True)
class Before:
    """The revision before this one, for the pages that compare both."""

    filled: FilledForm
    revision: int
    finalized_on: date
    why: str = ""
    """What the person gave as the reason for revising."""


@dataclass(frozen=True, slots=True)
class ArchiveFacts:
    """What an archive says beyond the form."""

    household: HouseholdId
    """32 hex digits."""
    head_name: str
    places: tuple[str, ...]
    """Names of the divisions from the top down to the village."""
    revision: int
    """Of the submission, from 1."""
    surveyed_on: date
    archived_at: datetime
    """With its zone; the only clock of the file."""
    numbering: Numbering
    fonds: str
    """全宗名称, as the county's archive of the township."""
    category: str = ""
    """类目名称; empty: the usual one."""
    retention: str = ""
    """保管期限 as 永久 or 30年; empty: 永久."""
    begun_on: date | None = None
    """First day of what is in the volume; None: the day of the survey."""
    maker: str = ""
    """立卷人."""
    checker: str = ""
    """检查人."""
    photos: Mapping[str, Photo] = field(default_factory=dict)
    """By attachment id; signatures too."""
    left_out: tuple[str, ...] = field(default_factory=lambda: matrices.default().left_out)
    """Names (with *) of sections and questions that the household's copy leaves out."""
    copies: tuple[Copy, ...] = COPIES
    duplex: bool = False
    """Printed on both sides: margins mirrored, each copy begins on a new sheet."""
    matrix: Matrix = field(default_factory=matrices.default)
    before: Before | None = None
    signed_on_paper: bool = False
    """The signed page of this revision is on file as a scan: no signature is missing."""


@dataclass(frozen=True, slots=True)
class Line:
    """One question on paper."""

    number: str
    label: str
    text: str
    state: FilledState
    is_amount: bool = False
    """Money in 元: set to the right."""


@dataclass(frozen=True, slots=True)
class Roster:
    """The rows of a repeat in one table: a column for each question, the same in every row."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A titled run of questions: a section, or one row of a repeat."""

    title: str
    lines: tuple[Line, ...]
    skipped: tuple[Line, ...] = ()
    """Not applicable by the form's own rules; listed in small at the end."""
    is_relevant: bool = True
    note: str = ""
    """A sentence in place of the lines."""
    is_inner: bool = False
    """A smaller heading: one row of a repeat."""
    grid: Roster | None = None
    """All rows of a repeat whose answers are short, as one table in place of the lines."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A photo with its caption, or the empty frame of one whose bytes are not here."""

    attachment: str
    number: int
    caption: str
    details: tuple[str, ...]
    """Lines of what is known of the picture (DA/T 50)."""
    data: bytes | None
    question: str


@dataclass(frozen=True, slots=True)
class Change:
    """One question that was answered differently in the revision before; both in words, or why there is no answer."""

    number: str
    label: str
    of: str
    """The row of a repeat, as 家庭成员 2 张三."""
    before: str
    after: str
    is_internal: bool = False


@dataclass(frozen=True, slots=True)
class SignatureBox:
    """A place to sign or press a thumb; the picture is there if it was signed on the screen."""

    label: str
    attachment: str = ""
    data: bytes | None = None
    day: str = ""
    """When it was signed on the screen."""


class Paper(Enum):
    """The documents of a volume, in their order; the value is the message id of the title."""

    FORM = "archive-form-title"
    MEMBERS = "archive-members-title"
    SIGNATURES = "archive-signatures-title"
    PHOTOS = "archive-photos-title"
    CHANGES = "archive-changes-title"
    INTERNAL = "archive-internal-title"


@dataclass(frozen=True, slots=True)
class ArchiveSheet:
    """Everything on the paper of one household."""

    facts: ArchiveFacts
    form: str
    form_version: str
    form_title: str
    number: str
    """档号."""
    parts: tuple[Part, ...]
    roster: Roster | None
    members: tuple[Part, ...]
    signatures: tuple[SignatureBox, ...]
    photos: tuple[Frame, ...]
    internal: tuple[Part, ...]
    internal_photos: tuple[Frame, ...]
    content: bytes
    """Canonical JSON of what the archive says: what the digest is about."""
    digest: str
    """SHA-256 of the content, 64 hex digits."""
    changes: tuple[Change, ...] = ()
    """Since the revision before."""
    gaps: tuple[Gap, ...] = ()
    """What is missing before anything is drawn; `Rendered.gaps` has also what could not be drawn."""
