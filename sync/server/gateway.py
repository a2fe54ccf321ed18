"""The district's side of the gateway: what a phone submits becomes operations of household, members, submission and photos."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath

from sqlmodel import Session, col, select

from ..errors import Refused
from ..gateway import reading
from ..gateway.access import Secret
from ..gateway.documents import Offered
from ..keys import DeviceKey
from ..merge import heads_of, merge
from ..operation import Operation, signed, to_plain
from ..replica import PublishedForm
from ..survey import HEAD, MEMBER, household_fields, member_fields, member_rows
from . import areas, attachments, feed, forms, phones, service
from .district import District
from .errors import NotKnown
from .tables import Device, Person, Phone, PhoneSubmission, Record

_VILLAGE = re.compile(r"[0-9]{12}")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}")


class DistrictDesk:
    """A `gateway.app.Desk` over an opened district."""

    def __init__(self, district: District) -> None:
        self._district = district

    def secret_of(self, user: str) -> Secret | None:
        """What is kept of the password of an account that is not revoked."""
        with self._district.reading() as session:
            return phones.secret_of_user(session, user)

    def offered(self) -> tuple[Offered, ...]:
        """The newest published version of every form."""
        with self._district.reading() as session:
            newest = dict(forms.published(session))
            return tuple(_offered(forms.read(session, form, version)) for form, version in sorted(newest.items()))

    def offer(self, form: str, version: str) -> Offered | None:
        """A published form version."""
        with self._district.reading() as session:
            try:
                return _offered(forms.read(session, form, version))
            except NotKnown:
                return None

    def take(self, user: str, xml: bytes, form: Offered, files: Mapping[str, bytes]) -> str:
        """Keep a submission or a further part of it: first its files, then the operations, signed by the phone's device."""
        sent = reading.read(xml, reading.shape_of(form.xform.decode("utf-8")))
        with self._district.lock:
            return _Taking(self._district, user, sent).keep(files)


def _offered(form: PublishedForm) -> Offered:
    return Offered(form.form, form.version, form.title, form.xform.encode("utf-8"), form.files)


@dataclass(frozen=True, slots=True)
class _Change:
    """One record's change before it is signed."""

    kind: str
    record: str
    fields: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class _Author:
    """Who submits: the phone's device, its last operation, its person and area."""

    key: DeviceKey
    last: str
    name: str
    area: str


def _author(session: Session, user: str) -> _Author:
    phone = session.get(Phone, user)
    device = session.get(Device, phone.device) if phone else None
    person = session.get(Person, device.person) if device else None
    if phone is None or device is None or person is None or device.revoked_at:
        raise Refused(reason="revoked")
    return _Author(DeviceKey(phone.private), phone.last, person.name, device.area)


