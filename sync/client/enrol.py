"""Becoming known to a district: a code from a slip for a certificate and a scope."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from ..errors import CertificateDates, GarbledReply, Offline
from ..keys import is_signed, pin_of, sealing_public
from ..operation import Signer, device_id
from ..protocol import Enrolment, EnrolRequest, decode_enrolment, encode_enrol_request, enrol_text
from ..slip import Slip
from ..wire import CONTENT_TYPE
from . import trust
from .line import open_client, send

_WAITS_S = (0.3, 1.0, 3.0)


def authority_of(slip: Slip) -> str:
    """The authority (PEM) that the slip pins, empty for a line that stays on this machine.

    Raises ForeignCertificate, Offline, GarbledReply, Refused (plain-line, no-pin).
    """
    from ..errors import ForeignCertificate

    if not slip.pin:
        trust.check_url(slip.url, "")
        return ""
    if not slip.authority:
        return trust.fetch_authority(slip.url, slip.pin)
    try:
        if pin_of(slip.authority) == slip.pin:
            return slip.authority
    except ValueError as wrong:
        raise GarbledReply(what="slip") from wrong
    raise ForeignCertificate(url=slip.url)


def enrol(
    url: str,
    code: str,
    signer: Signer,
    public_key: bytes,
    name: str,
    wait: Callable[[float], None] = time.sleep,
    authority: str = "",
) -> Enrolment:
    """Enrol this device; asking again with the same code and key gives the same answer, so a lost reply costs nothing.

    Raises Offline, GarbledReply, ProtocolTooOld, ForeignCertificate, ClockWrong, CertificateExpired,
    Refused(code-unknown, code-used, code-expired, revoked, too-many-tries, plain-line, no-pin).
    """
    trust.check_url(url, authority)
    seal_key = sealing_public(signer)
    proof = signer.sign(enrol_text(code, public_key, seal_key, name))
    body = encode_enrol_request(EnrolRequest(code=code, public_key=public_key, seal_key=seal_key, name=name, proof=proof))
    target = url.rstrip("/") + "/v1/enrol"
    for wait_s in (*_WAITS_S, None):
        try:
            return _asked(target, body, public_key, authority)
        except CertificateDates as wrong:
            raise trust.why_out_of_date(url, authority, datetime.now(UTC)) from wrong
        except (Offline, GarbledReply):
            if wait_s is None:
                raise
            wait(wait_s)
    raise AssertionError("the loop returns or raises")


def _asked(target: str, body: bytes, public_key: bytes, authority: str) -> Enrolment:
    with open_client(verify=trust.context(authority) if authority else False) as client:
        answer = send(client, "POST", target, body, {"Content-Type": CONTENT_TYPE})
    if answer.headers.get("content-type", "") != CONTENT_TYPE:
        raise GarbledReply(url=target, what="content-type")
    enrolment = decode_enrolment(answer.body)
    if enrolment.device != device_id(public_key):
        raise GarbledReply(url=target, what="device")
    if not is_signed(enrolment.district_key, enrolment.signature, enrolment.certificate.encode("utf-8")):
        raise GarbledReply(url=target, what="certificate")
    return enrolment
