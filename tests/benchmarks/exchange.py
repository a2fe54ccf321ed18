"""Laptops against a real district server in its own process, and an evening over a village's line beside what ODK Collect would send."""

from __future__ import annotations

import json
import re
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from fieldapp.domain.clock import FixedClock
from fieldapp.usecases import county, exchange, interview, lines, roster, workspaces
from fieldapp.words import forms
from tests.sync.village_line import DELAY_S, RATE_BPS, VillageLine
from tests.world import TOWN, DistrictServer, laptop, nobody_home, quiet

from .measure import Figure

_HOUSEHOLDS = 30
"""What one laptop brings home in the evening."""
_EVENING_LIMIT_S = 10.0
"""The whole evening's sync, even on a weak line."""
_HOUSEHOLD_LIMIT_B, _EDIT_LIMIT_B = 700, 80
_EDITS = 50


def figures(folder: Path, _: int) -> Iterator[Figure | str]:
    """On this machine: up, nothing new, down; then over the line."""
    yield from _here(folder / "here")
    yield from _over_the_line(folder / "line")


def _here(folder: Path) -> Iterator[Figure]:
    codes = _district(folder)
    with _serving(folder / "district") as url, laptop(folder / "one", "甲") as one, laptop(folder / "two", "乙") as two:
        for workspace, name in ((one, "甲"), (two, "乙")):
            exchange.enrol(workspace, url, codes[name], quiet)
            exchange.sync_now(workspace, quiet)
        for number in range(_HOUSEHOLDS):
            nobody_home(one, f"示范{number}")
        waiting = exchange.status(one).unsent
        up_s = _sync(one)
        note = f"{_HOUSEHOLDS} households of the shortest survey, {waiting} operations"
        yield Figure("sync of an evening", up_s, "s", 1, "limit", _EVENING_LIMIT_S, note)
        yield Figure("sync up", waiting / up_s, "operations/s", 1)
        yield Figure("sync with nothing new", _sync(one) * 1000, "ms", 1)
        down_s = _sync(two)
        held = workspaces.summary(two).households
        yield Figure("sync down on a second laptop", waiting / down_s, "operations/s", 1, note=f"{held} households there afterwards")


def _over_the_line(folder: Path) -> Iterator[Figure | str]:
    """Real TLS, real server process, 64 kbit/s and 600 ms in real time; photos stay for later on both sides of the comparison."""
    from fieldapp.store import operations

    codes = _district(folder, county.TOWN)
    with _serving(folder / "district", "--tls", "on") as url, laptop(folder / "one", "甲") as one:
        line = VillageLine(("127.0.0.1", int(url.rpartition(":")[2])))
        try:
            exchange.enrol(one, _slip(folder / "district", codes["甲"], line.url), "", quiet)
            exchange.set_photos_later(one, True)
            exchange.sync_now(one, quiet)
            surveyed = _surveyed(one)
            households = list(surveyed)
            photos = exchange.status(one).files_waiting / _HOUSEHOLDS
            whole_b, plain_b = _packed_bytes(one) / _HOUSEHOLDS, _packed_bytes(one, with_photos=False) / _HOUSEHOLDS
            held = f"in a batch of {_HOUSEHOLDS}: household, members, the whole form answered"
            yield Figure("bytes a household", plain_b, "B", 1, "limit", _HOUSEHOLD_LIMIT_B, held)
            each = (whole_b - plain_b) / photos
            yield Figure(
                "bytes a household with its photos' records", whole_b, "B", 1, note=f"{photos:.1f} photos, {each:.0f} B each: 48 are random"
            )
            cpu_s = time.process_time()
            evening_s, up_b, down_b = _timed(one, line)
            cpu_s = time.process_time() - cpu_s
            rounds = 3  # TCP, TLS, and the one request
            line_s = (up_b + down_b) * 8 / RATE_BPS + rounds * 2 * DELAY_S
            note = f"TLS handshake included, unscaled; {up_b} bytes up, {down_b} down; line {line_s:.1f} s, the laptop's CPU {cpu_s:.1f} s"
            yield Figure("evening over 64 kbit/s and 600 ms", evening_s, "s", 1, "limit", _EVENING_LIMIT_S, note)
            with one.begin() as tx:
                for at in range(_EDITS):
                    record = households[at % len(households)]
                    village = operations.of_record(tx, record)[0].vil
                    changes = {"address": f"{at % 7 + 1}组{at * 13 % 300}号", "phone": f"154{at * 7919 % 10**8:08d}", "note": "下午再来"}
                    operations.write(tx, "household", record, village, changes)
            yield Figure(
                "bytes a three-field edit", _packed_bytes(one) / _EDITS, "B", 1, "limit", _EDIT_LIMIT_B, f"{_EDITS} edits in a batch"
            )
            _timed(one, line)
            odk_s, odk_up = _as_collect(list(surveyed.values()), line, folder / "district")
            note = f"multipart XML, HEAD and POST each on one kept-alive TLS connection; {odk_up} bytes up"
            yield Figure("the same evening as ODK Collect sends it", odk_s, "s", 1, note=note)
            yield f"our exchange takes {evening_s:.1f} s and {up_b} bytes up, submission by submission {odk_s:.1f} s and {odk_up} bytes"
        finally:
            line.stop()


