"""The district's page in a real browser: clicks and keys only, JavaScript off, nothing leaves the origin, nothing is complained about."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.server import staff
from sync.server.tables import Device

from ..robots import browser as robot
from .conftest import EAST
from .county_office import AUDITOR, FAR_REVIEWER, PASSPHRASE, REVIEWER, SECURITY, Office, make

pytestmark = pytest.mark.skipif(not robot.PROGRAM, reason="chromium is not here (apt-get install chromium)")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = make(tmp_path_factory.mktemp("made") / "district")
    usual, staff._MEMORY_KIB = staff._MEMORY_KIB, 64
    with made.again(tmp_path_factory.mktemp("office") / "district") as opened:
        yield opened
    staff._MEMORY_KIB = usual


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[robot.Browser]:
    with robot.browser(tmp_path_factory.mktemp("profile")) as opened:
        opened.without_script()
        yield opened


@pytest.fixture
def page(chromium: robot.Browser, office: Office) -> Iterator[robot.Browser]:
    """Signed out before; afterwards nothing was asked of anybody else, and nothing was blocked or wrong."""
    chromium.call("Network.clearBrowserCookies")
    chromium.requests.clear()
    chromium.complaints.clear()
    yield chromium
    assert chromium.requests
    assert {url for url in chromium.requests if not url.startswith(office.url + "/")} == set()
    assert [told for told in chromium.complaints if "status of 403" not in told and "Autofocus" not in told] == []


def _sign_in(page: robot.Browser, office: Office, name: str, passphrase: str = PASSPHRASE) -> None:
    page.open(office.url + "/")
    page.type(name, "input[name=name]")
    page.type(passphrase, "input[name=passphrase]")
    page.click("main button")


def test_keys_alone_sign_in_and_reach_every_section(page: robot.Browser, office: Office):
    page.open(office.url + "/")
    assert 'name="name"' in page.focused(), "the first field has the keyboard"
    page.type(AUDITOR)
    page.press("Tab")
    page.type(PASSPHRASE)
    page.press("Enter", loads=True)
    assert page.address() == office.url + "/"
    page.press("Tab")
    assert 'href="#main"' in page.focused()
    page.press("Tab", times=6)
    assert 'href="/devices"' in page.focused()
    page.press("Enter", loads=True)
    assert page.address() == office.url + "/devices"
    assert "laptop 1" in page.html("#devices")


def test_wrong_passphrase_is_told_and_opens_nothing(page: robot.Browser, office: Office):
    _sign_in(page, office, SECURITY, "wrong")
    assert "口令不对" in page.html("[role=alert]")
    page.open(office.url + "/devices")
    assert page.address() == office.url + "/sign-in"


def test_security_officer_sees_figures_makes_a_slip_and_revokes_a_device(page: robot.Browser, office: Office):
    _sign_in(page, office, SECURITY)
    assert ">3<" in page.html("#households")
    page.click("a[href='/?area=99']")
    page.click("a[href='/?area=9901']")
    page.click("a[href='/?area=990101']")
    page.click("a[href='/?area=990101001']")
    assert EAST in page.html("#areas")
    page.click("header a[href='/slips']")
    page.focus("select[name=person]")
    page.press("ArrowDown", times=3)
    page.type(EAST, "input[name=area]")
    page.click("main button")
    code = re.search(r">([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})<", page.html("#code"))
    assert code is not None
    assert "<svg" in page.html("#slip")
    assert "张三" in page.html("#slip")
    from pypdf import PdfReader

    sheet = PdfReader(io.BytesIO(page.printed()))
    assert len(sheet.pages) == 1, "the slip is one sheet"
    text = sheet.pages[0].extract_text()
    assert code[1] in text
    assert SECURITY not in text, "the bar is not printed"
    page.click("header a[href='/devices']")
    page.click("#devices tbody a")
    page.click("main button.danger", loads=False)
    assert page.html("input[name=sure]"), "the browser wants the box ticked first"
    page.click("input[name=sure]", loads=False)
    page.click("main button.danger")
    assert 'class="tag off"' in page.html("h1")
    with office.district.reading() as session:
        assert session.get(Device, page.address().rpartition("/")[2]).revoked_at  # type: ignore[union-attr]


def test_style_that_is_not_the_pages_own_would_be_noticed(page: robot.Browser, office: Office):
    page.open(office.url + "/sign-in")
    page.call("DOM.setOuterHTML", nodeId=page._node("h1"), outerHTML="<h1 style='color: red'>x</h1>")
    page.html()
    assert any("Content Security Policy" in told or "ContentSecurityPolicy" in told for told in page.complaints)
    page.complaints.clear()


def test_wrong_role_is_refused_in_words(page: robot.Browser, office: Office):
    _sign_in(page, office, REVIEWER)
    assert page.html("header a[href='/slips']") == ""
    page.open(office.url + "/slips")
    assert "这个角色不能做这件事" in page.html("[role=alert]")
    page.open(f"{office.url}/conflicts/{EAST}/{office.record}")
    assert "13900000001" in page.html()
    page.click("header button")
    page.open(f"{office.url}/conflicts/{EAST}/{office.record}")
    assert page.address() == office.url + "/sign-in"


def test_enter_decides_nothing_but_a_click_on_release_does(page: robot.Browser, office: Office):
    _sign_in(page, office, FAR_REVIEWER)
    page.click("header a[href='/quarantine']")
    page.type("搬来了", "input[name=why]")
    page.press("Enter")
    assert page.address() == office.url + "/quarantine"
    assert "搬来了" not in page.html()
    page.click("button[formaction$='/release']")
    assert page.html("#quarantine") == ""
    page.click("main a[href='/quarantine?all=1']")
    assert "搬来了" in page.html("#quarantine")


def test_every_page_fits_the_window(page: robot.Browser, office: Office, tmp_path: Path):
    for name, paths in (
        (AUDITOR, ("/", "/audit?check=1", "/quarantine?all=1", "/phones", "/conflicts")),
        (SECURITY, ("/slips", "/quarantine")),
    ):
        page.call("Network.clearBrowserCookies")
        _sign_in(page, office, name)
        for path in paths:
            page.open(office.url + path)
            assert page.width() <= 1366, path
            assert page.html("h1")
    page.picture(tmp_path / "last.png")
    assert (tmp_path / "last.png").read_bytes().startswith(b"\x89PNG")
