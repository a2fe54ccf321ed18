"""A phone as the camera: what it sends over the hotspot is kept by the laptop, encrypted, and nothing listens once it is off."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from xml.etree import ElementTree

import httpx
import pytest

from fieldapp.errors import HotspotUnreachable
from fieldapp.store import attachments, submissions
from fieldapp.usecases import interview
from fieldapp.usecases.hotspot import Arrived, Hotspot, Pairing
from fieldapp.usecases.workspaces import Workspace
from tests.world import VILLAGE, nobody_home, photo

X = "{http://openrosa.org/xforms/xformsList}"


@pytest.fixture
def household(workspace: Workspace) -> str:
    return nobody_home(workspace, "王五")


@pytest.fixture
def paired(workspace: Workspace, household: str) -> Iterator[tuple[Pairing, list[Arrived]]]:
    arrived: list[Arrived] = []
    hotspot = Hotspot(workspace, (household,), arrived.append)
    yield hotspot.start("127.0.0.1"), arrived
    hotspot.stop()


def phone(pairing: Pairing) -> httpx.Client:
    return httpx.Client(base_url=pairing.url, auth=httpx.DigestAuth(pairing.user, pairing.password), trust_env=False)


def shots(household: str, instance: str) -> bytes:
    return (
        f'<photos id="household_photos" version="1" xmlns:orx="http://openrosa.org/xforms"><household>{household}</household>'
        f"<shot><image>a.jpg</image><caption>大门</caption></shot><shot><image>b.jpg</image></shot>"
        f"<meta><orx:instanceID>{instance}</orx:instanceID></meta></photos>"
    ).encode()


def send(session: httpx.Client, xml: bytes, **files: bytes) -> httpx.Response:
    parts = [("xml_submission_file", ("s.xml", xml, "text/xml"))]
    parts += [(f"{name}.jpg", (f"{name}.jpg", data, "image/jpeg")) for name, data in files.items()]
    return session.post("/openrosa/submission", files=parts)


def test_photos_become_attachments_of_the_household_once(workspace: Workspace, household: str, paired: tuple[Pairing, list[Arrived]]):
    pairing, arrived = paired
    with phone(pairing) as session:
        listed = ElementTree.fromstring(session.get("/openrosa/formList").content)
        assert next(form.findtext(f"{X}formID") for form in listed) == "household_photos"
        assert "王五" in session.get(listed[0].findtext(f"{X}downloadUrl")).text
        xml = shots(household, "uuid:1")
        assert send(session, xml, a=photo("a")).status_code == 201
        assert send(session, xml, a=photo("a"), b=photo("b")).status_code == 201
        assert send(session, xml, a=photo("a"), b=photo("b")).status_code == 201
    assert [(one.household, one.photos) for one in arrived] == [(household, 1), (household, 1), (household, 0)]
    with workspace.read() as tx:
        kept = attachments.of_household(tx, household)
        assert [one.caption for one in kept] == ["大门", ""]
        assert all(attachments.get(tx, one.id).startswith(b"\xff\xd8") for one in kept)
        assert not any(workspace.place.folder.rglob("*.jpg"))


def test_a_form_of_ours_comes_as_a_draft_to_look_at(workspace: Workspace, household: str, paired: tuple[Pairing, list[Arrived]]):
    pairing, arrived = paired
    with phone(pairing) as session:
        listed = ElementTree.fromstring(session.get("/openrosa/formList").content)
        survey = next(form for form in listed if form.findtext(f"{X}formID") == "household_survey")
        version = survey.findtext(f"{X}version")
        xml = (
            f'<household_survey id="household_survey" version="{version}" xmlns:orx="http://openrosa.org/xforms">'
            f"<b_household><village_code>{VILLAGE}</village_code><house_no>8号</house_no></b_household>"
            f"<member><m_name>钱八</m_name></member><meta><orx:instanceID>uuid:2</orx:instanceID></meta></household_survey>"
        ).encode()
        answer = send(session, xml)
    assert answer.status_code == 201, answer.text
    (one,) = arrived
    with workspace.read() as tx:
        (draft,) = submissions.drafts(tx, one.household)
        answers = submissions.load(tx, draft.id).answers
    assert answers["b_household/house_no"] == "8号"
    opened = interview.start(workspace, one.household)
    assert (opened.resumed, opened.household.head_name) == (True, "钱八")
    assert opened.session.snapshot()["b_household/house_no"] == "8号"


@pytest.mark.parametrize("household_named", ["0" * 32, ""])
def test_photos_of_a_household_that_is_not_offered_are_refused(paired: tuple[Pairing, list[Arrived]], household_named: str):
    pairing, arrived = paired
    with phone(pairing) as session:
        assert send(session, shots(household_named, "uuid:3"), a=photo("a")).status_code == 400
    assert arrived == []


def test_what_is_no_picture_is_refused_and_nothing_is_kept(workspace: Workspace, household: str, paired: tuple[Pairing, list[Arrived]]):
    with phone(paired[0]) as session:
        assert send(session, shots(household, "uuid:4"), a=b"no picture").status_code == 400
    assert paired[1] == []
    with workspace.read() as tx:
        assert attachments.of_household(tx, household) == ()


def test_nobody_without_the_password_gets_in_and_nothing_listens_afterwards(workspace: Workspace, household: str):
    hotspot = Hotspot(workspace, (household,), lambda _: None)
    pairing = hotspot.start("127.0.0.1")
    assert httpx.get(f"{pairing.url}/openrosa/formList", trust_env=False).status_code == 401
    hotspot.stop()
    port = int(pairing.url.rpartition(":")[2])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_an_address_that_is_not_ours_is_told(workspace: Workspace, household: str):
    with pytest.raises(HotspotUnreachable):
        Hotspot(workspace, (household,), lambda _: None).start("192.0.2.1")
