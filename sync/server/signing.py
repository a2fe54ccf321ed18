"""Signs finished archive files with the district's certificate (`sync.pades`), after making sure that each is what a known laptop sealed,
of the newest revision that the district knows, and nothing else."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat, load_pem_private_key
from sqlmodel import Session, col, select

from .. import pades, sealed
from ..operation import canonical
from . import audit, feed
from .certificates import RENEWED_BEFORE, authority_pem, issue_for_signing
from .district import District
from .errors import AlreadyKnown, ArchiveUnfit, KeyUnfit, NotKnown
from .staff import require_area
from .tables import IS_HOUSEHOLD, Area, Device, Op, Record

if TYPE_CHECKING:
    from datetime import datetime

FILE = "archive-signing.pem"
_LONGEST_NAME = 64
"""Characters of a common name (X.520)."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The key that signs archives and its certificate under the district's authority."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    authority: x509.Certificate


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A file that was signed."""

    file: str
    out: str
    device: str
    """Whose laptop had sealed it."""
    households: int
    sha256: str
    """Of the signed file."""


@dataclass(frozen=True, slots=True)
class _Checked:
    """A file that may be signed, and what is appended to it."""

    source: Path
    target: Path
    appended: bytes
    told: SignedFile


def sign_files(district: District, files: Sequence[Path], out: Path, *, by: str = "") -> tuple[SignedFile, ...]:
    """Write the files with the district's signature into a folder, under their names; all of them or, if one is refused, none.

    Raises ArchiveUnfit, NotKnown(file), AlreadyKnown(file), NotPermitted(area), KeyUnfit.
    """
    key, moment = ensure(district), district.now()
    checked: list[_Checked] = []
    for file in files:
        target = out / file.name
        if target.exists() or any(one.target == target for one in checked):
            raise AlreadyKnown(what="file", name=str(target))
        checked.append(_checked(district, file, target, key, moment, by))
    out.mkdir(parents=True, exist_ok=True)
    for one in checked:
        _write(one.target, one.source.read_bytes() + one.appended, one.told.sha256)
        with district.writing() as session:
            audit.record(session, district.stamp(), by, "archive-signed", one.told.sha256, f"{one.told.device} {one.told.households}")
    return tuple(one.told for one in checked)


def ensure(district: District) -> SigningKey:
    """The key and certificate for signatures, made at first use, and again when the certificate runs out soon or the authority is another.

    They are kept in one file for the owner's eyes only, the key encrypted under the district's key. Raises KeyUnfit.
    """
    found = kept(district)
    if found is not None:
        return found
    made = ec.generate_private_key(ec.SECP256R1())
    certificate, authority = issue_for_signing(district.folder, district.now(), _name(district), made.public_key())
    private = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(_secret(district)))
    _write(district.folder / FILE, private + certificate.public_bytes(Encoding.PEM), mode=0o600)
    return SigningKey(made, certificate, authority)


def kept(district: District) -> SigningKey | None:
    """The key and certificate that are here and still good. Raises KeyUnfit."""
    file = district.folder / FILE
    if not file.is_file() or not authority_pem(district.folder):
        return None
    data = file.read_bytes()
    try:
        key = load_pem_private_key(data, _secret(district))
        certificate = x509.load_pem_x509_certificate(data)
    except (ValueError, TypeError):
        raise KeyUnfit(file=FILE) from None
    authority = x509.load_pem_x509_certificate(authority_pem(district.folder).encode("ascii"))
    is_lasting = certificate.not_valid_after_utc - district.now() > RENEWED_BEFORE
    if isinstance(key, ec.EllipticCurvePrivateKey) and is_lasting and pades.is_for_signing(certificate, authority):
        return SigningKey(key, certificate, authority)
    return None


def _secret(district: District) -> bytes:
    """What the signing key is encrypted with, under the district's key as its database is."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"fieldapp district archive signing 1")
    return derived.derive(district.key.private()).hex().encode("ascii")


def _name(district: District) -> str:
    """Whom the certificate is for: the divisions from the top as long as there is only one, which end with the district's own."""
    with district.reading() as session:
        areas = session.exec(select(Area.code, Area.name, Area.parent)).all()
    codes, names = {code for code, _, _ in areas}, list[str]()
    below = [(code, name) for code, name, parent in areas if parent not in codes]
    while len(below) == 1:
        names.append(below[0][1])
        below = [(code, name) for code, name, parent in areas if parent == below[0][0]]
    return ("".join(names) or "district")[-_LONGEST_NAME:]


