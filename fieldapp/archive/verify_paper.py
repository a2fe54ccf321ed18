"""Verifies a scanned or photographed page: who printed it, for which household, revision and copy, and whether that is still the newest.

Only the QR code is read, no text. It proves that a known laptop printed a page of this household with this digest; that the words beside
the code are the printed ones is for a person to see: the footer of every page repeats the digest's first twelve digits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from . import scans, seal
from .scan_source import Source
from .verdict import Findings, Verdict, of_several

if TYPE_CHECKING:
    from PIL.Image import Image

Newest = Callable[[str], int | None]
Digests = Callable[[str, int], frozenset[str]]


def verify_paper(source: Source, known_keys: Mapping[str, bytes] | None, newest: Newest, digests: Digests) -> Verdict:
    """The verdict on the pages of a picture or a scanned PDF. Raises ScanRefused.

    `digests`: of the archives that are known to have been made of a household's revision; none known says nothing.
    """
    parts = [verify_page(source.picture(index), known_keys, newest, digests) for index in range(source.pages)]
    return parts[0] if len(parts) == 1 else of_several(parts, Findings())


def verify_page(picture: Image, known_keys: Mapping[str, bytes] | None, newest: Newest, digests: Digests) -> Verdict:
    """The verdict on one page."""
    found = Findings()
    own = _seal(picture, found)
    if own is None:
        return Verdict(False, problems=tuple(found.problems))
    signed_by = ""
    if known_keys is not None:
        signed_by = seal.signer_of(own, known_keys) or ""
        if not signed_by:
            found.add("signature-bad" if seal.knows(own, known_keys) else "unknown-key", copy=own.copy)
    made = digests(own.household, own.revision)
    if made and own.digest not in made:
        found.add("digest-unknown")
    valid = not found.problems and known_keys is not None
    newest_revision = newest(own.household)
    stale = newest_revision is not None and own.revision < newest_revision
    if stale:
        found.add("stale", revision=own.revision, newest=newest_revision)
    if known_keys is None:
        found.add("no-keys-paper")
    found.add("paper", revision=own.revision, copy=own.copy, day=own.day.isoformat(), digest=own.digest[: seal.SHORT])
    return Verdict(valid, own.household, own.revision, own.digest, False, signed_by, stale, tuple(found.problems))


def _seal(picture: Image, found: Findings) -> seal.Seal | None:
    codes = scans.find_codes(picture)
    if len(codes) != 1:
        found.add("several-codes" if codes else "no-code")
        return None
    try:
        return seal.read(codes[0].text)
    except ValueError:
        found.add("code-foreign")
        return None