class _Taking:
    """One submission being kept: what it changes is found out in one reading, signed, and taken in like a laptop's push."""

    def __init__(self, district: District, user: str, sent: reading.Sent) -> None:
        self._district = district
        self._user = user
        self._sent = sent

    def keep(self, files: Mapping[str, bytes]) -> str:
        """What the person is told: `sent`, or `sent-partly` while files are still to come."""
        named = set(self._sent.uploads.values())
        with self._district.reading() as session:
            author = _author(session, self._user)
            village = _village(session, self._sent, author.area)
            record = _record(session, self._sent)
        here = {name: self._keep_file(author, name, data) for name, data in files.items() if name in named}
        with self._district.writing() as session:
            feed.insert_new(session, PhoneSubmission, [{"instance": self._sent.instance, "record": record}])
        with self._district.reading() as session:
            changes, waiting = _Found(session, self._sent, village, record).changes(here, self._district.now())
        self._push(author, village, changes)
        return "sent-partly" if waiting else "sent"

    def _keep_file(self, author: _Author, name: str, data: bytes) -> str:
        """The answer of an upload whose bytes are kept now."""
        attachments.check_length(len(data))
        sha = hashlib.sha256(data).hexdigest()
        if not attachments.is_here(self._district, sha):
            attachments.keep(self._district, sha, data, author.key.device)
        suffix = PurePath(name).suffix
        return sha + (suffix.lower() if _EXTENSION.fullmatch(suffix) else "")

    def _push(self, author: _Author, village: str, changes: Sequence[_Change]) -> None:
        if not changes:
            return
        at, prev, operations = int(self._district.now().timestamp() * 1000), author.last, []
        for place, change in enumerate(changes):
            with self._district.reading() as session:
                parents = heads_of(feed.of_record(session, village, change.record))
            of_form = change.kind == "submission"
            unsigned = Operation(
                dev=author.key.device, prev=prev, rec=change.record, kind=change.kind, vil=village, par=parents, set=change.fields,
                hlc=f"{at:013d}-{place:06d}", user=author.name,
                form=self._sent.form if of_form else "", form_ver=self._sent.version if of_form else "",
            )  # fmt: skip
            operations.append(signed(unsigned, author.key))
            prev = operations[-1].id
        service.take_in(self._district, author.key.device, [to_plain(operation) for operation in operations])
        with self._district.writing() as session:
            phone = session.get(Phone, self._user)
            if phone is not None:
                phone.last = prev
                session.add(phone)


def _village(session: Session, sent: reading.Sent, area: str) -> str:
    """The village that the answers name, else the only one of the phone's area. Raises Refused(no-village)."""
    told = [value for path, value in sent.answers.items() if path.rpartition("/")[2] == "village_code" and _VILLAGE.fullmatch(value)]
    if told:
        return told[0]
    villages = areas.villages_in(session, area)
    if len(villages) != 1:
        raise Refused(reason="no-village")
    return villages[0]


def _record(session: Session, sent: reading.Sent) -> str:
    """The record of the submission: an edit's is that of the submission which it replaces."""
    for instance in (sent.instance, sent.deprecated):
        known = session.get(PhoneSubmission, instance) if instance else None
        if known is not None:
            return known.record
    return reading.record_of(sent.deprecated or sent.instance)


