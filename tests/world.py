"""The world in which stories play: a real district server, laptops with real encrypted workspaces, and a clock that can be moved."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from PIL import Image

from fieldapp.domain.clock import CHINA, FixedClock
from fieldapp.domain.ids import HouseholdId
from fieldapp.store.keys import QUICK
from fieldapp.usecases import exchange, interview, publishing, roster, workspaces
from fieldapp.usecases.county.divisions import divisions
from sync.replica import PublishedForm
from sync.server import areas, forms, people, serving
from sync.server.district import District, init

TOWN = "990102101"
VILLAGE = "990102101201"
MORNING = datetime(2026, 11, 20, 8, 30, tzinfo=CHINA)
PASSPHRASE = "correct horse"


def quiet(_done: int, _total: int, _text: str = "") -> None:
    """Nobody looks at the progress."""


@cache
def bundled() -> tuple[tuple[PublishedForm, bytes], ...]:
    """The bundled forms, compiled once for all tests of a process."""
    return publishing.bundled()


def photo(text: str = "", size: tuple[int, int] = (400, 300)) -> bytes:
    """A JPEG whose metadata carries a text."""
    picture = Image.new("RGB", size, (90, 140, 90))
    exif = Image.Exif()
    if text:
        exif[0x010E] = text
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


@dataclass
class DistrictServer:
    """A district with the fictitious areas and the household form; its server can be down and come up again at the same address."""

    folder: Path
    district: District = field(init=False)
    url: str = ""
    _server: serving._Announcing | None = None

    def __post_init__(self) -> None:
        self.district = init(self.folder)
        table = self.folder / "areas.csv"
        rows = "".join(f"{area.code},{area.name},{area.parent}\n" for area in divisions())
        table.write_text("code,name,parent\n" + rows, encoding="utf-8")
        areas.import_areas(self.district, table)

    def publish(self, file: Path) -> None:
        """Publish a form to all laptops."""
        forms.publish(self.district, file)

    def start(self) -> None:
        """Answer requests; at the address of before if it was up already."""
        port = self.url.rpartition(":")[2] or "0"
        self._socket = serving.open_socket(f"127.0.0.1:{port}")
        self.url = serving.url_of(self._socket)
        ready = threading.Event()
        self._server = serving.server(self.district, ready.set)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})
        self._thread.start()
        assert ready.wait(30)

    def stop(self) -> None:
        """Be gone."""
        if self._server is not None:
            self._server.should_exit = True
            self._thread.join(30)
            self._socket.close()
            self._server = None

    def close(self) -> None:
        self.stop()
        self.district.close()

    def code(self, person: str, area: str = TOWN) -> str:
        """A one-time enrolment code for a new person."""
        people.add_person(self.district, person, "surveyor", area)
        return people.make_code(self.district, person, area)[0]


def laptop(folder: Path, user: str = "王队长", clock: FixedClock | None = None) -> workspaces.Workspace:
    """A fresh demo workspace with the bundled form and the fictitious areas, not enrolled."""
    from fieldapp.store import areas as known

    workspace = workspaces.create(folder, user, PASSPHRASE, "demo", clock or FixedClock(MORNING), kdf=QUICK, made=bundled())
    with workspace.begin() as tx:
        known.learn(tx, divisions())
    return workspace


def enrolled(server: DistrictServer, folder: Path, user: str, area: str = TOWN) -> workspaces.Workspace:
    """A laptop that the district knows and that has synced once."""
    workspace = laptop(folder, user)
    exchange.enrol(workspace, server.url, server.code(user, area), quiet)
    exchange.sync_now(workspace, quiet)
    return workspace


def nobody_home(workspace: workspaces.Workspace, head: str, note: str = "门锁着", picture: bytes | None = None) -> HouseholdId:
    """A new household that was visited in vain."""
    household = roster.add_household(workspace, VILLAGE, head)
    visit_in_vain(workspace, household, note, picture)
    return household


def visit_in_vain(workspace: workspaces.Workspace, household: HouseholdId, note: str = "门锁着", picture: bytes | None = None) -> None:
    """The shortest survey that can be finalized."""
    opened = interview.start(workspace, household)
    visit = f"{opened.session.root}/a_visit"
    answers = {
        "survey_round": "1",
        "notice_read": "OK",
        "interviewer_name": "示范员",
        "interviewer_phone": "15400000001",
        "visit_result": "3",
        "visit_result_note": note,
    }
    for question, value in answers.items():
        opened.session.answer(f"{visit}/{question}", value)
    if picture is not None:
        path = f"{visit}/visit_fail_photo"
        opened.session.answer(path, interview.attach(workspace, opened.draft, path, "door.jpg", picture))
    interview.save_draft(workspace, opened.draft, opened.session.snapshot())
    interview.finalize(workspace, opened)
