"""Operations close together: what a batch shares stands once, fields stand in columns, hashes as raw bytes, and no id travels.

`write` gives a text for the compressor and raw bytes that nothing can compress; `read` gives back exactly the same operations. An id is
the hash of what was read, so it is never sent; whatever does not fit the shape travels as plain JSON among the others. docs/protocol.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from . import evidence
from .errors import BadOperation, GarbledReply
from .marks import ABSENT, LINE, MARK, PART, PLACE, SAME, Class, Reading, Writing
from .operation import VERSION, Operation, Signer, claimed_id, from_plain, identified

_UNFIT = re.compile(r"[\x1c-\x1f\x7f\ud800-\udfff]")
_ROW = re.compile(r"[0-9a-f]{32}")
_GROUP = re.compile(rf"([0-9]+)((?:{MARK}(?:~[0-9]{{1,7}};|[^~;]))*)(?:;|\Z)")
"""One group of fields: the number of its class and the marks of its rows, of which some end with the character that parts the groups."""
_MOST_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class Written:
    """A batch: what compresses and what does not."""

    text: str
    raw: bytes


def write(plain: Iterable[object]) -> Written:
    """A batch of operations, as JSON values or from `under_one_signature`, in their order."""
    writing, classes, heads = Writing(), dict[tuple[str, str], Class](), dict[str, int]()
    columns: list[list[str]] = [[], [], [], [], [], []]
    loose: list[str] = []
    last: dict[str, str] = {}
    clock = (0, 0)
    proofs: list[str] = []
    for value in plain:
        operation = _fitting(value)
        if operation is None:
            columns[0].append("-")
            loose.append(json.dumps(value, sort_keys=True, separators=(",", ":")))
            continue
        head = PART.join(_escaped(part) for part in _head(operation))
        groups = _groups(operation.set)
        told_groups = []
        told = [str(heads.setdefault(head, len(heads))), writing.mark(operation.rec)]
        told.append("" if not operation.prev else "=" if last.get(operation.dev) == operation.prev else writing.mark(operation.prev))
        told.append("".join(writing.mark(parent) for parent in operation.par))
        shift, clock = _shift(operation.hlc, clock)
        told.append(shift)
        for (prefix, rows), fields in groups.items():
            held = classes.setdefault((operation.kind, prefix), Class())
            marks = "".join(writing.mark(row) for row in rows)
            held.write(fields, writing)
            told_groups.append(f"{list(classes).index((operation.kind, prefix))}{marks}")
        told.append(";".join(told_groups))
        for column, part in zip(columns, told, strict=True):
            column.append(part)
        writing.tokens.learn(operation.id)
        last[operation.dev] = operation.id
        proofs.append(operation.sig)
    told_proofs = _write_proofs(proofs, writing.raw)
    sections = ["\n".join(heads), PART.join(",".join(column) for column in columns), "\n".join(loose), told_proofs]
    sections += [_write_class(prefix, held) for (_, prefix), held in classes.items()]
    return Written(PLACE.join(sections), bytes(writing.raw))


def read(text: str, raw: bytes) -> list[object]:
    """The operations as JSON values, in their order. Raises GarbledReply."""
    try:
        return _read(text, raw)
    except (ValueError, IndexError, KeyError, StopIteration, RecursionError) as wrong:
        raise GarbledReply(what="operations") from wrong


def _read(text: str, raw: bytes) -> list[object]:
    heads_told, columns_told, loose_told, proofs_told, *classes_told = text.split(PLACE)
    heads = [[part.replace(LINE, "\n") for part in line.split(PART)] for line in heads_told.split("\n")]
    numbers, *columns = [column.split(",") for column in columns_told.split(PART)]
    loose = iter(loose_told.split("\n"))
    reading = Reading(raw)
    room = [_MOST_CELLS]
    classes = [_read_class(told, room) for told in classes_told]
    rows = zip(*columns, strict=True)
    found: list[object] = []
    compact: list[dict[str, object]] = []
    last: dict[str, str] = {}
    clock = (0, 0)
    for number in numbers if columns_told.strip(PART) else ():
        if number == "-":
            found.append(json.loads(next(loose)))
            continue
        dev, user, kind, vil, form, form_ver, why, delete = heads[int(number)]
        rec, prev, par, shift, groups = next(rows)
        (record,) = reading.marks(rec)
        before = "" if not prev else last[dev] if prev == "=" else reading.marks(prev)[0]
        parents = reading.marks(par)
        clock = _shifted(shift, clock)
        plain: dict[str, object] = {
            **{"v": VERSION, "dev": dev, "user": user, "kind": kind, "vil": vil, "form": form, "form_ver": form_ver, "why": why},
            **{"delete": delete == "1", "rec": record, "prev": before, "par": parents, "hlc": f"{clock[0]:013d}-{clock[1]:06d}"},
            "set": _read_groups(groups, classes, reading),
        }
        known = identified(plain)
        last[dev] = str(known["id"])
        reading.tokens.learn(last[dev])
        found.append(known)
        compact.append(known)
    _read_proofs(proofs_told, compact, reading)
    if not reading.is_at_end():
        raise ValueError("raw bytes left")
    return found


def _fitting(value: object) -> Operation | None:
    """The operation if it can stand in the columns and be read again; one that was read already is not read twice."""
    if isinstance(value, Operation):
        return value
    try:
        operation = from_plain(value)
    except BadOperation:
        return None
    texts = (*_head(operation), *operation.set, *(text for text in operation.set.values() if text))
    return (
        None
        if operation.v != VERSION or any(_UNFIT.search(text) for text in texts) or re.search("[#\n]", "".join(operation.set))
        else operation
    )


def _head(operation: Operation) -> tuple[str, ...]:
    shared = (operation.dev, operation.user, operation.kind, operation.vil, operation.form, operation.form_ver, operation.why)
    return (*shared, "1" if operation.delete else "")


def _escaped(text: str) -> str:
    return text.replace("\n", LINE)


def _groups(changes: Mapping[str, str | None]) -> dict[tuple[str, tuple[str, ...]], dict[str, str | None]]:
    """Fields by the repeat row that they belong to, the record's own last under an empty prefix; what is left of each path."""
    groups: dict[tuple[str, tuple[str, ...]], dict[str, str | None]] = {}
    for path in sorted(changes):
        parts = path.split("/")
        rows = [at for at, part in enumerate(parts) if _ROW.fullmatch(part)]
        cut = rows[-1] + 1 if rows else 0
        prefix = "/".join("#" if at in rows else part for at, part in enumerate(parts[:cut]))
        key = (prefix, tuple(parts[at] for at in rows))
        groups.setdefault(key, {})["/".join(("", *parts[cut:])) if rows and cut < len(parts) else "/".join(parts[cut:])] = changes[path]
    return dict(sorted(groups.items(), reverse=True))


