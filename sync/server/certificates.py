"""TLS of a district: an authority of its own, whose key the slips pin, and the server's certificate, renewed under it.

No public authority is asked: a district server often has neither a name in the DNS nor a way to the internet.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ..keys import pin_of

AUTHORITY_LASTS = timedelta(days=365 * 25)
LASTS = timedelta(days=397)
SIGNING_LASTS = timedelta(days=365 * 10)
RENEWED_BEFORE = timedelta(days=60)
_SLACK = timedelta(days=2)
"""Certificates begin before now: laptops' clocks are a little behind."""
_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Certificate:
    """The server's certificate as it is in use."""

    file: str
    key_file: str
    names: tuple[str, ...]
    until: datetime
    pin: str
    """Of the authority."""


def ensure(folder: Path, now: datetime, names: Sequence[str] = ()) -> Certificate:
    """Authority and certificate, made or renewed if they are missing, run out soon, or do not bear the names."""
    held = current(folder)
    wanted = set(names) - set(held.names if held else ())
    if held is None or wanted or held.until - now < RENEWED_BEFORE:
        return renew(folder, now, (*(held.names if held else ()), *names))
    return held


def renew(folder: Path, now: datetime, names: Sequence[str] = ()) -> Certificate:
    """Another certificate under the same authority; laptops notice nothing."""
    issuer, issuer_key = _authority(folder, now)
    key = ec.generate_private_key(ec.SECP256R1())
    told = tuple(dict.fromkeys((*names, *_HERE)))
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    builder = _builder(issuer.subject, "district server", key.public_key(), now, LASTS)
    builder = (
        builder.add_extension(x509.SubjectAlternativeName([_general(name) for name in told]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    certificate = builder.sign(issuer_key, SHA256())
    # One file for both, so that no moment has a key beside another key's certificate.
    _write(_leaf(folder), _private(key) + certificate.public_bytes(Encoding.PEM).decode())
    held = current(folder)
    assert held is not None
    return held


def current(folder: Path) -> Certificate | None:
    """What is in use, None before the first."""
    if not _leaf(folder).is_file():
        return None
    found = x509.load_pem_x509_certificate(_leaf(folder).read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    told = (*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress)))
    pin = pin_of(authority_pem(folder))
    return Certificate(str(_leaf(folder)), str(_leaf(folder)), told, found.not_valid_after_utc, pin)


def is_whole(folder: Path) -> bool:
    """Whether the authority's key is that of its certificate, and the server's certificate is of this authority and of its own key."""
    try:
        authority = x509.load_pem_x509_certificate((folder / "authority.crt").read_bytes())
        key = load_pem_private_key((folder / "authority.key").read_bytes(), None)
        leaf = x509.load_pem_x509_certificate(_leaf(folder).read_bytes())
        leaf_key = load_pem_private_key(_leaf(folder).read_bytes(), None)
        leaf.verify_directly_issued_by(authority)
    except (OSError, ValueError, TypeError, InvalidSignature):
        return False
    return key.public_key() == authority.public_key() and leaf_key.public_key() == leaf.public_key()


def issue_for_signing(
    folder: Path, now: datetime, subject: str, key: ec.EllipticCurvePublicKey
) -> tuple[x509.Certificate, x509.Certificate]:
    """A certificate for signatures that last (`pades.is_for_signing`), and the authority that issued it, which is made at first use."""
    issuer, issuer_key = _authority(folder, now)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    lasts = min(SIGNING_LASTS, issuer.not_valid_after_utc - now.astimezone(UTC))
    builder = (
        _builder(issuer.subject, subject, key, now, lasts)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    return builder.sign(issuer_key, SHA256()), issuer


def authority_pem(folder: Path) -> str:
    """The authority's certificate, empty before there is one."""
    file = folder / "authority.crt"
    return file.read_text(encoding="ascii") if file.is_file() else ""


def _leaf(folder: Path) -> Path:
    return folder / "server.pem"


def _authority(folder: Path, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key_file, file = folder / "authority.key", folder / "authority.crt"
    if not (key_file.is_file() and file.is_file()):
        made = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"district {secrets.token_hex(4)}")])
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        builder = _builder(name, name, made.public_key(), now, AUTHORITY_LASTS)
        builder = (
            builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(made.public_key()), critical=False)
        )
        _write(key_file, _private(made))
        _write(file, builder.sign(made, SHA256()).public_bytes(Encoding.PEM).decode())
    key = load_pem_private_key(key_file.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return x509.load_pem_x509_certificate(file.read_bytes()), key


def _builder(
    issuer: x509.Name, subject: x509.Name | str, key: ec.EllipticCurvePublicKey, now: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    named = subject if isinstance(subject, x509.Name) else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(named)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC) - _SLACK)
        .not_valid_after(now.astimezone(UTC) + lasts)
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _private(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _write(file: Path, text: str) -> None:
    """For the owner's eyes only, and whole or not at all."""
    fresh = file.with_name(file.name + ".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
