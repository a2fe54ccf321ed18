"""A phone as the camera of the team: over the laptop's hotspot it fetches a form of photos, and our forms, and submits to the laptop.

Off until somebody starts it, for one phone, with a password that dies with it; photos are kept encrypted at once and touch no disk before.
What a phone fills of our own forms comes as a draft that a person looks at and finalizes.
"""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from fieldapp.domain.household import Household
from fieldapp.domain.ids import AreaCode, HouseholdId
from fieldapp.errors import CodedError, HotspotUnreachable
from fieldapp.words import say
from sync.errors import Refused
from sync.survey import household_fields

from . import media_files

if TYPE_CHECKING:
    import uvicorn

    from fieldapp.store.database import Database as Workspace
    from fieldapp.store.transaction import Transaction
    from sync.gateway.access import Secret
    from sync.gateway.documents import Offered
    from sync.gateway.reading import Sent

PHOTOS = "household_photos"
_USER = "camera"
_ROOT = "photos"


@dataclass(frozen=True, slots=True)
class Pairing:
    """What the phone has to know; `settings` is the text of the QR code by which ODK Collect sets itself up."""

    url: str
    user: str
    password: str
    settings: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a phone sent: photos of a household, or a draft."""

    household: HouseholdId
    head_name: str
    photos: int
    draft: str = ""


class Hotspot:
    """The laptop's gateway while it is on. `arrived` is called in the server's threads after each submission was kept."""

    def __init__(self, workspace: Workspace, households: Sequence[HouseholdId], arrived: Callable[[Arrived], object]) -> None:
        from sync.gateway.access import new_password

        self._desk = LaptopDesk(workspace, households, new_password(), arrived)
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._socket: socket.socket | None = None

    def start(self, host: str, port: int = 0) -> Pairing:
        """Listen on one address of this laptop; the port is free if none is named. Raises HotspotUnreachable."""
        import uvicorn
        from starlette.applications import Starlette

        from sync.gateway import access, app

        self._socket = _listen(host, port)
        url = f"http://{f'[{host}]' if ':' in host else host}:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            Starlette(routes=[*app.routes(self._desk)]), log_level="warning", access_log=False, http="h11", ws="none", lifespan="off",
            timeout_keep_alive=20, timeout_graceful_shutdown=2, server_header=False,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, name="hotspot", daemon=True)
        self._thread.start()
        settings = access.collect_settings(f"{url}{app.PREFIX}", _USER, self._desk.password, say("app-title"))
        return Pairing(url, _USER, self._desk.password, settings)

    def stop(self) -> None:
        """Let go of the port; what is being received is finished first."""
        if self._server is not None and self._thread is not None and self._socket is not None:
            self._server.should_exit = True
            self._thread.join(10)
            self._socket.close()
            self._server = None

    @property
    def is_on(self) -> bool:
        """Whether it listens."""
        return self._server is not None


class LaptopDesk:
    """A `gateway.app.Desk` over a workspace."""

    def __init__(
        self, workspace: Workspace, households: Sequence[HouseholdId], password: str, arrived: Callable[[Arrived], object]
    ) -> None:
        self.password = password
        self._workspace = workspace
        self._households = tuple(households)
        self._arrived = arrived
        self._lock = threading.Lock()

    def secret_of(self, user: str) -> Secret | None:
        """The one account there is."""
        from sync.gateway.access import secret_of

        return secret_of(_USER, self.password) if user == _USER else None

    def offered(self) -> tuple[Offered, ...]:
        """The form of photos first, then the newest version of every form of the workspace."""
        from fieldapp.store import forms

        with self._workspace.read() as tx:
            newest = {form: version for form, version, _ in forms.versions(tx)}
            return (self._photo_form(tx), *(_offered(tx, form, version) for form, version in sorted(newest.items())))

    def offer(self, form: str, version: str) -> Offered | None:
        """A form version."""
        from fieldapp.errors import NotFound

        with self._workspace.read() as tx:
            if form == PHOTOS:
                return self._photo_form(tx)
            try:
                return _offered(tx, form, version)
            except NotFound:
                return None

    def take(self, _user: str, xml: bytes, form: Offered, files: Mapping[str, bytes], /) -> str:
        """Photos become attachments of their household, everything else a draft. Raises Refused, also for a file that cannot be kept."""
        from sync.gateway import reading

        sent = reading.read(xml, reading.shape_of(form.xform.decode("utf-8")))
        record = reading.record_of(sent.deprecated or sent.instance)
        try:
            with self._lock, self._workspace.begin() as tx:
                here = {name: _keep(tx, name, data) for name, data in files.items() if name in set(sent.uploads.values())}
                done = self._photos(tx, record, sent, here) if sent.form == PHOTOS else _draft(tx, record, sent, here)
        except CodedError as no:
            raise Refused(reason="garbled" if not isinstance(no, Refused) else str(no.values["reason"]), what=no.code) from no
        self._arrived(done)
        return "sent" if set(sent.uploads.values()) <= set(here) else "sent-partly"

    def _photo_form(self, tx: Transaction) -> Offered:
        from fieldapp.store import households
        from sync.gateway.documents import Offered

        items = [(one, households.get(tx, one).head_name) for one in self._households]
        version = hashlib.sha256(json.dumps(items).encode()).hexdigest()[:8]
        return Offered(PHOTOS, version, say("hotspot-photos"), _photo_xform(items, version).encode("utf-8"), {})

    def _photos(self, tx: Transaction, record: str, sent: Sent, here: Mapping[str, str]) -> Arrived:
        from fieldapp.store import audit, households, operations

        chosen = sent.answers.get("household", "")
        if chosen not in self._households:
            raise Refused(reason="garbled", what="household")
        household = households.get(tx, chosen)
        kept = 0
        for path, name in sent.uploads.items():
            value = here.get(name)
            identity = hashlib.sha256(f"{record}/{path}/{value}".encode()).hexdigest()[:32]
            if value is None or operations.of_record(tx, identity):
                continue
            caption = sent.answers.get(f"{path.rpartition('/')[0]}/caption", "")
            operations.write(tx, "attachment", identity, household.village, _about(tx, value, "", "", household.id, caption))
            kept += 1
        audit.record(tx, "attach", household.id, f"hotspot {kept}")
        return Arrived(household.id, household.head_name, kept)


def _draft(tx: Transaction, record: str, sent: Sent, here: Mapping[str, str]) -> Arrived:
    """Begin the draft, or give one that is there the files it waits for."""
    from fieldapp.errors import NotFound
    from fieldapp.store import audit, households, submissions
    from sync.gateway import reading

    answers = {path: here.get(value, value) for path, value in reading.renamed(sent.answers, reading.row_ids(sent, record)).items()}
    try:
        kept = submissions.load(tx, record)
        if kept.revision == 0:
            submissions.save_answers(tx, record, {path: here[value] for path, value in kept.answers.items() if value in here})
        household = households.get(tx, kept.household)
    except NotFound:
        household = _household_of(tx, record, answers)
        submissions.start_draft(tx, record, household.id, household.village, sent.form, sent.version, answers)
        audit.record(tx, "receive", record, "hotspot")
    return Arrived(household.id, household.head_name, len(here), record)


def _household_of(tx: Transaction, record: str, answers: Mapping[str, str]) -> Household:
    """The household that the answers name by its national code in its village, else a new one."""
    from fieldapp.store import households

    fields: dict[str, Any] = {**household_fields(answers)}
    village, code = str(fields.pop("village", "")), str(fields.get("national_code", ""))
    if len(village) != 12:
        raise Refused(reason="no-village")
    for line in households.search(tx, code, village) if code else ():
        if line.national_code == code:
            return households.get(tx, line.id)
    identity = HouseholdId(hashlib.sha256(f"{record}/household".encode()).hexdigest()[:32])
    names = [value for path, value in answers.items() if path.endswith("/m_name")]
    made = Household(identity, AreaCode(village), names[0] if names else "", **fields)
    households.save(tx, made)
    return made


def _keep(tx: Transaction, name: str, data: bytes) -> str:
    """A file cleaned of what cameras add, encrypted; the answer that stands for it."""
    from fieldapp.store import attachments

    clean, extension = media_files.clean(name, data, "application/octet-stream")
    return f"{attachments.put(tx, clean, media_files.mime_of(extension))}.{extension}"


def _about(tx: Transaction, value: str, submission: str, path: str, household: str, caption: str) -> dict[str, str | None]:
    from fieldapp.store import attachments

    identity = PurePath(value).stem
    return {
        "name": value,
        "mime": media_files.mime_of(PurePath(value).suffix.removeprefix(".")),
        "size": str(len(attachments.get(tx, identity))),
        "sha": identity,
        "submission": submission,
        "path": path,
        "household": household,
        "caption": caption,
        "taken_at": tx.now().isoformat(timespec="seconds"),
    }


def _offered(tx: Transaction, form: str, version: str) -> Offered:
    from fieldapp.store import forms
    from sync.gateway.documents import Offered

    kept = forms.get(tx, form, version)
    return Offered(kept.form, kept.version, kept.title, kept.xform.encode("utf-8"), kept.files)


def _photo_xform(households: Sequence[tuple[str, str]], version: str) -> str:
    """A form of photos with captions for one of some households."""
    items = "".join(f"<item><label>{escape(name)}</label><value>{identity}</value></item>" for identity, name in households)
    first = households[0][0] if len(households) == 1 else ""
    title, household, photo, caption = (escape(say(f"hotspot-{word}")) for word in ("photos", "household", "photo", "caption"))
    return f"""<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa"
 xmlns:orx="http://openrosa.org/xforms"><h:head><h:title>{title}</h:title><model>
