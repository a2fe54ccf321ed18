"""OpenRosa: a client outside our code lists, fetches and submits by the documents, and what it sends are records like all others."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
from sqlmodel import select

from sync.gateway import access
from sync.merge import merge
from sync.server import feed, forms, people, phones
from sync.server.district import District
from sync.server.tables import Record

from .conftest import EAST, WEST, Running, a_laptop

FORM = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa"
        xmlns:orx="http://openrosa.org/xforms">
  <h:head><h:title>入户</h:title><model>
    <instance><form__data id="visit" version="1"><b><village_code/><household_code/><house_no/></b>
      <member jr:template=""><m_name/><m_relation/><m_id_no/><m_photo/></member>
      <door/><meta><orx:instanceID/></meta></form__data></instance>
    <instance id="list" src="jr://file-csv/list.csv"/>
    <bind nodeset="/form__data/door" type="binary"/><bind nodeset="/form__data/member/m_photo" type="binary"/>
  </model></h:head>
  <h:body><input ref="/form__data/b/village_code"/><group ref="/form__data/member"><repeat nodeset="/form__data/member">
    <input ref="/form__data/member/m_name"/><upload ref="/form__data/member/m_photo" mediatype="image/*"/></repeat></group>
    <upload ref="/form__data/door" mediatype="image/*"/></h:body>
</h:html>
"""
PHOTO = b"\xff\xd8\xff\xe0 a photo \r\n--not a boundary\r\n\x00\xff\xd9"
X = "{http://openrosa.org/xforms/xformsList}"
M = "{http://openrosa.org/xforms/xformsManifest}"
R = "{http://openrosa.org/http/response}"


def xml(
    instance: str, *, village: str = EAST, code: str = "H001", names: tuple[str, ...] = ("王五", "赵六"), deprecated: str = ""
) -> bytes:
    rows = "".join(
        f"<member><m_name>{name}</m_name><m_relation>{'02' if at == 0 else '10'}</m_relation><m_photo>p{at}.jpg</m_photo></member>"
        for at, name in enumerate(names)
    )
    old = f"<orx:deprecatedID>{deprecated}</orx:deprecatedID>" if deprecated else ""
    return (
        f'<?xml version="1.0"?><form__data id="visit" version="1" xmlns:orx="http://openrosa.org/xforms"><b>'
        f"<village_code>{village}</village_code><household_code>H001</household_code><house_no>12号 &amp; 13号</house_no></b>{rows}"
        f"<door>door.jpg</door><meta><orx:instanceID>{instance}</orx:instanceID>{old}</meta></form__data>"
    ).encode()


@pytest.fixture
def account(district: District, tmp_path: Path) -> phones.Account:
    file = tmp_path / "visit.xml"
    file.write_text(FORM, encoding="utf-8")
    (tmp_path / "list.csv").write_text("name,label\n1,一\n", encoding="utf-8")
    forms.publish(district, file)
    people.add_person(district, "李手机", "surveyor", "990101001")
    return phones.add_phone(district, "phone-1", "李手机", "990101001")


def client(running: Running, account: phones.Account) -> httpx.Client:
    return httpx.Client(
        base_url=running.url,
        auth=httpx.DigestAuth(account.user, account.password),
        headers={"X-OpenRosa-Version": "1.0"},
        trust_env=False,
    )


def submit(session: httpx.Client, body: bytes, files: dict[str, bytes]) -> httpx.Response:
    parts = [("xml_submission_file", ("submission.xml", body, "text/xml"))]
    parts += [(name, (name, data, "image/jpeg")) for name, data in files.items()]
    return session.post("/openrosa/submission?deviceID=collect:1", files=parts)


def state(district: District, village: str, record: str) -> dict[str, str]:
    with district.reading() as session:
        return merge(feed.of_record(session, village, record)).values()


def records(district: District, village: str, kind: str) -> dict[str, dict[str, str]]:
    with district.reading() as session:
        found = session.exec(select(Record.rec).where(Record.vil == village, Record.kind == kind)).all()
    return {record: state(district, village, record) for record in found}


