"""People, the codes that enrol their devices, the devices, and whether a device may be believed."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from ..card import shared
from ..errors import NotEnrolled, Refused
from ..keys import is_signed
from ..operation import canonical, device_id
from ..protocol import Enrolment, EnrolRequest, enrol_text
from ..replica import Author, Card
from . import retiring, roles
from .areas import contains, prefix, require_area, villages_in
from .district import District, epoch_of
from .errors import AlreadyKnown, NotKnown, NotPermitted, OutsideArea
from .tables import Device, EnrolCode, Person, Phone

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O, U, which are misread from paper."""
DEFAULT_DAYS = 14
MOST_CARDS = 300
"""In one answer; a laptop of a whole county finds the others on their owners' sticks."""


def add_person(district: District, name: str, role: str, area: str) -> Person:
    """Raises AlreadyKnown(person), NotKnown(area, role)."""
    role = roles.OTHER_NAMES.get(role, role)
    if role not in roles.ROLES:
        raise NotKnown(what="role", name=role)
    with district.writing() as session:
        require_area(session, area)
        if session.exec(select(Person).where(Person.name == name)).first():
            raise AlreadyKnown(what="person", name=name)
        person = Person(id=uuid.uuid4().hex, name=name, role=role, area=area)
        session.add(person)
        session.flush()
        session.expunge(person)
        return person


def make_code(district: District, person: str, area: str, days: float = DEFAULT_DAYS) -> tuple[str, str]:
    """A code for one device of a person, and when it expires; only its hash is kept.

    Raises NotKnown(person, area), OutsideArea, NotPermitted(office, retired).
    """
    letters = "".join(secrets.choice(_LETTERS) for _ in range(16))
    code = "-".join(letters[at : at + 4] for at in range(0, 16, 4))
    expires_at = (district.now().astimezone(UTC) + timedelta(days=days)).isoformat(timespec="seconds")
    with district.writing() as session:
        known = session.exec(select(Person).where(Person.name == person).with_for_update()).first()
        if known is None:
            raise NotKnown(what="person", name=person)
        retiring.check_works_here(session, known, "enrol-code")
        require_area(session, area)
        if known.role in roles.OFFICES:
            raise NotPermitted(reason="office", action="enrol-code")
        if not contains(known.area, prefix(area)):
            raise OutsideArea(area=area, person=person)
        session.add(EnrolCode(hash=_hash(code), person=known.id, area=area, expires_at=expires_at))
    return code, expires_at


def enrol(district: District, request: EnrolRequest) -> Enrolment:
    """Make a device known by a code; the same device may ask again, as when the answer was lost. Raises Refused."""
    if not is_signed(request.public_key, request.proof, enrol_text(request.code, request.public_key, request.seal_key, request.name)):
        raise Refused(reason="bad-signature")
    device = device_id(request.public_key)
    with district.writing() as session:
        code = session.get(EnrolCode, _hash(request.code), with_for_update=True)
        if code is None:
            raise Refused(reason="code-unknown")
        if code.device not in ("", device):
            raise Refused(reason="code-used")
        known = session.get(Device, device)
        if known is not None and known.revoked_at:
            raise Refused(reason="revoked")
        if not code.device:
            if datetime.fromisoformat(code.expires_at) < district.now():
                raise Refused(reason="code-expired")
            code.device = device
            known = known or Device(id=device, public_key=request.public_key, seal_key=b"", name="", person="", area="", enrolled_at="")
            known.seal_key, known.name, known.person = request.seal_key, request.name, code.person
            known.area, known.enrolled_at = code.area, district.stamp()
            session.add(known)
            session.flush()
        if known is None:
            raise Refused(reason="code-used")
        return _enrolment(district, session, known)


def _enrolment(district: District, session: Session, device: Device) -> Enrolment:
    person = session.get(Person, device.person)
    if person is None:
        raise NotEnrolled()
    card = _card(district, device, person, device.seal_key)
    return Enrolment(
        device=device.id,
        epoch=epoch_of(session),
        district_key=district.key.public_key,
        district_seal_key=district.seal_public,
        person=person.name,
        role=person.role,
        area=device.area,
        scope=villages_in(session, device.area),
        certificate=card.certificate,
        signature=card.signature,
    )


def _card(district: District, device: Device, person: Person, seal_key: bytes) -> Card:
    certificate = canonical(
        {
            "v": 1,
            "device": device.id,
            "key": device.public_key.hex(),
            "seal_key": seal_key.hex(),
            "name": device.name,
            "person": person.name,
            "role": person.role,
            "area": device.area,
            "issued": device.enrolled_at,
        }
    )
    return Card(certificate.decode("utf-8"), district.key.sign(certificate))


def cards(district: District, session: Session, device: Device) -> tuple[Card, ...]:
    """Its own card and those of the devices whose areas touch the device's: the nearest first. The district opens what a phone sends."""
    phones = set(session.exec(select(Phone.device)).all())
    found = session.exec(select(Device, Person).join(Person).where(Device.revoked_at == "").order_by(col(Device.id))).all()
    near = [(other, person) for other, person in found if shared(device.area, other.area)]
    near.sort(key=lambda pair: (pair[0].id != device.id, -len(prefix(pair[0].area)), pair[0].id))
    return tuple(_card(district, other, person, b"" if other.id in phones else other.seal_key) for other, person in near[:MOST_CARDS])


def revoked_near(session: Session, device: Device) -> tuple[Author, ...]:
    """The revoked devices whose areas touch the device's, for whoever meets them without a line."""
    found = session.exec(select(Device).where(Device.revoked_at != "")).all()
    return tuple(
        Author(device=other.id, public_key=other.public_key, name=other.name, revoked=True)
        for other in sorted(found, key=lambda other: other.id)
        if shared(device.area, other.area)
    )


def require_device(session: Session, device: str) -> Device:
    """An enrolled device, revoked or not. Raises NotEnrolled."""
    known = session.get(Device, device)
    if known is None:
        raise NotEnrolled()
    return known


def people(session: Session) -> Sequence[Person]:
    """Everybody, by name."""
    return session.exec(select(Person).order_by(col(Person.name))).all()


def role_of(session: Session, device: Device) -> str:
    """What the person of a device may do."""
    person = session.get(Person, device.person)
    return person.role if person else ""


def devices(session: Session) -> list[tuple[Device, str]]:
    """All devices with their person's name, in the order of enrolment."""
    found = session.exec(select(Device, Person).join(Person).order_by(col(Device.enrolled_at), col(Device.id))).all()
    return [(device, person.name) for device, person in found]


def revoke(district: District, device: str) -> str:
    """From now on the device is refused and what it writes is set apart; returns since when. Raises NotKnown(device)."""
    with district.writing() as session:
        known = session.get(Device, device)
        if known is None:
            raise NotKnown(what="device", name=device)
        if known.revoked_at in ("", retiring.since(session, known.person)):
            # Also of a device that stopped with its person: it does not come back with them.
            known.revoked_at = district.stamp()
        return known.revoked_at


def authors(session: Session, ids: set[str]) -> tuple[Author, ...]:
    """The keys by which a laptop may verify operations of these devices."""
    found = session.exec(select(Device).where(col(Device.id).in_(ids))).all() if ids else ()
    return tuple(
        Author(device=device.id, public_key=device.public_key, name=device.name, revoked=bool(device.revoked_at))
        for device in sorted(found, key=lambda device: device.id)
    )


def _hash(code: str) -> str:
    plain = code.upper().replace("-", "").replace(" ", "").replace("O", "0").replace("I", "1").replace("L", "1")
    return hashlib.sha256(plain.encode()).hexdigest()
