"""Tells before printing what an archive lacks (缺件清单): signatures, dates, seals, evidence, members, materials of its stages, glyphs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from fieldapp.domain.stage import Gap as Lack
from fieldapp.domain.stage import Held, Material, Signer, gaps
from fieldapp.engine.views import FilledAnswer, FilledForm, FilledState
from fieldapp.words import say
from sync.survey import has_left

from .copies import marked
from .fonts import Missing
from .gap import Gap
from .matrix import Condition
from .sheet import ArchiveFacts, ArchiveSheet

MEMBER_TABLE = "member"
_ARCHIVED = "archived"
_DAY = re.compile(r"(20[0-9]{2})(?:[-年./]([0-9]{1,2})[-月./]([0-9]{1,2})|([0-9]{2})([0-9]{2}))")
"""In the title of a photographed material."""


def missing(filled: FilledForm, facts: ArchiveFacts) -> tuple[Gap, ...]:
    """What a filled form lacks by the matrix, in the order: signatures, dates, seals, evidence, members, order of dates, materials."""
    answers = _Answers(filled, facts)
    return tuple(
        dict.fromkeys(
            (
                *_signatures(answers),
                *_dates(answers),
                *(() if facts.matrix.seals else (Gap("no-seal-place", ""),)),
                *_evidence(answers),
                *_members(answers),
                *_orders(answers),
                *_materials(answers),
            )
        )
    )


def not_drawn(sheet: ArchiveSheet, found: Iterable[Missing]) -> tuple[Gap, ...]:
    """What drawing has found: characters that no font has; photos that cannot be read. What `missing` named already is not named again."""
    inside = {line.label for part in sheet.internal for line in part.lines} | {frame.question for frame in sheet.internal_photos}
    known = {gap.what for gap in sheet.gaps if gap.code == "no-picture"}
    lacking = []
    for one in found:
        is_internal = one.where in inside or one.where.partition("：")[2] in inside
        if one.kind == "glyph":
            lacking.append(Gap("no-glyph", f"U+{ord(one.what):04X} {one.where}".strip(), is_internal))
        elif one.kind == "photo" and one.where not in known:
            lacking.append(Gap("no-picture", one.where, is_internal))
    return tuple(dict.fromkeys(lacking))


class _Answers:
    """The answers of a form by question name."""

    def __init__(self, filled: FilledForm, facts: ArchiveFacts) -> None:
        self.facts = facts
        self.matrix = facts.matrix
        self.filled = filled
        self._named: dict[str, list[FilledAnswer]] = {}
        self._hidden: set[str] = set()
        for answer, hidden in marked(filled, facts.left_out):
            self._named.setdefault(answer.name, []).append(answer)
            if hidden:
                self._hidden.add(answer.name)

    def of(self, name: str) -> list[FilledAnswer]:
        """All answers of a name: one a row in a repeat."""
        return self._named.get(name, [])

    def every(self) -> Iterator[FilledAnswer]:
        for answers in self._named.values():
            yield from answers

    def is_internal(self, name: str) -> bool:
        return name in self._hidden

    def raw(self, name: str) -> str:
        """The first answer that is given."""
        return next((answer.raw for answer in self.of(name) if answer.state is FilledState.ANSWERED), "")

    def holds(self, condition: Condition) -> bool:
        """Whether one of the wanted choices is chosen."""
        return not set(self.raw(condition.question).split()).isdisjoint(condition.values)


def _signatures(answers: _Answers) -> Iterator[Gap]:
    """Who has to sign and has not: the question is asked and empty, or the form asks for no signature at all."""
    if answers.facts.signed_on_paper:
        return
    for role in answers.matrix.signature_roles:
        if role not in answers.matrix.required_roles:
            continue
        asked = answers.of(answers.matrix.signature_questions.get(role, ""))
        if not asked or any(answer.state is FilledState.UNANSWERED for answer in asked):
            yield Gap("no-signature", asked[0].label if asked else say(f"archive-sign-{role}"))


def _dates(answers: _Answers) -> Iterator[Gap]:
    for name in answers.matrix.checks.dates:
        for answer in answers.of(name):
            if answer.state is FilledState.UNANSWERED:
                yield Gap("no-date", answer.label, answers.is_internal(name))


def _evidence(answers: _Answers) -> Iterator[Gap]:
    for name in answers.matrix.checks.evidence:
        for answer in answers.of(name):
            if answer.state is FilledState.UNANSWERED:
                yield Gap("no-evidence", answer.label, answers.is_internal(name))
    for answer in answers.every():
        if answer.attachment and answer.state is FilledState.ANSWERED and answer.attachment not in answers.facts.photos:
            yield Gap("no-picture", answer.label, answers.is_internal(answer.name))


def _members(answers: _Answers) -> Iterator[Gap]:
    checks = answers.matrix.checks
    asked = answers.of(checks.population)
    rows = [row for section in answers.filled.sections for table in section.tables if table.name == MEMBER_TABLE for row in table.rows]
    if not asked or asked[0].state is FilledState.NOT_APPLICABLE:
        return
    staying = sum(not any(answer.name == checks.member_change and has_left(answer.raw) for answer in row) for row in rows)
    if asked[0].raw != str(staying):
        told = say("archive-gap-count", label=asked[0].label, asked=asked[0].raw or "—", held=staying)
        yield Gap("members-differ", told)


def _orders(answers: _Answers) -> Iterator[Gap]:
    for earlier, later in answers.matrix.checks.orders:
        first, second = _day(answers, earlier), _day(answers, later)
        if first and second and first > second:
            told = say(
                "archive-gap-order", earlier=_label(answers, earlier), first=str(first), later=_label(answers, later), second=str(second)
            )
            yield Gap("dates-order", told, answers.is_internal(earlier) or answers.is_internal(later))


def _day(answers: _Answers, name: str) -> date | None:
    if name == _ARCHIVED:
        return answers.facts.archived_at.date()
    try:
        return date.fromisoformat(answers.raw(name)[:10])
    except ValueError:
        return None


def _label(answers: _Answers, name: str) -> str:
    return say("archive-gap-archived") if name == _ARCHIVED else answers.of(name)[0].label


def _materials(answers: _Answers) -> Iterator[Gap]:
    """Materials of the stages that this household is in: nothing of it is in the volume, or its day cannot be right."""
    rules = {rule.material.code: rule for rule in answers.matrix.materials}
    held = _held(answers)
    also = {code for code, rule in rules.items() if rule.when is not None and answers.holds(rule.when)}
    for stage in answers.matrix.stages:
        if not answers.holds(stage.when):
            continue
        for code, found in gaps(stage.stage, tuple(held.values()), also, tuple(rule.material for rule in rules.values())):
            rule = rules[code]
            if found is Lack.MISSING:
                yield Gap("no-material", say("archive-gap-material", stage=stage.name, code=code, name=rule.name) + _needs(rule.material))
            elif found is Lack.TOO_EARLY:
                before = rules[rule.material.not_before]
                told = say("archive-gap-early", code=code, name=rule.name, before=before.material.code, earlier=before.name)
                yield Gap("dates-order", told)
            elif found is Lack.NOTICE_TOO_SHORT and held[code].last_day:
                yield Gap("notice-short", say("archive-gap-notice", code=code, name=rule.name, days=rule.material.notice_days))


def _needs(material: Material) -> str:
    """Who signs it and how long it hangs, for whoever has to get it."""
    needs = [say(f"archive-gap-signer-{signer.value}") for signer in Signer if signer in material.signers]
    if material.notice_days:
        needs.append(say("archive-gap-days", days=material.notice_days))
    return say("archive-gap-needs", needs="、".join(needs)) if needs else ""


def _held(answers: _Answers) -> dict[str, Held]:
    """The materials in the volume: our own documents, answered uploads, other evidence by its title (the longest fitting word).

    Of what was photographed a person has seen the signatures; its days stand in its title, as 村级公示 2026-03-01至2026-03-06.
    """
    held: dict[str, Held] = {}
    rules = answers.matrix.materials
    for rule in rules:
        if rule.paper:
            held[rule.material.code] = Held(rule.material.code, answers.facts.surveyed_on, rule.material.signers)
        elif any(answers.raw(question) for question in rule.questions):
            held[rule.material.code] = Held(rule.material.code, None, rule.material.signers)
    for title in _titles(answers):
        fitting = [(len(word), rule.material) for rule in rules for word in rule.titles if word in title]
        longest = max((length for length, _ in fitting), default=0)
        days = _days(title)
        for length, material in fitting:
            if length == longest and not (material.code in held and held[material.code].day):
                held[material.code] = Held(material.code, days[0] if days else None, material.signers, days[-1] if len(days) > 1 else None)
    return held


def _days(title: str) -> list[date]:
    found = []
    for year, month, day, packed_month, packed_day in _DAY.findall(title):
        try:
            found.append(date(int(year), int(month or packed_month), int(day or packed_day)))
        except ValueError:
            continue
    return found


def _titles(answers: _Answers) -> Iterator[str]:
    """Of the other evidence that has its picture."""
    checks = answers.matrix.checks
    for section in answers.filled.sections:
        for table in section.tables:
            for row in table.rows if table.name == checks.other_table else ():
                given = {answer.name: answer.raw for answer in row if answer.state is FilledState.ANSWERED}
                if given.get(checks.other_picture):
                    yield given.get(checks.other_title, "")
