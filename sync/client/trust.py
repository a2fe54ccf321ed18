"""Whom a laptop believes on a line: the certificate authority of its own district and nobody else, known by the pin on the slip."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from ..errors import CertificateExpired, ClockWrong, ForeignCertificate, GarbledReply, Refused
from ..keys import pin_of
from .line import open_client, send

_NO_DATES = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which Python gives no name."""
_PADDING = 0x10
"""SSL_OP_TLSEXT_PADDING of OpenSSL: 300 bytes of nothing in every handshake, for the sake of a server of 2013."""
_NEAR = timedelta(minutes=10)


def check_url(url: str, authority: str) -> None:
    """Names and numbers of people go over TLS or stay on this machine. Raises Refused (plain-line, no-pin)."""
    parts = urlsplit(url)
    if parts.scheme == "https" and not authority:
        raise Refused(reason="no-pin", url=url)
    if parts.scheme == "http" and not _is_here(parts.hostname or ""):
        raise Refused(reason="plain-line", url=url)


def context(authority: str, *, dates: bool = True) -> ssl.SSLContext:
    """TLS that believes one authority (PEM). The name is not compared: this authority makes certificates for this one server only."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.check_hostname = False
    made.load_verify_locations(cadata=authority)
    made.options &= ~_PADDING
    if not dates:
        made.verify_flags |= _NO_DATES
    return made


def fetch_authority(url: str, pin: str) -> str:
    """The district's authority (PEM) as the server shows it, if it is the one of the pin. Raises ForeignCertificate, Offline, GarbledReply.

    The line is not believed while this is asked, so nothing else is; what comes is believed by its pin alone.
    """
    blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE
    with open_client(verify=blind) as client:
        answer = send(client, "GET", url.rstrip("/") + "/v1/authority", b"", {})
    try:
        told = answer.body.decode("ascii")
        if pin_of(told) == pin:
            return told
    except ValueError as wrong:
        raise GarbledReply(url=url, what="authority") from wrong
    raise ForeignCertificate(url=url)


@dataclass(frozen=True, slots=True)
class DistrictTime:
    """The district's clock, read over a line that is believed but for the dates of its certificate."""

    theirs: datetime
    until: datetime
    is_valid: bool
    """Whether the certificate is good at the district's own time."""


def ask_time(url: str, authority: str) -> DistrictTime:
    """Raises ForeignCertificate, Offline, GarbledReply."""
    from cryptography import x509

    with open_client(verify=context(authority, dates=False)) as client:
        answer = send(client, "GET", url.rstrip("/") + "/v1/health", b"", {})
    try:
        certificate = x509.load_der_x509_certificate(answer.certificate)
        theirs = datetime.fromisoformat(answer.json()["time"])
    except (ValueError, KeyError, TypeError) as wrong:
        raise GarbledReply(url=url, what="time") from wrong
    if theirs.tzinfo is None:
        raise GarbledReply(url=url, what="time")
    begin, until = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return DistrictTime(theirs, until, begin <= theirs <= until)


def why_out_of_date(url: str, authority: str, now: datetime) -> ClockWrong | CertificateExpired:
    """Whether this laptop's clock or the server's certificate is to blame for the dates not fitting."""
    told = ask_time(url, authority)
    offset = told.theirs - now
    if told.is_valid and abs(offset) > _NEAR:
        return ClockWrong(url=url, theirs=told.theirs.isoformat(timespec="seconds"), offset_s=round(offset.total_seconds()))
    return CertificateExpired(url=url, until=told.until.isoformat(timespec="seconds"))


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
