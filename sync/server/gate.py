"""Whether a request comes from whom it says: signature, clock, no repetition."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ..errors import NotEnrolled, Refused
from ..keys import is_signed
from ..wire import DEVICE, HASH, request_text
from . import people, roles
from .district import District

TOLERANCE = timedelta(minutes=10)
_WRONG_CODES_A_MINUTE = 20


@dataclass(frozen=True, slots=True)
class Caller:
    """The device that signed a request."""

    device: str
    nonce: str
    body_hash: str
    revoked: bool


@dataclass(slots=True)
class Gate:
    """Remembers the nonces of the last minutes and when wrong codes were tried."""

    district: District
    nonces: dict[str, datetime] = field(default_factory=dict)
    tries: list[float] = field(default_factory=list)
    monotonic: Callable[[], float] = time.monotonic

    def admit(self, method: str, target: str, headers: Mapping[str, str]) -> Caller:
        """The device behind a request. Raises NotEnrolled, Refused(garbled, clock, bad-signature, replayed, role).

        The body's hash is what the device signed; whoever reads the body compares.
        """
        told = [headers.get(f"district-{name}", "") for name in ("device", "time", "nonce", "body", "signature")]
        device, stamp, nonce, body_hash, signature = told
        if not DEVICE.fullmatch(device):
            raise NotEnrolled()
        if not HASH.fullmatch(body_hash) or not 16 <= len(nonce) <= 64:
            raise Refused(reason="garbled")
        with self.district.reading() as session:
            known = people.require_device(session, device)
            public_key, revoked, role = known.public_key, known.revoked_at != "", people.role_of(session, known)
        if not is_signed(public_key, _unhex(signature), request_text(method, target, device, stamp, nonce, body_hash)):
            raise Refused(reason="bad-signature")
        self._check_time(stamp)
        self._remember(f"{device} {nonce}")
        if not roles.may_call(role, method, target):
            raise Refused(reason="role")
        return Caller(device=device, nonce=nonce, body_hash=body_hash, revoked=revoked)

    def check_tries(self) -> None:
        """Whether somebody is guessing enrolment codes. Raises Refused(too-many-tries)."""
        self.tries = [then for then in self.tries if self.monotonic() - then < 60]
        if len(self.tries) >= _WRONG_CODES_A_MINUTE:
            raise Refused(reason="too-many-tries")

    def wrong_code(self) -> None:
        """One more code that nobody was given."""
        self.tries.append(self.monotonic())

    def _check_time(self, stamp: str) -> None:
        try:
            then = datetime.fromisoformat(stamp)
        except ValueError as wrong:
            raise Refused(reason="garbled") from wrong
        now = self.district.now()
        if then.tzinfo is None or abs(now - then) > TOLERANCE:
            raise Refused(reason="clock", time=now.astimezone(UTC).isoformat())

    def _remember(self, nonce: str) -> None:
        now = self.district.now()
        if len(self.nonces) > 10_000:
            self.nonces = {known: then for known, then in list(self.nonces.items()) if now - then < 2 * TOLERANCE}
        if self.nonces.setdefault(nonce, now) is not now:
            raise Refused(reason="replayed")


def _unhex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
