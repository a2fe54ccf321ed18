"""What shows that a device wrote an operation: its signature over the id, or over the root of a tree of ids that were sent together.

One signature for a batch costs 64 bytes whatever its size, and each operation stays provable alone: its evidence is the signature, the
number of leaves, its place, and the hashes beside its way to the root (the tree of RFC 6962: leaf = H(0 ‖ id), node = H(1 ‖ left ‖ right)).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

SIGNATURE = 64
MOST_LEAVES = 64
"""Ids under one signature: its share is then a byte an operation, and the evidence that is kept of each at most 264 bytes."""
_NUMBER = 4
_NODE = 32
SHAPE = rf"[0-9a-f]{{{2 * SIGNATURE}}}([0-9a-f]{{{4 * _NUMBER}}}([0-9a-f]{{{2 * _NODE}}}){{0,16}})?"
"""Hex of a signature, alone or with leaves, place and hashes."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The parts of a batch's evidence for one operation."""

    signature: bytes
    leaves: int
    place: int
    beside: tuple[bytes, ...]
    """From the leaf up."""

    def hex(self) -> str:
        """As it stands in an operation's `sig`."""
        numbers = self.leaves.to_bytes(_NUMBER, "big") + self.place.to_bytes(_NUMBER, "big")
        return (self.signature + numbers + b"".join(self.beside)).hex()


def is_single(sig: str) -> bool:
    """Whether this is a signature of one operation alone."""
    return len(sig) == 2 * SIGNATURE


def read(sig: str) -> Evidence:
    """The evidence in a `sig` of SHAPE that is not single. Raises ValueError."""
    plain = bytes.fromhex(sig)
    numbers = plain[SIGNATURE : SIGNATURE + 2 * _NUMBER]
    leaves, place = int.from_bytes(numbers[:_NUMBER], "big"), int.from_bytes(numbers[_NUMBER:], "big")
    rest = plain[SIGNATURE + 2 * _NUMBER :]
    beside = tuple(rest[at : at + _NODE] for at in range(0, len(rest), _NODE))
    if not 0 <= place < leaves <= MOST_LEAVES or len(beside) != len(_turns(leaves, place)):
        raise ValueError("no such place")
    return Evidence(plain[:SIGNATURE], leaves, place, beside)


def signed_bytes(sig: str, identity: bytes) -> tuple[bytes, bytes]:
    """The Ed25519 signature, and what it must be of if this is evidence for the operation of that id. Raises ValueError."""
    if is_single(sig):
        return bytes.fromhex(sig), identity
    held = read(sig)
    node = _leaf(identity)
    for is_right, other in zip(_turns(held.leaves, held.place), held.beside, strict=True):
        node = _node(other, node) if is_right else _node(node, other)
    return held.signature, root_text(node)


def sealed(ids: Sequence[bytes], sign: Callable[[bytes], bytes]) -> list[Evidence]:
    """Evidence for each of at most MOST_LEAVES ids by one signature."""
    tree = Tree(len(ids), dict(enumerate(ids)), iter(()))
    signature = sign(root_text(tree.root))
    return [Evidence(signature, len(ids), place, tree.beside(place)) for place in range(len(ids))]


def root_text(root: bytes) -> bytes:
    """What a device signs for a batch."""
    return b"fieldapp batch 1\n" + root


class Tree:
    """A tree of which some leaves are known; the hashes of the parts without any are handed in, from the left, as they are needed."""

    def __init__(self, leaves: int, known: Mapping[int, bytes], others: Iterator[bytes]) -> None:
        self._nodes: dict[tuple[int, int], bytes] = {}
        self._leaves, self._known, self._others = leaves, known, others
        self.root = self._build(0, leaves)

    def beside(self, place: int) -> tuple[bytes, ...]:
        """The hashes beside a leaf's way to the root, from the leaf up."""
        return tuple(self._nodes[part] for part in _siblings(self._leaves, place))

    def _build(self, low: int, high: int) -> bytes:
        if high - low == 1 and low in self._known:
            made = _leaf(self._known[low])
        elif len(self._known) < self._leaves and not any(low <= place < high for place in self._known):
            made = next(self._others, b"")
        else:
            middle = low + _half(high - low)
            made = _node(self._build(low, middle), self._build(middle, high))
        self._nodes[low, high] = made
        return made


def missing(leaves: int, known: Mapping[int, Evidence]) -> list[bytes]:
    """The hashes that `Tree` has to be handed when only these leaves are known, out of their own evidence."""
    hashes: dict[tuple[int, int], bytes] = {}
    for place, held in known.items():
        hashes.update(zip(_siblings(leaves, place), held.beside, strict=True))
    wanted: list[bytes] = []

    def gather(low: int, high: int) -> None:
        if not any(low <= place < high for place in known):
            wanted.append(hashes[low, high])
        elif high - low > 1:
            middle = low + _half(high - low)
            gather(low, middle)
            gather(middle, high)

    gather(0, leaves)
    return wanted


@lru_cache(maxsize=MOST_LEAVES * MOST_LEAVES)
def _siblings(leaves: int, place: int) -> tuple[tuple[int, int], ...]:
    """The parts of the tree beside a leaf's way, from the leaf up."""
    found: list[tuple[int, int]] = []
    low, high = 0, leaves
    while high - low > 1:
        middle = low + _half(high - low)
        if place < middle:
            found.append((middle, high))
            high = middle
        else:
            found.append((low, middle))
            low = middle
    return tuple(found[::-1])


@lru_cache(maxsize=MOST_LEAVES * MOST_LEAVES)
def _turns(leaves: int, place: int) -> tuple[bool, ...]:
    """Whether the leaf's way comes from the right, level by level from the leaf up."""
    return tuple(low < place and high <= place for low, high in _siblings(leaves, place))


def _half(count: int) -> int:
    """The largest power of two below a count."""
    return 1 << ((count - 1).bit_length() - 1)


def _leaf(identity: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + identity).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
