"""Altered bytes for everything that comes in from outside: `--seconds N [--seed N] [--only NAME]`.

Sync bodies and replies, enrolment bodies and slips, bundles, backups of the district, requests of a locked laptop. Each input is a whole
one with bytes flipped, cut, doubled or exchanged, or JSON with values of other kinds. Only declared errors may come out, memory stays
bounded, and nothing is taken in from what was refused.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sync import bundle, recovery, slip
from sync.errors import CodedError
from sync.keys import DeviceKey, sealing_public
from sync.operation import from_plain, to_plain
from sync.protocol import (
    EnrolRequest,
    SyncReply,
    SyncRequest,
    decode_enrol_request,
    decode_reply,
    decode_request,
    encode_enrol_request,
    encode_reply,
    encode_request,
    enrol_text,
)
from sync.replica import Author, FeedPage
from sync.server import backup, service, sticks
from sync.wire import pack, unpack

from .conftest import EAST
from .convergence import fast_folder
from .memory import MemoryReplica
from .place import Place

LIMIT_MB = 256
"""More than this above the beginning is unbounded."""
_ODD = (None, True, -1, 1 << 70, 1.5, "", "0" * 64, "\ud800", "e\u0301", "x" * 100_000, [], {}, [[[[]]]], {"v": 1})


@dataclass(frozen=True)
class Target:
    """A whole input, and what reads it."""

    whole: bytes
    read: Callable[[bytes], object]
    packed: bool = False
    """JSON under zstd: alter the values inside as well."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=fast_folder()) as folder:
        told = prove(Path(folder), asked.seconds, asked.seed, asked.only)
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.exit(bool(told["wrong"]) or int(str(told["grew_mb"])) > LIMIT_MB)


def prove(folder: Path, seconds: float, seed: int, only: str = "", inputs: int = 1 << 60) -> dict[str, object]:
    """Alter and read, one target after another, for so long or so many inputs; `wrong` names what raised something undeclared."""
    chance, wrong, counts = random.Random(seed), [], Counter[str]()
    place = Place(folder / "district")
    found = {name: one for name, one in targets(folder, place).items() if only in ("", name)}
    before, until, done = _memory_mb(), time.monotonic() + seconds, 0
    while time.monotonic() < until and done < inputs:
        for name, target in found.items():
            data = altered(chance, target)
            done += 1
            try:
                target.read(data)
                counts[f"{name} read"] += 1
            except CodedError as error:
                counts[f"{name} {error.code}"] += 1
            except Exception as error:  # noqa: BLE001 - anything undeclared is what is looked for
                wrong.append({"target": name, "error": f"{type(error).__name__}: {error}"[:200], "input": data[:200].hex()})
    place.district.close()
    return {"inputs": done, "wrong": wrong[:5], "grew_mb": _memory_mb() - before, "outcomes": dict(sorted(counts.items()))}


def targets(folder: Path, place: Place) -> dict[str, Target]:
    """Every door, with something whole that goes through it."""
    key = DeviceKey(b"\x41" * 32)
    place.enrol(key)
    replica, reader = MemoryReplica(key), MemoryReplica(key)
    operations = [replica.write(f"{number:032x}", {"name": f"户{number}", "a/b": None}, EAST) for number in range(4)]
    plain = tuple(to_plain(operation) for operation in operations)
    district = place.district
    author = Author(key.device, key.public_key, "一号")
    page = FeedPage(EAST, 0, 4, tuple(operations))
    reply = SyncReply("e", (operations[0].id,), ((operations[1].id, "rejected"),), (page,), (author,), (EAST,))
    seal = sealing_public(key)
    enrolment = EnrolRequest("AAAA-BBBB", key.public_key, seal, "一号", key.sign(enrol_text("AAAA-BBBB", key.public_key, seal, "一号")))
    up, down, kept, fed = (folder / name for name in ("up.fab", "down.fab", "backup", "fed"))
    bundle.write_to_district(replica, up, "district", district.key.public_key, district.seal_public, datetime.now(UTC))
    sticks.read_up(district, up)
    sticks.write_down(district, key.device, down)
    backup.write(district, kept)
    request = recovery.Request("w", key.device, "00" * 80, "王工", "11" * 32)
    told = slip.Slip("https://district.test:8750", "AAAA-BBBB-CCCC-DDDD", "A" * 52, EAST)

    def through(read: Callable[[Path], object]) -> Callable[[bytes], object]:
        def from_file(data: bytes) -> object:
            fed.write_bytes(data)
            return read(fed)

        return from_file

    return {
        "sync-body": Target(
            encode_request(SyncRequest("e", {EAST: 0}, plain)), lambda data: service.sync(district, key.device, decode_request(data)), True
        ),
        "reply": Target(encode_reply(reply), decode_reply, True),
        "operation": Target(pack(plain[0]), lambda data: from_plain(unpack(data)), True),
        "enrolment": Target(encode_enrol_request(enrolment), decode_enrol_request, True),
        "slip": Target(slip.text(told).encode(), lambda data: slip.read(data.decode("utf-8", "replace"))),
        "slip-file": Target(slip.file_text(told).encode(), lambda data: slip.read(data.decode("utf-8", "replace"))),
        "bundle-up": Target(up.read_bytes(), through(lambda file: sticks.read_up(district, file))),
        "bundle-down": Target(
            down.read_bytes(), through(lambda file: bundle.read_from_district(reader, file, "district", district.key.public_key))
        ),
        "backup": Target(kept.read_bytes(), through(lambda file: backup.check(district.key, file))),
        "recovery": Target(recovery.write(request).encode(), lambda data: recovery.read_request(data.decode("utf-8", "replace"))),
    }


def altered(chance: random.Random, target: Target) -> bytes:
    """Something near the whole input."""
    if target.packed and chance.random() < 0.7:
        return pack_any(_bent(chance, unpack(target.whole)))
    data = bytearray(target.whole)
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


def _bent(chance: random.Random, value: object) -> object:
    """The same JSON with one value somewhere replaced, taken away or doubled."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        name = chance.choice(sorted(value))
        if chance.random() < 0.1:
            return {other: one for other, one in value.items() if other != name}
        return {**value, name: _bent(chance, value[name])}
    if isinstance(value, list) and value and chance.random() < 0.85:
        at = chance.randrange(len(value))
        return [*value[:at], _bent(chance, value[at]), *value[at + chance.randrange(2) :]]
    return chance.choice(_ODD)


def _memory_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


if __name__ == "__main__":
    main()