def _surveyed(workspace: workspaces.Workspace) -> dict[str, str]:
    """Households surveyed with every answer that a family gives; and each one's submission as XML."""
    from fieldapp.engine.submission import write

    found = {}
    for family in county.families(7, _HOUSEHOLDS):
        clock = workspace.place.clock
        assert isinstance(clock, FixedClock)
        clock.pass_time(minutes=25)
        household = roster.add(workspace, family.household)
        opened = interview.start(workspace, household)
        pictures = county.pictures(family.seed, family)

        def take(path: str, name: str, draft: str = opened.draft, pictures: Mapping[str, bytes] = pictures) -> str:
            return interview.attach(workspace, draft, path, name, pictures[name])

        county.fill(opened.session, family, take)
        interview.save_draft(workspace, opened.draft, opened.session.snapshot())
        found[household] = write(opened.session)
        interview.finalize(workspace, opened)
    return found


def _packed_bytes(workspace: workspaces.Workspace, *, with_photos: bool = True) -> int:
    """What all waiting operations take as one body; without photos their records and the answers that name them are left out."""
    from fieldapp.store import outbox
    from sync import compact, lexicon
    from sync.operation import signed, to_plain
    from sync.wire import pack_close

    with workspace.read() as tx:
        waiting = list(outbox.outgoing(tx, exchange.PEER, 1 << 30))
    if not with_photos:
        kept, waiting, last = waiting, [], ""
        for one in kept:
            if one.kind != "attachment":
                answers = {path: text for path, text in one.set.items() if not re.search(r"^[0-9a-f]{64}\.", text or "")}
                waiting.append(signed(replace(one, set=answers, prev=last), workspace.device))
                last = waiting[-1].id
    form = next(((one.form, one.form_ver) for one in waiting if one.form), None)
    words = lines.words_of(workspace)(*form) if form else lexicon.words("")
    plain = compact.under_one_signature([to_plain(one) for one in waiting], workspace.device)
    return len(pack_close({}, compact.write(plain), words))


def _timed(workspace: workspaces.Workspace, line: VillageLine) -> tuple[float, int, int]:
    before = line.seen.up, line.seen.down
    took = _sync(workspace)
    return took, line.seen.up - before[0], line.seen.down - before[1]


def _as_collect(submissions: list[str], line: VillageLine, district: Path) -> tuple[float, int]:
    """The same submissions as ODK Collect sends them: uncompressed XML, one after another, each asked for first.

    They go to an address that reads them and answers at once, so the server's work is not in this time.
    """
    import http.client

    from sync.client.trust import context

    bodies = [_multipart(xml) for xml in submissions]
    trusted: ssl.SSLContext = context((district / "authority.crt").read_text(encoding="ascii"))
    host, _, port = line.url.partition("//")[2].partition(":")
    before, begun = line.seen.up, time.perf_counter()
    connection = http.client.HTTPSConnection(host, int(port), timeout=120, context=trusted)
    asking = {
        "User-Agent": "org.odk.collect.android/v2026 Dalvik/2.1.0",
        "X-OpenRosa-Version": "1.0",
        "Date": "Sun, 22 Nov 2026 18:00:00 GMT",
    }
    for body in bodies:
        connection.request("HEAD", "/v1/enrol", headers=asking)
        connection.getresponse().read()
        connection.request("POST", "/v1/enrol", body, headers={**asking, "Content-Type": "multipart/form-data; boundary=x"})
        connection.getresponse().read()
    connection.close()
    return time.perf_counter() - begun, line.seen.up - before


def _multipart(xml: str) -> bytes:
    head = 'Content-Disposition: form-data; name="xml_submission_file"; filename="household_survey.xml"\r\nContent-Type: text/xml'
    return f"--x\r\n{head}; charset=UTF-8\r\n\r\n{xml}\r\n--x--\r\n".encode()


def _district(folder: Path, area: str = TOWN) -> dict[str, str]:
    folder.mkdir()
    district = DistrictServer(folder / "district")
    district.publish(forms() / "household_survey" / "household_survey.csv")
    codes = {name: district.code(name, area) for name in ("甲", "乙")}
    district.close()
    return codes


def _slip(district: Path, code: str, url: str) -> str:
    from sync.keys import pin_of
    from sync.slip import Slip, text

    return text(Slip(url, code, pin_of((district / "authority.crt").read_text(encoding="ascii"))))


def _sync(workspace: workspaces.Workspace) -> float:
    start = time.perf_counter()
    exchange.sync_now(workspace, quiet)
    return time.perf_counter() - start


@contextmanager
def _serving(data: Path, *more: str) -> Iterator[str]:
    command = [sys.executable, "-m", "sync.server", "serve", "--data", str(data), "--listen", "127.0.0.1:0", "--json", *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8") as server:
        try:
            assert server.stdout is not None
            yield str(json.loads(server.stdout.readline())["url"])
        finally:
            server.terminate()
            server.wait()
