"""Writes PDF/A files: 2u for print, 3u with the answers attached; reportlab numbers, formats and cross-references the objects.

Text, pictures and pages come in as finished operators; the same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfdoc

from fieldapp.words import resources

from .fonts import Subset
from .subsets import cut, to_unicode

A4 = (595.276, 841.89)
_ZLIB_LEVEL = 6
_FONTS = "FieldFonts"
_SYMBOLIC = 4
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


class _Stream(pdfdoc.PDFStream):  # type: ignore[misc]
    """A stream whose data ends with a line break before `endstream`, as PDF/A asks (ISO 19005-2, 6.1.7.1)."""

    def __init__(self, content: bytes, entries: Mapping[str, object] | None = None, pack: bool = True) -> None:
        super().__init__(pdfdoc.PDFDictionary(dict(entries or {})), content)
        self._pack = pack

    def format(self, document: Any) -> bytes:
        entries = dict(self.dictionary.dict)
        content: bytes = self.content
        if self._pack:
            content = zlib.compress(content, _ZLIB_LEVEL)
            entries["Filter"] = pdfdoc.PDFName("FlateDecode")
        entries["Length"] = len(content)
        head: bytes = pdfdoc.PDFDictionary(entries).format(document)
        return head + b"\nstream\n" + content + b"\nendstream\n"


class _Catalog(pdfdoc.PDFCatalog):  # type: ignore[misc]
    """The document root with the entries that PDF/A-3 needs and reportlab does not know."""

    __NoDefault__ = [*pdfdoc.PDFCatalog.__NoDefault__, "OutputIntents", "AF", "PieceInfo"]
    __Refs__ = pdfdoc.PDFCatalog.__Refs__


class _Info(pdfdoc.PDFInfo):  # type: ignore[misc]
    """Document information with the date that was handed in."""

    moment = ""

    def format(self, document: Any) -> bytes:
        text = pdfdoc.PDFString
        entries = {
            "Title": text(self.title),
            "Author": text(self.author),
            "Subject": text(self.subject),
            "Creator": text(self.creator),
            "Producer": text(self.producer),
            "CreationDate": text(self.moment),
            "ModDate": text(self.moment),
        }
        formatted: bytes = pdfdoc.PDFDictionary(entries).format(document)
        return formatted


class PdfFile:
    """One PDF/A file being written. Names of forms and pictures are those that the operators use."""

    def __init__(self, labels: Labels, part: int = 2) -> None:
        self._labels = labels
        self._doc = pdfdoc.PDFDocument(compression=1, invariant=1, pdfVersion=(1, 7), lang="zh-CN")
        self._doc.Catalog = self._doc._catalog = _Catalog()
        self._doc.Catalog.Pages = self._doc.Pages
        self._doc.Catalog.Lang = pdfdoc.PDFString("zh-CN")
        self._doc.updateSignature(labels.identity.encode("utf-8"))
        self._moment = _pdf_date(labels.made_at)
        self._set_info()
        self._set_colours()
        self._set_metadata(part)
        self._fonts = pdfdoc.PDFDictionary({})
        self._doc.Reference(self._fonts, _FONTS)
        self._files: list[tuple[str, Any]] = []
        self._marks: list[tuple[str, Any]] = []

    def form(self, name: str, operators: str, objects: Sequence[str] = ()) -> str:
        """A page's worth of drawing that any number of pages may show; gives the name back."""
        entries = {
            "Type": pdfdoc.PDFName("XObject"),
            "Subtype": pdfdoc.PDFName("Form"),
            "BBox": pdfdoc.PDFArray([0, 0, *A4]),
            "Resources": self._resources(objects),
        }
        self._doc.Reference(_Stream(operators.encode("ascii"), entries), name)
        return name

    def picture(self, name: str, data: bytes, size: tuple[int, int], coding: str, colours: str, bits: int = 8) -> str:
        """A picture whose data is already coded (DCTDecode or FlateDecode); the same name is written once."""
        if name not in self._doc.idToObject:
            entries = {
                "Type": pdfdoc.PDFName("XObject"),
                "Subtype": pdfdoc.PDFName("Image"),
                "Width": size[0],
                "Height": size[1],
                "ColorSpace": pdfdoc.PDFName(colours),
                "BitsPerComponent": bits,
                "Filter": pdfdoc.PDFName(coding),
            }
            self._doc.Reference(_Stream(data, entries, pack=False), name)
        return name

    def page(self, operators: str, objects: Sequence[str] = ()) -> None:
        """The next page: its own operators, showing forms and pictures by name."""
        entries = {
            "Type": pdfdoc.PDFName("Page"),
            "Parent": self._doc.Reference(self._doc.Pages),
            "MediaBox": pdfdoc.PDFArray([0, 0, *A4]),
            "Resources": self._resources(objects),
            "Contents": self._doc.Reference(_Stream(operators.encode("ascii"))),
        }
        self._doc.addPage(pdfdoc.PDFDictionary(entries))

    def bookmark(self, title: str) -> None:
        """An entry of the outline that leads to the next page."""
        self._marks.append((title, self._doc.thisPageRef()))

    def attach(self, name: str, data: bytes, subtype: str, description: str) -> None:
        """A file that belongs to the document (ISO 19005-3, 6.8: associated file, relationship Data)."""
        text = pdfdoc.PDFString
        parameters = pdfdoc.PDFDictionary({"ModDate": text(self._moment), "Size": len(data)})
        stream = _Stream(data, {"Type": pdfdoc.PDFName("EmbeddedFile"), "Subtype": "/" + subtype.replace("/", "#2F"), "Params": parameters})
        content = self._doc.Reference(stream)
        entries = {
            "Type": pdfdoc.PDFName("Filespec"),
            "F": text(name),
            "UF": text(name),
            "Desc": text(description),
            "AFRelationship": pdfdoc.PDFName("Data"),
            "EF": pdfdoc.PDFDictionary({"F": content, "UF": content}),
        }
        self._files.append((name, self._doc.Reference(pdfdoc.PDFDictionary(entries))))

    def close(self, subsets: Sequence[Subset], private: str = "") -> bytes:
        """The finished file; `private` is kept in the catalog's PieceInfo as it is."""
        for subset in subsets:
            if len(subset.glyphs) > 1:
                self._fonts[subset.name] = self._font(subset)
        self._close_files()
        self._close_outline()
        if private:
            piece = pdfdoc.PDFDictionary({"LastModified": pdfdoc.PDFString(self._moment), "Private": pdfdoc.PDFString(private)})
            self._doc.Catalog.PieceInfo = pdfdoc.PDFDictionary({"FieldApp": piece})
        data: bytes = self._doc.format()
        return data

    def _resources(self, objects: Sequence[str]) -> Any:
        entries: dict[str, object] = {"Font": pdfdoc.PDFObjectReference(_FONTS)}
        if objects:
            entries["XObject"] = pdfdoc.PDFDictionary({name: pdfdoc.PDFObjectReference(name) for name in objects})
        return pdfdoc.PDFDictionary(entries)

    def _font(self, subset: Subset) -> Any:
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
            "FontFile2": self._doc.Reference(_Stream(data, {"Length1": len(data)})),
        }
        system = {"Registry": pdfdoc.PDFString("Adobe"), "Ordering": pdfdoc.PDFString("Identity"), "Supplement": 0}
        descendant = {
            "Type": name("Font"),
            "Subtype": name("CIDFontType2"),
            "BaseFont": name(base),
            "CIDSystemInfo": pdfdoc.PDFDictionary(system),
            "FontDescriptor": self._doc.Reference(pdfdoc.PDFDictionary(descriptor)),
            "DW": 1000,
            "W": array([0, array([round(face.metrics(glyph)[0] * scale) for glyph in glyphs])]),
            "CIDToGIDMap": name("Identity"),
        }
        font = {
            "Type": name("Font"),
            "Subtype": name("Type0"),
            "BaseFont": name(base),
            "Encoding": name("Identity-H"),
            "DescendantFonts": array([self._doc.Reference(pdfdoc.PDFDictionary(descendant))]),
            "ToUnicode": self._doc.Reference(_Stream(to_unicode(subset.codes))),
        }
        return self._doc.Reference(pdfdoc.PDFDictionary(font))

    def _set_info(self) -> None:
        info = self._doc.info = _Info()
        info.title, info.author, info.subject = self._labels.title, self._labels.author, self._labels.subject
        info.creator = info.producer = PRODUCER
        info.moment = self._moment

    def _set_colours(self) -> None:
        profile = _Stream((resources() / "icc" / "srgb.icc").read_bytes(), {"N": 3})
        entries = {
            "Type": pdfdoc.PDFName("OutputIntent"),
            "S": pdfdoc.PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": pdfdoc.PDFString("sRGB IEC61966-2.1"),
            "Info": pdfdoc.PDFString("sRGB IEC61966-2.1"),
            "DestOutputProfile": self._doc.Reference(profile),
        }
        self._doc.Catalog.OutputIntents = pdfdoc.PDFArray([pdfdoc.PDFDictionary(entries)])

    def _set_metadata(self, part: int) -> None:
        entries = {"Type": pdfdoc.PDFName("Metadata"), "Subtype": pdfdoc.PDFName("XML")}
        self._doc.Catalog.Metadata = _Stream(_xmp(self._labels, part), entries, pack=False)

    def _close_files(self) -> None:
        if not self._files:
            return
        listed = [item for name, file in sorted(self._files) for item in (pdfdoc.PDFString(name), file)]
        tree = pdfdoc.PDFDictionary({"EmbeddedFiles": pdfdoc.PDFDictionary({"Names": pdfdoc.PDFArray(listed)})})
        self._doc.Catalog.Names = tree
        self._doc.Catalog.AF = pdfdoc.PDFArray([file for _, file in self._files])

    def _close_outline(self) -> None:
        if not self._marks:
            self._doc.Catalog.Outlines = None
            return
        names = [f"Mark{index}" for index in range(len(self._marks))]
        root = pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("Outlines"),
                "First": pdfdoc.PDFObjectReference(names[0]),
                "Last": pdfdoc.PDFObjectReference(names[-1]),
                "Count": len(names),
            }
        )
        parent = self._doc.Reference(root)
        for index, (title, page) in enumerate(self._marks):
            entries: dict[str, object] = {
                "Title": pdfdoc.PDFString(title),
                "Parent": parent,
                "Dest": pdfdoc.PDFArray([page, pdfdoc.PDFName("Fit")]),
            }
            if index:
                entries["Prev"] = pdfdoc.PDFObjectReference(names[index - 1])
            if index < len(names) - 1:
                entries["Next"] = pdfdoc.PDFObjectReference(names[index + 1])
            self._doc.Reference(pdfdoc.PDFDictionary(entries), names[index])
        self._doc.Catalog.Outlines = root


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
