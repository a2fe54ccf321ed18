"""Seeded mistakes, each a small patch of the program's own text, and a short walk that shows it.

A patch is applied to the running function, so nothing is written to disk; if the program's text changes so that a patch no longer
fits, applying it fails. `python3 -m tests.prove mutants [--walks N]` tells after how many random walks each mistake shows.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType

from .convergence import fast_folder
from .walks import Step, Walker, drawn


@dataclass(frozen=True)
class Patch:
    """In the named function the text `before`, which stands there once, becomes `after`."""

    module: str
    function: str
    before: str
    after: str


@dataclass(frozen=True)
class Mutant:
    """One mistake, and a walk that is fine without it."""

    patches: tuple[Patch, ...]
    walk: tuple[Step, ...]


STORE = "fieldapp.store"


def _one(module: str, function: str, before: str, after: str, *walk: Step) -> Mutant:
    return Mutant((Patch(module, function, before, after),), walk)


_CLONE_WRITES = (("edit", 0, 0, 0, 1), ("sync", 0), ("back_up_laptop", 0), ("edit", 0, 0, 0, 2))
_SERVER_LOSES = (("back_up_server",), ("edit", 0, 0, 0, 1), ("sync", 0), ("put_back_server", 1, 0, 0))
_TWO_WRITE = (("edit", 0, 0, 0, 1), ("edit", 1, 0, 0, 2))
_WRITE_OVER_CONFLICT = (*_TWO_WRITE, ("sync", 0), ("sync", 1), ("edit", 1, 0, 0, 3))

MUTANTS: dict[str, Mutant] = {
    "last-writer-wins": _one("sync.merge", "_field", "operation.id))", "operation.id))[-1:]", *_TWO_WRITE),
    "delete-beats-edit": _one(
        "sync.merge", "merge", "deletions == len(heads)", "deletions > 0",
        ("edit", 0, 0, 0, 1), ("sync", 0), ("sync", 1), ("edit", 0, 0, 0, 2), ("delete", 1, 0),
    ),
    "receipts-on-sending": _one(
        "sync.session", "send", "    outgoing = ",
        "    replica.acknowledge(peer, [one.id for one in replica.outgoing(peer, limit)])\n    outgoing = ",
        ("edit", 0, 0, 0, 1), ("sync", 0),
    ),
    "receipts-assumed": _one(
        "sync.session", "_trade", "        failures += 1\n",
        "        failures += 1\n            replica.acknowledge(peer.name, [one['id'] for one in request.operations])\n",
        ("edit", 0, 0, 0, 1), ("sync", 0, ["lost"]),
    ),
    "stick-counts-as-sent": _one(
        "sync.bundle", "write_to_district", "    size = write(",
        "    replica.acknowledge(peer, [one['id'] for one in request.operations])\n    size = write(",
        ("edit", 0, 0, 0, 1), ("stick_up", 0),
    ),
    "laptop-stick-counts-as-sent": _one(
        "sync.across", "write", "    replica.hand_over(peer)",
        "    replica.acknowledge(peer, [one.id for one in operations])", ("edit", 0, 0, 0, 1), ("stick_across", 0, 1),
    ),
    "laptop-gives-receipts": _one(
        "sync.across", "_Reader.take", 'f"{LAPTOP}{self.sender}"', '"district"',
        ("back_up_laptop", 0), ("edit", 0, 0, 0, 1), ("stick_across", 0, 1), ("plug_in", 0), ("put_back_laptop", 0, 0),
    ),
    "laptop-moves-cursors": _one(
        "sync.across", "_Reader.take", 'f"{LAPTOP}{self.sender}", pages', '"district", [replace(page, next=1) for page in pages]',
        ("edit", 2, 0, 0, 1), ("sync", 2), ("edit", 0, 2, 0, 1), ("stick_across", 0, 1), ("plug_in", 0),
    ),
    "asked-for-ever": _one(
        "sync.session", "_trade", "asking = asking and asked", "asking = replica.handed_over(peer.name)",
        ("edit", 0, 0, 0, 1), ("stick_up", 0), ("sync", 0),
    ),
    "no-epoch": Mutant(
        (
            Patch("sync.server.service", "sync", "request.epoch != epoch", "not request.epoch"),
            Patch("sync.session", "receive", "reply.epoch != replica.epoch(peer)", "not replica.epoch(peer)"),
        ),
        _SERVER_LOSES,
    ),
    "kept-receipts": _one(f"{STORE}.replica", "StoreReplica.start_over", "outbox.forget(tx, peer)", "pass", *_SERVER_LOSES),
    "kept-cursors": _one(
        f"{STORE}.replica", "StoreReplica.start_over", 'tx.sql("DELETE FROM cursor WHERE peer = ?", peer)', "pass",
        ("back_up_server",), ("edit", 0, 0, 0, 1), ("sync", 0), ("sync", 1), ("put_back_server", 1, 0, 0),
        ("edit", 2, 0, 1, 2), ("sync", 2),
    ),
    "cursor-gap": _one(
        f"{STORE}.replica", "StoreReplica.take_in", "page.start <= known.get(page.village, 0) < page.next",
        "known.get(page.village, 0) < page.next",
        ("back_up_laptop", 0), ("edit", 1, 0, 0, 1), ("sync", 1), ("sync", 0), ("sync", 0), ("edit", 1, 0, 0, 2), ("sync", 1),
        ("stick_down", 0), ("put_back_laptop", 0, 0), ("plug_in", 0),
    ),
    "cursor-moves-first": _one(
        f"{STORE}.replica", "StoreReplica.take_in", "    with self._database.begin() as tx:\n        intake.learn",
        "    with self._database.begin() as tx:\n        [tx.sql(_MOVE, peer, page.village, page.next) for page in pages]\n"
        "    with self._database.begin() as tx:\n        intake.learn",
        ("edit", 1, 0, 0, 1), ("sync", 1), ("sync", 0, [], 1),
    ),
    "truncated-parents": _one(
        f"{STORE}.operations", "write", "heads_of(stored.operation for stored in before)",
        "heads_of(stored.operation for stored in before)[:1]", *_WRITE_OVER_CONFLICT,
    ),
    "resolution-without-parents": _one(
        f"{STORE}.operations", "write", "heads_of(stored.operation for stored in before)",
        "(lambda heads: heads if len(heads) == 1 else ())(heads_of(stored.operation for stored in before))",
        *_WRITE_OVER_CONFLICT,
    ),
    "ids-from-the-clock": Mutant(
        (
            Patch(
                "sync.operation", "sealed", "hashlib.sha256(told.encode())", 'hashlib.sha256(f"{operation.dev} {operation.hlc}".encode())',
            ),
            Patch(
                "sync.operation", "_identity", 'unicodedata.normalize("NFC", content).encode()',
                "(lambda told: f\"{told['dev']} {told['hlc']}\")(json.loads(content)).encode()",
            ),
            Patch(
                "sync.operation", "content_id", "hashlib.sha256(canonical(_content(operation)))",
                'hashlib.sha256(f"{operation.dev} {operation.hlc}".encode())',
            ),
        ),
        (*_CLONE_WRITES, ("sync", 0), ("put_back_laptop", 0, 1), ("edit", 0, 0, 0, 3)),
    ),
    "accepted-twice": _one("sync.server.feed", "known", "return found", "return set()", ("edit", 0, 0, 0, 1), ("sync", 0, ["twice"])),
    "batch-half-committed": _one(
        "sync.server.service", "_accept", "feed.append(session, counter, fresh, sender", "feed.append(session, counter, fresh[:1], sender",
        ("edit", 0, 0, 0, 1), ("edit", 0, 0, 0, 2), ("sync", 0),
    ),
    "receipt-before-commit": _one(
        "sync.server.service", "_accept", "records.follow(session, village, fresh)",
        "records.follow(session, village, fresh)\n        session.rollback() if len(fresh) > 2 else None",
        ("edit", 0, 0, 0, 1), ("edit", 0, 0, 0, 2), ("edit", 0, 0, 0, 3), ("sync", 0),
    ),
    "hole-in-the-feed": _one(
        "sync.server.feed", "append", "enumerate(operations, counter.n)", "enumerate(operations, counter.n + (counter.n > 0))",
        ("edit", 0, 0, 0, 1), ("sync", 0), ("edit", 0, 0, 0, 2), ("sync", 0),
    ),
    "own-work-not-fed-back": _one(
        "sync.server.service", "_news", "set(receipts))",
        "{one.id for vil in cursors for one in feed.page(session, vil, 0, 1 << 30, 1 << 30).operations if one.dev == device})",
        ("back_up_laptop", 0), ("edit", 0, 0, 0, 1), ("sync", 0), ("put_back_laptop", 0, 0),
    ),
    "conflict-not-noted": _one(
        "sync.server.records", "_simply_followed", "held.in_conflict or held.heads != operation.par", "held.in_conflict",
        *_TWO_WRITE,
    ),
    "comparison-left-out": _one(
        "sync.session", "differing", "if replica.unsent(peer) == 0 else ()", "if False else ()",
        ("sync", 0), ("sync", 1), ("back_up_server",), ("edit", 0, 0, 0, 1), ("sync", 0), ("put_back_server", 0, 1, 1), ("sync", 0),
    ),
}  # fmt: skip


@contextmanager
def applied(mutant: Mutant) -> Iterator[None]:
    """The program with the mistake in it."""
    with ExitStack() as stack:
        for patch in mutant.patches:
            stack.enter_context(_patched(patch))
        yield


@contextmanager
def _patched(patch: Patch) -> Iterator[None]:
    module = importlib.import_module(patch.module)
    target: object = module
    for part in patch.function.split("."):
        target = inspect.getattr_static(target, part)
    assert isinstance(target, FunctionType)
    text = textwrap.dedent(inspect.getsource(target))
    assert text.count(patch.before) == 1, f"{patch.function} reads differently now: {patch.before}"
    scratch: dict[str, object] = {}
    exec(compile("from __future__ import annotations\n" + text.replace(patch.before, patch.after), patch.module, "exec"), scratch)
    changed = scratch[target.__name__]
    assert isinstance(changed, FunctionType)
    code, target.__code__ = target.__code__, changed.__code__
    try:
        yield
    finally:
        target.__code__ = code


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--walks", type=int, default=300)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", choices=["", *MUTANTS])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=fast_folder()) as folder:
        needed = prove(Path(folder), asked.walks, asked.steps, asked.seed, [asked.only] if asked.only else list(MUTANTS))
    killed = [name for name, walks in needed.items() if walks]
    sys.stdout.write(json.dumps({"mutants": len(needed), "killed": len(killed), "walks": needed}) + "\n")
    sys.exit(10 * len(killed) < 9 * len(needed))


def prove(folder: Path, walks: int, steps: int, seed: int, names: list[str]) -> dict[str, int]:
    """Mutant → after how many random walks it showed; 0: in none."""
    walker, needed = Walker(folder, real=True), {}
    for name in names:
        needed[name] = 0
        with applied(MUTANTS[name]):
            for number in range(walks):
                found = walker.wrong(drawn(seed, number, steps))
                if found:
                    needed[name] = number + 1
                    break
        sys.stderr.write(f"{name}: {needed[name]} {found[:110]}\n")
    walker.close()
    return needed


if __name__ == "__main__":
    main()
