"""The district command as other programs call it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sync import bundle
from sync.client.enrol import enrol
from sync.client.http import HttpPeer
from sync.keys import DeviceKey
from sync.server import areas, people, phones, roles, staff
from sync.server.cli import main
from sync.server.district import init
from sync.server.errors import NotPermitted
from sync.session import exchange

from .conftest import AREAS, EAST, no_wait, silent
from .memory import MemoryReplica
from .test_exchange import XFORM, rec

ENVIRONMENT = {**os.environ, "PYTHONWARNINGS": "error", "LC_ALL": "C"}


def district(folder: Path, *arguments: str, code: int = 0) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "sync.server", *arguments, "--data", str(folder), "--json"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=ENVIRONMENT,
    )
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def test_a_district_is_made_served_and_used(tmp_path: Path):
    data = tmp_path / "district"
    (tmp_path / "areas.csv").write_text(AREAS, encoding="utf-8")
    (tmp_path / "household.xml").write_text(XFORM, encoding="utf-8")
    made = district(data, "init")
    assert len(made["district_key"]) == 64
    assert district(data, "area", "import", str(tmp_path / "areas.csv")) == {"areas": 8, "new": 8}
    assert district(data, "form", "publish", str(tmp_path / "household.xml"))["form"] == "household"
    assert district(data, "person", "add", "李四", "--role", "surveyor", "--area", "990101")["name"] == "李四"
    code = district(data, "enrol-code", "--person", "李四", "--area", EAST, "--expires", "3")["code"]
    serving = subprocess.Popen(
        [sys.executable, "-m", "sync.server", "serve", "--data", str(data), "--listen", "127.0.0.1:0", "--json"],
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    assert serving.stdout is not None
    try:
        url = json.loads(serving.stdout.readline())["url"]
        key = DeviceKey(b"\x05" * 32)
        enrolment = enrol(url, code, key, key.public_key, "laptop", wait=no_wait)
        assert enrolment.district_key.hex() == made["district_key"]
        replica = MemoryReplica(key)
        replica.write(rec(1), {"name": "甲"}, EAST)
        with HttpPeer(url, key, enrolment.district_key, wait=no_wait) as peer:
            assert exchange(replica, peer, silent).sent == 1
        replica.write(rec(2), {"name": "乙"}, EAST, kind="submission")
        up = tmp_path / "up.fab"
        bundle.write_to_district(replica, up, "district", enrolment.district_key, enrolment.district_seal_key, datetime.now(UTC))
        read = district(data, "bundle", "read", str(up))
        assert (read["device"], read["new"], read["known"]) == (key.device, 1, 0)
        assert district(data, "bundle", "write", "--device", key.device, "--out", str(tmp_path / "down.fab"))["receipts"] == 2
        bundle.read_from_district(replica, tmp_path / "down.fab", "district", enrolment.district_key)
        assert replica.unsent("district") == 0
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait(20)
        serving.stdout.close()
    status = district(data, "status")
    assert (status["records"], status["heads"], status["conflicts"], status["devices"]) == (2, 2, 0, 1)
    assert [(area["code"], area["households"], area["submissions"]) for area in status["areas"]] == [(EAST, 1, 1)]
    [device] = district(data, "device", "list")["devices"]
    assert (device["id"], device["person"]) == (key.device, "李四")
    assert district(data, "device", "revoke", key.device)["device"] == key.device
    assert district(data, "status")["devices"] == 0


def refusal(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> Any:
    assert main([*arguments, "--data", str(folder), "--json"]) == 3
    return json.loads(capsys.readouterr().out)


def test_expected_errors_have_a_code_and_leave_with_three(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    data = tmp_path / "district"
    assert refusal(capsys, data, "status")["error"] == "district-missing"
    init(data).close()
    assert refusal(capsys, data, "init")["error"] == "district-there"
    assert refusal(capsys, data, "person", "add", "李四", "--role", "surveyor", "--area", "990101")["error"] == "not-known"
    assert refusal(capsys, data, "enrol-code", "--person", "王五", "--area", "990101")["error"] == "not-known"
    assert refusal(capsys, data, "device", "revoke", "x")["error"] == "not-known"
    assert refusal(capsys, data, "area", "import", str(tmp_path / "none.csv"))["error"] == "not-known"
    (tmp_path / "broken.csv").write_text("code,name,parent\n99,模拟省,\nx,y,\n", encoding="utf-8")
    broken = refusal(capsys, data, "area", "import", str(tmp_path / "broken.csv"))
    assert (broken["error"], broken["values"]["row"]) == ("table-unreadable", 3)
    (tmp_path / "broken.xml").write_text("<h>", encoding="utf-8")
    assert refusal(capsys, data, "form", "publish", str(tmp_path / "broken.xml"))["error"] == "form-unreadable"
    assert refusal(capsys, data, "serve", "--listen", "nowhere:x")["error"] == "port-taken"


def test_wrong_usage_leaves_with_two(tmp_path: Path):
    assert subprocess.run([sys.executable, "-m", "sync.server", "dance"], capture_output=True).returncode == 2
    assert subprocess.run([sys.executable, "-m", "sync.server", "enrol-code"], capture_output=True).returncode == 2


WATCHED = """
import json, sys
asked = []
watched = ("socket.bind", "socket.connect", "socket.sendto")
sys.addaudithook(lambda event, told: asked.append([event, str(told[1])]) if event in watched else None)
from sync.server import areas, people, phones, roles, staff
from sync.server.cli import main
from sync.server import serving
real = serving.server
def server(*told, **more):
    made = real(*told, **more)
    ready = made._ready
    def stop():
        ready()
        made.should_exit = True
    made._ready = stop
    return made