class _Found:
    """What a submission changes, held against what the district has."""

    def __init__(self, session: Session, sent: reading.Sent, village: str, record: str) -> None:
        self._session = session
        self._sent = sent
        self._village = village
        self._record = record
        operations = feed.of_record(session, village, record)
        self._is_known = any(operation.set.get(reading.INSTANCE_ID) == sent.instance for operation in operations)
        self._kept = merge(operations).values()

    def changes(self, here: Mapping[str, str], now: datetime) -> tuple[list[_Change], bool]:
        """The changes, and whether files are still to come; `here`: name of a file → the answer that stands for it."""
        if self._is_known:
            household = self._kept.get("@household", "")
            answers = {path: here[value] for path, value in self._kept.items() if value in here and not path.startswith("@")}
            found = [_Change("submission", self._record, dict(answers))] if answers else []
            after = {**self._kept, **answers}
        else:
            household, known = self._household()
            rows = reading.row_ids(self._sent, self._record, self._kept) | (self._known_rows(household) if known else {})
            after = {path: here.get(value, value) for path, value in reading.renamed(self._sent.answers, rows).items()}
            found = self._typed(household, after) if household else []
            found.append(_Change("submission", self._record, self._difference(household, after, now)))
        uploads = {path: value for path, value in after.items() if value in set(here.values())}
        found += self._photos(household, uploads, now)
        missing = set(self._sent.uploads.values()) - set(here)
        return found, any(value in missing for value in after.values())

    def _household(self) -> tuple[str, bool]:
        """The household's record and whether it is there; a new one if the answers describe one, empty if they do not."""
        if household := self._kept.get("@household", ""):
            return household, True
        named = self._answer("household_id")
        if re.fullmatch("[0-9a-f]{32}", named) and self._session.get(Record, (self._village, named)) is not None:
            return named, True
        code = self._answer("household_code")
        if code:
            for record, values in self._all("household"):
                if values.get("national_code") == code:
                    return record, True
        if not household_fields(self._sent.answers) and not member_rows(self._sent.answers):
            return "", False
        return hashlib.sha256(f"{self._record}/household".encode()).hexdigest()[:32], False

    def _known_rows(self, household: str) -> dict[str, str]:
        """Rows of members that the household has already, by identity number, else by name."""
        members = [(record, values) for record, values in self._all("member") if values.get("household") == household]
        found: dict[str, str] = {}
        for row, told in member_rows(self._sent.answers):
            fields = member_fields(told)
            for key in ("citizen_id", "name"):
                same = [record for record, values in members if fields[key] and values.get(key) == fields[key]]
                if len(same) == 1 and same[0] not in found.values():
                    found[f"{MEMBER}/{row}"] = same[0]
                    break
        return found

    def _typed(self, household: str, answers: Mapping[str, str]) -> list[_Change]:
        """The household's and the members' own records."""
        rows = [(row, member_fields(told)) for row, told in member_rows(answers)]
        heads = [fields["name"] for _, fields in rows if fields["relation"] == HEAD and fields["active"] == "1"]
        names = heads or [fields["name"] for _, fields in rows]
        about = household_fields(answers) | {"village": self._village} | ({"head_name": names[0]} if names else {})
        found = [self._change("household", household, about)]
        for place, (row, fields) in enumerate(rows, 1):
            found.append(self._change("member", row, fields | {"household": household, "order": str(place)}))
        return [change for change in found if change.fields]

    def _change(self, kind: str, record: str, fields: Mapping[str, str]) -> _Change:
        """What differs; a field that was not asked takes nothing away."""
        kept = self._values(record)
        return _Change(kind, record, {name: value for name, value in fields.items() if kept.get(name, "") != value and (value or not kept)})

    def _difference(self, household: str, answers: Mapping[str, str], now: datetime) -> dict[str, str | None]:
        gone: dict[str, str | None] = {path: None for path in self._kept if not path.startswith("@") and path not in answers}
        revision = self._kept.get("@revision", "0")
        return gone | {path: value for path, value in answers.items() if self._kept.get(path) != value} | {
            "@household": household,
            "@state": "finalized",
            "@revision": str((int(revision) if revision.isdigit() else 0) + 1),
            "@finalized_at": now.astimezone(UTC).isoformat(timespec="seconds"),
        }  # fmt: skip

    def _photos(self, household: str, uploads: Mapping[str, str], now: datetime) -> list[_Change]:
        found = []
        for path, value in uploads.items():
            sha = value[:64]
            record = hashlib.sha256(f"{self._record}/{path}/{sha}".encode()).hexdigest()[:32]
            if self._values(record):
                continue
            fields: dict[str, str | None] = {
                "name": value,
                "mime": mimetypes.guess_type(value)[0] or "application/octet-stream",
                "size": str(attachments.size_of(self._session, sha)),
                "sha": sha,
                "submission": self._record,
                "path": path,
                "household": household,
                "caption": "",
                "taken_at": now.astimezone(UTC).isoformat(timespec="seconds"),
            }
            found.append(_Change("attachment", record, fields))
        return found

    def _answer(self, question: str) -> str:
        return next((value for path, value in self._sent.answers.items() if path.rpartition("/")[2] == question), "")

    def _values(self, record: str) -> dict[str, str]:
        return merge(feed.of_record(self._session, self._village, record)).values()

    def _all(self, kind: str) -> list[tuple[str, dict[str, str]]]:
        chosen = select(Record.rec).where(Record.vil == self._village, Record.kind == kind, col(Record.deleted).is_(False))
        return [(record, self._values(record)) for record in self._session.exec(chosen).all()]
