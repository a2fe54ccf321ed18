"""What an operator lives with: health, figures and log lines without people, the evening rush, the unit and the container file."""

from __future__ import annotations

import asyncio
import configparser
import io
import json
import logging
import re
import shlex
import shutil
import subprocess
import sys
import threading
import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

import sync.server
from sync.protocol import SyncRequest
from sync.server import backup, roles, serving
from sync.server.app import build
from sync.server.cli import _parser, main
from sync.server.district import District
from sync.server.rush import ComeLater, Rush, spread
from sync.server.watch import JsonLines, Metrics

from .conftest import EAST, Running, a_laptop
from .test_exchange import rec

DEPLOY = Path(sync.server.__file__).parent / "deploy"
CANARY = "张三丰仅此一人"


def get(running: Running, path: str) -> httpx.Response:
    return httpx.get(running.url + path, trust_env=False)


def test_health_and_figures_tell_what_happened_and_nothing_about_people(district: District, running: Running):
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines())
    log = logging.getLogger("district.request")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        # First, because a request's line is written after its answer, when the next one is already on its way.
        get(running, f"/{CANARY}?name={CANARY}")
        laptop = a_laptop(district, running.url, 1)
        written = laptop.replica.write(rec(1), {"name": CANARY, "phone": "15400001111"}, EAST)
        laptop.sync(running.url)
    finally:
        log.removeHandler(handler)
        log.setLevel(logging.NOTSET)
    assert get(running, "/healthz").text == "ok\n"
    figures = get(running, "/metrics").text
    assert "district_operations_taken_total 1" in figures
    assert re.search(r'district_requests_total\{method="POST",route="/v1/sync",status="200"\} [1-9]', figures)
    assert all(re.fullmatch(r"# TYPE \S+ (counter|gauge|histogram)|[a-z_]+(\{[^{}]*\})? [-0-9.e+]+", line) for line in figures.splitlines())
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert {line["route"] for line in lines} >= {"/v1/enrol", "/v1/sync", ":other"}
    for told in (figures, out.getvalue()):
        for secret in (CANARY, "15400001111", EAST, "一号", "laptop 1", written.id, laptop.device, rec(1)):
            assert secret not in told


def test_a_log_line_never_tells_the_words_of_an_exception():
    try:
        raise ValueError(CANARY)
    except ValueError:
        record = logging.getLogger("sqlalchemy").makeRecord("sqlalchemy", logging.ERROR, "", 0, CANARY + "%s", (CANARY,), sys.exc_info())
    told = JsonLines().format(record)
    assert CANARY not in told
    assert json.loads(told)["error"] == "ValueError"


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/v1/files/" + "ab" * 32, "/v1/files/:sha"),
        ("/v1/files/张三", "/v1/files/:sha"),
        ("/v1/files/" + "ab" * 32 + "/preview", "/v1/files/:sha/preview"),
        ("/conflicts/990101001001/" + "ab" * 16, "/conflicts/:village/:record"),
        ("/people/张三/retire", "/people/:id/retire"),
        ("/people/张三/promote", ":other"),
        ("/", "/"),
        ("//", ":other"),
        ("/张三", ":other"),
        ("/v1/sync", "/v1/sync"),
        ("/v1/sync/", ":other"),
        ("/v1/syncx", ":other"),
    ],
)
def test_a_route_is_told_without_what_it_is_about(district: District, path: str, route: str):
    assert build(district).routes.of(path) == route  # type: ignore[attr-defined]


def test_every_route_is_counted_by_its_template_and_no_count_names_anybody(district: District):
    metrics = Metrics()
    app = build(district, metrics)
    asked = [(method, route.path) for route in app.app.routes for method in sorted(route.methods)]  # type: ignore[attr-defined]

    async def ask() -> None:
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 4000))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:1") as client:
            for method, path in asked:
                await client.request(method, re.sub(r"\{[a-z]+\}", CANARY, path))

    asyncio.run(ask())
    counted = {(method, route) for method, route, _ in metrics.requests}
    assert counted == {(method, re.sub(r"\{([a-z]+)\}", r":\1", path)) for method, path in asked}
    assert len(counted) > 40
    assert CANARY not in metrics.text({})
    assert all(re.fullmatch(r"[/a-zA-Z0-9:.-]+", route) for _, route in counted)


def test_in_the_rush_a_laptop_comes_again_when_it_was_told_to(district: District):
    rush = Rush(at_once=1)
    running = Running.__new__(Running)
    running.socket = serving.open_socket("127.0.0.1:0")
    running.url = serving.url_of(running.socket)
    ready = threading.Event()
    running.server = serving.server(district, ready.set, rush=rush)
    running.thread = threading.Thread(target=running.server.run, kwargs={"sockets": [running.socket]})
    running.thread.start()
    assert ready.wait(20)
    try:
        laptop = a_laptop(district, running.url, 1)
        laptop.replica.write(rec(1), {"name": "甲"}, EAST)
        rush.inside, waited = 1, list[float]()

        def wait(seconds: float) -> None:
            waited.append(seconds)
            rush.inside = 0

        with laptop.peer(running.url) as peer:
            peer._wait = wait
            reply = peer.sync(replace(SyncRequest(epoch="", cursors={}), limit=1))
        assert reply.epoch
        least = 2 + spread(laptop.device, 20)
        assert [least <= seconds <= 1.5 * least for seconds in waited] == [True]
        assert rush.turned_away == 1
    finally:
        running.stop()


