"""The district's page: every role × every page, forms of its own only, what is shown is what the database holds."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from sync import slip
from sync.client.enrol import enrol
from sync.keys import DeviceKey
from sync.server import audit, roles, sessions, staff, words
from sync.server.app import build
from sync.server.tables import AuditLine, Device, EnrolCode, Person, Quarantine

from .conftest import EAST, SOUTH, Running, no_wait
from .county_office import AUDITOR, FAR_REVIEWER, LEAD, PASSPHRASE, REVIEWER, SECURITY, STAFF, SYSTEM, Made, Office, make
from .page_rows import ANY, PAGE_ROWS
from .reader import Everybody, Reader, address_of
from .test_exchange import rec


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("made") / "district")


@pytest.fixture
def office(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setattr(staff, "_MEMORY_KIB", 64)
    with made.again(tmp_path / "office") as opened:
        yield opened


@pytest.fixture
def stranger(office: Office) -> Iterator[Reader]:
    with httpx.Client(trust_env=False, verify=False) as client:
        yield Reader(client, office.url)


@pytest.fixture
def signed_in(office: Office) -> Iterator[dict[str, Reader]]:
    clients = Everybody(office.url)
    yield clients
    for one in clients.values():
        one.client.close()


def test_rows_are_those_of_the_code_and_of_every_route():
    assert PAGE_ROWS.keys() == roles.PAGES.keys()
    for (method, path), who in PAGE_ROWS.items():
        for role in roles.ROLES:
            assert roles.may_open(role, method, path) == (who is ANY or role in who), (method, path, role)


def test_every_role_at_every_page(office: Office, signed_in: dict[str, Reader], stranger: Reader):
    for (method, path), who in PAGE_ROWS.items():
        if who is ANY:
            continue
        target = address_of(path, office)
        outside = stranger.get(target) if method == "GET" else stranger.post(target, token="x")
        assert (outside.status_code, outside.headers.get("location")) == ((303, "/sign-in") if method == "GET" else (403, None))
        for name, (role, _) in STAFF.items():
            # Fields are left out, so that those who may are told what is missing and nothing changes.
            token = signed_in[name].token()
            answer = signed_in[name].get(target) if method == "GET" else signed_in[name].post(target, token=token or "x")
            refused = answer.status_code == 403 and words.say("role") in answer.text
            outside_area = name == FAR_REVIEWER and "conflicts/{" in path
            assert refused == (role not in who), (method, path, role)
            assert answer.status_code == 200 or role not in who or method == "POST" or outside_area, (method, path, role)
    with office.district.reading() as session:
        assert session.exec(select(EnrolCode).where(EnrolCode.device == "")).first() is None
        assert all(device.revoked_at == "" for device in session.exec(select(Device)))
        assert all(row.decision == "" for row in session.exec(select(Quarantine)))


def test_nobody_sees_a_figure_before_somebody_has_a_passphrase(running: Running):
    stranger = Reader(httpx.Client(trust_env=False, verify=False), running.url)
    page = stranger.get("/sign-in")
    assert "没有默认口令" in page.text
    assert "<form" not in page.text
    assert stranger.get("/").headers["location"] == "/sign-in"
    for name, passphrase in (("张三", ""), ("admin", "admin"), ("", "")):
        assert stranger.sign_in(name, passphrase).status_code == 403
    assert not stranger.client.cookies
    stranger.client.close()


def test_session_ends_by_itself_by_signing_out_and_by_a_new_passphrase(
    office: Office, signed_in: dict[str, Reader], stranger: Reader, monkeypatch: pytest.MonkeyPatch
):
    for name in (SECURITY, LEAD, AUDITOR):
        assert signed_in[name].get("/sign-in").status_code == 200
    assert signed_in[SYSTEM].get("/").status_code == 200
    cookie = signed_in[SYSTEM].client.cookies["district"]
    signed_in[SYSTEM].post("/sign-out")
    signed_in[SYSTEM].client.cookies.set("district", cookie, domain="127.0.0.1")
    assert signed_in[SYSTEM].get("/").status_code == 303
    staff.set_passphrase(office.district, SECURITY, PASSPHRASE + "!")
    assert signed_in[SECURITY].get("/").status_code == 303
    with office.district.writing() as session:
        session.exec(select(Person).where(Person.name == LEAD)).one().role = roles.AUDIT
    assert signed_in[LEAD].get("/audit").status_code == 200
    now = office.district.now
    monkeypatch.setattr(office.district, "now", lambda: now() + sessions.IDLE)
    assert signed_in[AUDITOR].get("/").status_code == 303


def test_form_that_this_page_did_not_give_changes_nothing(office: Office, signed_in: dict[str, Reader]):
    security, device = signed_in[SECURITY], office.laptops[0].device
    form = {"sure": "yes"}
    assert security.post(f"/devices/{device}", token="", **form).status_code == 403
    assert security.post(f"/devices/{device}", token=signed_in[REVIEWER].token(), **form).status_code == 403
    assert security.post(f"/devices/{device}", origin="https://elsewhere.example", **form).status_code == 403
    assert security.post(f"/devices/{device}", origin="null", **form).status_code == 403
    token = security.token()
    bare = security.client.post(f"{office.url}/devices/{device}", data={"token": token, **form})
    assert bare.status_code == 403
    told = json.dumps({"token": token, **form})
    body = security.client.post(
        f"{office.url}/devices/{device}", content=told, headers={"Origin": office.url, "Content-Type": "text/plain"}
    )
    assert body.status_code == 415
    assert security.post(f"/devices/{device}", big="x" * 20_000).status_code == 413
    assert security.get(f"/devices/{device}?sure=yes&token={token}").status_code == 200
    assert security.post(f"/devices/{device}").status_code == 403, "the box was not ticked"
    with office.district.reading() as session:
        assert all(row.revoked_at == "" for row in session.exec(select(Device)))
    assert security.post(f"/devices/{device}", **form).status_code == 303
    with office.district.reading() as session:
        assert session.get(Device, device).revoked_at  # type: ignore[union-attr]


def test_page_is_for_the_machine_itself_under_its_own_name(office: Office, signed_in: dict[str, Reader]):
    reader = signed_in[SYSTEM]
    for headers in ({"X-Forwarded-For": "10.0.0.9"}, {"Forwarded": "for=10.0.0.9"}, {"Host": "evil.example"}):
        assert reader.client.get(office.url + "/", headers=headers).status_code == 403
    assert reader.get("/").status_code == 200


def test_page_from_another_machine_needs_tls_and_a_network_that_the_operator_named(office: Office):
    app = build(office.district, page_for=[ip_network("10.0.0.0/24"), ip_network("fd00::/8")])

    def status(client: str, base: str) -> int:
        async def ask() -> int:
            transport = httpx.ASGITransport(app, client=(client, 4000))  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url=base) as person:
                answer = await person.post("/sign-in", data={"name": SYSTEM, "passphrase": PASSPHRASE}, headers={"Origin": base})
                assert answer.status_code != 303 or "__Host-district=" in answer.headers["set-cookie"]
                assert answer.status_code != 303 or "Secure" in answer.headers["set-cookie"]
                return answer.status_code

        return asyncio.run(ask())

    https, http = "https://district.test", "http://district.test"
    asked = [("10.0.0.9", https), ("fd00::9", https), ("10.0.0.9", http), ("10.0.1.9", https), ("127.0.0.1", https)]
    assert [status(*one) for one in asked] == [303, 303, 403, 403, 403]


def test_nonsense_is_refused_and_breaks_nothing(office: Office, signed_in: dict[str, Reader]):
    app, reader = build(office.district), signed_in[SECURITY]
    raw = b"token=%ff&name=%00"
    form = {"Origin": office.url, "Content-Type": "application/x-www-form-urlencoded"}
    assert reader.client.post(office.url + "/sign-in", content=raw, headers=form).status_code == 400
    assert reader.client.post(office.url + "/slips", content=b"&".join([b"a=b"] * 30), headers=form).status_code == 400
    for path in (
        "/?area=%00",
        "/?area=abc",
        "/?area=9&page=-1",
        "/devices?q=%00%ff",
        "/devices/%00",
        "/quarantine?page=9999999",
        "/audit?q=%27--",
    ):
        assert reader.get(path).status_code in (200, 403, 404), path
    assert reader.post("/slips", person="x" * 9_000).status_code == 404
    assert reader.post("/quarantine/nothing/release", why="x").status_code == 404

    async def ask(host: bytes, client: tuple[str, int] | None) -> int:
        status: list[int] = []
        scope = {"type": "http", "http_version": "1.1", "method": "GET", "path": "/sign-in", "raw_path": b"/sign-in", "query_string": b"",
                 "headers": [(b"host", host)], "scheme": "http", "server": ("127.0.0.1", 80), "client": client}  # fmt: skip

        async def send(message: dict[str, object]) -> None:
            status.extend([int(str(message["status"]))] if "status" in message else [])

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        await app(scope, receive, send)  # type: ignore[arg-type]
        return status[0]

    for host in (b"[::1", b"", b"localhost.evil.example", b"127.0.0.1@evil.example", b"evil.example:80"):
        assert asyncio.run(ask(host, ("127.0.0.1", 1))) == 403, host
    assert asyncio.run(ask(b"localhost:8750", ("127.0.0.1", 1))) == 200
    for client in (None, ("", 0), ("unix", 0), ("::ffff:127.0.0.1", 1), ("10.0.0.9", 1)):
        assert asyncio.run(ask(b"localhost", client)) == 403, client


def test_headers_let_nothing_in_from_elsewhere(office: Office, signed_in: dict[str, Reader], stranger: Reader):
    answers = [signed_in[SYSTEM].get("/"), stranger.get("/sign-in"), stranger.get("/"), stranger.get("/page.css")]
    for answer in answers:
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; form-action 'self'")
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r'(src|href|action)="(?!/|#)[a-z]', answer.text)
        assert "<script" not in answer.text
        assert "style=" not in answer.text
    cookie = stranger.sign_in(SYSTEM).headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))


def test_figures_are_those_of_each_division(office: Office, signed_in: dict[str, Reader]):
    def row(page: str, code: str) -> list[str]:
        line = next(line for line in re.findall(r"<tr>.*?</tr>", page, re.S) if f">{code}<" in line)
        return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", line, re.S)][:-1]

    page = signed_in[SYSTEM].get("/?area=990101").text
    assert row(page, "990101001") == ["东河镇", "990101001", "2", "1", "1", "1", "0"]
    assert row(page, "990101002") == ["南山镇", "990101002", "1", "0", "0", "0", "1"]
    assert '<dd id="households">3</dd>' in page
    assert row(signed_in[REVIEWER].get("/").text, EAST) == ["东河村", EAST, "1", "1", "1", "1", "0"]
    assert signed_in[REVIEWER].get("/?area=990101002").status_code == 403
    assert signed_in[REVIEWER].get("/?area=99").status_code == 403
    office.laptops[0].replica.write(rec(21), {"name": "新"}, EAST)
    office.laptops[0].sync(office.url)
    assert row(signed_in[REVIEWER].get("/").text, EAST)[2] == "2", "counted again after something came in"


def test_conflict_shows_both_values_with_who_and_when_to_the_reviewer_of_the_area(office: Office, signed_in: dict[str, Reader]):
    target = f"/conflicts/{EAST}/{office.record}"
    page = signed_in[REVIEWER].get(target).text
    for told in ("王家", "13900000001", "13900000002", "laptop 1", "laptop 2", "2027-01-15 16:00", "电话"):
        assert told in page
    assert signed_in[FAR_REVIEWER].get(target).status_code == 403
    assert "13900000001" not in signed_in[SECURITY].get(target).text
    assert office.record in signed_in[SECURITY].get("/conflicts").text
    assert office.record not in signed_in[FAR_REVIEWER].get("/conflicts").text
    with office.district.reading() as session:
        looked = session.exec(select(AuditLine.who, AuditLine.subject).where(AuditLine.action == "page-conflict")).all()
    assert looked == [(REVIEWER, office.record)]


def test_quarantine_is_decided_by_whoever_answers_for_the_village(office: Office, signed_in: dict[str, Reader]):
    assert office.stray[:8] not in signed_in[REVIEWER].get("/quarantine").text
    assert office.stray[:8] in signed_in[FAR_REVIEWER].get("/quarantine").text
    assert signed_in[REVIEWER].post(f"/quarantine/{office.stray}/release", why="x").status_code == 403
    assert signed_in[FAR_REVIEWER].post(f"/quarantine/{office.stray}/release", why=" ").status_code == 403
    done = signed_in[FAR_REVIEWER].post(f"/quarantine/{office.stray}/release", why="搬来了")
    assert (done.status_code, done.headers["location"]) == (303, "/quarantine")
    assert signed_in[FAR_REVIEWER].post(f"/quarantine/{office.stray}/reject", why="x").status_code == 404
    page = signed_in[AUDITOR].get("/audit").text
    assert "放行" in page
    assert "搬来了" in page
    assert "核对" in signed_in[AUDITOR].get("/audit?check=1").text
    assert office.laptops[1].sync(office.url).received == 1


def test_slip_enrols_a_laptop_and_its_file_says_the_same(office: Office, signed_in: dict[str, Reader]):
    security = signed_in[SECURITY]
    page = security.post("/slips", person="张三", area=EAST, days="3", url=office.url, **{"as": "paper"})
    line = re.search(r'id="line">([^<]+)<', page.text)
    assert line is not None
    told = slip.read(line[1].replace("&amp;", "&"))
    key = DeviceKey(b"\x31" * 32)
    assert enrol(told.url, told.code, key, key.public_key, "from the page", wait=no_wait).scope == (EAST,)
    file = security.post("/slips", person="张三", area="", days="3", url=office.url, **{"as": "file"})
    assert "attachment" in file.headers["content-disposition"]
    assert slip.read(file.text).area == "990101"
    for form in ({"person": "nobody"}, {"person": SYSTEM}, {"person": LEAD, "area": SOUTH}, {"person": "张三", "area": "11"}):
        assert security.post("/slips", **{"url": office.url, **form}).status_code in (403, 404, 409)
    assert security.post("/slips", person="张三", url="javascript:alert(1)").status_code == 404
    with office.district.reading() as session:
        assert audit.first_broken(session) is None


def test_phone_account_signs_in_at_the_gateway(office: Office, signed_in: dict[str, Reader]):
    page = signed_in[SECURITY].post("/phones", user="zhang-1", person="张三", area=EAST, url=office.url)
    password = re.search(r'id="password">([^<]+)<', page.text)
    assert password is not None
    listed = httpx.get(f"{office.url}/openrosa/formList", auth=httpx.BasicAuth("zhang-1", password[1]), trust_env=False)
    assert listed.status_code == 200
    assert "zhang-1" in signed_in[AUDITOR].get("/phones").text
    assert password[1] not in signed_in[SECURITY].get("/phones").text


def test_what_others_wrote_is_text_and_never_markup(office: Office, signed_in: dict[str, Reader]):
    with office.district.writing() as session:
        session.get(Device, office.laptops[0].device).name = "<img src=x onerror=alert(1)>"  # type: ignore[union-attr]
    for path in ("/devices", f"/devices/{office.laptops[0].device}", "/devices?q=<img"):
        page = signed_in[SECURITY].get(path).text
        assert "<img" not in page
        assert "&lt;img" in page


def test_wrong_passphrases_are_slowed_down_and_told_to_the_auditor(office: Office, stranger: Reader, signed_in: dict[str, Reader]):
    page = [stranger.sign_in(SYSTEM, "wrong").text for _ in range(8)]
    assert words.say("wrong-passphrase") in page[0]
    assert words.say("wait") in page[-1]
    assert "登录失败" in signed_in[AUDITOR].get("/audit").text


def test_words_are_there_in_both_languages(office: Office, signed_in: dict[str, Reader]):
    assert words.all_words("en").keys() == words.all_words("zh_CN").keys()
    used = {f"page-{word}" for file in _templates() for word in re.findall(r'\bt\("([a-z0-9-]+)"', file.read_text("utf-8"))}
    assert used <= words.all_words("en").keys()
    named = {f"page-action-{command}" for command in roles.COMMANDS} - {"page-action-init", "page-action-serve", "page-action-recovery-key"}
    assert named <= words.all_words("en").keys()
    assert "Whole district" in signed_in[SYSTEM].get("/?lang=en").text
    assert "Devices" in signed_in[SYSTEM].get("/devices").text, "the language is remembered"


def _templates() -> list[Path]:
    return sorted((Path(roles.__file__).parent / "templates").glob("*.html"))


def test_sessions_are_short_lived_and_bounded():
    held = sessions.Sessions()
    start = datetime(2026, 11, 22, tzinfo=UTC)
    person = Person(id="p", name="n", role="audit", area="99", secret="s")
    tokens = [held.begin(person, start + timedelta(milliseconds=n)) for n in range(1_001)]
    assert held.find(tokens[0], start) is None, "the oldest makes room"
    assert held.find(tokens[-1], start) is not None
    busy = held.begin(person, start)
    for minutes in range(0, 480, 20):
        assert held.find(busy, start + timedelta(minutes=minutes)) is not None
    assert held.find(busy, start + sessions.LONGEST) is None
    assert held.find("", start) is None