def test_a_client_follows_the_documents_from_the_list_to_the_receipt(district: District, running: Running, account: phones.Account):
    with client(running, account) as session:
        listed = ElementTree.fromstring(session.get("/openrosa/formList").content).findall(f"{X}xform")
        (form,) = listed
        assert form.findtext(f"{X}formID") == "visit"
        xform = session.get(form.findtext(f"{X}downloadUrl")).content
        assert form.findtext(f"{X}hash") == f"md5:{hashlib.md5(xform).hexdigest()}"
        assert xform.decode() == FORM
        (media,) = ElementTree.fromstring(session.get(form.findtext(f"{X}manifestUrl")).content).findall(f"{M}mediaFile")
        data = session.get(media.findtext(f"{M}downloadUrl")).content
        assert media.findtext(f"{M}filename") == "list.csv"
        assert media.findtext(f"{M}hash") == f"md5:{hashlib.md5(data).hexdigest()}"
        head = session.head("/openrosa/submission")
        assert (head.status_code, head.headers["x-openrosa-version"]) == (204, "1.0")
        assert int(head.headers["x-openrosa-accept-content-length"]) > 1 << 20
        answer = submit(session, xml("uuid:11111111-1111-4111-8111-111111111111"), {"door.jpg": PHOTO, "p0.jpg": PHOTO, "p1.jpg": PHOTO})
    assert answer.status_code == 201
    assert ElementTree.fromstring(answer.content).find(f"{R}message").get("nature") == "submit_success"
    submission = state(district, EAST, "11111111111141118111111111111111")
    assert submission["b/house_no"] == "12号 & 13号"
    assert submission["door"] == f"{hashlib.sha256(PHOTO).hexdigest()}.jpg"
    (household,) = records(district, EAST, "household").items()
    assert submission["@household"] == household[0]
    assert (household[1]["head_name"], household[1]["national_code"], household[1]["village"]) == ("王五", "H001", EAST)
    assert sorted(member["name"] for member in records(district, EAST, "member").values()) == ["王五", "赵六"]
    assert len(records(district, EAST, "attachment")) == 3


def test_a_laptop_receives_what_a_phone_sent_and_believes_it(district: District, running: Running, account: phones.Account):
    laptop = a_laptop(district, running.url, 1, "990101001")
    with client(running, account) as session:
        assert submit(session, xml("uuid:22222222-2222-4222-8222-222222222222"), {"door.jpg": PHOTO}).status_code == 201
    laptop.sync(running.url)
    held = laptop.replica.state("22222222222242228222222222222222")
    assert held.values()["b/household_code"] == "H001"


def test_photos_that_come_later_complete_the_submission_and_a_repeated_post_changes_nothing(
    district: District, running: Running, account: phones.Account
):
    body = xml("uuid:33333333-3333-4333-8333-333333333333", names=("王五",))
    record = "33333333333343338333333333333333"
    with client(running, account) as session:
        first = submit(session, body, {"door.jpg": PHOTO})
        assert "还没有传完" in first.text
        assert state(district, EAST, record)["member/" + _row(district, record) + "/m_photo"] == "p0.jpg"
        second = submit(session, body, {"p0.jpg": PHOTO + b"2"})
        assert (second.status_code, "还没有传完" in second.text) == (201, False)
        after = state(district, EAST, record)
        assert after["member/" + _row(district, record) + "/m_photo"] == f"{hashlib.sha256(PHOTO + b'2').hexdigest()}.jpg"
        with district.reading() as reading:
            count = feed.total(reading)
        assert submit(session, body, {"door.jpg": PHOTO, "p0.jpg": PHOTO + b"2"}).status_code == 201
        with district.reading() as reading:
            assert feed.total(reading) == count
        assert after["@revision"] == "1"


def test_an_edit_of_an_edit_changes_the_same_record(district: District, running: Running, account: phones.Account):
    first, second, third = (f"uuid:{digit * 8}-4444-4444-8444-444444444444" for digit in "456")
    with client(running, account) as session:
        submit(session, xml(first), {})
        submit(session, xml(second, deprecated=first, names=("王五",)), {})
        submit(session, xml(third, deprecated=second, names=("王五", "孙七")), {})
    found = records(district, EAST, "submission")
    assert list(found) == ["44444444444444448444444444444444"]
    values = found["44444444444444448444444444444444"]
    assert (values["@revision"], values["meta/instanceID"], values["meta/deprecatedID"]) == ("3", third, second)
    assert len(records(district, EAST, "household")) == 1
    assert sorted(member["name"] for member in records(district, EAST, "member").values()) == ["孙七", "王五", "赵六"]


def test_a_second_submission_of_a_known_household_finds_it_and_its_members(district: District, running: Running, account: phones.Account):
    with client(running, account) as session:
        submit(session, xml("uuid:55555555-5555-4555-8555-555555555555"), {})
        before = records(district, EAST, "member")
        submit(session, xml("uuid:66666666-6666-4666-8666-666666666666"), {})
    assert len(records(district, EAST, "household")) == 1
    assert records(district, EAST, "member").keys() == before.keys()
    assert len(records(district, EAST, "submission")) == 2


