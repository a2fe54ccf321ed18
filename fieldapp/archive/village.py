"""Makes one file of all archives of a village: fonts and repeated photos once, every household's volumes over its own shared pages.

How to call it: `sheets` may be a generator that composes one household after the other; each is written into `out` and let go, so memory
does not grow with the village. `out` is empty, opened for writing bytes, and can be sought. The file is whole only when `bind_village` has
returned: when anything is raised (also `Cancelled`, by `report` between two households), remove what stands there.

What stands where, for whoever reads it back:

* outline: household → copy (`Order.HOUSEHOLD`) or copy → household (`Order.COPY`); the inner entries lead to the covers; a household's
  entry is `档号　户主`, a copy's its mark;
* pages: `B1 …` are a household's shared page bodies (names begin anew with every household, object numbers do not);
* attachments (PDF/A-3u, where an internal copy is inside): the canonical JSON of each household as `<household id>.json`;
* one seal over the whole file, as in the file of one household.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import partial
from typing import BinaryIO

from fieldapp.domain.ids import HouseholdId
from fieldapp.words import say
from sync.operation import Signer

from .copies import Copy
from .fonts import Faces, Missing
from .gap import Gap
from .render import Binder, Place, Report, open_faces
from .sheet import ArchiveSheet


class Order(Enum):
    """How the volumes follow one another; the value is the word of the command line."""

    HOUSEHOLD = "household"
    """All copies of a household, then the next household."""
    COPY = "copy"
    """The township's copies of all households, then the village's, then the households' own."""


@dataclass(frozen=True, slots=True)
class VillageLabels:
    """What the file says of itself."""

    title: str
    author: str
    made_at: datetime
    """With its zone."""


@dataclass(frozen=True, slots=True)
class BoundHousehold:
    """One household in the file."""

    household: HouseholdId
    revision: int
    digest: str
    pages: int
    missing: tuple[Missing, ...]
    gaps: tuple[Gap, ...] = ()


def bind_village(
    sheets: Iterable[ArchiveSheet],
    total: int,
    out: BinaryIO,
    signer: Signer,
    labels: VillageLabels,
    copies: Sequence[Copy],
    order: Order = Order.HOUSEHOLD,
    report: Report | None = None,
    faces: Faces | None = None,
) -> tuple[BoundHousehold, ...]:
    """Write the volumes of these copies of every household, in order; `total` is how many sheets will come. Raises FontMissing."""
    from .pdfa import Labels

    identity = f"{order.value}{[copy.number for copy in copies]}"
    named = Labels(labels.title, labels.author, labels.title, labels.made_at, identity)
    binder = Binder(named, out, signer, faces or open_faces(), copies)
    bound = []
    for sheet in _told(sheets, total, report):
        one = binder.bind(sheet, content_file(sheet.facts.household), partial(_place, sheet, order))
        facts = sheet.facts
        bound.append(BoundHousehold(facts.household, facts.revision, sheet.digest, one.pages, one.missing, one.gaps))
    binder.close()
    return tuple(bound)


def content_file(household: HouseholdId) -> str:
    """The name of the attachment that holds a household's canonical content in a village's file."""
    return f"{household}.json"


def _told(sheets: Iterable[ArchiveSheet], total: int, report: Report | None) -> Iterator[ArchiveSheet]:
    for done, sheet in enumerate(sheets):
        if report:
            report(done, total, say("archive-step", head=sheet.facts.head_name))
        yield sheet
    if report:
        report(total, total, "")


def _place(sheet: ArchiveSheet, order: Order, copy: Copy) -> Place:
    household = say("archive-village-mark", number=sheet.number, head=sheet.facts.head_name)
    if order is Order.HOUSEHOLD:
        return Place(copy.mark, (sheet.facts.household, household))
    return Place(household, (copy.holder.value, copy.mark), copy.number)
