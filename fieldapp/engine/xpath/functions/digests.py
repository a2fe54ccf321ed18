"""digest() and base64-decode()."""

from __future__ import annotations

import base64
import binascii
import hashlib

from fieldapp.engine.xpath.code import Type
from fieldapp.engine.xpath.errors import EvaluationFault
from fieldapp.engine.xpath.functions.function import Function, plain

_ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def _digest(text: str, algorithm: str, encoding: str = "base64") -> str:
    name = _ALGORITHMS.get(algorithm.upper())
    if name is None:
        raise EvaluationFault(algorithm, reason="digest-algorithm")
    raw = hashlib.new(name, text.encode(), usedforsecurity=False).digest()
    match encoding.lower():
        case "hex":
            return raw.hex()
        case "base64":
            return base64.b64encode(raw).decode()
    raise EvaluationFault(encoding, reason="digest-encoding")


def _base64_decode(text: str) -> str:
    try:
        return base64.b64decode(text, validate=False).decode("utf-8", errors="replace")
    except (binascii.Error, ValueError):
        return ""


DIGESTS: dict[str, Function] = {
    "digest": plain("ttt", Type.TEXT, _digest, least=2),
    "base64-decode": plain("t", Type.TEXT, _base64_decode),
}
