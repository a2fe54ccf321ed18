"""Who is signed in at the district's page: tokens that live in this process only, so a restart signs everybody out."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from .tables import Person

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=8)
_MOST = 1_000


@dataclass(slots=True)
class SignedIn:
    """One browser of one person."""

    person: str
    """Id of the person."""
    secret: str
    """What was kept of the passphrase at that time; another one ends the session."""
    form_token: str
    """Stands in every form; without it nothing is changed."""
    began: datetime
    seen: datetime


@dataclass(slots=True)
class Sessions:
    """The tokens that were given out, by their hash."""

    held: dict[str, SignedIn] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, person: Person, now: datetime) -> str:
        """A new token, to be shown with every request."""
        token = secrets.token_urlsafe(32)
        with self.lock:
            self.held = {name: one for name, one in self.held.items() if _is_good(one, now)}
            while len(self.held) >= _MOST:
                self.held.pop(min(self.held, key=lambda name: self.held[name].seen))
            self.held[_hash(token)] = SignedIn(person.id, person.secret, secrets.token_urlsafe(32), now, now)
        return token

    def find(self, token: str, now: datetime) -> SignedIn | None:
        """Whose token this is, if it is still good."""
        with self.lock:
            found = self.held.get(_hash(token)) if token else None
            if found is None or not _is_good(found, now):
                return None
            found.seen = now
            return found

    def end(self, token: str) -> None:
        """Forget a token."""
        with self.lock:
            self.held.pop(_hash(token), None)


def person_of(session: Session, signed: SignedIn) -> Person | None:
    """The person as of now; None if the passphrase was changed since, or there is no such person any more."""
    person = session.get(Person, signed.person)
    if person is None or not person.secret or not hmac.compare_digest(person.secret, signed.secret):
        return None
    return person


def _is_good(one: SignedIn, now: datetime) -> bool:
    return now - one.seen < IDLE and now - one.began < LONGEST


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
