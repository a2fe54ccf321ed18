"""Verifies an archive from the file alone: content against digest, digest against signature, paper against both.

A village's file is verified household by household; a picture or a scanned PDF by its QR codes (`verify_paper`).
"""

from __future__ import annotations

import io
import json
import re
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fieldapp.errors import ScanRefused
from fieldapp.words import say
from sync import pades
from sync.operation import canonical

from . import pagelist, seal
from .copies import COPIES
from .render import CONTENT_FILE
from .scan_source import Source
from .verdict import Findings, Trouble, Verdict, of_several
from .verify_paper import Digests, Newest, verify_paper

if TYPE_CHECKING:
    from pypdf import PdfReader

__all__ = ["Trouble", "Verdict", "verify"]
_DPI = 150
_BODY_NAME = re.compile(r"/B\d+$")
_CODE_NAME = re.compile(r"/Q\d")
_CONTENT_NAME = re.compile(r"[0-9a-f]{32}\.json")
_SCALE = _DPI / 72


@dataclass(frozen=True, slots=True)
class _Page:
    number: int
    """In the file, from 0."""
    copy: int
    """1, 2, 3: which volume of its household by the bookmarks."""
    bodies: tuple[tuple[str, int], ...]
    """Name and object number of the shared page bodies that it shows."""
    is_cover: bool
    has_code: bool


@dataclass(frozen=True, slots=True)
class _Home:
    """What a file holds of one household."""

    title: str
    """Of its bookmark in a file of many; empty in a file of one."""
    pages: tuple[_Page, ...]


@dataclass(frozen=True, slots=True)
class _File:
    """A file that is being looked at."""

    pdf: bytes
    reader: PdfReader
    keys: Mapping[str, bytes]
    is_signed: bool
    """By a known key, every byte; nothing but a district's signature was appended."""
    appended: pades.Judged


def verify(
    data: bytes,
    known_keys: Mapping[str, bytes] | None,
    newest: Newest = lambda _household: None,
    digests: Digests = lambda _household, _revision: frozenset(),
    authority: str = "",
) -> Verdict:
    """The verdict on a file's bytes. `known_keys`: device id → 32 bytes Ed25519 public key; `newest`: household → its newest revision;
    `digests`: digests of the archives that are known to have been made of a household's revision; `authority`: certificate (PEM) of the
    own district's authority, empty if none is known.

    Without any keys at hand (None) the file's own key shows whether anything was altered since it was signed; `signed_by` stays empty.
    """
    paper = _scan(data)
    if paper is not None:
        try:
            return verify_paper(paper, known_keys, newest, digests)
        except ScanRefused:
            return Verdict(False, problems=(Trouble("not-pdf"),))
    reader = _open(data)
    if reader is None:
        return Verdict(False, problems=(Trouble("not-pdf"),))
    keys = seal.named_keys(data) if known_keys is None else known_keys
    appended = pades.judge(data, authority)
    is_signed = seal.file_signer(data, keys) is not None and appended.standing is not pades.Standing.ALTERED
    verdict = _verify_file(_File(data, reader, keys, is_signed, appended), known_keys is not None, newest)
    return replace(verdict, district_signature=appended.standing, district=appended.signer)


def _scan(data: bytes) -> Source | None:
    """The file as a scan, None if it means to be an archive or is nothing at all."""
    if seal.has_seal(data):
        return None
    try:
        source = Source("", data)
        if source.is_pdf:
            source.picture(0)
    except ScanRefused:
        return None
    return source


def _verify_file(file: _File, has_keys: bool, newest: Newest) -> Verdict:
    found = Findings()
    if not file.is_signed:
        found.add(_broken(file))
        if file.appended.standing is pades.Standing.ALTERED:
            found.add("appended-foreign" if file.appended.is_foreign else "district-signature-bad")
        _compare_pages(file, found)
    homes = _homes(file.reader)
    contents = _contents(file.reader, found)
    if len(homes) == 1 and not homes[0].title:
        verdict = _verify_home(file, homes[0], contents.get(CONTENT_FILE), found, newest)
        if not has_keys:
            return _without_name(verdict)
        return verdict
    parts = []
    by_title = {_title(content): content for content in contents.values()}
    for title in by_title.keys() - {home.title for home in homes}:
        found.add("household-missing", household=title)
    for home in homes:
        parts.append(_verify_home(file, home, by_title.get(home.title), Findings(home.title), newest))
    whole = of_several(parts, found)
    return whole if has_keys else _without_name(whole)


def _broken(file: _File) -> str:
    if not seal.has_seal(file.pdf):
        return "seal-missing"
    return "file-altered" if seal.is_known_file(file.pdf, file.keys) else "unknown-key"


def _without_name(verdict: Verdict) -> Verdict:
    """Nobody vouches for a key that only the file itself names."""
    return replace(verdict, signed_by="", problems=(*verdict.problems, Trouble("no-keys")))