def _write_class(prefix: str, held: Class) -> str:
    paths = sorted(held.paths)
    columns = []
    for path in paths:
        cells = [group.get(path, MARK + ABSENT) for group in held.groups]
        columns.append(SAME + cells[0] if len(cells) > 1 and cells.count(cells[0]) == len(cells) else "\n".join(cells))
    return PART.join(("\n".join((prefix, *paths)), str(len(held.groups)), *columns))


def _read_class(told: str, room: list[int]) -> tuple[str, list[str], Iterator[list[str]]]:
    names, count_told, *columns = told.split(PART)
    prefix, *paths = names.split("\n")
    count = int(count_told)
    # Rows without a field take room as well.
    room[0] -= count * max(len(paths), 1)
    if room[0] < 0 or count < 0:
        raise GarbledReply(what="too-large")
    cells = [[column[1:]] * count if column.startswith(SAME) else column.split("\n") for column in columns]
    if len(cells) != len(paths) or any(len(column) != count for column in cells):
        raise ValueError("columns")
    return prefix, paths, iter([list(row) for row in zip(*cells, strict=True)] or [[] for _ in range(count)])


def _read_groups(told: str, classes: Sequence[tuple[str, list[str], Iterator[list[str]]]], reading: Reading) -> dict[str, str | None]:
    changes: dict[str, str | None] = {}
    at = 0
    while at < len(told):
        group = _GROUP.match(told, at)
        if group is None:
            raise ValueError("groups")
        at = group.end()
        prefix, paths, rows = classes[int(group[1])]
        start = prefix
        for row in reading.marks(group[2]):
            start = start.replace("#", row, 1)
        changes.update(reading.fields(start, paths, next(rows)))
    return changes


def _shift(hlc: str, clock: tuple[int, int]) -> tuple[str, tuple[int, int]]:
    """How far a logical time is from the one before: nothing for the next counter of the same millisecond or the first of another."""
    time, counter = int(hlc[:13]), int(hlc[14:])
    expected = clock[1] + 1 if time == clock[0] else 0
    told = f"{time - clock[0]}" if time != clock[0] else ""
    return told if counter == expected else f"{told}:{counter - expected}", (time, counter)


def _shifted(told: str, clock: tuple[int, int]) -> tuple[int, int]:
    step, _, more = told.partition(":")
    time = clock[0] + int(step or "0")
    counter = (clock[1] + 1 if time == clock[0] else 0) + int(more or "0")
    if not (0 <= time < 10**13 and 0 <= counter < 10**6):
        raise ValueError("time")
    return time, counter


