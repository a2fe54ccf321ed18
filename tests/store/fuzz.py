"""Whatever bytes lie where a key file, an attachment or a backup should: only declared errors, and bounded memory.

`python -m tests.store.fuzz --examples 100000 [--target key-file|attachment|restore|tries]` prints what came of it as JSON.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import resource
import tarfile
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fieldapp.errors import CodedError
from fieldapp.store import backup, keyfile, keys, recovery, vault

HERE = Path(__file__).parent
KNOWN: dict[str, Any] = json.loads((HERE / "known_answers.json").read_text(encoding="utf-8"))
KEPT = HERE.parent / "upgrades" / "schema-1.fieldbackup"

_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=40),
    st.sampled_from(["0" * 64, "zz", "00" * 80, 1 << 40, -1, 1e308]),
)
_VALUES = st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4))


@st.composite
def _cuts(draw: Any, whole: bytes) -> bytes:
    """Bytes flipped, cut out, doubled, put in, or other bytes altogether."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        kind = draw(st.sampled_from(["flip", "cut", "double", "insert", "end"]))
        size = draw(st.integers(1, 600))
        if kind == "flip" and data:
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == "cut":
            del data[at : at + size]
        elif kind == "double":
            data[at:at] = data[at : at + size]
        elif kind == "insert":
            data[at:at] = draw(st.binary(max_size=40))
        else:
            del data[at:]
    return bytes(data)


@st.composite
def _altered_key_files(draw: Any) -> bytes:
    """A key file with anything in place of one of its values, its plain checksum mended."""
    plain = json.loads(draw(st.sampled_from([KNOWN["key_file"], KNOWN["key_file_of_generation_1"]])))
    del plain["sum"]
    place: Any = plain
    while True:
        step = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[step], dict | list) or not place[step] or draw(st.booleans()):
            break
        place = place[step]
    place[step] = draw(st.one_of(_VALUES, _alike(place[step])))
    try:
        plain["sum"] = hashlib.sha256(keyfile.canonical(plain)).hexdigest()
        return json.dumps(plain).encode()
    except ValueError:
        return b"{}"


def _alike(value: Any) -> st.SearchStrategy[Any]:
    """Another value of the same shape."""
    if isinstance(value, int):
        return st.integers(1, 140_000)
    if isinstance(value, str) and len(value) >= 24:
        return st.binary(min_size=len(value) // 2, max_size=len(value) // 2).map(bytes.hex)
    return st.sampled_from(["王工", "李𬭎", "user", "sheet", "district", "real", "demo"])


@st.composite
def _tars(draw: Any) -> bytes:
    """A tar as a backup, with members, sizes and kinds of every sort."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=draw(st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]))) as archive:
        names = st.sampled_from(["manifest.json", "keys.json", "workspace.db", "files/" + "a" * 64, "../keys.json", "/etc/x", "files"])
        for _ in range(draw(st.integers(0, 4))):
            told = tarfile.TarInfo(draw(names))
            told.type = draw(st.sampled_from([tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.DIRTYPE, tarfile.GNUTYPE_SPARSE, tarfile.FIFOTYPE]))
            data = draw(st.one_of(st.binary(max_size=200), _VALUES.map(lambda value: json.dumps(value).encode())))
            told.size = len(data) if told.type == tarfile.REGTYPE else 0
            archive.addfile(told, io.BytesIO(data))
    data = bytearray(out.getvalue())
    if draw(st.booleans()):
        # A size that is not there.
        data[124:136] = draw(st.sampled_from([b"77777777777\0", b"\x80" + b"\xff" * 11, b"\xff" * 12, b"00000000001\0"]))
    return bytes(data)


def _key_file(folder: Path, data: bytes) -> None:
    for name in (keys.FILE, keys.COPY):
        (folder / name).write_bytes(data)
    for user, passphrase in KNOWN["users"].items():
        keys.unlock(folder, user, passphrase)
    recovery.open_sheet(folder, KNOWN["sheet_code"])


def _attachment(_: Path, data: bytes) -> None:
    known = KNOWN["attachment"]["files"][1]
    found = keys.Keys(bytes.fromhex(KNOWN["data_key"]))
    assert vault.unseal(found.derive("attachments"), known["sha256"], data) == b"\0"


def _restore(folder: Path, data: bytes) -> None:
    file = folder / "x.fieldbackup"
    file.write_bytes(data)
    with tempfile.TemporaryDirectory() as target:
        backup.restore(file, Path(target) / "w")


Target = Callable[[Path, bytes], None]
TARGETS: dict[str, tuple[Target, Callable[[], st.SearchStrategy[bytes]]]] = {
    "key-file": (_key_file, lambda: st.one_of(_altered_key_files(), _cuts(KNOWN["key_file"].encode()), st.binary(max_size=3000))),
    "attachment": (
        _attachment,
        lambda: st.one_of(_cuts(bytes.fromhex(KNOWN["attachment"]["files"][1]["sealed"])), st.binary(max_size=3000)),
    ),
    "restore": (_restore, lambda: st.one_of(_cuts(KEPT.read_bytes()), _tars(), st.binary(max_size=3000))),
}


def fuzz(name: str, examples: int) -> dict[str, object]:
    """Feed one target; an exception that is not declared comes through with the bytes that caused it."""
    target, strategy = TARGETS[name]
    told: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        health, phases = list(HealthCheck), (Phase.generate,)

        @settings(max_examples=examples, deadline=None, database=None, derandomize=True, phases=phases, suppress_health_check=health)
        @given(strategy())
        def one(data: bytes) -> None:
            try:
                target(Path(folder), data)
                told["opened"] += 1
            except CodedError as error:
                told[":".join([error.code, *(str(error.values[part]) for part in ("part",) if part in error.values)])] += 1

        one()
    return {"target": name, "examples": sum(told.values()), "outcomes": dict(told)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--examples", type=int, default=1000)
    parser.add_argument("--target", choices=sorted(TARGETS))
    given_ = parser.parse_args()
    before = _peak_mib()
    results = [fuzz(name, given_.examples) for name in ([given_.target] if given_.target else sorted(TARGETS))]
    print(json.dumps({"results": results, "growth_mib": _peak_mib() - before}))  # noqa: T201


def _peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
