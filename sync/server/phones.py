"""Phones that submit by OpenRosa: an account has a device key of its own here, so what it submits are operations like all others."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from sqlmodel import Session, col, select

from ..gateway.access import Secret, collect_settings, new_password, secret_of
from ..gateway.app import PREFIX
from ..keys import DeviceKey, sealing_public
from . import people, retiring, roles
from .areas import contains, prefix, require_area
from .district import District
from .errors import AlreadyKnown, NotKnown, NotPermitted, OutsideArea
from .tables import Device, Person, Phone


@dataclass(frozen=True, slots=True)
class Account:
    """What the person at the phone is given, once; the password is kept nowhere."""

    user: str
    password: str
    device: str

    def settings(self, url: str) -> str:
        """The text of the QR code by which ODK Collect sets itself up."""
        return collect_settings(f"{url.rstrip('/')}{PREFIX}", self.user, self.password, self.user)


def add_phone(district: District, user: str, person: str, area: str) -> Account:
    """An account for one phone of a person.

    Raises AlreadyKnown(phone), NotKnown(person, area), OutsideArea, NotPermitted(office, retired).
    """
    key, password = DeviceKey.generate(), new_password()
    secret = secret_of(user, password)
    with district.writing() as session:
        require_area(session, area)
        owner = session.exec(select(Person).where(Person.name == person).with_for_update()).first()
        if owner is None:
            raise NotKnown(what="person", name=person)
        retiring.check_works_here(session, owner, "phone-add")
        if owner.role in roles.OFFICES:
            raise NotPermitted(reason="office", action="phone-add")
        if not contains(owner.area, prefix(area)):
            raise OutsideArea(area=area, person=person)
        if not user or ":" in user or quote(user, safe="@.-_") != user or session.get(Phone, user) is not None:
            raise AlreadyKnown(what="phone", name=user)
        session.add(
            Device(
                id=key.device, public_key=key.public_key, seal_key=sealing_public(key), name=user, person=owner.id, area=area,
                enrolled_at=district.stamp(),
            )
        )  # fmt: skip
        session.flush()
        session.add(Phone(user=user, device=key.device, md5=secret.md5, sha256=secret.sha256, private=key.private(), last=""))
    return Account(user, password, key.device)


def phones(session: Session) -> list[tuple[Phone, Device, str]]:
    """All accounts with their device and their person's name, by user name."""
    query = (
        select(Phone, Device, Person).join(Device, col(Device.id) == col(Phone.device)).join(Person, col(Person.id) == col(Device.person))
    )
    return [(phone, device, person.name) for phone, device, person in session.exec(query.order_by(col(Phone.user))).all()]


def secret_of_user(session: Session, user: str) -> Secret | None:
    """What is kept of the password of an account that is not revoked."""
    phone = session.get(Phone, user)
    device = session.get(Device, phone.device) if phone else None
    if phone is None or device is None or device.revoked_at or people.role_of(session, device) not in roles.FIELD:
        return None
    return Secret(phone.md5, phone.sha256)
