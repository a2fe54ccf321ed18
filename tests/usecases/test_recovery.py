"""A passphrase is lost: the sheet of paper and the district bring the workspace back, nobody else does."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from fieldapp.domain.clock import FixedClock
from fieldapp.errors import RecoveryRefused, TooManyTries, WrongPassphrase
from fieldapp.store import audit
from fieldapp.usecases import recovery, roster, workspaces
from fieldapp.usecases.workspaces import Workspace
from sync.server import people
from sync.server.recovery import open_request
from tests.world import MORNING, PASSPHRASE, VILLAGE, DistrictServer, laptop

USER = "王队长"


def test_paper_shows_the_code_as_text_and_as_qr_and_it_opens_the_workspace_once(workspace: Workspace) -> None:
    household = roster.add_household(workspace, VILLAGE, "张三")
    sheet = recovery.make_sheet(workspace)
    folder, clock = workspace.folder, FixedClock(MORNING)
    workspace.close()
    document = pypdfium2.PdfDocument(sheet.pdf)
    text = document[0].get_textpage().get_text_range()
    (found,) = zxingcpp.read_barcodes(document[0].render(scale=2).to_pil())
    document.close()
    assert sheet.code in text
    assert "恢复单" in text
    assert found.text == sheet.code
    recovery.use_sheet(folder, USER, found.text, "neue Worte hier", clock)
    with pytest.raises(WrongPassphrase):
        workspaces.unlock(folder, USER, PASSPHRASE, clock)
    with workspaces.unlock(folder, USER, "neue Worte hier", clock) as again:
        assert [line.id for line in roster.search(again).lines] == [household]
        with again.read() as tx:
            assert "recovery-used" in [line.action for line in audit.lines(tx)]
        assert again.check() == ()
    with pytest.raises(RecoveryRefused):
        recovery.use_sheet(folder, USER, sheet.code, "noch einmal", clock)


def test_wrong_codes_make_wait_like_wrong_passphrases(workspace: Workspace, tmp_path: Path) -> None:
    recovery.make_sheet(workspace)
    other = laptop(tmp_path / "other")
    foreign = recovery.make_sheet(other).code
    folder, clock = workspace.folder, FixedClock(MORNING)
    workspace.close()
    other.close()
    for _ in range(4):
        with pytest.raises(RecoveryRefused):
            recovery.use_sheet(folder, USER, foreign, "neu", clock)
    with pytest.raises(TooManyTries):
        recovery.use_sheet(folder, USER, foreign, "neu", clock)
    workspaces.unlock(folder, USER, PASSPHRASE, clock).close()


def test_enrolled_laptop_comes_back_by_the_district_and_a_revoked_one_does_not(server: DistrictServer, tmp_path: Path) -> None:
    from tests.world import enrolled

    held = enrolled(server, tmp_path / "laptop", USER)
    folder, device, clock = held.folder, held.device.device, FixedClock(MORNING)
    held.close()
    assert recovery.ways(folder) == ("district",)
    asked = recovery.ask(folder, USER, "neue Worte hier", clock)
    request, reply = tmp_path / "request", tmp_path / "answer"
    request.write_text(asked.text)
    with pytest.raises(RecoveryRefused) as wrong:
        open_request(server.district, request, "1234 5678 9012 3456", reply)
    assert wrong.value.values["reason"] == "fingerprint"
    opened = open_request(server.district, request, asked.digits, reply)
    assert (opened.device, opened.person, opened.user) == (device, USER, USER)
    assert recovery.use_answer(folder, reply.read_text(), "neue Worte hier", clock) == USER
    workspaces.unlock(folder, USER, "neue Worte hier", clock).close()
    people.revoke(server.district, device)
    asked = recovery.ask(folder, USER, "noch andere", clock)
    request.write_text(asked.text)
    with pytest.raises(RecoveryRefused) as revoked:
        open_request(server.district, request, asked.digits, reply)
    assert revoked.value.values["reason"] == "revoked"


def test_pdf_of_the_sheet_is_the_only_place_where_the_code_stands(workspace: Workspace) -> None:
    sheet = recovery.make_sheet(workspace)
    letters = sheet.code.replace("-", "").encode()
    for file in workspace.folder.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert letters not in data
            assert sheet.code.encode() not in data
    assert io.BytesIO(sheet.pdf).read(5) == b"%PDF-"
