"""Who may do what: every role × every route × inside and outside of its area × revoked, and every role × every command.

The rows are asked of the application's own routes and of the command's own parser: a new one without a row fails here.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select
from starlette.routing import Route

from sync.keys import DeviceKey, sealing_public
from sync.operation import to_plain
from sync.protocol import SyncRequest, decode_reply, encode_request
from sync.server import attachments, forms, people, phones, retiring, roles, staff
from sync.server.app import build
from sync.server.cli import _parser, main
from sync.server.district import District
from sync.server.errors import NotPermitted
from sync.server.tables import Device, FileRef, Op, Person, Phone, Quarantine

from .conftest import EAST, SOUTH, Laptop, make_district
from .convergence import fast_folder
from .memory import MemoryReplica
from .page_rows import PAGE_ROWS
from .test_exchange import rec
from .test_gate import proof
from .test_gateway import FORM
from .test_gateway import xml as visit_xml

OPEN, DEVICE, PHONE, MACHINE = "anybody", "a device of the field", "a phone of the field", "the machine itself"
EXPECTED = {
    ("GET", "/healthz"): OPEN,
    ("GET", "/metrics"): MACHINE,
    ("GET", "/v1/health"): OPEN,
    ("GET", "/v1/authority"): OPEN,
    ("POST", "/v1/enrol"): OPEN,
    ("POST", "/v1/sync"): DEVICE,
    ("GET", "/v1/files/{sha}"): DEVICE,
    ("HEAD", "/v1/files/{sha}"): DEVICE,
    ("POST", "/v1/files/{sha}"): DEVICE,
    ("PATCH", "/v1/files/{sha}"): DEVICE,
    ("DELETE", "/v1/files/{sha}"): DEVICE,
    ("GET", "/v1/files/{sha}/preview"): DEVICE,
    ("POST", "/v1/previews"): DEVICE,
    ("POST", "/v1/bundles"): DEVICE,
    **dict.fromkeys(PAGE_ROWS, MACHINE),
    ("GET", "/openrosa/formList"): PHONE,
    ("GET", "/openrosa/form"): PHONE,
    ("GET", "/openrosa/manifest"): PHONE,
    ("GET", "/openrosa/files/{name}"): PHONE,
    ("HEAD", "/openrosa/submission"): PHONE,
    ("POST", "/openrosa/submission"): PHONE,
}
"""Every route and who may use it; whoever else is refused."""
REVOKED, RETIRED = "revoked", "retired"
WHO = (*roles.ROLES, REVOKED, RETIRED)
"""Every role, a surveyor whose devices were revoked, and one who works here no more."""
NEAR, FAR = b"near photo", b"far photo"
SHA_NEAR, SHA_FAR = (hashlib.sha256(data).hexdigest() for data in (NEAR, FAR))


class InProcess:
    """The application without a line, as seen from another machine over TLS."""

    def __init__(self, app: Any) -> None:
        self._transport = httpx.ASGITransport(app, client=("10.0.0.9", 4000))

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="https://district.test") as client:
                return await client.request(method, path, **more)

        return asyncio.run(ask())


@dataclass
class Town:
    """A district with a device and a phone for every role, all for the village EAST."""

    district: District
    client: InProcess
    devices: dict[str, MemoryReplica]
    passwords: dict[str, str]

    def call(self, role: str, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str, bytes]:
        laptop = Laptop(self.devices[role], None)  # type: ignore[arg-type]
        answer = self.client.request(method, path, content=body, headers={**proof(laptop, method, path, body), **headers})
        return answer.status_code, answer.headers.get("district-refused", ""), answer.content


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    district = make_district(tmp_path_factory.mktemp("town") / "district")
    devices, passwords = {}, {}
    (district.folder / "visit.xml").write_text(FORM, encoding="utf-8")
    (district.folder / "list.csv").write_text("name,label\n1,一\n", encoding="utf-8")
    forms.publish(district, district.folder / "visit.xml")
    for number, role in enumerate(WHO, 1):
        people.add_person(district, role, "surveyor", EAST)
        key = DeviceKey(bytes([100 + number]) * 32)
        with district.writing() as tx:
            owner = tx.exec(_named(role)).one()
            tx.add(_device(key, owner.id, district.stamp()))
        passwords[role] = phones.add_phone(district, f"phone-{role}", role, EAST).password
        devices[role] = MemoryReplica(key)
        with district.writing() as tx:
            # A person whose office changed after the enrolment keeps neither laptop nor phone.
            tx.exec(_named(role)).one().role = role if role in roles.ROLES else roles.SURVEYOR
    people.revoke(district, devices["revoked"].key.device)
    with district.reading() as tx:
        phone = next(device.id for account, device, _ in phones.phones(tx) if account.user == "phone-revoked")
    people.revoke(district, phone)
    retiring.retire(district, RETIRED)
    for sha, data, village in ((SHA_NEAR, NEAR, EAST), (SHA_FAR, FAR, SOUTH)):
        attachments.keep(district, sha, data, "0" * 32)
        attachments.keep_previews(district, {sha: data[:4]})
        with district.writing() as tx:
            tx.add(FileRef(vil=village, sha=sha))
    yield Town(district, InProcess(build(district)), devices, passwords)
    district.close()


def _named(name: str):  # type: ignore[no-untyped-def]
    return select(Person).where(Person.name == name)


def _device(key: DeviceKey, person: str, stamp: str) -> Device:
    return Device(
        id=key.device, public_key=key.public_key, seal_key=sealing_public(key), name="x", person=person, area=EAST, enrolled_at=stamp
    )


def _routes(district: District) -> set[tuple[str, str]]:
    routes = build(district).app.routes
    # Anything else (a mount, a socket) would open what this table does not see.
    assert {type(route) for route in routes} == {Route}
    listed = [(method, route.path, route.methods) for route in routes for method in route.methods or ()]
    return {(method, path) for method, path, methods in listed if method != "HEAD" or "GET" not in methods or (method, path) in EXPECTED}


def test_every_route_has_a_row(town: Town):
    assert _routes(town.district) == EXPECTED.keys()


@pytest.mark.parametrize("role", WHO)
@pytest.mark.parametrize(("method", "path"), sorted(route for route, who in EXPECTED.items() if who == DEVICE))
def test_device_of_a_role_at_a_route_of_laptops(town: Town, role: str, method: str, path: str):
    body = encode_request(SyncRequest(epoch=town.district.epoch(), cursors={})) if path == "/v1/sync" else b""
    more = {"Upload-Offset": "0", "Upload-Length": "1"} if method == "PATCH" else {}
    status, reason, _ = town.call(role, method, path.replace("{sha}", SHA_NEAR), body, **more)
    if role in roles.OFFICES:
        assert (status, reason) == (403, "role")
    elif role in (REVOKED, RETIRED):
        assert (status, reason) == (403, "revoked")
    else:
        assert reason not in ("role", "revoked")
        assert status != 401


@pytest.mark.parametrize(("method", "path"), sorted(route for route, who in EXPECTED.items() if who == DEVICE))
def test_nobody_else_comes_in_where_laptops_do(town: Town, method: str, path: str):
    target = path.replace("{sha}", SHA_NEAR)
    assert town.client.request(method, target).status_code == 401
    stranger = Laptop(MemoryReplica(DeviceKey(b"\x77" * 32)), None)  # type: ignore[arg-type]
    assert town.client.request(method, target, headers=proof(stranger, method, target, b"")).status_code == 401


@pytest.mark.parametrize("role", roles.FIELD)
def test_nothing_out_of_its_area_reaches_a_device_or_is_believed_of_it(town: Town, role: str):
    assert town.call(role, "GET", f"/v1/files/{SHA_NEAR}")[::2] == (200, NEAR)
    assert town.call(role, "GET", f"/v1/files/{SHA_NEAR}/preview")[::2] == (200, NEAR[:4])
    for far in (f"/v1/files/{SHA_FAR}", f"/v1/files/{SHA_FAR}/preview"):
        assert town.call(role, "GET", far)[0] == 404
    stray = town.devices[role].write(rec(1), {"name": "远"}, SOUTH)
    asked = SyncRequest(epoch=town.district.epoch(), cursors={EAST: 0, SOUTH: 0}, operations=[to_plain(stray)], limit=1 << 20)
    reply = decode_reply(town.call(role, "POST", "/v1/sync", encode_request(asked))[2])
    assert (stray.id, "out-of-scope") in reply.quarantined
    assert (reply.scope, {page.village for page in reply.pages} - {EAST}) == ((EAST,), set())


@pytest.mark.parametrize("role", WHO)
@pytest.mark.parametrize(("method", "path"), sorted(route for route, who in EXPECTED.items() if who == PHONE))
def test_phone_of_a_role_at_a_route_of_phones(town: Town, role: str, method: str, path: str):
    target = path.replace("{name}", "x")
    auth = httpx.BasicAuth(f"phone-{role}", town.passwords[role])
    status = town.client.request(method, target, auth=auth).status_code
    assert (status == 401) == (role not in roles.FIELD)
    assert town.client.request(method, target).status_code == 401


def _submission(role: str, village: str) -> bytes:
    parts = (
        '--b\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="s.xml"\r\nContent-Type: text/xml\r\n\r\n',
        visit_xml(f"uuid:{role}-{village}", village=village, names=("王五",)).decode(),
        "\r\n--b--\r\n",
    )
    return "".join(parts).encode()


@pytest.mark.parametrize("role", roles.FIELD)
def test_what_a_phone_submits_out_of_its_area_is_set_apart(town: Town, role: str):
    with town.district.reading() as tx:
        phone = tx.exec(select(Phone.device).where(Phone.user == f"phone-{role}")).one()
    auth = httpx.BasicAuth(f"phone-{role}", town.passwords[role])
    for village in (EAST, SOUTH):
        told = {"Content-Type": "multipart/form-data; boundary=b"}
        answer = town.client.request("POST", "/openrosa/submission", auth=auth, content=_submission(role, village), headers=told)
        assert answer.status_code in (201, 403), answer.text
    with town.district.reading() as tx:
        taken = set(tx.exec(select(Op.vil).where(Op.sender == phone)).all())
        apart = set(tx.exec(select(Quarantine.vil, Quarantine.reason).where(Quarantine.sender == phone)).all())
    assert (taken, apart) == ({EAST}, {(SOUTH, "out-of-scope")})


def test_nobody_whose_devices_stopped_changes_the_feed_by_what_they_send(town: Town):
    for role in (REVOKED, RETIRED):
        late = town.devices[role].write(rec(2), {"name": "晚"}, EAST)
        asked = SyncRequest(epoch=town.district.epoch(), cursors={EAST: 0}, operations=[to_plain(late)], limit=1 << 20)
        assert town.call(role, "POST", "/v1/sync", encode_request(asked))[:2] == (403, "revoked")
        with town.district.reading() as tx:
            assert tx.exec(select(Op.id).where(Op.id == late.id)).first() is None
            assert tx.exec(select(Quarantine.reason).where(Quarantine.id == late.id)).one() == "revoked"


def test_page_is_for_the_machine_itself(town: Town):
    assert {town.client.request(method, path).status_code for method, path in PAGE_ROWS} == {403}
    assert town.client.request("GET", "/metrics").status_code == 404


def test_every_command_has_a_row():
    assert _leaves(_parser()).keys() == roles.COMMANDS.keys() == {*WITHOUT_SIGNING_IN, *set().union(*COMMAND_ROWS.values())}


SECURITY_ONLY = {"person-add", "person-passphrase", "person-retire", "person-readmit", "enrol-code", "device-revoke", "phone-add"}
STICKS = {"bundle-read", "bundle-write", "bundle-stick"}
COMMAND_ROWS: dict[str, set[str]] = {
    roles.SYSTEM: {"status", "device-list", "phone-list", "certificate-renew", "area-import", "form-publish", *STICKS,
                   "check", "backup", "restore", "drill"},
    roles.SECURITY: {"status", "device-list", "phone-list", "person-list", "recovery-sheet", "recovery-open", "quarantine-list",
                     "quarantine-release", "quarantine-reject", *SECURITY_ONLY},
    roles.AUDIT: {"status", "device-list", "phone-list", "person-list", "quarantine-list", "audit-list", "check", "drill"},
    roles.REVIEWER: {"status", *STICKS, "archive-sign", "quarantine-list", "quarantine-release", "quarantine-reject"},
    roles.SURVEYOR: set(),
    roles.VILLAGE_LEAD: set(),
}  # fmt: skip
"""What each role may give, written down a second time."""
WITHOUT_SIGNING_IN = {"init", "serve", "recovery-key"}
"""What anybody may give who reads the district's folder."""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that is written fast, and passphrases that are hashed fast: neither is what these tests are about."""
    monkeypatch.setattr(staff, "_MEMORY_KIB", 64)
    with tempfile.TemporaryDirectory(dir=fast_folder()) as folder:
        yield Path(folder)


