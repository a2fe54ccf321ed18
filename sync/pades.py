"""The district's PAdES signature on a sealed archive file: ETSI.CAdES.detached, ECDSA P-256, SHA-256, level B-B, made and verified offline.

It is appended as an incremental update, so every byte of the sealed file stays. What is appended follows from the sealed part, the
moment and the signature alone; a verifier writes it again and compares all bytes, so there is no room for anything else in it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING

from . import der
from .keys import pin_of
from .sealed import Trailer, body, sealed_part, trailer

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

_ROOM = 2560
"""Bytes that the signature may take; about 1,200 are used."""
_OPEN = b"/Contents<"
_MOMENT = re.compile(rb"/M\(D:(\d{14})Z\)")
_DEEPEST = 8
_KID = re.compile(rb"/Kids\[(\d+) 0 R")
_DATA, _SIGNED = der.oid("1.2.840.113549.1.7.1"), der.oid("1.2.840.113549.1.7.2")
_CONTENT_TYPE, _DIGEST = der.oid("1.2.840.113549.1.9.3"), der.oid("1.2.840.113549.1.9.4")
_CERTIFICATE = der.oid("1.2.840.113549.1.9.16.2.47")
_SHA256 = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"))
_ECDSA = der.sequence(der.oid("1.2.840.10045.4.3.2"))


class Standing(Enum):
    """What the district's signature on a file is worth."""

    NONE = "none"
    VALID = "valid"
    ALTERED = "altered"
    UNKNOWN_AUTHORITY = "unknown-authority"
    """Nothing was altered since, but nobody here vouches for who signed."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What stands behind the sealed part of a file."""

    standing: Standing
    signer: str = ""
    """Whose certificate it is; empty unless VALID or UNKNOWN_AUTHORITY."""
    signed_at: datetime | None = None
    """As the signer's clock said, in UTC."""
    is_foreign: bool = False
    """Something was appended that is no signature of a district's and nothing else."""


class _Foreign(ValueError):
    pass


@dataclass(frozen=True, slots=True)
class _Signature:
    """A signature as it was taken out of a file."""

    certificate: x509.Certificate
    authority: x509.Certificate
    value: bytes
    digest: bytes
    """SHA-256 of all bytes but the signature."""


def sign(
    sealed: bytes, key: EllipticCurvePrivateKey, certificate: x509.Certificate, authority: x509.Certificate, moment: datetime
) -> bytes:
    """What to append to a sealed file. Raises ValueError if the file is not one of ours or signed already."""
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.hashes import SHA256

    if sealed_part(sealed) != sealed:
        raise ValueError("appended")
    empty = _appended(sealed, moment.astimezone(UTC), b"")
    digest = _digest(sealed, empty)
    value = key.sign(_signed_attributes(certificate, digest), ECDSA(SHA256()))
    return _appended(sealed, moment.astimezone(UTC), _message(_Signature(certificate, authority, value, digest)))


def judge(data: bytes, authority: str = "") -> Judged:
    """The signature that was appended to a file. `authority`: certificate (PEM) of the district whose signature is believed, empty if none
    is known. The seal of the sealed part is not looked at."""
    sealed = sealed_part(data)
    if len(sealed) == len(data):
        return Judged(Standing.NONE)
    try:
        signature, moment = _taken_out(sealed, data[len(sealed) :])
        if not _holds(signature, moment):
            return Judged(Standing.ALTERED)
        believed = bool(authority) and pin_of(authority) == pin_of(_pem(signature.authority))
        return Judged(Standing.VALID if believed else Standing.UNKNOWN_AUTHORITY, name_of(signature.certificate), moment)
    except _Foreign:
        return Judged(Standing.ALTERED, is_foreign=True)
    except _garbled():
        return Judged(Standing.ALTERED)