def test_a_village_outside_the_area_is_set_apart_and_kept(district: District, running: Running, account: phones.Account):
    with client(running, account) as session:
        answer = submit(session, xml("uuid:77777777-7777-4777-8777-777777777777", village="990101002001"), {})
    assert answer.status_code == 201
    from sync.server import status

    with district.reading() as session:
        assert {row.reason for row in status.set_apart(session)} == {"out-of-scope"}
    assert records(district, "990101002001", "submission") == {}


def test_a_submission_without_a_village_is_refused_where_there_are_several(district: District, running: Running, account: phones.Account):
    with client(running, account) as session:
        answer = submit(session, xml("uuid:88888888-8888-4888-8888-888888888888", village=""), {})
    assert answer.status_code == 422
    assert records(district, EAST, "submission") == records(district, WEST, "submission") == {}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<form__data", 400),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><form__data id="visit" version="1">&a;</form__data>', 400),
        (b'<form__data id="other" version="1"/>', 404),
        (b'<form__data id="visit" version="9"/>', 404),
        (b'<other id="visit" version="1"/>', 400),
        (b'<form__data id="visit" version="1"><b/></form__data>', 400),
        (xml("uuid:9").replace(b"UTF-8", b"x").decode().encode("utf-16"), 400),
        (b"<a>" * 100_000, 400),
    ],
)
def test_what_is_no_submission_of_a_known_form_is_refused(running: Running, account: phones.Account, body: bytes, status: int):
    with client(running, account) as session:
        assert submit(session, body, {}).status_code == status


def test_nobody_enters_without_proof(running: Running, account: phones.Account, district: District):
    with httpx.Client(base_url=running.url, trust_env=False) as session:
        asked = session.get("/openrosa/formList")
        assert asked.status_code == 401
        assert [value.split(" ")[0] for value in asked.headers.get_list("www-authenticate")] == ["Digest", "Digest", "Basic"]
        assert session.get("/openrosa/formList", auth=httpx.DigestAuth(account.user, "wrong")).status_code == 401
        assert session.get("/openrosa/formList", auth=httpx.DigestAuth("nobody", account.password)).status_code == 401
        assert session.get("/openrosa/formList", auth=(account.user, account.password)).status_code == 200
        assert session.get("/openrosa/formList", auth=(account.user, account.password + "x")).status_code == 401
        people.revoke(district, account.device)
        assert session.get("/openrosa/formList", auth=(account.user, account.password)).status_code == 401


def test_basic_is_taken_only_where_nobody_reads_along_and_a_nonce_runs_out():
    now = [1_000.0]
    secret = access.secret_of("a", "p")
    doorman = access.Doorman({"a": secret}.get, now=lambda: now[0])
    header = "Basic " + base64.b64encode(b"a:p").decode()
    assert doorman.user(header, "GET", "/x", secure=True) == "a"
    assert doorman.user(header, "GET", "/x", secure=False) == ""
    for strange in ("Basic \xff\xfe", "Basic Y/\x82jo=", "Basic =", "Basic", "Basic " + base64.b64encode(b"\xff:p").decode()):
        assert doorman.user(strange, "GET", "/x", secure=True) == ""
    nonce = doorman.challenges(secure=False)[0].partition('nonce="')[2].partition('"')[0]
    answer = _digest("a", "p", nonce, "/x")
    assert doorman.user(answer, "GET", "/x", secure=False) == "a"
    assert doorman.user(answer, "GET", "/y", secure=False) == ""
    assert doorman.user(answer, "POST", "/x", secure=False) == ""
    now[0] += 700
    assert doorman.user(answer, "GET", "/x", secure=False) == ""
    assert doorman.is_stale(answer)


def test_collect_sets_itself_up_by_the_code(account: phones.Account):
    told = json.loads(zlib.decompress(base64.b64decode(account.settings("https://district.example:8750/"))))
    assert told["general"] == {
        "protocol": "odk_default",
        "server_url": "https://district.example:8750/openrosa",
        "username": "phone-1",
        "password": account.password,
    }


def _digest(user: str, password: str, nonce: str, uri: str) -> str:
    def hashed(*parts: str) -> str:
        return hashlib.sha256(":".join(parts).encode()).hexdigest()

    response = hashed(hashed(user, access.REALM, password), nonce, "00000001", "c", "auth", hashed("GET", uri))
    return (
        f'Digest username="{user}", realm="{access.REALM}", nonce="{nonce}", uri="{uri}", algorithm=SHA-256, qop=auth, nc=00000001, '
        f'cnonce="c", response="{response}"'
    )


def _row(district: District, record: str) -> str:
    return next(path.split("/")[1] for path in state(district, EAST, record) if path.startswith("member/") and path.endswith("/m_name"))
