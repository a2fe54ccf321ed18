"""Whoever works here no more comes in nowhere; what they did stays, and when they come back so do the devices that stopped with them."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from sync.errors import Refused
from sync.keys import DeviceKey, sealing_public
from sync.protocol import EnrolRequest, enrol_text
from sync.server import audit, examine, people, phones, quarantine, retiring, staff, sticks, views
from sync.server.district import District
from sync.server.errors import NotKnown, NotPermitted
from sync.server.tables import AuditLine, Device, Op

from .conftest import EAST, Laptop, Running, a_laptop
from .county_office import PASSPHRASE
from .test_exchange import rec

NAME = "张三"


@pytest.fixture(autouse=True)
def quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff, "_MEMORY_KIB", 64)


def revoked(district: District) -> dict[str, bool]:
    with district.reading() as session:
        return {row.name: row.revoked_at != "" for row in session.exec(select(Device))}


def sent(laptop: Laptop, running: Running) -> str:
    try:
        laptop.sync(running.url)
    except Refused as no:
        return str(no.values["reason"])
    return "sent"


def test_what_a_retired_person_did_stays_and_what_comes_later_waits_for_a_decision(district: District, running: Running, tmp_path: Path):
    one, other = a_laptop(district, running.url, 1), a_laptop(district, running.url, 2)
    done = one.replica.write(rec(1), {"name": "王家"}, EAST)
    assert sent(one, running) == "sent"
    people.add_person(district, "李四", "surveyor", "990101")
    with district.writing() as session:
        second = session.get(Device, other.device)
        assert second is not None
        second.person = next(person.id for person in people.people(session) if person.name == "李四")
    since, stopped = retiring.retire(district, NAME, by="安全员")
    assert (stopped, revoked(district)) == (1, {"laptop 1": True, "laptop 2": False})
    assert retiring.retire(district, NAME) == (since, 0)
    late = one.replica.write(rec(2), {"name": "赵家"}, EAST)
    assert sent(one, running) == "revoked"
    with pytest.raises(Refused, match="revoked"):
        sticks.write_down(district, one.device, tmp_path / "down.fab")
    assert sent(other, running) == "sent"
    assert other.replica.kept.operations.keys() == {done.id}
    assert examine.examine(district).wrong == ()
    with district.reading() as session:
        waiting = {row.id: row.reason for row in views.quarantine(session, "", 1, everything=False).rows}
    assert waiting == {late.id: "revoked"}
    quarantine.release(district, late.id, "是他离岗前做的", by="")
    with district.reading() as session:
        assert set(session.exec(select(Op.id)).all()) == {done.id, late.id}
        lines = [(line.who, line.action, line.subject, line.detail) for line in session.exec(select(AuditLine)).all()]
        assert ("安全员", "person-retired", NAME, "1") in lines
        assert audit.first_broken(session) is None


def test_codes_and_phones_of_a_retired_person_open_nothing(district: District, running: Running):
    code, _ = people.make_code(district, NAME, EAST)
    account = phones.add_phone(district, "phone-1", NAME, EAST)
    ask = {"url": f"{running.url}/openrosa/formList", "auth": httpx.BasicAuth("phone-1", account.password), "trust_env": False}
    assert httpx.get(**ask).status_code == 200  # type: ignore[arg-type]
    retiring.retire(district, NAME)
    assert httpx.get(**ask).status_code == 401  # type: ignore[arg-type]
    key = DeviceKey(b"\x07" * 32)
    proof = key.sign(enrol_text(code, key.public_key, sealing_public(key), "x"))
    with pytest.raises(Refused, match="code-unknown"):
        people.enrol(district, EnrolRequest(code, key.public_key, sealing_public(key), "x", proof))
    for work in (
        lambda: people.make_code(district, NAME, EAST),
        lambda: phones.add_phone(district, "phone-2", NAME, EAST),
        lambda: staff.set_passphrase(district, NAME, PASSPHRASE),
    ):
        with pytest.raises(NotPermitted, match="retired"):
            work()
    with district.reading() as session:
        assert views.enrollable(session) == []
        (line,) = views.people(session, 1).rows
        assert (line.devices, line.retired_at != "") == (0, True)
    assert retiring.readmit(district, NAME) == 1
    assert httpx.get(**ask).status_code == 200  # type: ignore[arg-type]


def test_devices_that_stopped_with_a_person_come_back_with_them_and_revoked_ones_do_not(district: District, running: Running):
    laptops = [a_laptop(district, running.url, number) for number in (1, 2, 3)]
    people.revoke(district, laptops[0].device)
    retiring.retire(district, NAME)
    people.revoke(district, laptops[1].device)
    assert retiring.readmit(district, NAME, by="安全员") == 1
    assert revoked(district) == {"laptop 1": True, "laptop 2": True, "laptop 3": False}
    assert [sent(laptop, running) for laptop in laptops] == ["revoked", "revoked", "sent"]
    with pytest.raises(NotPermitted, match="not-retired"):
        retiring.readmit(district, NAME)
    with pytest.raises(NotKnown):
        retiring.retire(district, "谁")


def test_an_officer_who_retires_signs_in_no_more_and_the_last_one_of_security_cannot(district: District):
    for name, role in (("甲", "security"), ("乙", "security"), ("丙", "audit")):
        people.add_person(district, name, role, "990101")
    for name in ("甲", "丙"):
        staff.set_passphrase(district, name, PASSPHRASE)
    with pytest.raises(NotPermitted, match="last-security"):
        retiring.retire(district, "甲")
    assert staff.is_set_up(district)
    staff.set_passphrase(district, "乙", PASSPHRASE)
    retiring.retire(district, "甲", by="乙")
    retiring.retire(district, "丙", by="乙")
    for name in ("甲", "丙"):
        with pytest.raises(NotPermitted, match="wrong-passphrase"):
            staff.sign_in(district, name, PASSPHRASE)
        with pytest.raises(NotPermitted, match="wrong-passphrase"):
            staff.sign_in(district, name, "")
    retiring.readmit(district, "甲", by="乙")
    with pytest.raises(NotPermitted, match="wrong-passphrase"):
        staff.sign_in(district, "甲", PASSPHRASE)
    staff.set_passphrase(district, "甲", PASSPHRASE + "!")
    assert staff.sign_in(district, "甲", PASSPHRASE + "!").name == "甲"
