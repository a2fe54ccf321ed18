"""The signed list of an archive's pages and pictures: with it a verifier names the page that was altered, taken out, added or moved.

The seal over the whole file tells that something was altered; this list, which stands beside it in the catalog, tells what. Short sums are
enough: who can make another page of the same sum cannot make the file's seal.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from sync.operation import Signer, canonical

from . import seal

if TYPE_CHECKING:
    from pypdf import PdfReader

_CONTEXT = b"fieldapp archive pages 1\n"
_LENGTH = 12
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class ListedVolume:
    """One volume: its entries in the outline, and the sum of each page."""

    title: str
    within: str
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageList:
    """What a file is made of, in its order; pictures by name."""

    volumes: tuple[ListedVolume, ...]
    pictures: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not as listed: page-altered, page-missing, page-added, page-moved, volume-missing, photo-altered; page from 1."""

    code: str
    page: int
    volume: str = ""


def sum_of(operators: bytes, shown: Iterable[bytes]) -> bytes:
    """The sum of drawing with what it shows: sums of forms, names of pictures, in the order of their names."""
    return hashlib.sha256(b"\0".join((operators, *shown))).hexdigest()[:_LENGTH].encode("ascii")


def sum_of_picture(data: bytes) -> str:
    """The sum of a picture as it is coded in the file."""
    return short(hashlib.sha256(data).hexdigest())


def short(digest: str) -> str:
    """The sum for a SHA-256 in hex digits that is known already."""
    return digest[:_LENGTH]


def write(pages: PageList, signer: Signer) -> bytes:
    """The list as it stands in a file."""
    told = canonical(_plain(pages))
    return canonical({"list": told.decode("utf-8"), "device": signer.device, "signature": signer.sign(_signed(told)).hex()})


def read(reader: PdfReader, known_keys: Mapping[str, bytes]) -> PageList | None:
    """The list of a file if a known key signed it. Raises what pypdf raises."""
    catalog: Any = reader.trailer["/Root"]
    stream = catalog.get("/PieceInfo", {}).get("/FieldApp", {}).get("/Private", {})
    if not hasattr(stream, "get") or "/Pages" not in stream:
        return None
    told = json.loads(stream["/Pages"].get_object().get_data())
    text, key = str(told["list"]).encode("utf-8"), known_keys.get(str(told["device"]))
    if key is None or not seal.verifies(key, bytes.fromhex(str(told["signature"])), _signed(text)):
        return None
    plain = json.loads(text)
    volumes = tuple(ListedVolume(one["title"], one["within"], tuple(one["pages"])) for one in plain["volumes"])
    return PageList(volumes, plain["pictures"])


def compare(reader: PdfReader, listed: PageList) -> tuple[Difference, ...]:
    """Everything that is not as listed. Raises what pypdf raises."""
    sums = _Sums(listed.pictures)
    shown = [sums.page(page, number) for number, page in enumerate(reader.pages, 1)]
    wanted = [(volume, one) for volume in listed.volumes for one in volume.pages]
    found = list(_steps([one for _, one in wanted], shown, [_named(volume) for volume, _ in wanted]))
    gone = [volume for volume in listed.volumes if volume.pages and not set(volume.pages) & set(shown)]
    names = {_named(volume) for volume in gone}
    kept = [one for one in found if not (one.code == "page-missing" and one.volume in names)]
    return (*(Difference("volume-missing", 0, _named(volume)) for volume in gone), *kept, *sums.altered)


def _steps(wanted: Sequence[str], shown: Sequence[str], volumes: Sequence[str]) -> Iterator[Difference]:
    if list(wanted) == list(shown):
        return
    missing: list[tuple[int, str]] = []
    added: list[tuple[int, str]] = []
    for step, first, end, low, high in SequenceMatcher(None, wanted, shown, autojunk=False).get_opcodes():
        if step == "equal":
            continue
        both = min(end - first, high - low)
        for at in range(both):
            if wanted[first + at] in shown or shown[low + at] in wanted:
                missing.append((first + at, wanted[first + at]))
                added.append((low + at, shown[low + at]))
            else:
                yield Difference("page-altered", low + at + 1, volumes[first + at])
        missing += [(at, wanted[at]) for at in range(first + both, end)]
        added += [(at, shown[at]) for at in range(low + both, high)]
    for at, own in added:
        yield Difference("page-moved" if own in wanted else "page-added", at + 1)
    fewer = Counter(wanted) - Counter(shown)
    for at, own in missing:
        if fewer[own] > 0:
            fewer[own] -= 1
            yield Difference("page-missing", at + 1, volumes[at])


class _Sums:
    """Sums of the pages of a file that is read; forms and pictures are looked at once."""

    def __init__(self, pictures: Mapping[str, str]) -> None:
        self._listed = pictures
        self._forms: dict[int, bytes] = {}
        self.altered: list[Difference] = []
        self._number = 0

    def page(self, page: Any, number: int) -> str:
        self._number = number
        contents = page.get("/Contents")
        data = contents.get_object().get_data() if contents is not None else b""
        return sum_of(data, self._shown(page.get("/Resources", {}), 0)).decode("ascii")

    def _shown(self, resources: Any, depth: int) -> list[bytes]:
        objects: Any = _plainly(_plainly(resources).get("/XObject", {}))
        if depth > _DEEPEST:
            raise ValueError("forms within forms")
        return [self._one(str(name)[1:], objects.raw_get(name), depth) for name in sorted(objects)]

    def _one(self, name: str, reference: Any, depth: int) -> bytes:
        number = getattr(reference, "idnum", 0)
        if number and number in self._forms:
            return self._forms[number]
        shown = reference.get_object()
        if shown.get("/Subtype") == "/Image":
            if self._listed.get(name) != sum_of_picture(shown._data):
                self.altered.append(Difference("photo-altered", self._number))
            told = name.encode("ascii", "replace")
        else:
            told = sum_of(shown.get_data(), self._shown(shown.get("/Resources", {}), depth + 1))
        self._forms[number] = told
        return told


def _plainly(entry: Any) -> Any:
    """What a reference leads to; a value stays what it is."""
    return entry.get_object() if hasattr(entry, "get_object") else entry


def _named(volume: ListedVolume) -> str:
    return f"{volume.within}　{volume.title}" if volume.within else volume.title


def _plain(pages: PageList) -> dict[str, object]:
    volumes = [{"title": one.title, "within": one.within, "pages": list(one.pages)} for one in pages.volumes]
    return {"volumes": volumes, "pictures": dict(pages.pictures)}


def _signed(told: bytes) -> bytes:
    return _CONTEXT + hashlib.sha256(told).digest()