def test_every_role_at_every_command(quick: Path):
    district = make_district(quick / "district")
    for role in WHO:
        people.add_person(district, role, role if role in roles.ROLES else roles.SYSTEM, "990101")
        staff.set_passphrase(district, role, PASSPHRASE)
    for command in roles.COMMANDS.keys() - WITHOUT_SIGNING_IN:
        for role in roles.ROLES:
            if command in COMMAND_ROWS[role]:
                assert staff.admit(district, command, role, PASSPHRASE) == role
            else:
                with pytest.raises(NotPermitted, match="role"):
                    staff.admit(district, command, role, PASSPHRASE)
    retiring.retire(district, RETIRED)
    for command in COMMAND_ROWS[roles.SYSTEM]:
        for who, passphrase in ((RETIRED, PASSPHRASE), (roles.SYSTEM, "wrong passphrase"), ("谁", PASSPHRASE), ("", "")):
            with pytest.raises(NotPermitted):
                staff.admit(district, command, who, passphrase)
            with district.writing() as tx:
                tx.exec(_named(roles.SYSTEM)).one().wrong = 0
    district.close()


class _Asked(argparse.Namespace):
    """Arguments of any command; none of them is looked at before it is known who gives it."""

    def __getattr__(self, name: str) -> str:
        return ""


