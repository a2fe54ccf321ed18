"""The expected errors of an exchange; every one carries a code, and its sentence comes from the message library.

CodedError            the common root: a code and named values, never a sentence
└ ExchangeError       Offline · NotEnrolled · Refused(reason) · ProtocolTooOld · GarbledReply · BundleDamaged · BundleForeign
                      ForeignCertificate · CertificateExpired · ClockWrong(offset_s) · CertificateDates (never shown)
                      AskedToWait(retry_s) · BundleUnwritable · BadOperation(reason, id) · RecoveryRefused(reason)
"""


class CodedError(Exception):
    """An expected error: `code` names the message, `values` fill its blanks."""

    code = "error"

    def __init__(self, **values: object) -> None:
        super().__init__(self.code, values)
        self.values = values

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"{self.code}({told})"


class ExchangeError(CodedError):
    """Something between two peers failed; nothing that is kept here was changed by it."""

    code = "exchange"


class Offline(ExchangeError):
    """The peer could not be reached. Values: url."""

    code = "offline"


class AskedToWait(ExchangeError):
    """The peer has too much to do just now and asked to come again later. Values: retry_s."""

    code = "asked-to-wait"


class NotEnrolled(ExchangeError):
    """This workspace has no server yet, or the server does not know this device."""

    code = "not-enrolled"


class Refused(ExchangeError):
    """The peer answered no. Values: reason."""

    code = "refused"


class ProtocolTooOld(ExchangeError):
    """One side speaks a protocol that the other no longer reads. Values: mine, theirs."""

    code = "protocol-too-old"


class GarbledReply(ExchangeError):
    """The peer answered something that is not the protocol, such as a captive portal. Values: url, what."""

    code = "garbled-reply"


class ForeignCertificate(ExchangeError):
    """Somebody else answers under the district's address: the certificate is not of the pinned authority. Values: url."""

    code = "foreign-certificate"


class CertificateDates(ExchangeError):
    """The server's certificate is not valid by this laptop's clock; the client finds out which of the two is wrong. Values: url."""

    code = "certificate-dates"


class CertificateExpired(ExchangeError):
    """The district has let its certificate run out. Values: url, until."""

    code = "certificate-expired"


class ClockWrong(ExchangeError):
    """This laptop's clock is so wrong that the district's certificate seems out of date. Values: url, theirs, offset_s."""

    code = "clock-wrong"


class BundleDamaged(ExchangeError):
    """A bundle is cut short or altered. Values: file, what."""

    code = "bundle-damaged"


class BundleForeign(ExchangeError):
    """A bundle is sealed for somebody else, or written by an unknown device. Values: file, recipient."""

    code = "bundle-foreign"


class BundleRevoked(ExchangeError):
    """A bundle was written by a laptop that the district revoked. Values: file, name."""

    code = "bundle-revoked"


class CardRefused(ExchangeError):
    """A card that cannot be used. Values: reason (garbled, other-district, no-own-card, unknown, revoked, not-a-laptop, no-shared-area)."""

    code = "card-refused"


class BundleUnwritable(ExchangeError):
    """A bundle cannot be written there: the stick is full, write-protected or gone. Values: file, detail."""

    code = "bundle-unwritable"


class BadOperation(ExchangeError):
    """An operation that cannot be believed. Values: reason (malformed, version, too-large, bad-hash, wrong-key, bad-signature), id."""

    code = "bad-operation"


class RecoveryRefused(ExchangeError):
    """A way back to a lost passphrase that leads nowhere.

    Values: reason (no-sheet, no-district, no-request, garbled, wrong-code, other-workspace, other-request, other-district, fingerprint,
    unknown-device, revoked).
    """

    code = "recovery-refused"
