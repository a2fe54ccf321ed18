"""The archive's parameter file (归档参数表): numbers, terms, who signs, which evidence and materials; a county's file overrides ours."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache

from fieldapp.domain.stage import Material, Signer, Stage
from fieldapp.errors import MatrixInvalid
from fieldapp.words import resources

from .readings import Table

FILE_NAME = "archive_matrix.toml"
"""Beside our fonts and words, and among the media files of a form version."""
PAPERS = ("form", "members", "changes", "signatures", "photos", "internal")
ROLES = ("head", "enumerator", "witness")
SEALS = ("village", "township")


class BoundAs(Enum):
    """How documents are kept together."""

    VOLUME = "volume"
    """按卷, GB/T 9705-2008."""
    PIECES = "pieces"
    """按件, DA/T 22-2015."""


@dataclass(frozen=True, slots=True)
class Fonds:
    """立档单位: whose archive it is."""

    number: str
    """全宗号."""
    name: str
    """全宗名称; empty: made from the names of the divisions."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds if the question has one of these answers."""

    question: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StageRule:
    """Which households need the materials of a stage."""

    stage: Stage
    name: str
    when: Condition


@dataclass(frozen=True, slots=True)
class MaterialRule:
    """A material of a stage, and what in the volume counts as having it."""

    material: Material
    name: str
    paper: str = ""
    """One of our own documents, as form."""
    questions: tuple[str, ...] = ()
    """Uploads of which one is enough."""
    titles: tuple[str, ...] = ()
    """Words in the title of other evidence."""
    when: Condition | None = None
    """Of a conditional material."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """How numbers are made (Python format)."""

    volume: str
    """档号."""
    piece: str
    """档号 of one document (按件)."""
    filing: str
    """归档号."""
    category_no: str
    unit: str
    """机构（问题）代码."""
    unit_name: str
    volume_from: str
    """household or national: what the 案卷号 comes from."""


@dataclass(frozen=True, slots=True)
class Checks:
    """What is looked at before printing, by question names."""

    dates: tuple[str, ...]
    evidence: tuple[str, ...]
    orders: tuple[tuple[str, str], ...]
    """(earlier, later); `archived` is the day of archiving."""
    population: str
    member_change: str
    capital: tuple[str, ...]
    """Questions whose amount is also written out (大写)."""
    other_table: str
    other_title: str
    other_picture: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole file."""

    binding: BoundAs
    duplex: bool
    patterns: Patterns
    category: str
    terms: Mapping[str, str]
    """保管期限代码 → words, the longest first."""
    term_of: Mapping[str, str]
    """Document → code."""
    fonds: Mapping[str, Fonds]
    """By division code."""
    left_out: tuple[str, ...]
    signature_roles: tuple[str, ...]
    required_roles: frozenset[str]
    signature_questions: Mapping[str, str]
    seals: tuple[str, ...]
    checks: Checks
    stages: tuple[StageRule, ...]
    materials: tuple[MaterialRule, ...]

    def fonds_of(self, area: str) -> Fonds:
        """Of the longest prefix of a division code that is listed; the township's code where none is."""
        codes = [code for code in self.fonds if area.startswith(code)]
        return self.fonds[max(codes, key=len)] if codes else Fonds(area[:9], "")


@cache
def default() -> Matrix:
    """The product's own parameters."""
    return read(b"", FILE_NAME)


