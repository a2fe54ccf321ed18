"""Every way of tampering that we could think of is detected and named by its own code."""

import io
import json
from collections.abc import Callable
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest

from fieldapp.archive import seal
from fieldapp.archive.compose import compose
from fieldapp.archive.copies import COPIES
from fieldapp.archive.render import CONTENT_FILE, render
from fieldapp.archive.verdict import Verdict
from fieldapp.archive.verify import verify
from fieldapp.archive.village import Order, VillageLabels, bind_village, content_file
from fieldapp.domain.ids import HouseholdId
from sync.operation import canonical

from .household import DeviceKey, facts, filled, jpeg

KEY, STRANGER = DeviceKey(), DeviceKey(9)
HOMES = tuple(HouseholdId(digit * 32) for digit in "abc")
Change = Callable[[pikepdf.Pdf], None]


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return render(compose(filled(), facts()), KEY).pdf


@pytest.fixture(scope="module")
def other() -> bytes:
    return render(compose(filled(head="李四"), replace(facts(), household=HOMES[0])), KEY).pdf


@pytest.fixture(scope="module", params=list(Order))
def village(request: pytest.FixtureRequest) -> bytes:
    return bound(request.param)


def bound(order: Order) -> bytes:
    out = io.BytesIO()
    whole = facts()
    sheets = (
        compose(
            filled(head=f"户主{number}"),
            replace(whole, head_name=f"户主{number}", household=home, numbering=replace(whole.numbering, volume=f"{number:04d}")),
        )
        for number, home in enumerate(HOMES, 1)
    )
    bind_village(sheets, len(HOMES), out, KEY, VillageLabels("示范村", "示范镇", whole.archived_at), COPIES, order)
    return out.getvalue()


def verdict(data: bytes, newest: int | None = None) -> Verdict:
    return verify(data, KEY.known, lambda _household: newest)


def codes(data: bytes) -> set[str]:
    return {problem.code for problem in verdict(data).problems}


