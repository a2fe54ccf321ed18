"""People who work here no more: they sign in nowhere, their laptops and phones stop, their codes open nothing; what they did stays.

Whoever comes back is readmitted: the devices that stopped with them go on, one that was revoked for itself does not.
"""

from __future__ import annotations

from datetime import UTC

from sqlmodel import Session, col, delete, select

from . import audit, roles
from .district import District
from .errors import NotKnown, NotPermitted
from .tables import Device, EnrolCode, Fact, Person

_NAME = "retired:"


def retire(district: District, name: str, *, by: str = "") -> tuple[str, int]:
    """Since when, and how many devices stopped with the person. Raises NotKnown(person), NotPermitted(last-security)."""
    # With fractions, which no other stamp of a device has: so it is told apart whether a device stopped with its person or was revoked.
    stamp = district.now().astimezone(UTC).isoformat(timespec="microseconds")
    with district.writing() as session:
        person = _locked(session, name)
        known = since(session, person.id)
        if known:
            return known, 0
        if person.role == roles.SECURITY and person.secret and not _other_security(session, person.id):
            raise NotPermitted(reason="last-security", action="person-retire")
        person.secret, person.wrong, person.wait_until = "", 0, ""
        session.add(person)
        session.merge(Fact(name=_NAME + person.id, value=stamp))
        # Codes first: one that is being used just now is waited for, and its device is among those that stop.
        session.execute(delete(EnrolCode).where(col(EnrolCode.person) == person.id, col(EnrolCode.device) == ""))
        stopped = session.exec(select(Device).where(Device.person == person.id, Device.revoked_at == "")).all()
        for device in stopped:
            device.revoked_at = stamp
            session.add(device)
        audit.record(session, district.stamp(), by, "person-retired", name, str(len(stopped)))
        return stamp, len(stopped)


def readmit(district: District, name: str, *, by: str = "") -> int:
    """How many devices go on; a passphrase has to be set anew. Raises NotKnown(person), NotPermitted(not-retired)."""
    with district.writing() as session:
        person = _locked(session, name)
        stamp = since(session, person.id)
        if not stamp:
            raise NotPermitted(reason="not-retired", action="person-readmit")
        session.execute(delete(Fact).where(col(Fact.name) == _NAME + person.id))
        stopped = session.exec(select(Device).where(Device.person == person.id, Device.revoked_at == stamp)).all()
        for device in stopped:
            device.revoked_at = ""
            session.add(device)
        audit.record(session, district.stamp(), by, "person-readmitted", name, str(len(stopped)))
        return len(stopped)


def since(session: Session, person: str) -> str:
    """When a person retired, ISO 8601 in UTC; empty for whoever works here. `person` is the id."""
    fact = session.get(Fact, _NAME + person)
    return fact.value if fact else ""


def everybody(session: Session) -> dict[str, str]:
    """Ids of who retired → when."""
    found = session.exec(select(Fact.name, Fact.value).where(col(Fact.name).startswith(_NAME))).all()
    return {name.removeprefix(_NAME): stamp for name, stamp in found}


def check_works_here(session: Session, person: Person, action: str) -> None:
    """Raises NotPermitted(retired)."""
    if since(session, person.id):
        raise NotPermitted(reason="retired", action=action)


def _locked(session: Session, name: str) -> Person:
    person = session.exec(select(Person).where(Person.name == name).with_for_update()).first()
    if person is None:
        raise NotKnown(what="person", name=name)
    return person


def _other_security(session: Session, person: str) -> bool:
    others = select(Person.id).where(Person.role == roles.SECURITY, col(Person.secret) != "", Person.id != person)
    return session.exec(others).first() is not None
