"""As much of DER (X.690) as a signature takes: values are written whole.

What is read is written again and compared by whoever reads it, so this reader need not be strict.
"""

from __future__ import annotations

SEQUENCE, SET, INTEGER, OCTETS, OID = 0x30, 0x31, 0x02, 0x04, 0x06


def value(tag: int, content: bytes) -> bytes:
    """One value: tag, length, content."""
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    told = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(told))) + told + content


def sequence(*parts: bytes) -> bytes:
    """SEQUENCE."""
    return value(SEQUENCE, b"".join(parts))


def set_of(*parts: bytes, tag: int = SET) -> bytes:
    """SET OF, which stands in the order of its bytes."""
    return value(tag, b"".join(sorted(parts)))


def integer(number: int) -> bytes:
    """INTEGER, not negative."""
    return value(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def octets(content: bytes) -> bytes:
    """OCTET STRING."""
    return value(OCTETS, content)


def within(number: int, content: bytes) -> bytes:
    """[number] EXPLICIT."""
    return value(0xA0 | number, content)


def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER."""
    first, second, *rest = map(int, dotted.split("."))
    content = bytes((40 * first + second,))
    for arc in rest:
        told = [arc & 0x7F]
        while arc := arc >> 7:
            told.append(0x80 | (arc & 0x7F))
        content += bytes(reversed(told))
    return value(OID, content)


def split(data: bytes) -> tuple[int, bytes, bytes]:
    """Tag and content of the first value, and what follows it. Raises ValueError."""
    if len(data) < 2:
        raise ValueError("short")
    start, length = 2, data[1]
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big")
    if len(data) < start + length:
        raise ValueError("short")
    return data[0], data[start : start + length], data[start + length :]


def parts(data: bytes) -> list[bytes]:
    """The values that stand one after another, each whole. Raises ValueError."""
    found = []
    while data:
        _, _, rest = split(data)
        found.append(data[: len(data) - len(rest)])
        data = rest
    return found


def content(data: bytes, tag: int) -> bytes:
    """The content of a value of the tag. Raises ValueError."""
    told, inner, _ = split(data)
    if told != tag:
        raise ValueError("tag")
    return inner
