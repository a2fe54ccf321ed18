"""Altered bytes for everything that comes in from outside: `--seconds N [--inputs N] [--seed N] [--only NAME]`.

Sync bodies and replies of both versions, evidence of batches, enrolment bodies and slips, bundles, backups of the district, requests of a
locked laptop, previews, uploads and downloads, submissions and questions of phones, the page. Each input is a whole one with bytes flipped,
cut, doubled or exchanged, JSON with values of other kinds, or columns with pieces of their own grammar. Only declared errors may come out,
memory stays bounded, and nothing is taken in from what was refused.
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
from datetime import UTC, datetime
from pathlib import Path

from sync import bundle, previews, recovery, slip
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

from . import fuzz_across, fuzz_close, fuzz_doors
from .conftest import EAST
from .convergence import fast_folder
from .fuzz_inputs import Target, altered
from .memory import MemoryReplica
from .place import Place
from .test_gateway import FORM, PHOTO
from .test_gateway import xml as visit_xml

LIMIT_MB = 256
"""More than this above the beginning is unbounded."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--inputs", type=int, default=1 << 60)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=fast_folder()) as folder:
        told = prove(Path(folder), asked.seconds, asked.seed, asked.only, asked.inputs)
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.exit(bool(told["wrong"]) or int(str(told["grew_mb"])) > LIMIT_MB)


def prove(folder: Path, seconds: float, seed: int, only: str = "", inputs: int = 1 << 60) -> dict[str, object]:
    """Alter and read, one target after another, for so long or so many inputs; `wrong` names what raised something undeclared."""
    chance, wrong, counts = random.Random(seed), [], Counter[tuple[str, str]]()
    before, place = _memory_mb(), Place(folder / "district")
    found = {name: one for name, one in targets(folder, place).items() if only in ("", name)}
    until, done = time.monotonic() + seconds, 0
    while time.monotonic() < until and done < inputs:
        for name, target in found.items():
            data = altered(chance, target)
            done += 1
            try:
                target.read(data)
                counts[name, "read"] += 1
            except CodedError as error:
                counts[name, error.code] += 1
            except Exception as error:  # noqa: BLE001 - anything undeclared is what is looked for
                wrong.append({"target": name, "error": f"{type(error).__name__}: {error}"[:200], "input": data[:4000].hex()})
    place.district.close()
    kinds: dict[str, dict[str, int]] = {}
    for (name, outcome), number in sorted(counts.items()):
        kinds.setdefault(name, {})[outcome] = number
    return {"inputs": done, "wrong": wrong[:5], "undeclared": len(wrong), "grew_mb": _memory_mb() - before, "kinds": kinds}


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

    doors = fuzz_doors.targets(district, key, encode_enrol_request(enrolment), FORM, submission())
    return {
        **fuzz_close.targets(district, key, tuple(operations), reply),
        **fuzz_across.targets(folder, place, replica, page),
        **doors,
        "preview-body": Target(previews.encode({"0" * 64: b"\xff\xd8\xff" + bytes(99)}), previews.decode, True),
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


def submission() -> bytes:
    """What a phone posts, with a photo."""
    head = '--b\r\nContent-Disposition: form-data; name="{0}"; filename="{1}"\r\nContent-Type: {2}\r\n\r\n'
    xml = head.format("xml_submission_file", "s.xml", "text/xml").encode() + visit_xml("uuid:1")
    photo = head.format("door.jpg", "door.jpg", "image/jpeg").encode() + PHOTO
    return xml + b"\r\n" + photo + b"\r\n--b--\r\n"


def _memory_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


if __name__ == "__main__":
    main()