<instance><{_ROOT} id="{PHOTOS}" version="{version}"><household>{first}</household><shot jr:template=""><image/><caption/></shot>
<meta><orx:instanceID/></meta></{_ROOT}></instance>
<bind nodeset="/{_ROOT}/household" type="string" required="true()"/><bind nodeset="/{_ROOT}/shot/image" type="binary"/>
<bind nodeset="/{_ROOT}/shot/caption" type="string"/>
<bind nodeset="/{_ROOT}/meta/orx:instanceID" type="string" readonly="true()" jr:preload="uid"/></model></h:head>
<h:body><select1 ref="/{_ROOT}/household"><label>{household}</label>{items}</select1>
<group ref="/{_ROOT}/shot"><label>{photo}</label><repeat nodeset="/{_ROOT}/shot">
<upload ref="/{_ROOT}/shot/image" mediatype="image/*"><label>{photo}</label></upload>
<input ref="/{_ROOT}/shot/caption"><label>{caption}</label></input></repeat></group></h:body></h:html>
"""


def _listen(host: str, port: int) -> socket.socket:
    opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        opened.bind((host, port))
        opened.listen(16)
    except (OSError, OverflowError) as wrong:
        opened.close()
        raise HotspotUnreachable(address=f"{host}:{port}", detail=str(wrong)) from wrong
    return opened


def own_address() -> str:
    """The address of this laptop in the network that a phone on its hotspot sees; the machine's own if there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # A datagram socket that is connected sends nothing; it only asks which address would be used.
            probe.connect(("10.255.255.255", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
