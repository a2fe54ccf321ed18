"""Bodies of version 2 with anything about them altered: the frame, the dictionary's name, the JSON, the columns with their marks, the raw
bytes, and evidence of batches."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sync import compact, evidence, lexicon, wire
from sync.keys import DeviceKey
from sync.marks import LINE, MARK, PART, PLACE, SAME
from sync.operation import Operation, from_plain, to_plain, verify_author
from sync.protocol import SyncReply, SyncRequest, decode_reply, decode_request, encode_reply, encode_request
from sync.server import service
from sync.server.district import District

from .fuzz_inputs import Target, bent, spoiled

_PIECES = (
    PLACE, PART, LINE, SAME, MARK, "\n", ",", ";", ":", "=", "-", ".", "'", "*", "+", "~", "0", "Z", "9999999999", "-1", "1e9", "１",
    f"{MARK}+", f"{MARK}-", f"{MARK}~0;", f"{MARK}~9999999;", f"{MARK}'0", f"{MARK}.", f"{MARK}!", f"{MARK}*+", "NaN",
    '{"v":1}', "\x00", "𠮷",
)  # fmt: skip
WORDS = lexicon.words("")


@dataclass(frozen=True)
class Close:
    """A close body in its parts."""

    head: object
    text: str
    raw: bytes
    called: bytes = lexicon.NONE
    words: bytes = b""

    def folded(self) -> bytes:
        """Put together again."""
        import zstandard

        head = json.dumps(self.head, ensure_ascii=True, sort_keys=True)
        plain = (head + "\x00" + self.text).encode("utf-8", "surrogatepass")
        words = zstandard.ZstdCompressionDict(self.words, dict_type=zstandard.DICT_TYPE_RAWCONTENT) if self.words else None
        packed = zstandard.ZstdCompressor(level=3, dict_data=words).compress(plain)
        return b"FXC2" + self.called + len(packed).to_bytes(4, "big") + packed + self.raw


def parts_of(body: bytes, words: bytes = b"") -> Close:
    """A whole close body taken apart."""
    end = 16 + int.from_bytes(body[12:16], "big")
    head, _, text = wire._unfolded(body[16:end], words).decode().partition("\x00")
    return Close(json.loads(head), text, body[end:], body[4:12], words)


def altered(chance: random.Random, whole: Close) -> bytes:
    """Something near a whole body; the parts that were not altered still fit."""
    kind = chance.randrange(6)
    if kind == 0:
        return spoiled(chance, whole.folded())
    if kind == 1:
        other = chance.choice((chance.randbytes(8), lexicon.NONE, whole.called[:-1] + b"\x00"))
        return replace(whole, called=other).folded()
    if kind == 2:
        return replace(whole, head=bent(chance, whole.head)).folded()
    if kind == 3:
        return replace(whole, raw=spoiled(chance, whole.raw)).folded()
    return replace(whole, text=_text(chance, whole.text)).folded()


def _text(chance: random.Random, told: str) -> str:
    """The columns with pieces of their own grammar put in, taken out, doubled and exchanged."""
    for _ in range(chance.choice((1, 1, 2, 6))):
        at, kind = chance.randrange(len(told) + 1), chance.randrange(5)
        if kind == 0:
            told = told[:at] + chance.choice(_PIECES) + told[at:]
        elif kind == 1:
            told = told[:at] + chance.choice(_PIECES) + told[at + chance.choice((1, 1, 5)) :]
        elif kind == 2:
            told = told[:at] + told[at + chance.choice((1, 3, 40)) :]
        elif kind == 3:
            told = told[:at] + told[at : at + chance.choice((2, 30))] * chance.choice((2, 3, 200)) + told[at:]
        else:
            sections = told.split(PLACE)
            chance.shuffle(sections)
            told = PLACE.join(sections)
    return told


def targets(district: District, key: DeviceKey, operations: tuple[Operation, ...], reply: SyncReply) -> dict[str, Target]:
    """The doors of version 2."""
    names: Mapping[bytes, bytes] = {lexicon.name(WORDS): WORDS}
    plain = [to_plain(operation) for operation in operations]
    asked = SyncRequest(
        "e", {operations[0].vil: 0}, tuple(compact.under_one_signature(plain, key)), version=wire.CLOSE,
        dictionaries=(lexicon.name(WORDS).hex(),), left=(1, 2),
    )  # fmt: skip
    bodies = {"close-body": b"", "close-body-with-words": WORDS}

    def taken(data: bytes) -> object:
        return service.sync(district, key.device, decode_request(data, names))

    def door(whole: bytes, words: bytes, read: Callable[[bytes], object]) -> Target:
        parts = parts_of(whole, words)
        return Target(whole, read, alter=lambda chance: altered(chance, parts))

    found = {name: door(encode_request(asked, words), words, taken) for name, words in bodies.items()}
    answer = encode_reply(reply, asked, WORDS)
    found["close-reply"] = door(answer, WORDS, lambda data: decode_reply(data, asked, names))
    batch = to_plain(replace(operations[0], sig=_batch_sig(operations, key)))
    found["evidence"] = Target(json.dumps(batch).encode(), _verified(key), alter=lambda chance: _evidence(chance, batch))
    return found


def _batch_sig(operations: tuple[Operation, ...], key: DeviceKey) -> str:
    return evidence.sealed([bytes.fromhex(operation.id) for operation in operations], key.sign)[0].hex()


def _verified(key: DeviceKey) -> Callable[[bytes], object]:
    def verified(data: bytes) -> object:
        operation = from_plain(json.loads(data))
        return verify_author(operation, key.public_key)

    return verified


def _evidence(chance: random.Random, batch: dict[str, object]) -> bytes:
    """The operation with its evidence flipped, cut, grown, of other numbers, or of no shape at all."""
    sig, kind = str(batch["sig"]), chance.randrange(5)
    if kind == 0:
        sig = spoiled(chance, bytes.fromhex(sig)).hex()
    elif kind == 1:
        numbers = "".join(f"{chance.choice((0, 1, 2, 3, 4, 63, 64, 65, 1 << 31, (1 << 32) - 1)):08x}" for _ in range(2))
        sig = sig[:128] + numbers + sig[144:]
    elif kind == 2:
        sig += chance.randbytes(32).hex() * chance.choice((1, 2, 16, 17, 4000))
    elif kind == 3:
        sig = spoiled(chance, sig.encode()).decode("utf-8", "replace")
    else:
        return json.dumps(bent(chance, batch)).encode()
    return json.dumps({**batch, "sig": sig}).encode()
