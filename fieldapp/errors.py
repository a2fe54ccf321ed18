"""The expected errors of the application, drawn as one tree; a sentence for each code stands in resources/words.

CodedError (sync.errors)
├ FieldAppError
│ ├ UsageError       NotFound(what, id) · AlreadyThere(what, id) · NotAllowed(reason) · BadInput(what, value)
│ ├ WorkspaceError   WrongPassphrase · TooManyTries(wait) · WorkspaceMissing · WorkspaceDamaged · WorkspaceTooNew · DiskFull
│ │                  AlreadyOpen · WrongRealm
│ ├ FormError        FormInvalid(sheet, row) · FormUnsupported(feature) · ExpressionError(path)
│ ├ AttachmentError  AttachmentUnreadable(name) · AttachmentMissing(id)
│ └ ArchiveError     GlyphMissing(char, where) · FontMissing · MatrixInvalid(file, key) · ScanRefused(name, reason)
└ ExchangeError (sync.errors)
Cancelled            not an error; silence
"""

from sync.errors import (
    AskedToWait,
    BundleDamaged,
    BundleForeign,
    CardRefused,
    CertificateExpired,
    ClockWrong,
    CodedError,
    ExchangeError,
    ForeignCertificate,
    GarbledReply,
    NotEnrolled,
    Offline,
    ProtocolTooOld,
    RecoveryRefused,
    Refused,
)

__all__ = [
    "AlreadyOpen",
    "AlreadyThere",
    "ArchiveError",
    "AskedToWait",
    "AttachmentError",
    "AttachmentMissing",
    "AttachmentUnreadable",
    "BadInput",
    "BundleDamaged",
    "BundleForeign",
    "Cancelled",
    "CardRefused",
    "CertificateExpired",
    "ClockWrong",
    "CodedError",
    "DiskFull",
    "ExchangeError",
    "ExpressionError",
    "FieldAppError",
    "FontMissing",
    "ForeignCertificate",
    "FormError",
    "FormInvalid",
    "FormUnsupported",
    "GarbledReply",
    "GlyphMissing",
    "MatrixInvalid",
    "NotAllowed",
    "NotEnrolled",
    "NotFound",
    "Offline",
    "ProtocolTooOld",
    "RecoveryRefused",
    "Refused",
    "ScanRefused",
    "TooManyTries",
    "UsageError",
    "WorkspaceDamaged",
    "WorkspaceError",
    "WorkspaceMissing",
    "WorkspaceTooNew",
    "WrongPassphrase",
    "WrongRealm",
]


class FieldAppError(CodedError):
    """An expected error of the application: shown in one dialog with what happened, what is safe and what to do next."""

    code = "fieldapp"


class Cancelled(Exception):
    """The person gave up; nothing to show."""


class UsageError(FieldAppError):
    """What was asked for cannot be done as asked."""

    code = "usage"


class NotFound(UsageError):
    """Values: what (a word of the trade), id."""

    code = "not-found"


class AlreadyThere(UsageError):
    """Values: what, id."""

    code = "already-there"


class NotAllowed(UsageError):
    """Values: reason (a code of its own); detail, count, path, id, operations, files, drafts where there is more to say."""

    code = "not-allowed"


class BadInput(UsageError):
    """Values: what, value, and for tables sheet, row, column."""

    code = "bad-input"


class WorkspaceError(FieldAppError):
    """The workspace cannot be used as it is."""

    code = "workspace"


class WrongPassphrase(WorkspaceError):
    """The passphrase opens no slot of the key file. Values: user."""

    code = "wrong-passphrase"


class TooManyTries(WorkspaceError):
    """The next try has to wait. Values: user, wait (seconds, also as minutes and seconds), count (wrong in a row)."""

    code = "too-many-tries"


class WorkspaceMissing(WorkspaceError):
    """There is no workspace in the folder. Values: folder."""

    code = "workspace-missing"


class WorkspaceDamaged(WorkspaceError):
    """A part of the workspace is damaged. Values: part (key-file, database, record, attachment), detail (see `keys.unlock`)."""

    code = "workspace-damaged"


class WorkspaceTooNew(WorkspaceError):
    """A newer program wrote this workspace. Values: schema, known."""

    code = "workspace-too-new"


class DiskFull(WorkspaceError):
    """There is no room; what was acknowledged before is kept. Values: folder."""

    code = "disk-full"


class AlreadyOpen(WorkspaceError):
    """Another program has this workspace open. Values: folder."""

    code = "already-open"


class WrongRealm(WorkspaceError):
    """Fictitious data (region 99) and real data never share a workspace. Values: area, realm."""

    code = "wrong-realm"


class FormError(FieldAppError):
    """A form cannot be used."""

    code = "form"


class FormInvalid(FormError):
    """Values: detail, fault (what kind, in words/*/errors.ftl form-fault); sheet, row, column, or for an XForm line, where known."""

    code = "form-invalid"


class FormUnsupported(FormError):
    """Values: feature; sheet, row where known."""

    code = "form-unsupported"


class ExpressionError(FormError):
    """An expression of the form is broken. Values: path, expression, detail; sheet, row, column, or for an XForm line, where known."""

    code = "expression"


class AttachmentError(FieldAppError):
    """A file cannot be taken in or given out."""

    code = "attachment"


class AttachmentUnreadable(AttachmentError):
    """The file is not a picture that can be read. Values: name, detail."""

    code = "attachment-unreadable"


class AttachmentTooLarge(AttachmentError):
    """The file is larger than one answer may be. Values: name, size and most (bytes)."""

    code = "attachment-too-large"


class AttachmentUnfit(AttachmentError):
    """The file is of another kind than the question asks for, or a program. Values: name, kind (audio, video, file)."""

    code = "attachment-unfit"


class AttachmentMissing(AttachmentError):
    """The record names a file whose bytes are not on this laptop. Values: id."""

    code = "attachment-missing"


class ArchiveError(FieldAppError):
    """An archive cannot be made or verified."""

    code = "archive"


class GlyphMissing(ArchiveError):
    """No bundled font has a character. Values: char, where."""

    code = "glyph-missing"


class FontMissing(ArchiveError):
    """A bundled font file is not there. Values: file."""

    code = "font-missing"


class MatrixInvalid(ArchiveError):
    """A parameter file of the archive is wrong. Values: file, key (dotted, - for the whole file), fault (`Table.refuse`), detail."""

    code = "archive-matrix"


class HotspotUnreachable(FieldAppError):
    """The laptop cannot listen for a phone on an address. Values: address, detail."""

    code = "hotspot-unreachable"


class ScanRefused(ArchiveError):
    """A file holds no page that can be looked at. Values: name, reason (too-large, unreadable, too-many-pages, empty, not-a-scan)."""

    code = "scan-refused"