serving.server = server
code = main(sys.argv[1:])
print(json.dumps(asked), file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize(
    ("command", "opened"),
    [
        (["init"], []),
        (["serve", "--listen", "127.0.0.1:0", "--tls", "on"], ["('127.0.0.1', 0)"]),
    ],
)
def test_nothing_is_opened_but_what_was_asked_for(tmp_path: Path, command: list[str], opened: list[str]):
    if command != ["init"]:
        init(tmp_path / "district").close()
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *command, "--data", str(tmp_path / "district"), "--json"],
        capture_output=True, text=True, encoding="utf-8", env=ENVIRONMENT, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stderr.splitlines()[-1]) == [["socket.bind", address] for address in opened]


def test_by_default_only_this_machine_is_answered():
    from sync.server.cli import _parser

    assert _parser().parse_args(["serve"]).listen == "127.0.0.1:8750"
    assert _parser().parse_args(["serve"]).page_for == []


def test_nobody_can_sign_in_before_somebody_set_a_passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(staff, "_MEMORY_KIB", 64)
    made = init(tmp_path / "district")
    with made.reading() as session:
        assert people.people(session) == []
        assert phones.phones(session) == []
    (tmp_path / "areas.csv").write_text(AREAS, encoding="utf-8")
    areas.import_areas(made, tmp_path / "areas.csv")
    for role in roles.ROLES:
        people.add_person(made, role, role, "990101")
    for name in (*roles.ROLES, "admin", "root", "district", ""):
        for passphrase in ("", name, "admin", "password", "district", "12345678", "0" * 64):
            with pytest.raises(NotPermitted):
                staff.sign_in(made, name, passphrase)
        with made.writing() as session:
            for person in people.people(session):
                person.wrong, person.wait_until = 0, ""
                session.add(person)
    given = {phones.add_phone(made, f"p{number}", roles.SURVEYOR, EAST).password for number in range(5)}
    assert len(given) == 5
    assert min(len(password) for password in given) >= 12
    made.close()


def test_the_server_knows_nothing_of_the_desktop():
    names = "sync.server.cli, sync.server.app, sync.server.serving, sync.server.forms"
    unwanted = "('fieldapp', 'PySide6', 'reportlab', 'pyxform')"
    script = f"import sys, {names}; print([name for name in sys.modules if name.split('.')[0] in {unwanted}])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout.strip() == "[]"
