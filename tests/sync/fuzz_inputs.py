"""How whole inputs are altered: bytes flipped, cut, doubled and put in; JSON with values of other kinds."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass

from sync.wire import unpack

_ODD = (None, True, -1, 1 << 70, 1.5, "", "0" * 64, "\ud800", "e\u0301", "x" * 100_000, [], {}, [[[[]]]], {"v": 1})


@dataclass(frozen=True)
class Target:
    """A whole input, and what reads it."""

    whole: bytes
    read: Callable[[bytes], object]
    packed: bool = False
    """JSON under zstd: alter the values inside as well."""
    alter: Callable[[random.Random], bytes] | None = None
    """How this one is altered, if it knows better."""


def altered(chance: random.Random, target: Target) -> bytes:
    """Something near the whole input."""
    if target.alter is not None:
        return target.alter(chance)
    if target.packed and chance.random() < 0.7:
        return pack_any(bent(chance, unpack(target.whole)))
    return spoiled(chance, target.whole)


def spoiled(chance: random.Random, whole: bytes) -> bytes:
    """The bytes with a few of them flipped, gone, doubled or new."""
    data = bytearray(whole)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at, kind = chance.randrange(len(data) or 1), chance.randrange(5)
        if kind == 0 and data:
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del data[at : at + chance.choice((1, 7, 500))]
        elif kind == 2:
            data[at:at] = data[at : at + chance.choice((1, 30, 2000))]
        elif kind == 3:
            data[at:at] = chance.randbytes(chance.choice((1, 4, 64)))
        else:
            data = data[:at]
    return bytes(data)


def pack_any(value: object) -> bytes:
    """JSON under zstd, also of what cannot be written as UTF-8."""
    import zstandard

    return zstandard.ZstdCompressor().compress(json.dumps(value).encode())


def bent(chance: random.Random, value: object) -> object:
    """The same JSON with one value somewhere replaced, taken away or doubled."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        name = chance.choice(sorted(value))
        if chance.random() < 0.1:
            return {other: one for other, one in value.items() if other != name}
        return {**value, name: bent(chance, value[name])}
    if isinstance(value, list) and value and chance.random() < 0.85:
        at = chance.randrange(len(value))
        return [*value[:at], bent(chance, value[at]), *value[at + chance.randrange(2) :]]
    return chance.choice(_ODD)
