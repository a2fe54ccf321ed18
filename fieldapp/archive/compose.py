"""Decides what is on paper: from a filled form and the facts of a household to an ArchiveSheet; draws nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date

from fieldapp.engine.views import FilledAnswer, FilledForm, FilledSection, FilledState, FilledTable
from fieldapp.words import say
from sync.operation import canonical

from . import completeness
from .amounts import is_money, shown
from .comparison import changes, row_head, row_title
from .completeness import MEMBER_TABLE
from .copies import is_left_out, marked
from .numbers import archive_number
from .seal import digest
from .sheet import ArchiveFacts, ArchiveSheet, Frame, Line, Part, Photo, Roster, SignatureBox

CONTENT_VERSION = 1
ROSTER_COLUMNS = ("m_name", "m_relation", "m_sex", "m_birth", "m_id_no", "m_ethnic", "m_edu", "m_health", "m_labour", "m_work_place")
_ROSTER_FALLBACK = 8
_GRID_COLUMNS, _GRID_TEXT = 7, 60
"""More columns, or a longer text, and the rows of a repeat stand one below the other."""
_SIGNED = "sign"
"""Uploads whose name begins so are signatures."""
_HIDDEN_TYPES = {"calculate"}


def compose(filled: FilledForm, facts: ArchiveFacts) -> ArchiveSheet:
    """The paper of one household."""
    content = canonical(_content(filled, facts))
    uploads = [(answer, hidden) for answer, hidden in marked(filled, facts.left_out) if _is_upload(answer)]
    pictures = [(answer, hidden) for answer, hidden in uploads if not answer.name.startswith(_SIGNED)]
    captions = _captions(filled)
    shown = _frames([answer for answer, hidden in pictures if not hidden], captions, facts, 1)
    internal_photos = _frames([answer for answer, hidden in pictures if hidden], captions, facts, len(shown) + 1)
    ordered = sorted(pictures, key=lambda picture: picture[1])
    numbers = {answer.path: frame.number for (answer, _), frame in zip(ordered, (*shown, *internal_photos), strict=True)}
    parts = _Parts(facts, numbers)
    members = next((table for section in filled.sections for table in section.tables if table.name == MEMBER_TABLE), None)
    return ArchiveSheet(
        facts=facts,
        form=filled.form,
        form_version=filled.version,
        form_title=filled.title,
        number=archive_number(facts.numbering, facts.matrix),
        parts=tuple(part for section in filled.sections for part in parts.public(section)),
        roster=_roster(members) if members else None,
        members=tuple(parts.rows(members, hidden=False)) if members else (),
        signatures=_signatures((answer for answer, hidden in uploads if not hidden and answer.name.startswith(_SIGNED)), facts),
        photos=shown,
        internal=tuple(part for section in filled.sections for part in parts.internal(section)),
        internal_photos=internal_photos,
        content=content,
        digest=digest(content),
        changes=changes(filled, facts),
        gaps=completeness.missing(filled, facts),
    )


def _content(filled: FilledForm, facts: ArchiveFacts) -> dict[str, object]:
    """What the digest is about: no copy, day of printing or layout, so that all copies and every reprint of a revision share it."""
    return {
        "kind": "fieldapp.archive",
        "v": CONTENT_VERSION,
        "household": facts.household,
        "head": facts.head_name,
        "places": list(facts.places),
        "number": archive_number(facts.numbering, facts.matrix),
        "revision": facts.revision,
        "surveyed_on": facts.surveyed_on.isoformat(),
        "form": filled.form,
        "form_version": filled.version,
        "answers": {answer.path: answer.raw for answer, _ in marked(filled, facts.left_out) if answer.state is FilledState.ANSWERED},
        "rows": {table.path: list(table.row_ids) for section in filled.sections for table in section.tables},
        "attachments": {name: hashlib.sha256(photo.data).hexdigest() for name, photo in facts.photos.items()},
    }


def _is_upload(answer: FilledAnswer) -> bool:
    return bool(answer.attachment) and answer.state is FilledState.ANSWERED


class _Parts:
    """Turns sections and rows into parts, split into what every copy shows and what is internal."""

    def __init__(self, facts: ArchiveFacts, numbers: dict[str, int]) -> None:
        self._left_out = facts.left_out
        self._matrix = facts.matrix
        self._numbers = numbers

    def public(self, section: FilledSection) -> Iterable[Part]:
        if is_left_out(section.name, self._left_out):
            return
        if not section.relevant:
            yield Part(section.title, (), is_relevant=False, note=say("archive-not-applicable-section"))
            return
        chosen = [answer for answer in section.answers if not is_left_out(answer.name, self._left_out)]
        has_members = any(table.name == MEMBER_TABLE for table in section.tables)
        if chosen or has_members:
            yield self._part(section.title, chosen, note=say("archive-see-members") if has_members else "")
        for table in section.tables:
            if table.name != MEMBER_TABLE:
                yield from self.rows(table, hidden=False)

    def internal(self, section: FilledSection) -> Iterable[Part]:
        whole = is_left_out(section.name, self._left_out)
        if whole and not section.relevant:
            return
        chosen = [answer for answer in section.answers if whole or is_left_out(answer.name, self._left_out)]
        if any(answer.state is not FilledState.NOT_APPLICABLE for answer in chosen):
            yield self._part(section.title, chosen)
        for table in section.tables:
            yield from self.rows(table, hidden=True, whole=whole)

    def rows(self, table: FilledTable, hidden: bool, whole: bool = False) -> Iterable[Part]:
        """A part a row, or one part for all if they are short. An empty row is left out, but every member is shown."""
        if table.name != MEMBER_TABLE and (grid := self._grid(table, hidden, whole)):
            yield Part(table.title, (), is_inner=True, grid=grid)
            return
        for index, row in enumerate(table.rows, 1):
            chosen = [answer for answer in row if (whole or is_left_out(answer.name, self._left_out)) is hidden]
            is_empty = not any(answer.state is FilledState.ANSWERED for answer in chosen)
            if is_empty and (hidden or table.name != MEMBER_TABLE):
                continue
            yield self._part(row_title(table, index, row), chosen, is_inner=True)

    def _grid(self, table: FilledTable, hidden: bool, whole: bool) -> Roster | None:
        """The rows side by side; None if that would not be readable, or there is nothing to show."""
        rows = [[answer for answer in row if (whole or is_left_out(answer.name, self._left_out)) is hidden] for row in table.rows]
        rows = [row for row in rows if any(answer.state is FilledState.ANSWERED for answer in row)]
        if not rows or len(rows[0]) > _GRID_COLUMNS or any([one.name for one in row] != [one.name for one in rows[0]] for row in rows):
            return None
        texts = tuple(tuple(_state_or(self._line(answer)) for answer in row) for row in rows)
        if any(len(text) > _GRID_TEXT for row in texts for text in row):
            return None
        return Roster(tuple(answer.label for answer in rows[0]), texts)

    def _part(self, title: str, answers: list[FilledAnswer], note: str = "", is_inner: bool = False) -> Part:
        lines = [(answer.state, self._line(answer)) for answer in answers if answer.type not in _HIDDEN_TYPES]
        return Part(
            title,
            tuple(line for state, line in lines if state is not FilledState.NOT_APPLICABLE),
            tuple(line for state, line in lines if state is FilledState.NOT_APPLICABLE),
            note=note,
            is_inner=is_inner,
        )

    def _line(self, answer: FilledAnswer) -> Line:
        text = answer.text
        if _is_upload(answer):
            number = self._numbers.get(answer.path)
            text = say("archive-see-photo", number=number) if number else say("archive-see-signature")
        money = is_money(answer)
        return Line(answer.number, answer.label, shown(answer, self._matrix) if money else text, answer.state, money)


def _roster(table: FilledTable) -> Roster | None:
    if not table.rows:
        return None
    first = {answer.name: answer for answer in table.rows[0]}
    names = [name for name in ROSTER_COLUMNS if name in first] or list(first)[:_ROSTER_FALLBACK]
    rows = tuple(tuple(_brief(row, name) for name in names) for row in table.rows)
    return Roster(tuple(first[name].label for name in names), rows)


def _state_or(line: Line) -> str:
    """The answer, or why there is none."""
    if line.state is FilledState.NOT_APPLICABLE:
        return "—"
    return line.text if line.state is FilledState.ANSWERED else say("archive-unanswered")


def _brief(row: tuple[FilledAnswer, ...], name: str) -> str:
    answer = next((answer for answer in row if answer.name == name), None)
    if answer is None or answer.state is FilledState.NOT_APPLICABLE:
        return "—"
    if answer.state is FilledState.UNANSWERED:
        return say("archive-unanswered")
    return answer.raw if answer.type == "date" else answer.text


def _signatures(answers: Iterable[FilledAnswer], facts: ArchiveFacts) -> tuple[SignatureBox, ...]:
    """A box for each who signs by the matrix, with the picture if the form has it; then signatures that the matrix does not know."""
    signed = list(answers)
    boxes = []
    for role in facts.matrix.signature_roles:
        own = next((answer for answer in signed if answer.name == facts.matrix.signature_questions.get(role)), None)
        boxes.append(_box(own, facts) if own else SignatureBox(say(f"archive-sign-{role}")))
        signed = [answer for answer in signed if answer is not own]
    return (*boxes, *(_box(answer, facts) for answer in signed))


def _box(answer: FilledAnswer, facts: ArchiveFacts) -> SignatureBox:
    photo = facts.photos.get(answer.attachment)
    if photo is None:
        return SignatureBox(answer.label, answer.attachment)
    day = _day(photo.taken) or facts.surveyed_on
    return SignatureBox(answer.label, answer.attachment, photo.data, say("archive-day", year=day.year, month=day.month, day=day.day))


def _day(taken: str) -> date | None:
    try:
        return date.fromisoformat(taken[:10])
    except ValueError:
        return None


def _captions(filled: FilledForm) -> dict[str, str]:
    """Of pictures in rows of a repeat: whose or what it is, then the question, as 一卡通流水：材料照片."""
    captions = {}
    for row in (row for section in filled.sections for table in section.tables for row in table.rows):
        about = row_head(row)
        captions.update({answer.path: f"{about}：{answer.label}" for answer in row if about and answer.attachment})
    return captions


def _frames(answers: list[FilledAnswer], captions: Mapping[str, str], facts: ArchiveFacts, first: int) -> tuple[Frame, ...]:
    frames = []
    for number, answer in enumerate(answers, first):
        photo = facts.photos.get(answer.attachment)
        caption = (photo.caption if photo else "") or captions.get(answer.path, answer.label)
        frames.append(Frame(answer.attachment, number, caption, _details(photo), photo.data if photo else None, answer.label))
    return tuple(frames)


def _details(photo: Photo | None) -> tuple[str, ...]:
    """When, by whom and with what; where (DA/T 50): as far as it is known."""
    if photo is None:
        return ()
    first = (("taken", photo.taken), ("author", photo.author), ("device", photo.device))
    lines = (
        "　".join(say(f"archive-photo-{name}", value=value) for name, value in known if value)
        for known in (first, (("place", photo.place),))
    )
    return tuple(line for line in lines if line)