def read(override: bytes, file: str = FILE_NAME) -> Matrix:
    """Our parameters with those of a file over them: tables by key, lists as a whole. Raises MatrixInvalid(file, key, fault)."""
    own = tomllib.loads((resources() / "archive" / FILE_NAME).read_text(encoding="utf-8"))
    try:
        given = tomllib.loads(override.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise MatrixInvalid(file=file, key="-", fault="toml", detail=str(wrong)) from wrong
    return _matrix(Table(_merged(own, given), file))


def _merged(own: Mapping[str, object], given: Mapping[str, object]) -> dict[str, object]:
    merged = dict(own)
    for key, value in given.items():
        before = merged.get(key)
        merged[key] = _merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return merged


def _matrix(top: Table) -> Matrix:
    terms = top.table("retention").texts()
    copies, signatures = top.table("copies"), top.table("signatures")
    questions = signatures.table("questions")
    made = Matrix(
        binding=BoundAs(top.one_of("binding", [one.value for one in BoundAs])),
        duplex=top.flag("duplex"),
        patterns=_patterns(top.table("number")),
        category=top.table("category").text("name"),
        terms=terms,
        term_of=_terms_of(top.table("retention_of"), terms),
        fonds={code: _fonds(top.table("fonds"), code) for code in top.table("fonds").listed()},
        left_out=copies.names("left_out"),
        signature_roles=signatures.names("roles", ROLES),
        required_roles=frozenset(signatures.names("required", ROLES)),
        signature_questions=questions.texts(ROLES),
        seals=signatures.names("seals", SEALS),
        checks=_checks(top.table("checks"), top.table("evidence")),
        stages=tuple(_stage(top.table("stage"), code) for code in top.table("stage").listed()),
        materials=_materials(top),
    )
    copies.close()
    signatures.close()
    top.table("category").close()
    top.close()
    return made


def _patterns(number: Table) -> Patterns:
    sample = {"fonds_no": "", "category_no": "", "village": "", "volume": "", "year": 1, "retention": "", "unit": ""}
    made = Patterns(
        volume=number.pattern("volume", sample, "volume"),
        piece=number.pattern("piece", {**sample, "piece": 1}, "piece", "volume"),
        filing=number.pattern("filing", sample),
        category_no=number.text("category_no"),
        unit=number.text("unit"),
        unit_name=number.text("unit_name"),
        volume_from=number.one_of("volume_from", ["household", "national"]),
    )
    number.close()
    return made


def _terms_of(table: Table, terms: Mapping[str, str]) -> dict[str, str]:
    made = {paper: table.one_of(paper, list(terms)) for paper in PAPERS}
    table.close()
    return made


def _fonds(table: Table, code: str) -> Fonds:
    if not (code.isascii() and code.isdigit() and len(code) in (2, 4, 6, 9, 12)):
        table.refuse(code, "area-code")
    one = table.table(code)
    made = Fonds(one.text("number"), one.text("name", ""))
    one.close()
    return made


def _checks(checks: Table, evidence: Table) -> Checks:
    made = Checks(
        dates=checks.names("dates"),
        evidence=checks.names("evidence"),
        orders=checks.pairs("orders"),
        population=checks.text("population"),
        member_change=checks.text("member_change"),
        capital=checks.names("capital"),
        other_table=evidence.text("table"),
        other_title=evidence.text("title"),
        other_picture=evidence.text("picture"),
    )
    checks.close()
    evidence.close()
    return made


def _condition(table: Table) -> Condition:
    return Condition(table.text("question"), table.names("values"))


def _stage(table: Table, code: str) -> StageRule:
    if code not in {stage.value for stage in Stage}:
        table.refuse(code, "stage")
    one = table.table(code)
    made = StageRule(Stage(code), one.text("name"), _condition(one))
    one.close()
    return made


def _materials(top: Table) -> tuple[MaterialRule, ...]:
    found: dict[str, MaterialRule] = {}
    for one in top.tables("material"):
        code = one.text("code")
        if not code or code[0] not in {stage.value for stage in Stage}:
            one.refuse("code", "stage")
        if code in found:
            one.refuse("code", "twice")
        before = one.text("not_before", "")
        if before and before not in found:
            one.refuse("not_before", "unknown")
        signers = one.names("signers", [signer.value for signer in Signer], ())
        when = one.table("when") if one.has("when") else None
        found[code] = MaterialRule(
            Material(code, Stage(code[0]), frozenset(map(Signer, signers)), before, one.number("notice_days", 0), one.flag("always", True)),
            one.text("name"),
            one.one_of("paper", PAPERS, ""),
            one.names("questions", None, ()),
            one.names("titles", None, ()),
            _condition(when) if when else None,
        )
        if when:
            when.close()
        one.close()
    return tuple(found.values())
