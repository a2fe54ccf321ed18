"""What a person at the district's command line may run into; the sentences stand in sync/server/words."""

from ..errors import CodedError


class DistrictError(CodedError):
    """The district cannot do what was asked."""

    code = "district"


class DistrictMissing(DistrictError):
    """There is no district in the folder. Values: folder."""

    code = "district-missing"


class DistrictThere(DistrictError):
    """There is a district in the folder already. Values: folder."""

    code = "district-there"


class DatabaseUnreachable(DistrictError):
    """The database does not answer. Values: detail."""

    code = "database-unreachable"


class KeyUnfit(DistrictError):
    """The key file does not open the database: it is another district's, or the file is damaged. Values: file."""

    code = "key-unfit"


class NotPermitted(DistrictError):
    """Values: reason (sign-in, wrong-passphrase, too-short, wait, role, area, office, retired, last-security, not-retired), action."""

    code = "not-permitted"


class NotReleasable(DistrictError):
    """An operation in quarantine that no laptop could believe. Values: id, reason (malformed, bad-hash, bad-signature, unknown-author)."""

    code = "not-releasable"


class BackupUnfit(DistrictError):
    """A backup that cannot be put back. Values: file, reason (schema, contents)."""

    code = "backup-unfit"


class SheetUnfit(DistrictError):
    """A recovery sheet does not open a backup. Values: file, reason (no-sheet, mistyped, wrong-code)."""

    code = "sheet-unfit"


class FileDamaged(DistrictError):
    """A kept file is not what it was when it was kept, or not what its hash says. Values: sha."""

    code = "file-damaged"


class DistrictTooNew(DistrictError):
    """A newer program wrote the database. Values: schema, known."""

    code = "district-too-new"


class NotKnown(DistrictError):
    """Values: what (person, area, device, form, file, operation, role), name."""

    code = "not-known"


class AlreadyKnown(DistrictError):
    """Values: what, name."""

    code = "already-known"


class OutsideArea(DistrictError):
    """A code would open more than its person answers for. Values: area, person."""

    code = "outside-area"


class TableUnreadable(DistrictError):
    """A file of areas cannot be read. Values: file, row, what."""

    code = "table-unreadable"


class FormUnreadable(DistrictError):
    """A form cannot be published. Values: file, detail."""

    code = "form-unreadable"


class PortTaken(DistrictError):
    """The address cannot be listened on. Values: listen, detail."""

    code = "port-taken"


class ArchiveUnfit(DistrictError):
    """An archive that the district does not sign; nothing was written.

    Values: file, reason (not-archive, altered, unknown-key, revoked-key, already-signed, no-data, household-unknown, stale, unfit).
    """

    code = "archive-unfit"
