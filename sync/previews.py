"""Small pictures of photos, sent before the photos: an office sees what is coming long before a weak line has carried it.

A preview is a JPEG of at most MOST bytes under the hash of the photo that it shows. It is a convenience: nothing is proved by it.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from .errors import GarbledReply
from .wire import CLOSE, HASH, a_text, an_object, check_version, pack, texts, unpack

MOST = 8 << 10
MOST_AT_ONCE = 64
_JPEG = b"\xff\xd8\xff"


def encode(previews: Mapping[str, bytes]) -> bytes:
    """The bytes of a request."""
    return pack({"v": CLOSE, "previews": {sha: base64.b64encode(data).decode() for sha, data in previews.items()}})


def decode(data: bytes) -> dict[str, bytes]:
    """Raises GarbledReply, ProtocolTooOld."""
    body = an_object(unpack(data), "previews")
    check_version(body)
    told = an_object(body.get("previews"), "previews")
    if len(told) > MOST_AT_ONCE or not all(HASH.fullmatch(sha) for sha in told):
        raise GarbledReply(what="previews")
    try:
        found = {sha: base64.b64decode(a_text(told, sha), validate=True) for sha in told}
    except ValueError as wrong:
        raise GarbledReply(what="previews") from wrong
    if any(len(data) > MOST or not data.startswith(_JPEG) for data in found.values()):
        raise GarbledReply(what="previews")
    return found


def encode_receipt(shas: list[str]) -> bytes:
    """The bytes of the answer: which are kept."""
    return pack({"v": CLOSE, "kept": shas})


def decode_receipt(data: bytes) -> tuple[str, ...]:
    """Raises GarbledReply, ProtocolTooOld."""
    body = an_object(unpack(data), "reply")
    check_version(body)
    return tuple(texts(body, "kept"))
