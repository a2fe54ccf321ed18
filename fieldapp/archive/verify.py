"""Verifies an archive from the file alone: content against digest, digest against signature, paper against both."""

from __future__ import annotations

import io
import json
import re
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fieldapp.words import DEFAULT_LANGUAGE, say
from sync.operation import canonical

from . import seal
from .copies import COPIES
from .render import CONTENT_FILE

if TYPE_CHECKING:
    from pypdf import PdfReader

_DPI = 150
_BODY_NAME = re.compile(r"/B\d+$")
_SCALE = _DPI / 72


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong; `code` completes the message id `archive-problem-…`."""

    code: str
    values: tuple[tuple[str, object], ...] = ()

    @property
    def text(self) -> str:
        """The sentence for people."""
        return say(f"archive-problem-{self.code}", DEFAULT_LANGUAGE, **dict(self.values))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a file is worth."""

    valid: bool
    """No trouble at all; a stale archive is genuine but not the newest, and that alone does not make it invalid."""
    household: str = ""
    revision: int = 0
    digest: str = ""
    """Computed from the attached content; from the QR code where nothing is attached."""
    copies_identical: bool = False
    signed_by: str = ""
    """Device id, empty if no known key signed or there were no keys to compare with."""
    stale: bool = False
    problems: tuple[Trouble, ...] = ()


@dataclass(slots=True)
class _Findings:
    problems: list[Trouble] = field(default_factory=list)

    def add(self, code: str, **values: object) -> None:
        trouble = Trouble(code, tuple(values.items()))
        if trouble not in self.problems:
            self.problems.append(trouble)


@dataclass(frozen=True, slots=True)
class _Page:
    copy: int
    """1, 2, 3: which volume by the bookmarks."""
    bodies: tuple[tuple[str, int], ...]
    """Name and object number of the shared page bodies that it shows."""
    is_cover: bool


def verify(pdf: bytes, known_keys: Mapping[str, bytes] | None, newest: Callable[[str], int | None] = lambda _household: None) -> Verdict:
    """The verdict on a file's bytes. `known_keys`: device id → 32 bytes Ed25519 public key; `newest`: household → its newest revision.

    Without any keys at hand (None) the file's own key shows whether anything was altered since it was signed; `signed_by` stays empty.
    """
    found = _Findings()
    keys = seal.named_keys(pdf) if known_keys is None else known_keys
    reader = _open(pdf)
    if reader is None:
        found.add("not-pdf")
        return Verdict(False, problems=tuple(found.problems))
    signer = seal.file_signer(pdf, keys)
    if signer is None:
        found.add("file-altered" if seal.is_known_file(pdf, keys) else "unknown-key")
    content = _content(reader, found, is_needed=signer is None)
    digest = seal.digest(canonical(content)) if content else ""
    pages = _pages(reader)
    identical = _are_copies_identical(pages)
    if not identical:
        found.add("copies-differ")
    seals = _read_codes(pdf, pages, found)
    signed_by, digest = _check_codes(seals, content, digest, keys, found)
    _check_footers(pdf, digest, found)
    revision = _revision(content) or max((own.revision for own in seals.values()), default=0)
    household = str(content.get("household", "")) if content else next((own.household for own in seals.values()), "")
    newest_revision = newest(household)
    stale = newest_revision is not None and revision < newest_revision
    valid = not found.problems
    if stale:
        found.add("stale", revision=revision, newest=newest_revision)
    if known_keys is None:
        signed_by = ""
        found.add("no-keys")
    return Verdict(valid, household, revision, digest, identical, signed_by, stale, tuple(found.problems))


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


def _content(reader: PdfReader, found: _Findings, is_needed: bool) -> dict[str, Any]:
    """What is attached; a file of one copy alone holds nothing, which its own signature vouches for."""
    try:
        files = reader.attachments.get(CONTENT_FILE, [])
    except _garbled():
        files = []
    if not files:
        if is_needed:
            found.add("no-data")
        return {}
    try:
        content = json.loads(files[0])
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict) or len(files) != 1 or canonical(content) != files[0]:
        found.add("data-garbled")
    return content if isinstance(content, dict) else {}


def _revision(content: Mapping[str, Any]) -> int:
    revision = content.get("revision", 0)
    return revision if isinstance(revision, int) else 0


def _pages(reader: PdfReader) -> list[_Page]:
    """Every page with its volume, told apart by the bookmarks."""
    try:
        starts = sorted(number for number in map(reader.get_destination_page_number, reader.outline) if number is not None)  # type: ignore[arg-type]
        pages = []
        for index, page in enumerate(reader.pages):
            objects = page.get("/Resources", {}).get("/XObject", {})
            bodies = tuple((name, objects.raw_get(name).idnum) for name in objects if _BODY_NAME.match(name))
            pages.append(_Page(sum(start <= index for start in starts), bodies, index in starts))
    except _garbled():
        return []
    return pages


def _are_copies_identical(pages: list[_Page]) -> bool:
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


def _read_codes(pdf: bytes, pages: list[_Page], found: _Findings) -> dict[int, seal.Seal]:
    """The QR code of every cover, as a phone would see it."""
    import pypdfium2
    import zxingcpp

    read: dict[int, seal.Seal] = {}
    document = pypdfium2.PdfDocument(pdf)
    try:
        for index, page in enumerate(pages):
            if not page.is_cover or index >= len(document):
                continue
            try:
                picture = document[index].render(scale=_SCALE, grayscale=True).to_pil()
                codes = [
                    code.text for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
                ]
                read[page.copy] = seal.read(next(filter(seal.is_ours, codes), ""))
            except (ValueError, pypdfium2.PdfiumError):
                found.add("qr-unreadable", copy=page.copy)
    finally:
        document.close()
    return read


def _check_codes(
    seals: Mapping[int, seal.Seal], content: Mapping[str, Any], digest: str, known_keys: Mapping[str, bytes], found: _Findings
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


def _check_footers(pdf: bytes, digest: str, found: _Findings) -> None:
    """Every side that says anything bears the short digest, and no other."""
    import pypdfium2

    if not digest:
        return
    document = pypdfium2.PdfDocument(pdf)
    try:
        for index in range(len(document)):
            try:
                text = document[index].get_textpage().get_text_bounded()
            except pypdfium2.PdfiumError:
                text = " unreadable"
            if text.strip() and digest[: seal.SHORT] not in text:
                found.add("footer-differs", page=index + 1)
    finally:
        document.close()
