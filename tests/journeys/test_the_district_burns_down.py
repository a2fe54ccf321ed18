"""The district's machine burns with everything in it: a stick and a sheet of paper bring it back, and no laptop has to enrol anew."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from sqlmodel import select

from fieldapp.usecases import exchange
from sync.server import certificates, examine, people, roles, serving, signing, slips, staff
from sync.server.cli import main
from sync.server.district import District, open_district
from sync.server.tables import File, Op
from sync.session import exchange as trade
from sync.slip import Slip, text
from tests.sync.conftest import silent
from tests.sync.test_trust import Secure, enrolled, peer
from tests.world import TOWN, DistrictServer, laptop, nobody_home, photo, quiet

SECURITY, SYSTEM = "安全员", "系统员"
PASSPHRASE = "twelve letters and more"


def told(capsys: pytest.CaptureFixture[str], folder: Path, *command: str, code: int = 0) -> dict[str, object]:
    assert main([*command, "--data", str(folder), "--json"]) == code
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def slip_for(secure: Secure, person: str) -> Slip:
    people.add_person(secure.district, person, "surveyor", TOWN)
    code, _ = people.make_code(secure.district, person, TOWN)
    return slips.make_slip(secure.district, code, TOWN, secure.url)


def set_up(district: District) -> None:
    """Nobody but the offices gives commands from now on."""
    for name, role in ((SECURITY, roles.SECURITY), (SYSTEM, roles.SYSTEM)):
        people.add_person(district, name, role, "990102")
        staff.set_passphrase(district, name, PASSPHRASE)


def backed_up(capsys: pytest.CaptureFixture[str], old: Path, stick: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """A sheet, a backup on the stick, and the drill that proves both."""
    code = str(told(capsys, old, "recovery", "sheet", "--as", SECURITY)["code"])
    monkeypatch.setenv("DISTRICT_RECOVERY_CODE", code)
    written = told(capsys, old, "backup", "--out", str(stick), "--as", SYSTEM)
    assert (written["files"], written["previews"], written["keys"], written["lost"]) == (1, 1, 4, [])
    drill = told(capsys, old, "drill", str(stick), "--sheet", "--as", SYSTEM)
    assert (drill["opened_by"], drill["files"], drill["previews"], drill["keys"], drill["wrong"]) == ("sheet", 1, 1, 4, [])
    assert drill["digest"] == written["digest"] == told(capsys, old, "check", "--as", SYSTEM)["digest"]
    return {**written, "code": code, "pin": certificates.current(old).pin}  # type: ignore[union-attr]


def put_back(
    capsys: pytest.CaptureFixture[str], new: Path, stick: Path, written: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the sheet, on a machine that has nothing; a slip of the pen does no harm."""
    code = str(written["code"])
    monkeypatch.setenv("DISTRICT_RECOVERY_CODE", code[:-1] + ("0" if code[-1] != "0" else "1"))
    assert told(capsys, new, "restore", str(stick), "--sheet", code=3)["values"]["reason"] == "mistyped"  # type: ignore[index]
    assert not new.exists()
    monkeypatch.setenv("DISTRICT_RECOVERY_CODE", code)
    done = told(capsys, new, "restore", str(stick), "--sheet")
    assert (done["files"], done["previews"], done["keys"], done["missing"]) == (1, 1, 4, 0)
    assert (done["digest"], done["pin"]) == (written["digest"], written["pin"])
    assert {oct((new / name).stat().st_mode & 0o777) for name in ("district.key", "authority.key", "server.pem")} == {"0o600"}
    assert told(capsys, new, "device", "list", code=3)["error"] == "not-permitted"


def test_laptops_go_on_with_a_district_that_was_put_back_on_a_new_machine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff, "_MEMORY_KIB", 64)
    monkeypatch.setenv("DISTRICT_PASSPHRASE", PASSPHRASE)
    stick, old, new = tmp_path / "stick", tmp_path / "old", tmp_path / "new"
    burning = Secure(DistrictServer(old).district)
    district = burning.district
    set_up(district)
    signed_by = signing.ensure(district).certificate
    one = laptop(tmp_path / "one", "甲")
    exchange.enrol_by_slip(one, text(slip_for(burning, "甲")), quiet)
    printed_before = slip_for(burning, "乙")
    nobody_home(one, "张三", picture=photo(size=(900, 600)))
    assert exchange.sync_now(one, quiet).files_sent == 1
    written = backed_up(capsys, old, stick, monkeypatch)
    nobody_home(one, "李四", picture=photo(size=(640, 480)))
    assert exchange.sync_now(one, quiet).files_sent == 1
    with district.reading() as session:
        ids, files = set(session.exec(select(Op.id)).all()), set(session.exec(select(File.sha)).all())
    private = (old / "district.key").read_text()
    burning.stop()
    district.close()
    shutil.rmtree(old)

    assert [secret for secret in (bytes.fromhex(private), private.encode(), b"PRIVATE KEY") if secret in stick.read_bytes()] == []
    put_back(capsys, new, stick, written, monkeypatch)
    opened = open_district(new)
    monkeypatch.setattr(serving, "open_socket", _at(burning.url.rpartition(":")[2]))
    risen = Secure(opened)
    try:
        assert exchange.sync_now(one, quiet).files_sent == 2
        held = exchange.status(one)
        assert (held.unsent, held.files_waiting, held.last_error) == (0, 0, "")
        with opened.reading() as session:
            assert set(session.exec(select(Op.id)).all()) == ids
            assert set(session.exec(select(File.sha)).all()) == files
        two, authority = enrolled(printed_before, 2)
        with peer(two, printed_before.url, authority) as line:
            trade(two.replica, line, silent)
        assert two.replica.kept.operations.keys() == ids
        assert signing.ensure(opened).certificate == signed_by
        assert examine.examine(opened).wrong == ()
        one.close()
    finally:
        risen.stop()
        opened.close()


def _at(port: str):  # type: ignore[no-untyped-def]
    first = serving.open_socket
    return lambda _listen: first(f"127.0.0.1:{port}")