def _checked(district: District, file: Path, target: Path, key: SigningKey, moment: datetime, by: str) -> _Checked:
    if not file.is_file():
        raise NotKnown(what="file", name=str(file))
    data = file.read_bytes()
    part = sealed.sealed_part(data)
    with district.reading() as session:
        device, is_revoked = _sealer(session, file, part)
        if len(part) != len(data):
            standing = pades.judge(data, authority_pem(district.folder)).standing
            raise ArchiveUnfit(file=file.name, reason="altered" if standing is pades.Standing.ALTERED else "already-signed")
        try:
            contents = list(sealed.contents(part))
        except ValueError:
            raise ArchiveUnfit(file=file.name, reason="unfit") from None
        if not contents:
            raise ArchiveUnfit(file=file.name, reason="no-data")
        known: dict[str, _Village] = {}
        for content in contents:
            _compare(session, file, content, known, by, is_revoked)
    try:
        appended = pades.sign(part, key.key, key.certificate, key.authority, moment)
    except ValueError:
        raise ArchiveUnfit(file=file.name, reason="unfit") from None
    whole = hashlib.sha256(part)
    whole.update(appended)
    return _Checked(file, target, appended, SignedFile(str(file), str(target), device, len(contents), whole.hexdigest()))


def _sealer(session: Session, file: Path, part: bytes) -> tuple[str, bool]:
    """The enrolled device that sealed a file, and whether it is believed no more."""
    named = sealed.named_keys(part)
    if not part.startswith(b"%PDF-") or not sealed.SEAL.search(part):
        raise ArchiveUnfit(file=file.name, reason="not-archive")
    devices = session.exec(select(Device).where(col(Device.id).in_(named))).all()
    if named and not devices:
        raise ArchiveUnfit(file=file.name, reason="unknown-key")
    signer = sealed.signer_of(part, {device.id: device.public_key for device in devices})
    if signer is None:
        raise ArchiveUnfit(file=file.name, reason="altered")
    return signer, any(device.revoked_at for device in devices if device.id == signer)


@dataclass(frozen=True, slots=True)
class _Village:
    """What the operations of a village tell of its archives."""

    revisions: dict[str, int]
    """Household → its newest revision."""
    digests: frozenset[str]
    """Of the archives that are on record."""


def _compare(session: Session, file: Path, content: dict[str, object], known: dict[str, _Village], by: str, is_revoked: bool) -> None:
    """That the content is of a household that the district knows, and of its newest revision."""
    household, revision = str(content.get("household", "")), content.get("revision")
    villages = session.exec(select(Record.vil).where(IS_HOUSEHOLD, Record.rec == household)).all()
    if not villages or not isinstance(revision, int):
        raise ArchiveUnfit(file=file.name, reason="household-unknown")
    is_on_record, newest = False, 0
    for village in villages:
        require_area(session, by, village, "archive-sign")
        if village not in known:
            known[village] = _village(session, village)
        newest = max(newest, known[village].revisions.get(household, 0))
        is_on_record = is_on_record or hashlib.sha256(canonical(content)).hexdigest() in known[village].digests
    if revision < newest:
        raise ArchiveUnfit(file=file.name, reason="stale")
    # What a device sealed before it was revoked came with its records; what is not among them may have been made since.
    if is_revoked and not is_on_record:
        raise ArchiveUnfit(file=file.name, reason="revoked-key")


def _village(session: Session, village: str) -> _Village:
    homes: dict[str, str] = {}
    revisions: dict[str, int] = {}
    digests: set[str] = set()
    for record, told in _told(session, village):
        if told.get("digest"):
            digests.add(str(told["digest"]))
        homes[record] = told.get("@household") or told.get("household") or homes.get(record, "")
        revision = told.get("@revision") or told.get("revision") or ""
        if revision.isdecimal() and homes[record]:
            revisions[homes[record]] = max(revisions.get(homes[record], 0), int(revision))
    return _Village(revisions, frozenset(digests))


def _told(session: Session, village: str) -> Iterator[tuple[str, dict[str, str | None]]]:
    """The changes of the village's submissions and archives, in the order of the feed."""
    wanted = select(Op.rec, Op.body).join(Record, (col(Record.vil) == Op.vil) & (col(Record.rec) == Op.rec))
    wanted = wanted.where(Op.vil == village, col(Record.kind).in_(("submission", "archive"))).order_by(col(Op.vseq))
    for record, body in session.exec(wanted.execution_options(yield_per=500)):
        yield record, dict(feed.read(body).set)


def _write(file: Path, data: bytes, sha256: str = "", mode: int = 0o644) -> None:
    """Whole or not at all; if it is not what was checked, not at all."""
    if sha256 and hashlib.sha256(data).hexdigest() != sha256:
        raise ArchiveUnfit(file=file.name, reason="altered")
    fresh = file.with_name(file.name + ".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
