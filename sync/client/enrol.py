"""Becoming known to a district: a code from a slip for a certificate and a scope."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..errors import GarbledReply, Offline
from ..keys import is_signed, sealing_public
from ..operation import Signer, device_id
from ..protocol import Enrolment, EnrolRequest, decode_enrolment, encode_enrol_request, enrol_text
from ..wire import CONTENT_TYPE
from .http import open_client, send

_WAITS_S = (0.3, 1.0, 3.0)


def enrol(url: str, code: str, signer: Signer, public_key: bytes, name: str, wait: Callable[[float], None] = time.sleep) -> Enrolment:
    """Enrol this device; asking again with the same code and key gives the same answer, so a lost reply costs nothing.

    Raises Offline, GarbledReply, ProtocolTooOld, Refused(code-unknown, code-used, code-expired, revoked, too-many-tries).
    """
    seal_key = sealing_public(signer)
    proof = signer.sign(enrol_text(code, public_key, seal_key, name))
    body = encode_enrol_request(EnrolRequest(code=code, public_key=public_key, seal_key=seal_key, name=name, proof=proof))
    target = url.rstrip("/") + "/v1/enrol"
    for wait_s in (*_WAITS_S, None):
        try:
            return _asked(target, body, public_key)
        except (Offline, GarbledReply):
            if wait_s is None:
                raise
            wait(wait_s)
    raise AssertionError("the loop returns or raises")


def _asked(target: str, body: bytes, public_key: bytes) -> Enrolment:
    with open_client() as client:
        answer = send(client, "POST", target, body, {"Content-Type": CONTENT_TYPE})
    if answer.headers.get("content-type", "") != CONTENT_TYPE:
        raise GarbledReply(url=target, what="content-type")
    enrolment = decode_enrolment(answer.body)
    if enrolment.device != device_id(public_key):
        raise GarbledReply(url=target, what="device")
    if not is_signed(enrolment.district_key, enrolment.signature, enrolment.certificate.encode("utf-8")):
        raise GarbledReply(url=target, what="certificate")
    return enrolment
