"""People who work at the district itself: they sign in with a passphrase, and every command of theirs is written down.

A new district has nobody yet: until its first security officer has a passphrase, whoever may read its folder sets it up. From then on
every command asks who gives it.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from . import audit, retiring, roles
from .areas import contains, prefix
from .district import District
from .errors import NotKnown, NotPermitted
from .tables import Person

_FREE_TRIES = 5
_LONGEST_WAIT_S = 3600
_MEMORY_KIB, _PASSES, _LANES = 64 * 1024, 3, 4
SHORTEST = 12
"""Characters of a passphrase."""


def set_passphrase(district: District, name: str, passphrase: str, *, by: str = "") -> None:
    """Let a person sign in at the district. Raises NotKnown(person), NotPermitted(too-short, retired)."""
    if len(passphrase) < SHORTEST:
        raise NotPermitted(reason="too-short", action="person-passphrase")
    salt = secrets.token_bytes(16)
    with district.writing() as session:
        person = _require(session, name)
        retiring.check_works_here(session, person, "person-passphrase")
        person.secret = salt.hex() + _hashed(passphrase, salt).hex()
        person.wrong, person.wait_until = 0, ""
        session.add(person)
        audit.record(session, district.stamp(), by, "person-passphrase", name)


def sign_in(district: District, name: str, passphrase: str) -> Person:
    """Who that is; after five wrong tries each one makes the next wait. Raises NotPermitted(wrong-passphrase, wait)."""
    with district.reading() as session:
        person = session.exec(select(Person).where(Person.name == name)).first()
        secret, wait_until = (person.secret, person.wait_until) if person else ("", "")
    if wait_until and district.now() < datetime.fromisoformat(wait_until):
        raise NotPermitted(reason="wait", action="sign-in")
    salt, kept = bytes.fromhex(secret[:32] or "00" * 16), bytes.fromhex(secret[32:])
    # An unknown name takes as long as a wrong passphrase.
    right = hmac.compare_digest(_hashed(passphrase, salt), kept)
    with district.writing() as session:
        known = session.exec(select(Person).where(Person.name == name)).first()
        if known is None:
            raise NotPermitted(reason="wrong-passphrase", action="sign-in")
        known.wrong = 0 if right else known.wrong + 1
        late = min(_LONGEST_WAIT_S, 2 ** (known.wrong - _FREE_TRIES)) if known.wrong >= _FREE_TRIES else 0
        known.wait_until = (district.now().astimezone(UTC) + timedelta(seconds=late)).isoformat() if late else ""
        session.add(known)
        if not right:
            audit.record(session, district.stamp(), name, "sign-in-failed")
        session.flush()
        session.refresh(known)
        session.expunge(known)
    if not right:
        raise NotPermitted(reason="wrong-passphrase", action="sign-in")
    return known


def is_set_up(district: District) -> bool:
    """Whether somebody keeps the district's security, so that commands ask who gives them."""
    with district.reading() as session:
        kept = select(Person.id).where(Person.role == roles.SECURITY, col(Person.secret) != "")
        return session.exec(kept).first() is not None


def admit(district: District, command: str, name: str, passphrase: str) -> str:
    """Whose command this is, empty while the district is being set up; it is written down. Raises NotPermitted."""
    if not is_set_up(district):
        return ""
    if not name:
        raise NotPermitted(reason="sign-in", action=command)
    person = sign_in(district, name, passphrase)
    if not roles.may_run(person.role, command):
        raise NotPermitted(reason="role", action=command)
    with district.writing() as session:
        audit.record(session, district.stamp(), person.name, command)
    return person.name


def require_area(session: Session, name: str, area: str, action: str) -> None:
    """That a village lies in what a person answers for; the offices answer for the whole district. Raises NotPermitted(area)."""
    if not name:
        return
    person = _require(session, name)
    if person.role not in roles.OFFICES and not contains(person.area, prefix(area)):
        raise NotPermitted(reason="area", action=action)


def _require(session: Session, name: str) -> Person:
    person = session.exec(select(Person).where(Person.name == name)).first()
    if person is None:
        raise NotKnown(what="person", name=name)
    return person


def _hashed(passphrase: str, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    return Argon2id(salt=salt, length=32, iterations=_PASSES, lanes=_LANES, memory_cost=_MEMORY_KIB).derive(passphrase.encode("utf-8"))