def _verify_home(file: _File, home: _Home, content: Mapping[str, Any] | None, found: Findings, newest: Newest) -> Verdict:
    if content is None:
        content = {}
        if not file.is_signed:
            found.add("no-data")
    digest = seal.digest(canonical(content)) if content else ""
    identical = _are_copies_identical(home.pages)
    if not identical:
        found.add("copies-differ")
    covers, leaves = _read_codes(file.pdf, home.pages, found)
    signed_by, digest = _check_codes(covers, content, digest, file.keys, found)
    _check_leaves(covers, leaves, found)
    _check_footers(file.pdf, home.pages, digest, found)
    revision = _revision(content) or max((own.revision for own in covers.values()), default=0)
    household = str(content.get("household", "")) if content else next((own.household for own in covers.values()), "")
    newest_revision = newest(household)
    stale = newest_revision is not None and revision < newest_revision
    valid = not found.problems
    if stale:
        found.add("stale", revision=revision, newest=newest_revision)
    return Verdict(valid, household, revision, digest, identical, signed_by, stale, tuple(found.problems))


def _compare_pages(file: _File, found: Findings) -> None:
    """What the signed list of pages tells of an altered file."""
    try:
        listed = pagelist.read(file.reader, file.keys)
        differences = pagelist.compare(file.reader, listed) if listed else ()
    except _garbled():
        return
    for one in differences:
        found.add(one.code, page=one.page, volume=one.volume)


def _open(pdf: bytes) -> PdfReader | None:
    import pypdfium2
    from pypdf import PdfReader

    if not pdf.startswith(b"%PDF-"):
        return None
    try:
        reader = PdfReader(io.BytesIO(pdf))
        len(reader.pages)
        pypdfium2.PdfDocument(pdf).close()
    except (*_garbled(), pypdfium2.PdfiumError):
        return None
    return reader


def _garbled() -> tuple[type[Exception], ...]:
    """What pypdf raises on damaged files; a damaged file is an answer here, not an accident."""
    from pypdf.errors import PyPdfError

    return (
        PyPdfError,
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
        OSError,
        RuntimeError,
        AssertionError,
        zlib.error,
        struct.error,
    )


def _contents(reader: PdfReader, found: Findings) -> dict[str, dict[str, Any]]:
    """What is attached, by file name; a file of households' own copies alone holds nothing, which its signature vouches for."""
    try:
        files = {str(name): list(data) for name, data in reader.attachments.items()}
    except _garbled():
        files = {}
    contents = {}
    for name, data in files.items():
        if name != CONTENT_FILE and not _CONTENT_NAME.fullmatch(name):
            continue
        try:
            content = json.loads(data[0])
        except (ValueError, RecursionError):
            content = None
        if not isinstance(content, dict) or len(data) != 1 or canonical(content) != data[0]:
            found.add("data-garbled")
        if isinstance(content, dict):
            contents[name] = content
    return contents


def _title(content: Mapping[str, Any]) -> str:
    """The bookmark of a household in a village's file."""
    return say("archive-village-mark", number=str(content.get("number", "")), head=str(content.get("head", "")))


def _revision(content: Mapping[str, Any]) -> int:
    revision = content.get("revision", 0)
    return revision if isinstance(revision, int) else 0


def _homes(reader: PdfReader) -> tuple[_Home, ...]:
    """The pages of every household, told apart by the bookmarks."""
    try:
        volumes = list(_volumes(reader))
        starts = sorted(start for _, start in volumes)
        ends = dict(zip(starts, [*starts[1:], len(reader.pages)], strict=True))
        found: dict[str, list[_Page]] = {title: [] for title, _ in volumes}
        counts = dict.fromkeys(found, 0)
        for title, start in sorted(volumes, key=lambda volume: volume[1]):
            counts[title] += 1
            found[title] += [_page(reader, number, counts[title], number == start) for number in range(start, ends[start])]
        if starts and starts[0]:
            found.setdefault("", []).extend(_page(reader, number, 0, False) for number in range(starts[0]))
    except _garbled():
        return (_Home("", ()),)
    return tuple(_Home(title, tuple(pages)) for title, pages in found.items()) or (_Home("", ()),)


def _volumes(reader: PdfReader) -> Iterator[tuple[str, int]]:
    """The household's title (none in a file of one household) and the first page of every volume."""
    marks = {copy.mark for copy in COPIES}
    outer = ""
    entries: list[Any] = list(reader.outline)
    for entry, following in zip(entries, [*entries[1:], None], strict=True):
        if isinstance(following, list):
            outer = str(entry.title)
            continue
        inner = entry if isinstance(entry, list) else [entry]
        for one in inner:
            title, start = str(one.title), reader.get_destination_page_number(one)
            if start is not None:
                yield (outer if title in marks else title) if isinstance(entry, list) else "", start


