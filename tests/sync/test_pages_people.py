"""The page's people: who retires signs in nowhere, and whoever answers for one area sees and decides nothing of another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from sync.server import retiring, staff
from sync.server.tables import AuditLine, Quarantine

from .conftest import SOUTH
from .county_office import AUDITOR, LEAD, PASSPHRASE, REVIEWER, SECURITY, SYSTEM, Made, Office, make
from .page_rows import ANY, PAGE_ROWS
from .reader import Everybody, Reader, address_of, person_id
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
def signed_in(office: Office) -> Iterator[dict[str, Reader]]:
    clients = Everybody(office.url)
    yield clients
    for one in clients.values():
        one.client.close()


BOUND: dict[tuple[str, str], str] = {
    ("GET", "/"): "/?area=990101002",
    ("GET", "/unsent"): "/unsent?area=990101002",
    ("GET", "/conflicts"): "/conflicts?area=990101002",
    ("GET", "/conflicts/{village}/{record}"): f"/conflicts/{SOUTH}/{rec(3)}",
    ("GET", "/quarantine"): "/quarantine?all=1",
    ("POST", "/quarantine/{id}/release"): "/quarantine/STRAY/release",
    ("POST", "/quarantine/{id}/reject"): "/quarantine/STRAY/reject",
}
"""Pages of whoever answers for an area only, asked for something that lies outside of it."""


def test_nothing_out_of_an_area_is_shown_to_or_decided_by_whoever_answers_for_another(office: Office, signed_in: dict[str, Reader]):
    assert BOUND.keys() == {route for route, who in PAGE_ROWS.items() if who is not ANY and who - {"system", "security", "audit"}}
    reviewer = signed_in[REVIEWER]
    assert reviewer.get("/sign-in").status_code == 200
    for (method, path), target in BOUND.items():
        asked = target.replace("STRAY", office.stray)
        answer = reviewer.get(asked) if method == "GET" else reviewer.post(asked, why="x")
        if path in ("/quarantine", "/unsent"):
            assert office.stray[:8] not in answer.text
            assert "laptop 2" not in answer.text, "it is for the whole county"
        else:
            assert answer.status_code == 403, (method, path)
    with office.district.reading() as session:
        assert all(row.decision == "" for row in session.exec(select(Quarantine)))


def test_session_of_whoever_retires_opens_no_page_any_more(office: Office, signed_in: dict[str, Reader]):
    gone = (SYSTEM, AUDITOR, REVIEWER, LEAD)
    tokens = {name: signed_in[name].token() for name in gone}
    for name in gone:
        retiring.retire(office.district, name)
    for (method, path), who in PAGE_ROWS.items():
        for name in gone:
            if who is not ANY:
                target = address_of(path, office)
                answer = signed_in[name].get(target) if method == "GET" else signed_in[name].post(target, token=tokens[name])
                assert answer.status_code == (303 if method == "GET" else 403), (method, path, name)
                assert answer.headers.get("location", "/sign-in") == "/sign-in"


def test_people_are_retired_and_readmitted_at_the_page(office: Office, signed_in: dict[str, Reader]):
    assert signed_in[LEAD].get("/sign-in").status_code == 200
    path = address_of("/people/{id}/retire", office)
    assert signed_in[SECURITY].post(path).status_code == 403, "the box was not ticked"
    assert signed_in[SECURITY].post(path, sure="yes").headers["location"] == "/people"
    assert signed_in[LEAD].get("/").headers["location"] == "/sign-in"
    assert signed_in[LEAD].sign_in(LEAD).status_code == 403
    page = signed_in[AUDITOR].get("/people?q=" + LEAD).text
    assert "已离岗" in page
    assert 'action="/people' not in page.replace('action="/people" role="search"', "")
    own = path.replace(path.split("/")[2], person_id(office, SECURITY))
    assert "最后一位" in signed_in[SECURITY].post(own, sure="yes").text
    assert signed_in[SECURITY].post(path.replace("retire", "readmit")).status_code == 303
    staff.set_passphrase(office.district, LEAD, PASSPHRASE)
    assert signed_in[LEAD].sign_in(LEAD).status_code == 303
    with office.district.reading() as session:
        told = session.exec(select(AuditLine.who, AuditLine.action).where(AuditLine.subject == LEAD)).all()
    assert {(SECURITY, "person-retired"), (SECURITY, "person-readmitted")} <= set(told)