def _write_proofs(sigs: Sequence[str], raw: bytearray) -> str:
    """Signatures one by one as `.`, of a batch as `number of the batch,place`; then each batch's leaves."""
    batches: dict[tuple[bytes, int], dict[int, evidence.Evidence]] = {}
    told: list[str] = []
    expected = (0, 0)
    for sig in sigs:
        if evidence.is_single(sig):
            raw += bytes.fromhex(sig)
            told.append(".")
            continue
        held = evidence.read(sig)
        key = (held.signature, held.leaves)
        batches.setdefault(key, {})[held.place] = held
        place = (list(batches).index(key), held.place)
        told.append("" if place == expected else f"{place[0]}:{place[1]}")
        expected = (place[0], place[1] + 1) if place[1] + 1 < held.leaves else (place[0] + 1, 0)
    for (signature, leaves), known in batches.items():
        raw += signature + b"".join(evidence.missing(leaves, known))
    return ",".join(told) + PART + ",".join(str(leaves) for _, leaves in batches)


def _read_proofs(told: str, operations: Sequence[dict[str, object]], reading: Reading) -> None:
    places_told, leaves_told = told.split(PART)
    leaves = [int(count) for count in leaves_told.split(",") if count]
    if any(not 0 < count <= evidence.MOST_LEAVES for count in leaves):
        raise ValueError("leaves")
    batches: list[dict[int, dict[str, object]]] = [{} for _ in leaves]
    expected = (0, 0)
    for place_told, operation in zip(places_told.split(",") if operations else (), operations, strict=True):
        if place_told == ".":
            operation["sig"] = reading.take(evidence.SIGNATURE).hex()
            continue
        batch, _, leaf = place_told.partition(":")
        at = (int(batch), int(leaf)) if place_told else expected
        if batches[at[0]].setdefault(at[1], operation) is not operation or not 0 <= at[1] < leaves[at[0]]:
            raise ValueError("place")
        expected = (at[0], at[1] + 1) if at[1] + 1 < leaves[at[0]] else (at[0] + 1, 0)
    for count, known in zip(leaves, batches, strict=True):
        signature = reading.take(evidence.SIGNATURE)
        others = iter(lambda: reading.take(32), None)
        tree = evidence.Tree(count, {place: bytes.fromhex(str(one["id"])) for place, one in known.items()}, others)
        for place, one in known.items():
            one["sig"] = evidence.Evidence(signature, count, place, tree.beside(place)).hex()


def under_one_signature(plain: Iterable[object], signer: Signer) -> list[object]:
    """The same operations, read already; those that this device signed one by one get the evidence of a batch, which says the same."""
    told: list[object] = []
    own: list[tuple[int, Operation]] = []
    for at, value in enumerate(plain):
        operation = _fitting(value)
        told.append(value if operation is None else operation)
        if operation is not None and operation.dev == signer.device and evidence.is_single(operation.sig):
            # Signing again gives the same (Ed25519), so a false signature is never replaced.
            own += [(at, operation)] if signer.sign(bytes.fromhex(operation.id)).hex() == operation.sig else []
    for start in range(0, len(own), evidence.MOST_LEAVES):
        part = own[start : start + evidence.MOST_LEAVES]
        if len(part) > 1:
            proofs = evidence.sealed([bytes.fromhex(one.id) for _, one in part], signer.sign)
            for (at, one), proof in zip(part, proofs, strict=True):
                told[at] = replace(one, sig=proof.hex())
    return told


def id_of(value: object) -> str:
    """The id of an operation, or the one that a JSON value says it has."""
    return value.id if isinstance(value, Operation) else claimed_id(value)


def as_ranges(places: Sequence[int]) -> str:
    """`0-4,7`: ascending places in few characters."""
    told: list[list[int]] = []
    for place in places:
        if told and told[-1][1] == place - 1:
            told[-1][1] = place
        else:
            told.append([place, place])
    return ",".join(f"{first}-{last}" if last > first else f"{first}" for first, last in told)


def from_ranges(told: str, operations: Sequence[object]) -> list[object]:
    """What stands at such places. Raises GarbledReply."""
    found: list[object] = []
    for part in told.split(",") if told else ():
        first, _, last = part.partition("-")
        if not (first.isascii() and first.isdigit() and (not last or (last.isascii() and last.isdigit()))):
            raise GarbledReply(what="taken")
        if len(part) > 20 or not len(found) <= int(first) <= int(last or first) < len(operations):
            raise GarbledReply(what="taken")
        found += operations[int(first) : int(last or first) + 1]
    return found
