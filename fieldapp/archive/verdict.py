"""What a file or a sheet of paper is worth, and everything that is wrong with it, each by a code with its sentence."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from fieldapp.words import DEFAULT_LANGUAGE, say
from sync.pades import Standing


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong; `code` completes the message id `archive-problem-…`."""

    code: str
    values: tuple[tuple[str, object], ...] = ()
    household: str = ""
    """In a file of many households: which one, as its bookmark says."""

    @property
    def text(self) -> str:
        """The sentence for people."""
        told = say(f"archive-problem-{self.code}", DEFAULT_LANGUAGE, **dict(self.values))
        return say("archive-problem-of", DEFAULT_LANGUAGE, household=self.household, problem=told) if self.household else told


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a file is worth."""

    valid: bool
    """No trouble at all; a stale archive is genuine but not the newest, and that alone does not make it invalid."""
    household: str = ""
    """Empty in the verdict on a file of several."""
    revision: int = 0
    digest: str = ""
    """Computed from the attached content; from the QR code where nothing is attached."""
    copies_identical: bool = False
    """False for paper too, of which one page is seen."""
    signed_by: str = ""
    """Device id, empty if no known key signed or there were no keys to compare with."""
    stale: bool = False
    problems: tuple[Trouble, ...] = ()
    parts: tuple[Verdict, ...] = ()
    """Of each household in a village's file, of each page of a scan of several."""
    district_signature: Standing = Standing.NONE
    """The district's own signature over the whole file, which not every file has."""
    district: str = ""
    """Whose certificate that signature has."""


@dataclass(slots=True)
class Findings:
    """Troubles while they are found, each once."""

    household: str = ""
    problems: list[Trouble] = field(default_factory=list)

    def add(self, code: str, **values: object) -> None:
        """Note a trouble."""
        trouble = Trouble(code, tuple(values.items()), self.household)
        if trouble not in self.problems:
            self.problems.append(trouble)


def of_several(parts: list[Verdict], found: Findings) -> Verdict:
    """The verdict on a file of several households or pages."""
    first = parts[0] if parts else Verdict(False)
    signers = {part.signed_by for part in parts}
    inner = [trouble for part in parts for trouble in part.problems]
    return replace(
        first,
        valid=bool(parts) and not found.problems and all(part.valid for part in parts),
        household=first.household if len({part.household for part in parts}) == 1 else "",
        revision=first.revision if len({(part.household, part.revision) for part in parts}) == 1 else 0,
        digest=first.digest if len({part.digest for part in parts}) == 1 else "",
        copies_identical=bool(parts) and all(part.copies_identical for part in parts),
        signed_by=signers.pop() if len(signers) == 1 else "",
        stale=any(part.stale for part in parts),
        problems=(*found.problems, *dict.fromkeys(inner)),
        parts=tuple(parts),
    )
