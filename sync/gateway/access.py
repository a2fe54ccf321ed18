"""Who asks: HTTP Basic (RFC 7617) and Digest (RFC 7616), as ODK Collect and other clients speak them.

A password is made by us, long and random, so the hash that Digest needs (HA1) is as safe to keep as any other. Basic is taken only over
TLS or from this machine itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

REALM = "fieldapp"
_FRESH_S = 600
_PAIR = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


@dataclass(frozen=True, slots=True)
class Secret:
    """What is kept of a password: HA1 by both algorithms, hex."""

    md5: str
    sha256: str


def new_password() -> str:
    """20 characters of Crockford's alphabet: 100 random bits, to be scanned or typed once."""
    return "".join(secrets.choice("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(20))


def secret_of(user: str, password: str) -> Secret:
    """What is kept of a password."""
    text = f"{user}:{REALM}:{password}"
    return Secret(_hash("MD5", text), _hash("SHA-256", text))


def collect_settings(url: str, user: str, password: str, project: str) -> str:
    """The text of the QR code by which ODK Collect sets itself up: zlib and Base64 of JSON (ODK Collect documentation, Settings QR)."""
    general = {"protocol": "odk_default", "server_url": url, "username": user, "password": password}
    told = json.dumps({"general": general, "admin": {}, "project": {"name": project}}, ensure_ascii=False)
    return base64.b64encode(zlib.compress(told.encode("utf-8"))).decode("ascii")


@dataclass(slots=True)
class Doorman:
    """Checks the `Authorization` header; its nonces are valid for ten minutes and die with it."""

    secret_of_user: Callable[[str], Secret | None]
    now: Callable[[], float] = time.time
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def challenges(self, secure: bool, stale: bool = False) -> tuple[str, ...]:
        """Values for `WWW-Authenticate`, the strongest first."""
        ended = ", stale=true" if stale else ""
        digest = [f'Digest realm="{REALM}", qop="auth", nonce="{self._nonce()}", algorithm={name}{ended}' for name in ("SHA-256", "MD5")]
        return (*digest, f'Basic realm="{REALM}", charset="UTF-8"') if secure else tuple(digest)

    def user(self, header: str, method: str, target: str, secure: bool) -> str:
        """The user's name, empty when nobody is proved."""
        scheme, _, rest = header.partition(" ")
        if scheme.lower() == "basic":
            return self._basic(rest) if secure else ""
        return self._digest(rest, method, target) if scheme.lower() == "digest" else ""

    def is_stale(self, header: str) -> bool:
        """Whether a Digest answer was right in form but its nonce has run out, so that the client asks again without its person."""
        nonce = _pairs(header).get("nonce", "")
        return bool(nonce) and not self._is_fresh(nonce)

    def _basic(self, rest: str) -> str:
        try:
            user, _, password = base64.b64decode(rest.strip(), validate=True).decode("utf-8").partition(":")
        except ValueError:
            # No Base64, no UTF-8, or letters that no header holds.
            return ""
        known = self.secret_of_user(user)
        return user if known and hmac.compare_digest(secret_of(user, password).sha256, known.sha256) else ""

    def _digest(self, rest: str, method: str, target: str) -> str:
        told = _pairs(rest)
        algorithm = told.get("algorithm", "MD5").upper()
        known = self.secret_of_user(told.get("username", ""))
        if known is None or algorithm not in _HASHES or told.get("realm") != REALM or told.get("uri") != target:
            return ""
        if told.get("qop") != "auth" or not self._is_fresh(told.get("nonce", "")):
            return ""
        first = known.md5 if algorithm == "MD5" else known.sha256
        second = _hash(algorithm, f"{method}:{target}")
        right = _hash(algorithm, ":".join((first, told["nonce"], told.get("nc", ""), told.get("cnonce", ""), "auth", second)))
        return told["username"] if hmac.compare_digest(right.encode(), told.get("response", "").lower().encode()) else ""

    def _nonce(self) -> str:
        made = f"{int(self.now()):x}-{secrets.token_hex(8)}"
        return f"{made}-{self._seal(made)}"

    def _is_fresh(self, nonce: str) -> bool:
        made, _, seal = nonce.rpartition("-")
        when = made.partition("-")[0]
        if not hmac.compare_digest(self._seal(made).encode(), seal.encode()) or not re.fullmatch("[0-9a-f]{1,12}", when):
            return False
        return -60 <= self.now() - int(when, 16) <= _FRESH_S

    def _seal(self, text: str) -> str:
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()[:32]


def _pairs(header: str) -> dict[str, str]:
    return {name.lower(): re.sub(r"\\(.)", r"\1", quoted) or plain for name, quoted, plain in _PAIR.findall(header)}


def _hash(algorithm: str, text: str) -> str:
    return _HASHES[algorithm](text.encode("utf-8"), usedforsecurity=False).hexdigest()