def _garbled() -> tuple[type[Exception], ...]:
    """What certificates and signatures raise that were damaged; a damaged one is an answer here, not an accident."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    mistakes = (ValueError, TypeError, IndexError, InvalidSignature, UnsupportedAlgorithm)
    return (*mistakes, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, x509.ExtensionNotFound)


def name_of(certificate: x509.Certificate) -> str:
    """The common name that a certificate is for."""
    from cryptography.x509.oid import NameOID

    return next((str(one.value) for one in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)), "")


def is_for_signing(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Whether an authority made a certificate, and made it for this: the server's own, whose key lies about for every start, is not."""
    from cryptography import x509

    try:
        certificate.verify_directly_issued_by(authority)
        # Of the bytes of the authority's certificate nothing else is signed.
        authority.verify_directly_issued_by(authority)
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        return usage.content_commitment and not _is_authority(certificate) and _is_authority(authority)
    except _garbled():
        return False


def _taken_out(sealed: bytes, appended: bytes) -> tuple[_Signature, datetime]:
    """The signature of what was appended, if that is what a district appends to this file, byte for byte. Raises ValueError."""
    told = _MOMENT.search(appended)
    place = appended.find(_OPEN) + len(_OPEN)
    room = appended[place : place + 2 * _ROOM]
    try:
        if told is None:
            raise _Foreign("moment")
        moment = datetime.strptime(told[1].decode("ascii"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        if not re.fullmatch(rb"[0-9a-f]*", room):
            raise _Foreign("room")
        held = bytes.fromhex(room.decode("ascii"))
        if _appended(sealed, moment, held) != appended:
            raise _Foreign("bytes")
    except ValueError as wrong:
        raise _Foreign(*wrong.args) from wrong
    certificates, value, length = _read(held)
    signature = _Signature(*certificates, value, _digest(sealed, appended))
    if _message(signature) != held[:length] or any(held[length:]):
        raise ValueError("message")
    return signature, moment


def _holds(signature: _Signature, moment: datetime) -> bool:
    """Whether everything about a signature is right but who vouches for its authority; raises one of `_garbled` where it is not one."""
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.hashes import SHA256

    certificate, key = signature.certificate, signature.certificate.public_key()
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        return False
    key.verify(signature.value, _signed_attributes(certificate, signature.digest), ECDSA(SHA256()))
    in_time = certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc
    return in_time and is_for_signing(certificate, signature.authority)


def _is_authority(certificate: x509.Certificate) -> bool:
    from cryptography import x509

    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _read(held: bytes) -> tuple[tuple[x509.Certificate, x509.Certificate], bytes, int]:
    """Certificate and authority, signature, and how many bytes it all takes; nothing of it believed. Raises one of `_garbled`."""
    whole = der.split(held)
    signed = der.content(der.content(der.parts(whole[1])[1], 0xA0), der.SEQUENCE)
    _, _, _, certificates, infos = der.parts(signed)
    first, second = (_certificate(one) for one in der.parts(der.content(certificates, 0xA0)))
    (info,) = der.parts(der.content(infos, der.SET))
    value = der.content(der.parts(der.content(info, der.SEQUENCE))[5], der.OCTETS)
    pair = (second, first) if _is_authority(first) else (first, second)
    return pair, value, len(held) - len(whole[2])


def _certificate(held: bytes) -> x509.Certificate:
    from cryptography import x509

    serial = der.content(der.parts(der.content(der.parts(der.content(held, der.SEQUENCE))[0], der.SEQUENCE))[1], der.INTEGER)
    # The library below would warn of it on the terminal.
    if serial[0] & 0x80 or not any(serial):
        raise ValueError("serial")
    return x509.load_der_x509_certificate(held)


def _message(signature: _Signature) -> bytes:
    """The CMS SignedData (RFC 5652) of a signature."""
    certificates = der.set_of(_der(signature.certificate), _der(signature.authority), tag=0xA0)
    certificate = signature.certificate
    info = der.sequence(
        der.integer(1),
        der.sequence(certificate.issuer.public_bytes(), der.integer(certificate.serial_number)),
        _SHA256,
        der.set_of(*_attributes(certificate, signature.digest), tag=0xA0),
        _ECDSA,
        der.octets(signature.value),
    )
    signed = der.sequence(der.integer(1), der.set_of(_SHA256), der.sequence(_DATA), certificates, der.set_of(info))
    return der.sequence(_SIGNED, der.within(0, signed))


def _signed_attributes(certificate: x509.Certificate, digest: bytes) -> bytes:
    return der.set_of(*_attributes(certificate, digest))


def _attributes(certificate: x509.Certificate, digest: bytes) -> tuple[bytes, ...]:
    """What a baseline signature signs (EN 319 142-1, 6.3); the moment stands in the file, not here."""
    named = der.sequence(der.sequence(der.sequence(der.octets(hashlib.sha256(_der(certificate)).digest()))))
    told = ((_CONTENT_TYPE, _DATA), (_DIGEST, der.octets(digest)), (_CERTIFICATE, named))
    return tuple(der.sequence(kind, der.set_of(value)) for kind, value in told)


def _digest(sealed: bytes, appended: bytes) -> bytes:
    place = appended.index(_OPEN) + len(_OPEN) - 1
    whole = hashlib.sha256(sealed)
    whole.update(appended[:place])
    whole.update(appended[place + 2 * _ROOM + 2 :])
    return whole.digest()


def _appended(sealed: bytes, moment: datetime, message: bytes) -> bytes:
    """The incremental update: the signature, its invisible field on the first page, catalog and page that name it. Raises ValueError."""
    told = trailer(sealed)
    page = _first_page(sealed, told)
    signature, field = told.size, told.size + 1
    form = b"/AcroForm<</Fields[%d 0 R]/SigFlags 3>>/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 1>>>>" % field
    widget = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(District)/V %d 0 R/P %d 0 R/Rect[0 0 0 0]/F 132>>" % (signature, page)
    if len(message) > _ROOM:
        raise ValueError("room")
    after = [
        (field, widget),
        (told.root, _with(body(sealed, told, told.root), form, (b"/AcroForm", b"/Extensions"))),
        (page, _with(body(sealed, told, page), b"/Annots[%d 0 R]" % field, (b"/Annots",))),
    ]
    head = b"%d 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(D:%bZ)" % (
        signature,
        moment.strftime("%Y%m%d%H%M%S").encode("ascii"),
    )
    # Numbers of a fixed width, so that their own length changes nothing.
    first = len(sealed) + len(head) + len(b"/ByteRange[0 %010d %010d %010d]" % (0, 0, 0)) + len(_OPEN) - 1
    second = first + 2 * _ROOM + 2
    places, rest = {signature: len(sealed)}, b">>\nendobj\n"
    for number, drawn in after:
        places[number] = second + len(rest)
        rest += b"%d 0 obj\n%b\nendobj\n" % (number, drawn)
    table = second + len(rest)
    rest += b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % (number, places[number]) for number in sorted(places))
    identity = hashlib.sha256(b"%b%b" % (told.identity.encode("ascii"), head)).hexdigest()[:32]
    rest += f"trailer\n<</Size {field + 1}/Root {told.root} 0 R/Info {told.info} 0 R/Prev {told.table}".encode("ascii")
    rest += f"/ID[<{told.identity}><{identity}>]>>\nstartxref\n{table}\n%%EOF\n".encode("ascii")
    span = b"/ByteRange[0 %010d %010d %010d]" % (first, second, len(rest))
    return head + span + _OPEN + message.hex().encode("ascii").ljust(2 * _ROOM, b"0") + b">" + rest


def _first_page(sealed: bytes, told: Trailer) -> int:
    """The object number of the first page."""
    catalog = re.search(rb"/Pages (\d+) 0 R", body(sealed, told, told.root))
    number = int(catalog[1]) if catalog else 0
    for _ in range(_DEEPEST):
        node = body(sealed, told, number)
        if node.startswith(b"<</Type/Page/"):
            return number
        kid = _KID.search(node)
        number = int(kid[1]) if kid else 0
    raise ValueError("page")


def _with(dictionary: bytes, entries: bytes, absent: tuple[bytes, ...]) -> bytes:
    if not dictionary.startswith(b"<<") or not dictionary.endswith(b">>") or any(name in dictionary for name in absent):
        raise ValueError("dictionary")
    return dictionary[:-2].rstrip() + entries + b">>"


def _der(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)


def _pem(certificate: x509.Certificate) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM).decode("ascii")
