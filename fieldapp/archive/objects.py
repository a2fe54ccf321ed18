"""Writes the objects of a PDF file one after another into an open file; nothing is kept but their places, so a file may be of any size.

reportlab's own kinds (dictionary, array, string) may be handed in; what is written by the thousand comes as finished bytes.
"""

from __future__ import annotations

import hashlib
import zlib
from array import array
from collections.abc import Mapping
from typing import Any, BinaryIO

from reportlab.pdfbase import pdfdoc

_HEADER = b"%PDF-1.7\n%\xe5\x85\xa5\xe6\x88\xb7\n"
_ZLIB_LEVEL = 5
"""A fifth faster than 6 for as many bytes: the photos, which are packed already, are nine tenths of a file."""
_SHORT = 120
"""Streams of fewer bytes are not worth packing."""
_LARGE = 65536
"""From here on copying costs more than writing by parts."""
_PLAIN = pdfdoc.DummyDoc()


class Reference(pdfdoc.PDFObject):  # type: ignore[misc]
    """An object that stands elsewhere in the file, by its number."""

    def __init__(self, number: int) -> None:
        self._number = number

    def format(self, _: Any) -> bytes:
        """As reportlab asks for it."""
        return b"%d 0 R" % self._number


class Objects:
    """The objects of one file, numbered from 1; written to an empty binary file that can be sought."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink
        self._hash = hashlib.sha256()
        self._length = 0
        self._places = array("Q")
        self.last = 0
        """Where the body of the last object stands."""
        self._write(_HEADER)

    def reserve(self) -> int:
        """A number for an object that is written later."""
        self._places.append(0)
        return len(self._places)

    def put(self, body: bytes, number: int = 0) -> int:
        """Write an object; its number."""
        number = number or self.reserve()
        self._places[number - 1] = self._length
        head = b"%d 0 obj\n" % number
        self.last = self._length + len(head)
        if len(body) < _LARGE:
            self._write(b"%b%b\nendobj\n" % (head, body))
        else:
            self._write(head)
            self._write(body)
            self._write(b"\nendobj\n")
        return number

    def add(self, entries: Mapping[str, object], number: int = 0) -> int:
        """Write a dictionary."""
        return self.put(plain(entries), number)

    def stream(self, entries: bytes, data: bytes, pack: bool = True, number: int = 0) -> int:
        """Write a stream: entries as they stand between << and >>; a line break follows the data (ISO 19005-2, 6.1.7.1)."""
        coding = b""
        if pack and len(data) >= _SHORT:
            data, coding = zlib.compress(data, _ZLIB_LEVEL), b"/Filter/FlateDecode"
        return self.put(b"<<%b%b/Length %d>>\nstream\n%b\nendstream" % (entries, coding, len(data), data), number)

    def close(self, root: int, info: int, identity: bytes) -> bytes:
        """Write the cross-references and the trailer; gives the SHA-256 of the file. `identity` is 16 bytes."""
        start, count = self._length, len(self._places) + 1
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % count)
        for first in range(0, len(self._places), 1000):
            self._write(b"".join([b"%010d 00000 n \n" % place for place in self._places[first : first + 1000]]))
        name = identity.hex().encode("ascii")
        self._write(b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]>>\n" % (count, root, info, name, name))
        self._write(b"startxref\n%d\n%%%%EOF\n" % start)
        return self._hash.digest()

    def _write(self, data: bytes) -> None:
        self._sink.write(data)
        self._hash.update(data)
        self._length += len(data)


def plain(entries: Mapping[str, object]) -> bytes:
    """A dictionary as bytes, formatted by reportlab."""
    formatted: bytes = pdfdoc.PDFDictionary(dict(entries)).format(_PLAIN)
    return formatted
