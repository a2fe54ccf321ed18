"""Writes PDF/A files: 2u for print, 3u with the answers attached; reportlab formats what describes the file (catalog, fonts, attachments).

Text, pictures and pages come in as finished operators and go straight into the open file, so a file of a whole village needs no more
memory than one household's; the same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfdoc

from fieldapp.words import resources

from .fonts import Subset
from .objects import Objects, Reference, plain
from .outline import Mark, write_outline
from .pagelist import ListedVolume, PageList, short, sum_of
from .subsets import cut, to_unicode

A4 = (595.276, 841.89)
_SYMBOLIC = 4
_NODE = 64
"""Pages a node of the page tree, so that a reader need not read thousands at once."""
PRODUCER = "fieldapp"


@dataclass(frozen=True, slots=True)
class Labels:
    """What the file says about itself."""

    title: str
    author: str
    subject: str
    made_at: datetime
    """With its zone."""
    identity: str
    """What the file's /ID is made from."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A file that is closed: the SHA-256 of its bytes and where its private text stands (-1 without one)."""

    sha256: bytes
    private_at: int


@dataclass(slots=True)
class _Volume:
    """A run of pages: a node of the page tree and, if it has a title, an entry of the outline."""

    node: int
    mark: Mark | None
    order: int
    pages: list[int] = field(default_factory=list)
    sums: list[str] = field(default_factory=list)