def _leaves(parser: argparse.ArgumentParser) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                found |= _leaves(inner) or {inner.get_default("name_of_command"): inner.get_default("command")}
    return found


def test_no_command_does_anything_before_it_knows_who_gives_it(quick: Path, monkeypatch: pytest.MonkeyPatch):
    district = make_district(quick / "district")
    people.add_person(district, "安全员", roles.SECURITY, "990101")
    staff.set_passphrase(district, "安全员", PASSPHRASE)
    district.close()
    monkeypatch.setenv("DISTRICT_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("DISTRICT_NEW_PASSPHRASE", PASSPHRASE)
    for name, command in _leaves(_parser()).items():
        if name not in WITHOUT_SIGNING_IN:
            with pytest.raises(NotPermitted, match="sign-in"):
                command(_Asked(data=str(quick / "district"), name_of_command=name, by=""))


@pytest.mark.parametrize("office", roles.OFFICES)
def test_no_office_can_do_what_only_another_may(office: str):
    others = {"system": {"person-add", "quarantine-release", "audit-list"}, "security": {"backup", "restore", "form-publish", "audit-list"}}
    others["audit"] = {"person-add", "device-revoke", "quarantine-release", "backup", "restore", "area-import"}
    assert not any(roles.may_run(office, command) for command in others[office])
    assert not any(
        roles.may_run(role, command) for role in roles.FIELD for command in ("person-add", "backup", "audit-list", "device-revoke")
    )


def test_office_enrols_no_laptop_and_no_phone(tmp_path: Path):
    district = make_district(tmp_path / "district")
    people.add_person(district, "审计员", roles.AUDIT, "990101")
    with pytest.raises(NotPermitted):
        people.make_code(district, "审计员", EAST)
    with pytest.raises(NotPermitted):
        phones.add_phone(district, "p", "审计员", EAST)
    district.close()


PASSPHRASE = "twelve letters and more"


def test_commands_ask_who_gives_them_once_somebody_keeps_the_security(quick: Path, monkeypatch: pytest.MonkeyPatch):
    district = make_district(quick / "district")
    for name, role in (("安全员", roles.SECURITY), ("系统员", roles.SYSTEM)):
        people.add_person(district, name, role, "990101")
        staff.set_passphrase(district, name, PASSPHRASE)
    district.close()
    data = ["--data", str(quick / "district"), "--json"]
    monkeypatch.setenv("DISTRICT_PASSPHRASE", PASSPHRASE)
    assert main(["device", "list", *data]) == 3
    assert main(["device", "list", "--as", "安全员", *data]) == 0
    assert main(["enrol-code", "--person", "张三", "--area", EAST, "--as", "系统员", *data]) == 3
    monkeypatch.setenv("DISTRICT_PASSPHRASE", "wrong")
    assert main(["device", "list", "--as", "安全员", *data]) == 3
    assert main(["device", "list", "--as", "谁", *data]) == 3


def test_passphrase_cannot_be_tried_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(staff, "_MEMORY_KIB", 64)
    district = make_district(tmp_path / "district")
    people.add_person(district, "安全员", roles.SECURITY, "990101")
    staff.set_passphrase(district, "安全员", PASSPHRASE)
    reasons = []
    for _ in range(8):
        with pytest.raises(NotPermitted) as no:
            staff.sign_in(district, "安全员", "wrong")
        reasons.append(no.value.values["reason"])
    assert reasons[:5] == ["wrong-passphrase"] * 5
    assert "wait" in reasons[5:]
    with pytest.raises(NotPermitted, match="too-short"):
        staff.set_passphrase(district, "安全员", "short")
    district.close()


def test_a_role_is_known_by_its_other_name_too(district: District):
    assert people.add_person(district, "李四", "enumerator", "990101").role == "surveyor"
