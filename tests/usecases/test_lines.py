"""A laptop on a line: enrolled by a slip over TLS, text before previews before photos, cancelled at any moment."""

from __future__ import annotations

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlmodel import select

from fieldapp.errors import Cancelled, ForeignCertificate, GarbledReply, NotFound
from fieldapp.usecases import exchange, lines
from fieldapp.usecases.media_files import preview
from fieldapp.words import say
from sync.previews import MOST
from sync.server import attachments, certificates, people
from sync.server.tables import File
from sync.slip import Slip, file_text, text
from tests.sync.held_line import HeldLine
from tests.sync.test_trust import Secure
from tests.world import TOWN, DistrictServer, laptop, nobody_home, photo, quiet


def slip_for(secure: Secure, person: str) -> Slip:
    people.add_person(secure.district, person, "surveyor", TOWN)
    code, _ = people.make_code(secure.district, person, TOWN)
    held = certificates.current(secure.district.folder)
    assert held is not None
    return Slip(secure.url, code, held.pin, TOWN, certificates.authority_pem(secure.district.folder))


@pytest.fixture
def secure(server: DistrictServer):
    running = Secure(server.district)
    yield running
    running.stop()


def test_a_slip_enrols_over_tls_and_text_comes_before_photos(secure: Secure, tmp_path: Path) -> None:
    workspace = laptop(tmp_path / "one", "甲")
    slip = slip_for(secure, "甲")
    file = tmp_path / "甲.slip"
    file.write_text(file_text(slip), encoding="utf-8")
    status = exchange.enrol_by_slip(workspace, exchange.slip_text(str(file)), quiet)
    assert (status.server, status.pinned) == (secure.url, True)
    exchange.set_photos_later(workspace, True)
    exchange.sync_now(workspace, quiet)
    nobody_home(workspace, "张三", picture=photo(size=(900, 600)))
    first = exchange.sync_now(workspace, quiet)
    assert (first.sent, first.previews, first.files_sent, first.files_left) == (3, 0, 0, 1)
    exchange.set_photos_later(workspace, False)
    told: list[str] = []
    second = exchange.sync_now(workspace, lambda done, total, words: told.append(words))
    assert (second.previews, second.files_sent, second.files_left) == (1, 1, 0)
    order = [words for words in dict.fromkeys(told) if words]
    assert len(order) == 3
    with secure.district.reading() as session:
        sha = session.exec(select(File.sha)).one()
    kept = attachments.preview(secure.district, sha)
    assert kept is not None
    assert len(kept) <= MOST
    assert len(attachments.read(secure.district, sha)) > len(kept)
    held = exchange.status(workspace)
    assert (held.unsent, held.receipts, held.files_waiting, held.photos_later, held.last_error) == (0, 3, 0, False, "")
    assert held.bytes_up > 1000
    assert held.bytes_down > 100
    assert held.last_sync
    assert exchange.sync_now(workspace, quiet).previews == 0
    workspace.close()


def test_a_slip_of_another_district_is_refused(secure: Secure, tmp_path: Path) -> None:
    workspace = laptop(tmp_path / "one", "甲")
    slip = slip_for(secure, "甲")
    with pytest.raises(ForeignCertificate):
        exchange.enrol(workspace, text(dataclasses.replace(slip, pin="A" * 52)), "", quiet)
    with pytest.raises(GarbledReply):
        exchange.enrol(workspace, "fieldapp-enrol:?u=x", "", quiet)
    with pytest.raises(NotFound):
        exchange.slip_text(str(tmp_path / "none.slip"))
    assert exchange.status(workspace).server == ""
    workspace.close()


def test_cancelling_stops_at_the_next_piece_and_loses_nothing(secure: Secure, tmp_path: Path) -> None:
    workspace = laptop(tmp_path / "one", "甲")
    exchange.enrol(workspace, text(slip_for(secure, "甲")), "", quiet)
    exchange.sync_now(workspace, quiet)
    nobody_home(workspace, "李四")
    calls = []

    def give_up(done: int, total: int, words: str) -> None:
        calls.append(words)
        if len(calls) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        exchange.sync_now(workspace, give_up)
    assert len(calls) == 2
    assert exchange.status(workspace).unsent in (0, 2)
    exchange.sync_now(workspace, quiet)
    assert exchange.status(workspace).unsent == 0
    workspace.close()


@pytest.mark.parametrize("photos", [False, True])
def test_giving_up_does_not_wait_for_a_line_that_says_nothing(secure: Secure, tmp_path: Path, photos: bool) -> None:
    line = HeldLine(("127.0.0.1", int(secure.url.rpartition(":")[2])))
    workspace = laptop(tmp_path / "one", "甲")
    slip = dataclasses.replace(slip_for(secure, "甲"), url=f"https://127.0.0.1:{line.port}")
    exchange.enrol(workspace, text(slip), "", quiet)
    exchange.sync_now(workspace, quiet)
    nobody_home(workspace, "李四", picture=photo())
    gave_up, hold = threading.Event(), lines.Hold()

    def report(done: int, total: int, words: str) -> None:
        if gave_up.is_set():
            raise Cancelled
        if words == say("exchange-files-out" if photos else "exchange-operations"):
            line.hold()

    with ThreadPoolExecutor(1) as other:
        running = other.submit(exchange.sync_now, workspace, report, hold=hold)
        assert line.asked.wait(30)
        gave_up.set()
        hold.let_go()
        with pytest.raises(Cancelled):
            running.result(20)
    line.release()
    held = exchange.status(workspace)
    assert (held.unsent, held.files_waiting, held.last_error) == (0 if photos else 3, 1, "")
    exchange.sync_now(workspace, quiet)
    held = exchange.status(workspace)
    assert (held.unsent, held.files_waiting) == (0, 0)
    workspace.close()
    line.stop()


def test_waiting_for_the_line_can_be_cancelled() -> None:
    def give_up(done: int, total: int, words: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        lines.waiting(give_up, 1, longest_s=3600)(3600)


def test_a_preview_is_small_and_only_of_pictures() -> None:
    small = preview(photo(size=(1600, 1200)), MOST)
    assert small is not None
    assert len(small) <= MOST
    assert preview(b"no picture", MOST) is None
    assert preview(photo(), 10) is None