def test_the_rush_is_spread_evenly():
    seconds = [spread(f"{number:032x}", 20) for number in range(1000)]
    assert all(30 <= seconds.count(second) <= 70 for second in range(20))
    rush = Rush(at_once=1)
    with rush.turn("a"), pytest.raises(ComeLater), rush.turn("b"):
        pass
    assert rush.inside == 0


def test_the_more_are_waiting_the_wider_they_are_spread():
    rush, told = Rush(at_once=1, took_s=2.0, monotonic=lambda: 0.0), list[int]()
    rush.inside = 1
    for number in range(200):
        with pytest.raises(ComeLater) as later, rush.turn(f"{number:032x}"):
            pass
        told.append(int(str(later.value.values["retry_s"])))
    assert max(told[:10]) < 22
    assert 100 < max(told[100:]) < 242
    rush.inside = 0
    with rush.turn(f"{7:032x}"):
        assert len(rush.waiting) == 199


def test_the_unit_starts_the_server_as_nobody_special():
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string((DEPLOY / "district.service").read_text(encoding="utf-8"))
    program, *words = unit["Service"]["ExecStart"].split()
    assert Path(program).name == "district"
    assert words[0] == "serve"
    assert unit["Service"]["User"] == "district"
    assert unit["Service"]["NoNewPrivileges"] == "yes"
    assert not serving.is_loopback(words[words.index("--listen") + 1])


UNITS = ("district.service", "district-backup.service", "district-backup.timer")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")
def test_systemd_understands_the_units(tmp_path: Path):
    for unit in UNITS:
        text = (DEPLOY / unit).read_text(encoding="utf-8")
        (tmp_path / unit).write_text(text.replace("/usr/local/bin/district", shutil.which("true") or "/bin/true"), encoding="utf-8")
    files = [str(tmp_path / unit) for unit in UNITS]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *files], capture_output=True, text=True, check=False, timeout=60)
    about_them = [line for line in done.stderr.splitlines() if any(unit in line for unit in UNITS)]
    assert about_them == []


def _told_commands() -> list[str]:
    """Every whole command of the district that the manual, the units and the container file tell a person to give."""
    root = DEPLOY.parents[2]
    manual = (root / "docs" / "manual" / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"`(district [^`…]+)`", manual) + re.findall(r"^(district .+)$", manual, re.M)
    found += [
        line.replace(".venv/bin/python -m sync.server", "district")
        for line in re.findall(r"^\.venv/bin/python -m sync\.server .+$", manual, re.M)
    ]
    for unit in UNITS[:2]:
        found += re.findall(r"^ExecStart=/usr/local/bin/(district .+)$", (DEPLOY / unit).read_text(encoding="utf-8"), re.M)
    container = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    return found + re.findall(r"-v district:/data (district [^`]+)`", container)


def test_every_command_that_a_person_is_told_to_give_is_one():
    commands = _told_commands()
    assert len(commands) > 20
    for command in commands:
        words = shlex.split(command)[1:]
        # A command may also be named alone, where a sentence is about it.
        assert "-".join(words) in roles.COMMANDS or _parser().parse_args(words).name_of_command in roles.COMMANDS


def test_dated_backups_are_kept_as_many_as_were_asked_for(district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    first = district.now()
    (tmp_path / "district-mine.districtbackup").write_bytes(b"not dated")
    for day in range(4):
        monkeypatch.setattr(district, "now", lambda: first + timedelta(days=day))  # noqa: B023
        written = backup.write_dated(district, tmp_path, 2)
    left = sorted(file.name for file in tmp_path.glob("*.districtbackup"))
    dates = [first + timedelta(days=day) for day in (2, 3)]
    assert left == [*(f"district-{date:%Y%m%dT%H%M%S}.districtbackup" for date in dates), "district-mine.districtbackup"]
    assert Path(written.file).name == left[1]
    assert backup.rehearse(district, Path(written.file)).wrong == ()


def test_the_container_file_installs_what_there_is_and_runs_as_nobody():
    lines = [
        line.split(maxsplit=1) for line in (DEPLOY / "Containerfile").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"
    ]
    told: dict[str, list[str]] = {}
    for word, rest in lines:
        told.setdefault(word, []).append(rest)
    root = DEPLOY.parents[2]
    for copied in told["COPY"]:
        assert all((root / source).exists() for source in copied.split()[:-1])
    assert told["USER"] == ["district"]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "server" in project["optional-dependencies"]
    assert json.loads(told["ENTRYPOINT"][0])[0] in project["scripts"]
    with pytest.raises(SystemExit) as end:
        main([*json.loads(told["CMD"][0]), "--help"])
    assert end.value.code == 0


def test_metrics_are_counted_by_route():
    metrics = Metrics()
    metrics.observe("GET", "/healthz", 200, 0.02)
    metrics.observe("GET", "/healthz", 200, 7.0)
    told = metrics.text({"x": 1.5})
    assert 'district_request_seconds_bucket{route="/healthz",le="0.05"} 1' in told
    assert 'district_request_seconds_bucket{route="/healthz",le="+Inf"} 2' in told
    assert "district_x 1.5" in told