def _page(reader: PdfReader, number: int, copy: int, is_cover: bool) -> _Page:
    objects = reader.pages[number].get("/Resources", {}).get("/XObject", {})
    bodies = tuple((name, objects.raw_get(name).idnum) for name in objects if _BODY_NAME.match(name))
    return _Page(number, copy, bodies, is_cover, any(_CODE_NAME.match(name) for name in objects))


def _are_copies_identical(pages: Sequence[_Page]) -> bool:
    """Whether every volume shows the same page objects in the same order; a volume may leave pages out, never have others."""
    volumes: dict[int, list[tuple[str, int]]] = {}
    for page in pages:
        volumes.setdefault(page.copy, []).extend(page.bodies)
    if not volumes or 0 in volumes or len(volumes) > len(COPIES) or not all(volumes.values()):
        return False
    longest = max(volumes.values(), key=len)
    whole = [shown for shown in volumes.values() if len(shown) == len(longest)]
    if any(shown != longest for shown in whole) or len(volumes) - len(whole) > 1:
        return False
    return len(set(longest)) == len(longest) and all(_is_part(shown, longest) for shown in volumes.values())


def _is_part(shown: list[tuple[str, int]], of: list[tuple[str, int]]) -> bool:
    rest = iter(of)
    return all(body in rest for body in shown)


def _read_codes(pdf: bytes, pages: Sequence[_Page], found: Findings) -> tuple[dict[int, seal.Seal], list[tuple[_Page, seal.Seal]]]:
    """The QR codes of the covers by copy, and those of the pages that are signed by hand, as a phone would see them."""
    import pypdfium2

    covers: dict[int, seal.Seal] = {}
    leaves: list[tuple[_Page, seal.Seal]] = []
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in pages:
            if not (page.is_cover or page.has_code) or page.number >= len(document):
                continue
            try:
                own = seal.read(_code(document, page.number))
            except (ValueError, pypdfium2.PdfiumError):
                found.add("qr-unreadable" if page.is_cover else "qr-unreadable-page", copy=page.copy, page=page.number + 1)
                continue
            if page.is_cover:
                covers[page.copy] = own
            else:
                leaves.append((page, own))
    finally:
        document.close()
    return covers, leaves


def _code(document: Any, number: int) -> str:
    import zxingcpp

    picture = document[number].render(scale=_SCALE, grayscale=True).to_pil()
    wanted = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return next((code.text for code in zxingcpp.read_barcodes(picture, formats=wanted) if seal.is_ours(code.text)), "")


def _check_leaves(covers: Mapping[int, seal.Seal], leaves: Sequence[tuple[_Page, seal.Seal]], found: Findings) -> None:
    """Every code within a volume says what the cover's says."""
    for page, own in leaves:
        cover = covers.get(page.copy)
        told = (own.household, own.revision, own.copy, own.digest, own.key)
        if cover and told != (cover.household, cover.revision, cover.copy, cover.digest, cover.key):
            found.add("qr-foreign-page", page=page.number + 1)


def _check_codes(
    seals: Mapping[int, seal.Seal], content: Mapping[str, Any], digest: str, known_keys: Mapping[str, bytes], found: Findings
) -> tuple[str, str]:
    """Who signed the codes, and the digest to go by."""
    if not seals:
        found.add("qr-unreadable", copy=0)
    signers: set[str] = set()
    for copy, own in seals.items():
        signer = seal.signer_of(own, known_keys)
        if signer:
            signers.add(signer)
        elif seal.knows(own, known_keys):
            found.add("signature-bad", copy=copy)
        else:
            found.add("unknown-key")
        if digest and own.digest != digest:
            found.add("digest-differs")
        if content and (own.household, own.revision) != (content.get("household"), content.get("revision")):
            found.add("qr-foreign", copy=copy)
    if len({own.household for own in seals.values()}) > 1:
        found.add("several-households")
    if len({(own.household, own.revision, own.digest) for own in seals.values()}) > 1 or len({own.copy for own in seals.values()}) < len(
        seals
    ):
        found.add("copies-differ")
    return (signers.pop() if len(signers) == 1 else ""), digest or next((own.digest for own in seals.values()), "")


def _check_footers(pdf: bytes, pages: Sequence[_Page], digest: str, found: Findings) -> None:
    """Every side that says anything bears the short digest, and no other."""
    import pypdfium2

    if not digest:
        return
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in pages:
            if page.number >= len(document):
                continue
            try:
                text = document[page.number].get_textpage().get_text_bounded()
            except pypdfium2.PdfiumError:
                text = " unreadable"
            if text.strip() and digest[: seal.SHORT] not in text:
                found.add("footer-differs", page=page.number + 1)
    finally:
        document.close()
