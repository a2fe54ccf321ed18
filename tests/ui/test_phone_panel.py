"""The phone as a camera, in the window: a code that scans, photos that arrive, and a port that is closed again."""

from __future__ import annotations

import base64
import io
import json
import zlib

import httpx
import zxingcpp
from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice

from fieldapp.store import attachments
from fieldapp.usecases import county, roster
from tests.world import photo

from .village import PASSPHRASE

LONG_MS = 30_000


def _scanned(panel) -> dict[str, str]:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    panel.code.pixmap().save(buffer, "PNG")
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(bytes(buffer.data()))))
    return json.loads(zlib.decompress(base64.b64decode(code.text)))["general"]


def _send(general: dict[str, str], household: str) -> int:
    xml = (
        f'<photos id="household_photos" version="1" xmlns:orx="http://openrosa.org/xforms"><household>{household}</household>'
        "<shot><image>a.jpg</image></shot><meta><orx:instanceID>uuid:1</orx:instanceID></meta></photos>"
    )
    parts = [("xml_submission_file", ("s.xml", xml.encode(), "text/xml")), ("a.jpg", ("a.jpg", photo("a"), "image/jpeg"))]
    auth = httpx.DigestAuth(general["username"], general["password"])
    return httpx.post(f"{general['server_url']}/submission", files=parts, auth=auth, trust_env=False).status_code


def test_a_phone_that_scans_the_code_sends_photos_of_the_household_at_hand(robot, qtbot):
    robot.unlocked(PASSPHRASE)
    workspace, screen = robot.work.workspace, robot.work.roster
    village = sorted(area.code for area in county.villages())[0]
    household = roster.add_household(workspace, village, "贺知章")
    robot.find("贺知章")
    screen.select(household)
    screen.phone.click()
    qtbot.waitUntil(lambda: screen.phone_panel.isVisible(), timeout=LONG_MS)
    general = _scanned(screen.phone_panel)
    assert _send(general, household) == 201
    qtbot.waitUntil(lambda: "贺知章" in screen.phone_panel.told.text(), timeout=LONG_MS)
    with workspace.read() as tx:
        assert len(attachments.of_household(tx, household)) == 1
    hotspot = screen.phone_panel.hotspot
    screen.phone_panel.close_button.click()
    qtbot.waitUntil(lambda: not hotspot.is_on, timeout=LONG_MS)
    assert not screen.phone_panel.isVisible()


def test_locking_closes_the_port(robot, qtbot):
    robot.unlocked(PASSPHRASE)
    screen = robot.work.roster
    household = roster.add_household(robot.work.workspace, sorted(area.code for area in county.villages())[0], "贺知章")
    robot.find("贺知章")
    screen.select(household)
    screen.phone.click()
    qtbot.waitUntil(lambda: screen.phone_panel.isVisible(), timeout=LONG_MS)
    hotspot = screen.phone_panel.hotspot
    robot.window.lock()
    qtbot.waitUntil(lambda: not hotspot.is_on and robot.window.work is None, timeout=LONG_MS)
