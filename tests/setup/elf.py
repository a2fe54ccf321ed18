"""What a shared library asks for by name, read from the file itself; ldd tells the same only where something is missing."""

import struct
from pathlib import Path

_DYNAMIC = 6
_NEEDED = 1


def needed(file: Path) -> tuple[str, ...]:
    """The DT_NEEDED names of a 64-bit little-endian ELF file (generic ABI, chapter 5)."""
    data = file.read_bytes()
    if data[:6] != b"\x7fELF\x02\x01":
        return ()
    (table,) = struct.unpack_from("<Q", data, 0x28)
    size, count = struct.unpack_from("<HH", data, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, table + number * size) for number in range(count)]
    names = []
    for _, kind, _, _, offset, length, link, *_ in sections:
        if kind != _DYNAMIC:
            continue
        strings = sections[link]
        for at in range(offset, offset + length, 16):
            tag, value = struct.unpack_from("<qQ", data, at)
            if tag == _NEEDED:
                start = strings[4] + value
                names.append(data[start : data.index(b"\0", start)].decode())
    return tuple(names)
