"""veraPDF finds nothing to object to in any kind of page that is made: PDF/A-2u and 3u, one start of Java for all files."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image

from fieldapp.archive import matrix
from fieldapp.archive.compose import compose
from fieldapp.archive.copies import COPIES
from fieldapp.archive.labels import Box, Catalogue, Volume, print_catalogue, print_labels
from fieldapp.archive.render import render
from fieldapp.archive.sheet import ArchiveSheet, Photo
from fieldapp.archive.slip import Slip, print_slip
from fieldapp.archive.village import Order, VillageLabels, bind_village
from sync import pades
from sync.server.certificates import issue_for_signing

from . import verapdf
from .household import CHINA, RARE_NAMES, DeviceKey, answer, attachment, facts, filled, jpeg

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=CHINA)
KEY = DeviceKey()


def pictures() -> list[bytes]:
    """One of every kind that is brought in in a way of its own."""
    found = [jpeg(90, (64, 48))]
    for mode, kind in (("L", "JPEG"), ("CMYK", "JPEG"), ("1", "PNG"), ("L", "PNG"), ("RGB", "PNG"), ("RGBA", "PNG"), ("P", "PNG")):
        data = io.BytesIO()
        Image.new(mode, (40, 30)).save(data, kind)
        found.append(data.getvalue())
    return found


def whole() -> ArchiveSheet:
    """Twenty members with rare names, a character that no font has, photos of every kind and one that is absent."""
    photos = {attachment(data): Photo(data, caption=f"照片{number}") for number, data in enumerate(pictures())}
    uploads = [
        answer(f"photo_{place}", f"照片{place}", "x.jpg", place, "binary", file=own) for place, own in enumerate((*photos, "0" * 64))
    ]
    form = filled(20, demand="李\U0002c386" + "".join(RARE_NAMES) + "路要修好。" * 300)
    form = replace(form, sections=(replace(form.sections[0], answers=(*form.sections[0].answers, *uploads)), *form.sections[1:]))
    held = facts(duplex=True)
    return compose(form, replace(held, photos={**held.photos, **photos}))


def files() -> Iterator[tuple[str, str, bytes]]:
    """Name, expected profile and bytes of every kind of file."""
    sheet = whole()
    yield "archive", "3u", render(sheet, KEY).pdf
    yield "household-copy", "2u", render(replace(sheet, facts=replace(sheet.facts, copies=COPIES[2:])), KEY).pdf
    yield "pieces", "3u", render(compose(filled(1), replace(facts(), matrix=matrix.read(b'binding = "pieces"'))), KEY).pdf
    yield "empty-form", "3u", render(compose(replace(filled(), sections=()), facts(with_photos=False)), KEY).pdf
    out = io.BytesIO()
    village = [compose(filled(2, head=name), facts(head=name)) for name in RARE_NAMES[:2]]
    bind_village(village, 2, out, KEY, VillageLabels("示范村", "示范镇", NOW), COPIES, Order.COPY)
    yield "village", "3u", out.getvalue()
    rows = (("姓名", RARE_NAMES[0]), ("日期", "2026年11月22日"))
    yield "slip", "2u", print_slip(Slip("恢复单", ("请妥善保管。",), rows, NOW, "ABCD-EFGH-2345", ("一", "二"), ("保管人", "地点")))
    volume = Volume("0123-JF02-990102101201-0001", "示范村李四户", "20261120", "20261122", 7, "永久")
    yield "catalogue", "2u", print_catalogue(Catalogue("示范县", "示范村", "2026", NOW, (volume,) * 40, "示范员"))
    box = Box("0123", "示范县示范镇人民政府", "农户入户摸底调查", "2026", "永久", volume.number, volume.number, 1, 1)
    yield "labels", "2u", print_labels([box] * 4, 30, NOW)


def signed(folder: Path) -> Iterator[tuple[str, str, bytes]]:
    """Files that bear the district's signature too."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate, authority = issue_for_signing(folder, NOW, "示范县", key.public_key())
    form = compose(replace(filled(), sections=()), facts(with_photos=False))
    copy = replace(form, facts=replace(form.facts, copies=COPIES[2:]))
    for name, profile, sheet in (("signed", "3u", form), ("signed-copy", "2u", copy)):
        sealed = render(sheet, KEY).pdf
        yield name, profile, sealed + pades.sign(sealed, key, certificate, authority, NOW)


@verapdf.needed
def test_verapdf_accepts_every_kind_of_page(tmp_path: Path) -> None:
    expected = {}
    for name, profile, pdf in (*files(), *signed(tmp_path)):
        (tmp_path / f"{name}.pdf").write_bytes(pdf)
        expected[f"{name}.pdf"] = [profile, "146" if profile == "2u" else "148", "ok"]
    # A file that must fail shows that the check can fail: streams without the line break before `endstream`.
    spoilt = (tmp_path / "slip.pdf").read_bytes().replace(b"\nendstream", b" endstream")
    (tmp_path / "spoilt.pdf").write_bytes(spoilt)
    found = verapdf.check(sorted(tmp_path.glob("*.pdf")))
    assert "6.1.7.1" in found.pop("spoilt.pdf")[2]
    assert found == expected
