"""Households whose archives are made, printed, signed and scanned; and pages that only look as if."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass
from datetime import date

import pypdfium2
import segno
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from fieldapp.archive import base45, seal
from fieldapp.domain.ids import HouseholdId
from fieldapp.domain.scan import PageRef
from fieldapp.usecases import printing
from fieldapp.usecases.workspaces import Workspace
from tests.archive import scanner
from tests.world import nobody_home, quiet

_QR = (595.276 - 15 / 25.4 * 72 - 32 / 25.4 * 72, 841.89 - 55 / 25.4 * 72, 32 / 25.4 * 72)
"""Left, top and side of a code on a page, in points."""


@dataclass(frozen=True)
class Sheet:
    """One signature page as it was printed."""

    household: str
    ref: PageRef
    pdf: bytes
    index: int
    """Of the page in the file, from 0."""

    def signed(self, dpi: int, chance: random.Random) -> Image.Image:
        """Printed and signed by hand."""
        return scanner.signed(scanner.printed(self.pdf, self.index, dpi), chance)


def households(workspace: Workspace, count: int) -> list[HouseholdId]:
    """New households, each surveyed."""
    return [nobody_home(workspace, f"示范户{number:03d}") for number in range(1, count + 1)]


def sheets(workspace: Workspace, household: HouseholdId) -> list[Sheet]:
    """The signature pages of the three copies of a household's archive, which is made and kept."""
    archive = printing.make_archive(workspace, household, quiet)
    found = []
    document = pypdfium2.PdfDocument(archive.pdf)
    for index, page in enumerate(PdfReader(io.BytesIO(archive.pdf)).pages):
        names = "".join(page.get("/Resources", {}).get("/XObject", {}))
        if "/B" not in names or "/Q" not in names:
            continue
        codes = zxingcpp.read_barcodes(document[index].render(scale=100 / 72, grayscale=True).to_pil())
        (own,) = {seal.read(code.text) for code in codes if seal.is_ours(code.text)}
        if own.leaf:
            found.append(
                Sheet(
                    household,
                    PageRef(own.revision, own.copy, "signatures", own.leaf.number, own.leaf.part, own.leaf.parts),
                    archive.pdf,
                    index,
                )
            )
    document.close()
    return found


def code_text(workspace: Workspace, household: str, revision: int = 1, digest: str = "ab" * 32, number: int = 3) -> str:
    """A genuine code of this laptop for whatever page."""
    leaf = seal.Leaf(seal.PageKind.SIGNATURES, number)
    return seal.write(workspace.device, household, revision, 1, date(2026, 11, 20), digest, leaf)


def altered(text: str, place: int = 10) -> str:
    """The code with one byte of what it says changed."""
    data = bytearray(base45.decode(text[4:]))
    data[place] ^= 1
    return text[:4] + base45.encode(bytes(data))


def page_with(texts: list[str], dpi: int, chance: random.Random) -> Image.Image:
    """A written page that bears these codes, the first where an archive has it."""
    per_point = dpi / 72
    page = scanner.signed(Image.new("RGB", (round(595.276 * per_point), round(841.89 * per_point)), "white"), chance)
    for number, text in enumerate(texts):
        out = io.BytesIO()
        segno.make(text, error="m", micro=False).save(out, kind="png", scale=10, border=4)
        side = round(_QR[2] * per_point)
        code = Image.open(out).convert("RGB").resize((side, side), Image.Resampling.LANCZOS)
        page.paste(code, (round((_QR[0] - 110 * number) * per_point), round(_QR[1] * per_point)))
    return page