def forged(pdf: bytes, change: Change) -> bytes:
    """The file as a forger's tool writes it after a change."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        change(document)
        document.save(out, static_id=True)
    return out.getvalue()


def content(change: Callable[[dict], object], name: str = CONTENT_FILE) -> Change:
    def do(document: pikepdf.Pdf) -> None:
        held = json.loads(document.attachments[name].get_file().read_bytes())
        change(held)
        del document.attachments[name]
        document.attachments[name] = canonical(held)

    return do


def forms(document: pikepdf.Pdf, page: int) -> pikepdf.Object:
    return document.pages[page].Resources.XObject


def first_photo(document: pikepdf.Pdf) -> pikepdf.Object:
    for page in document.pages:
        for form in page.Resources.get("/XObject", {}).values():
            for picture in form.get("/Resources", {}).get("/XObject", {}).values():
                if picture.get("/Filter") == "/DCTDecode":
                    return picture
    raise AssertionError("no photo")


def exchanged_photo(document: pikepdf.Pdf) -> None:
    first_photo(document).write(jpeg(7), filter=pikepdf.Name.DCTDecode)


def changed_words(document: pikepdf.Pdf) -> None:
    body = forms(document, 2)["/B1"]
    body.write(body.read_bytes() + b"\nBT /S 9 Tf 100 300 Td <00020003> Tj ET")


def changed_words_in_one_copy(document: pikepdf.Pdf) -> None:
    kind = {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Form, "BBox": [0, 0, 595, 842]}
    forms(document, 2)["/B1"] = document.make_indirect(pikepdf.Stream(document, b"0 0 m", **kind))


def page_out(document: pikepdf.Pdf) -> None:
    del document.pages[3]


def pages_turned(document: pikepdf.Pdf) -> None:
    page = document.pages[2]
    del document.pages[2]
    document.pages.insert(4, page)


def page_added(document: pikepdf.Pdf) -> None:
    document.add_blank_page()
    document.pages[-1].Contents = pikepdf.Stream(document, b"0 0 m 100 100 l S")


def copy_out(document: pikepdf.Pdf) -> None:
    for _ in range(len(document.pages) // 3 + 1):
        del document.pages[0]


def footer_changed(document: pikepdf.Pdf) -> None:
    """What stands around the shared body: margin marks, page number, digest."""
    for name, form in forms(document, 2).items():
        if not name.startswith("/B"):
            form.write(b"")
    document.pages[2].Contents = pikepdf.Stream(document, document.pages[2].Contents.read_bytes().partition(b"BT")[0])


def list_out(document: pikepdf.Pdf) -> None:
    del document.Root.PieceInfo


def content_out(document: pikepdf.Pdf) -> None:
    del document.attachments[CONTENT_FILE]


TAMPERINGS: dict[str, tuple[Change, set[str]]] = {
    "one answer in the content": (content(lambda held: held["answers"].update({"/h/income": "99"})), {"file-altered", "digest-differs"}),
    "one photo's hash in the content": (content(lambda held: held["attachments"].popitem()), {"file-altered", "digest-differs"}),
    "household in the content": (content(lambda held: held.update(household="f" * 32)), {"digest-differs", "qr-foreign"}),
    "revision in the content": (content(lambda held: held.update(revision=9)), {"digest-differs", "qr-foreign"}),
    "content taken out": (content_out, {"file-altered", "no-data"}),
    "one photo": (exchanged_photo, {"file-altered", "photo-altered"}),
    "words of a page": (changed_words, {"file-altered", "page-altered"}),
    "words of a page in one copy": (changed_words_in_one_copy, {"file-altered", "page-altered", "copies-differ"}),
    "a page taken out": (page_out, {"file-altered", "page-missing", "copies-differ"}),
    "order of pages": (pages_turned, {"file-altered", "page-moved"}),
    "a page added": (page_added, {"file-altered", "page-added"}),
    "a copy taken out": (copy_out, {"file-altered", "volume-missing"}),
    "a footer": (footer_changed, {"file-altered", "page-altered", "footer-differs"}),
    "the seal": (list_out, {"seal-missing"}),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_detected_and_named(pdf: bytes, name: str) -> None:
    change, expected = TAMPERINGS[name]
    found = verdict(forged(pdf, change))
    assert not found.valid
    assert expected <= {problem.code for problem in found.problems}
    assert all(problem.text for problem in found.problems)


@pytest.mark.parametrize(("form", "page", "expected"), [("/Q1.0", 0, {"qr-foreign", "digest-differs"}), ("/Q1.", 4, {"qr-foreign-page"})])
def test_code_of_another_household_is_named(pdf: bytes, other: bytes, form: str, page: int, expected: set[str]) -> None:
    def change(document: pikepdf.Pdf) -> None:
        own = next(name for name in forms(document, page) if name.startswith(form))
        with pikepdf.open(io.BytesIO(other)) as source:
            code = next(value for name, value in forms(source, page).items() if name.startswith(form))
            foreign = document.copy_foreign(code)
        forms(document, page)[own] = foreign

    assert expected | {"page-altered"} <= codes(forged(pdf, change))


def test_page_of_another_household_is_named(pdf: bytes, other: bytes) -> None:
    def change(document: pikepdf.Pdf) -> None:
        with pikepdf.open(io.BytesIO(other)) as source:
            document.pages[2] = source.pages[2]

    assert {"page-altered", "copies-differ", "footer-differs"} <= codes(forged(pdf, change))


def test_old_revision_is_named_and_yet_genuine(pdf: bytes) -> None:
    found = verdict(pdf, newest=3)
    assert (found.valid, found.stale, [problem.code for problem in found.problems]) == (True, True, ["stale"])


def test_archive_that_a_stranger_sealed_is_named() -> None:
    assert codes(render(compose(filled(), facts()), STRANGER).pdf) == {"unknown-key"}


def test_seal_of_another_file_is_named(pdf: bytes, other: bytes) -> None:
    def sealed(data: bytes) -> bytes:
        start = data.index(b"FASEAL1:")
        return data[start : start + 234]

    assert {"file-altered"} == codes(pdf.replace(sealed(pdf), sealed(other)))


def test_untouched_village_is_valid_household_by_household(village: bytes) -> None:
    found = verdict(village, newest=2)
    assert (found.valid, found.problems, found.copies_identical, found.signed_by) == (True, (), True, KEY.device)
    assert [part.household for part in found.parts] == list(HOMES)
    assert len({part.digest for part in found.parts}) == 3
    assert (found.household, found.digest) == ("", "")


def test_household_taken_out_of_a_village_is_named(village: bytes) -> None:
    def change(document: pikepdf.Pdf) -> None:
        for index in [index for index in range(len(document.pages)) if is_of_the_second(document, index)][::-1]:
            del document.pages[index]

    found = verdict(forged(village, change))
    assert not found.valid
    missing = [dict(problem.values)["volume"] for problem in found.problems if problem.code == "volume-missing"]
    assert len(missing) == 3
    assert all("户主2" in str(name) for name in missing)


def is_of_the_second(document: pikepdf.Pdf, index: int) -> bool:
    """Whether a page is of the second household, by its archive number."""
    out = io.BytesIO()
    with pikepdf.new() as single:
        single.pages.append(document.pages[index])
        single.save(out)
    with pypdfium2.PdfDocument(out.getvalue()) as reader:
        return "-0002" in str(reader[0].get_textpage().get_text_bounded())


def test_altered_household_of_a_village_is_named(village: bytes) -> None:
    change = content(lambda held: held["answers"].update({"/h/income": "99"}), content_file(HOMES[1]))
    found = verdict(forged(village, change))
    assert [part.valid for part in found.parts] == [True, False, True]
    (wrong,) = [problem for problem in found.problems if problem.code == "digest-differs"]
    assert "户主2" in wrong.household
    assert "户主2" in wrong.text


def test_content_without_its_household_is_named(village: bytes) -> None:
    def change(document: pikepdf.Pdf) -> None:
        held = json.loads(document.attachments[content_file(HOMES[0])].get_file().read_bytes())
        document.attachments[content_file(HouseholdId("d" * 32))] = canonical(held | {"household": "d" * 32, "head": "赵六"})

    assert "household-missing" in codes(forged(village, change))


def test_a_seal_says_nothing_about_bytes_that_are_none() -> None:
    assert seal.file_signer(b"", KEY.known) is None
    assert not seal.has_seal(b"FASEAL1:")
