"""Simulated scans of real signature pages: what may be filed is filed right, nothing is filed wrong; `python3 -m tests.prove scans`."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from fieldapp.domain.scan import PageRef
from fieldapp.usecases import scans
from tests.archive import scanner
from tests.usecases import paper
from tests.world import laptop, nobody_home, quiet

DPI = (100, 120, 150, 200, 250, 300)
FOREIGN = (
    "other-laptop",
    "other-household",
    "foreign-code",
    "no-code",
    "altered",
    "old-revision",
    "later-revision",
    "other-content",
    "two",
)
_EXPECTED = {
    "other-laptop": "unknown-key", "other-household": "unknown-household", "foreign-code": "no-code", "no-code": "no-code",
    "altered": "signature-bad", "old-revision": "stale", "later-revision": "unknown-revision", "other-content": "other-content",
    "two": "several-codes",
}  # fmt: skip


@dataclass
class Tally:
    """What was expected of every scan and what became of it."""

    right: int = 0
    wrong: int = 0
    in_tray: list[str] = field(default_factory=list)
    """Good pages that were not filed."""
    kept_out: int = 0
    other_reason: list[str] = field(default_factory=list)
    """Foreign pages in the tray for another reason than theirs."""
    by_harm: Counter[str] = field(default_factory=Counter)

    @property
    def good(self) -> int:
        return self.right + len(self.in_tray)


@dataclass(frozen=True)
class _Paper:
    picture: Image.Image
    expected: tuple[str, PageRef] | str


class Proof:
    """A laptop with archives, another laptop, and a scanner."""

    def __init__(self, folder: Path, count: int, seed: int, dpi: tuple[int, ...] = DPI) -> None:
        self._folder, self._count, self._dpi = folder, count, dpi
        self._chance = random.Random(seed)
        self._workspace = laptop(folder / "laptop")
        self._other = laptop(folder / "other", "别队")
        self._scanner = scanner.Scanner(self._chance)
        self.tally = Tally()

    def run(self) -> Tally:
        """Make, scan and judge; the scans come as JPEG one by one and, every fifth, as PDF of a feeder."""
        try:
            inbox = self._folder / "inbox"
            inbox.mkdir()
            for number, (name, one) in enumerate(self._papers()):
                harm = scanner.HARMS[number % len(scanner.HARMS)]
                picture = self._scanner.scan(one.picture, harm)
                data = self._scanner.jpeg(picture, harm)
                file = inbox / f"{number:04d}-{name}-{harm}.{'pdf' if number % 5 == 4 else 'jpg'}"
                file.write_bytes(scanner.paper_pdf([picture]) if number % 5 == 4 else data)
                taken = scans.take_in(self._workspace, [file], quiet).pages
                self._judge(file.name, harm, one, taken)
            return self.tally
        finally:
            self._workspace.close()
            self._other.close()

    def _papers(self) -> Iterator[tuple[str, _Paper]]:
        """Four good pages to one that must not be filed; drawn one at a time, in an order of chance."""
        foreign = self._count // 5
        count = self._count - foreign
        homes = paper.households(self._workspace, -(-count // 3))
        self._home = homes[0]
        (self._strange, *_) = paper.sheets(self._other, nobody_home(self._other, "别队户"))
        sheets = [sheet for home in homes for sheet in paper.sheets(self._workspace, home)][:count]
        kinds = (FOREIGN * (foreign // len(FOREIGN) + 1))[:foreign]
        order: list[paper.Sheet | str] = [*sheets, *kinds]
        self._chance.shuffle(order)
        for one in order:
            if isinstance(one, str):
                yield one, self._foreign(one)
            else:
                yield "good", _Paper(one.signed(self._chance.choice(self._dpi), self._chance), (one.household, one.ref))

    def _foreign(self, kind: str) -> _Paper:
        dpi = self._chance.choice(self._dpi)
        own, home = self._workspace, self._home
        texts = {
            "other-household": [paper.code_text(own, "c" * 32)],
            "foreign-code": ["HTTP-FREE TEXT OF A MEDICINE BOX 6901234567892"],
            "no-code": [],
            "altered": [paper.altered(paper.code_text(own, home))],
            "old-revision": [paper.code_text(own, home, revision=0)],
            "later-revision": [paper.code_text(own, home, revision=7)],
            "other-content": [paper.code_text(own, home)],
            "two": [paper.code_text(own, home), paper.code_text(own, home, number=4)],
        }
        if kind == "other-laptop":
            return _Paper(self._strange.signed(dpi, self._chance), _EXPECTED[kind])
        return _Paper(paper.page_with(texts[kind], dpi, self._chance), _EXPECTED[kind])

    def _judge(self, name: str, harm: str, one: _Paper, taken: tuple[scans.TakenPage, ...]) -> None:
        (page,) = taken
        tally = self.tally
        if page.outcome == scans.FILED:
            if (page.household, page.ref) == one.expected:
                tally.right += 1
            else:
                tally.wrong += 1
        elif isinstance(one.expected, str):
            tally.kept_out += 1
            if page.reason != one.expected:
                tally.other_reason.append(f"{name}:{page.reason}")
        else:
            tally.in_tray.append(f"{name}:{page.reason}")
            tally.by_harm[harm] += 1


def main() -> None:
    """Print one line; fail if a page was filed wrong or fewer than 99 % of the good ones were filed."""
    options = argparse.ArgumentParser(prog="tests.prove scans")
    options.add_argument("--scans", type=int, default=250)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args(sys.argv[1:])
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        tally = Proof(Path(folder), given.scans, given.seed).run()
    share = tally.right / tally.good
    sys.stdout.write(
        f"scans {given.scans} seed {given.seed}: filed right {tally.right} of {tally.good} ({share:.1%}), filed wrong {tally.wrong},"
        f" foreign kept out {tally.kept_out}, for another reason {len(tally.other_reason)}; {time.monotonic() - begun:.0f} s\n"
    )
    for line in (*tally.in_tray, *tally.other_reason):
        sys.stdout.write(f"  {line}\n")
    if tally.wrong or share < 0.99:
        sys.exit(1)


if __name__ == "__main__":
    main()