class PdfFile:
    """One PDF/A file being written to an open binary file. Names of forms and pictures are those that the operators use."""

    def __init__(self, labels: Labels, sink: BinaryIO, part: int = 2) -> None:
        self._labels = labels
        self._part = part
        self._objects = Objects(sink)
        self._fonts = self._objects.reserve()
        self._root = self._objects.reserve()
        self._names: dict[str, int] = {}
        self._pictures: dict[str, int] = {}
        self._sums: dict[str, bytes] = {}
        self._picture_sums: dict[str, str] = {}
        self._files: list[tuple[str, int]] = []
        self._volumes: list[_Volume] = []
        self._moment = _pdf_date(labels.made_at)
        self._identity = hashlib.sha256(labels.identity.encode("utf-8"))

    def form(self, name: str, operators: str, objects: Sequence[str] = ()) -> str:
        """A page's worth of drawing that any number of pages may show; gives the name back. A name given again means the new drawing."""
        entries = f"/Type/XObject/Subtype/Form/BBox[0 0 {A4[0]} {A4[1]}]/Resources{self._resources(objects)}"
        drawn = operators.encode("ascii")
        self._sums[name] = self._sum(drawn, objects)
        self._names[name] = self._objects.stream(entries.encode("ascii"), drawn)
        return name

    def picture(self, data: bytes, size: tuple[int, int], coding: str, colours: str, bits: int = 8) -> str:
        """A picture whose data is already coded (DCTDecode or FlateDecode); gives its name. The same data is written once."""
        digest = hashlib.sha256(data).hexdigest()
        name = f"P{digest[:32]}"
        if name not in self._pictures:
            shape = f"/Type/XObject/Subtype/Image/Width {size[0]}/Height {size[1]}"
            entries = f"{shape}/ColorSpace/{colours}/BitsPerComponent {bits}/Filter/{coding}"
            self._pictures[name] = self._objects.stream(entries.encode("ascii"), data, pack=False)
            self._picture_sums[name] = short(digest)
        return name

    def volume(self, title: str, within: tuple[str, str] = ("", ""), order: int = 0) -> None:
        """The pages from here on are a volume with an entry in the outline, below the entry `within` (key and title) if given.

        Volumes stand in the file by `order` and then as they came.
        """
        self._volumes.append(_Volume(self._objects.reserve(), Mark(title, *within), order))

    def page(self, operators: str, objects: Sequence[str] = ()) -> None:
        """The next page: its own operators, showing forms and pictures by name."""
        if not self._volumes:
            self._volumes.append(_Volume(self._objects.reserve(), None, 0))
        volume = self._volumes[-1]
        drawn = operators.encode("ascii")
        volume.sums.append(self._sum(drawn, objects).decode("ascii"))
        content = self._objects.stream(b"", drawn)
        page = f"<</Type/Page/Parent {volume.node} 0 R/Resources{self._resources(objects)}/Contents {content} 0 R>>"
        volume.pages.append(self._objects.put(page.encode("ascii")))

    def forget(self, identity: str) -> None:
        """Forget the names of all forms: what comes next shows none of them. Pictures stay, so that one shown again is not written again.

        What was written goes into the file's /ID by its identity.
        """
        self._names.clear()
        self._sums.clear()
        self._identity.update(identity.encode("utf-8"))

    def attach(self, name: str, data: bytes, subtype: str, description: str) -> None:
        """A file that belongs to the document (ISO 19005-3, 6.8: associated file, relationship Data)."""
        text = pdfdoc.PDFString
        parameters = pdfdoc.PDFDictionary({"ModDate": text(self._moment), "Size": len(data)}).format(pdfdoc.DummyDoc())
        kind = subtype.replace("/", "#2F").encode("ascii")
        stream = self._objects.stream(b"/Type/EmbeddedFile/Subtype/%b/Params%b" % (kind, parameters), data)
        content = Reference(stream)
        entries = {
            "Type": pdfdoc.PDFName("Filespec"),
            "F": text(name),
            "UF": text(name),
            "Desc": text(description),
            "AFRelationship": pdfdoc.PDFName("Data"),
            "EF": pdfdoc.PDFDictionary({"F": content, "UF": content}),
        }
        self._files.append((name, self._objects.add(entries)))

    def page_list(self) -> PageList:
        """What the file is made of, in its order."""
        marks = [(volume.mark or Mark(""), volume.sums) for volume in self._in_order()]
        return PageList(tuple(ListedVolume(mark.title, mark.group, tuple(sums)) for mark, sums in marks), self._picture_sums)

    def close(self, subsets: Sequence[Subset], private: str = "", pages: bytes = b"") -> Finished:
        """Write what is left; `private` is kept in the catalog's PieceInfo as it is, `pages` beside it. The open file stays open."""
        fonts = {subset.name: self._font(subset) for subset in subsets if len(subset.glyphs) > 1}
        self._objects.add(fonts, self._fonts)
        catalog = self._catalog(self._in_order())
        if private:
            held = {"Seal": pdfdoc.PDFString(private), "Pages": Reference(self._objects.stream(b"", pages))}
            piece = pdfdoc.PDFDictionary({"LastModified": pdfdoc.PDFString(self._moment), "Private": pdfdoc.PDFDictionary(held)})
            catalog["PieceInfo"] = pdfdoc.PDFDictionary({"FieldApp": piece})
        root = plain(catalog)
        self._objects.put(root, self._root)
        place = self._objects.last + root.index(private.encode("ascii")) if private else -1
        return Finished(self._objects.close(self._root, self._info(), self._identity.digest()[:16]), place)

    def _in_order(self) -> list[_Volume]:
        return sorted(self._volumes, key=lambda volume: volume.order)

    def _sum(self, drawn: bytes, objects: Sequence[str]) -> bytes:
        return sum_of(drawn, [self._sums.get(name) or name.encode("ascii") for name in sorted(set(objects))])

    def _resources(self, objects: Sequence[str]) -> str:
        known, pictures = self._names, self._pictures
        shown = "".join([f"/{name} {known.get(name) or pictures[name]} 0 R" for name in objects])
        return f"<</Font {self._fonts} 0 R/XObject<<{shown}>>>>" if shown else f"<</Font {self._fonts} 0 R>>"

    def _catalog(self, volumes: Sequence[_Volume]) -> dict[str, object]:
        name, text, array = pdfdoc.PDFName, pdfdoc.PDFString, pdfdoc.PDFArray
        profile = self._objects.stream(b"/N 3", (resources() / "icc" / "srgb.icc").read_bytes())
        intent = {
            "Type": name("OutputIntent"),
            "S": name("GTS_PDFA1"),
            "OutputConditionIdentifier": text("sRGB IEC61966-2.1"),
            "Info": text("sRGB IEC61966-2.1"),
            "DestOutputProfile": Reference(profile),
        }
        metadata = self._objects.stream(b"/Type/Metadata/Subtype/XML", _xmp(self._labels, self._part), pack=False)
        catalog = {
            "Type": name("Catalog"),
            "Lang": text("zh-CN"),
            "Pages": Reference(self._page_tree(volumes)),
            "OutputIntents": array([pdfdoc.PDFDictionary(intent)]),
            "Metadata": Reference(metadata),
        }
        if self._files:
            listed = [item for name, file in sorted(self._files) for item in (text(name), Reference(file))]
            catalog["Names"] = pdfdoc.PDFDictionary({"EmbeddedFiles": pdfdoc.PDFDictionary({"Names": array(listed)})})
            catalog["AF"] = array([Reference(file) for _, file in self._files])
        marks = [(volume.mark, volume.pages[0]) for volume in volumes if volume.mark and volume.pages]
        if marks:
            catalog |= {"Outlines": Reference(write_outline(self._objects, marks)), "PageMode": name("UseOutlines")}
        return catalog

    def _page_tree(self, volumes: Sequence[_Volume]) -> int:
        """A node a volume below nodes of some volumes each below the root."""
        filled = [volume for volume in volumes if volume.pages]
        root, above = self._objects.reserve(), list[int]()
        for first in range(0, len(filled), _NODE):
            group, node = filled[first : first + _NODE], self._objects.reserve()
            for volume in group:
                self._node(volume.node, node, volume.pages, len(volume.pages))
            self._node(node, root, [volume.node for volume in group], sum(len(volume.pages) for volume in group))
            above.append(node)
        self._node(root, 0, above, sum(len(volume.pages) for volume in filled))
        return root

    def _node(self, number: int, parent: int, kids: Sequence[int], count: int) -> None:
        above = f"/Parent {parent} 0 R" if parent else f"/MediaBox[0 0 {A4[0]} {A4[1]}]"
        listed = " ".join([f"{kid} 0 R" for kid in kids])
        self._objects.put(f"<</Type/Pages{above}/Kids[{listed}]/Count {count}>>".encode("ascii"), number)

    def _font(self, subset: Subset) -> Reference:
        face, name, array = subset.face, pdfdoc.PDFName, pdfdoc.PDFArray
        data, glyphs = cut(face, subset.glyphs)
        scale = 1000 / face.units
        base = f"{_tag(data)}+{face.name}"
        descriptor = {
            "Type": name("FontDescriptor"),
            "FontName": name(base),
            "Flags": _SYMBOLIC,
            "FontBBox": array([round(edge * scale) for edge in face.box]),
            "ItalicAngle": 0,
            "Ascent": round(face.ascent * scale),
            "Descent": round(face.descent * scale),
            "CapHeight": round(face.cap_height * scale),
            "StemV": 50 + (face.weight // 65) ** 2,
            "FontFile2": Reference(self._objects.stream(b"/Length1 %d" % len(data), data)),
        }
        system = {"Registry": pdfdoc.PDFString("Adobe"), "Ordering": pdfdoc.PDFString("Identity"), "Supplement": 0}
        widths = " ".join([str(round(face.metrics(glyph)[0] * scale)) for glyph in glyphs])
        descendant = {
            "Type": name("Font"),
            "Subtype": name("CIDFontType2"),
            "BaseFont": name(base),
            "CIDSystemInfo": pdfdoc.PDFDictionary(system),
            "FontDescriptor": Reference(self._objects.add(descriptor)),
            "DW": 1000,
            "W": f"[0[{widths}]]",
            "CIDToGIDMap": name("Identity"),
        }
        font = {
            "Type": name("Font"),
            "Subtype": name("Type0"),
            "BaseFont": name(base),
            "Encoding": name("Identity-H"),
            "DescendantFonts": array([Reference(self._objects.add(descendant))]),
            "ToUnicode": Reference(self._objects.stream(b"", to_unicode(subset.codes))),
        }
        return Reference(self._objects.add(font))

    def _info(self) -> int:
        text, labels = pdfdoc.PDFString, self._labels
        entries = {
            "Title": text(labels.title),
            "Author": text(labels.author),
            "Subject": text(labels.subject),
            "Creator": text(PRODUCER),
            "Producer": text(PRODUCER),
            "CreationDate": text(self._moment),
            "ModDate": text(self._moment),
        }
        return self._objects.add(entries)


def _tag(data: bytes) -> str:
    """Six capitals for the name of a subset (ISO 32000-1, 9.6.4), from its own bytes."""
    return "".join(chr(65 + byte % 26) for byte in hashlib.sha256(data).digest()[:6])


def _pdf_date(moment: datetime) -> str:
    zone = moment.strftime("%z") or "+0000"
    return f"D:{moment:%Y%m%d%H%M%S}{zone[:3]}'{zone[3:5]}'"


def _xmp(labels: Labels, part: int) -> bytes:
    """Metadata that repeats the document information word for word (ISO 19005-2, 6.6.2)."""
    when = labels.made_at.isoformat(timespec="seconds")
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" \
xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(labels.title)}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{escape(labels.author)}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{escape(labels.subject)}</rdf:li></rdf:Alt></dc:description>
<xmp:CreatorTool>{PRODUCER}</xmp:CreatorTool><xmp:CreateDate>{when}</xmp:CreateDate><xmp:ModifyDate>{when}</xmp:ModifyDate>
<pdf:Producer>{PRODUCER}</pdf:Producer><pdfaid:part>{part}</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>""".encode()
