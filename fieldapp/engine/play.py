"""`form play`: a scripted session, JSON lines in and out; the format is a contract with other programs (docs/play.md).

Nothing of one case reaches the next. Times, ids and chance of a case are its own.
"""

from __future__ import annotations

import itertools
import json
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fieldapp.errors import BadInput, FieldAppError, NotAllowed, NotFound

from .definition import FormDefinition
from .instance import Node
from .playstate import states_of
from .session import FormSession, Surroundings
from .submission import read, revised, write
from .views import Control
from .xform import parse
from .zones import SystemZone

Case = Mapping[str, Any]
Step = Mapping[str, Any]


def play_lines(
    lines: Iterable[str], now: str | datetime | None = None, zone: str | tzinfo | None = None, timings: bool = False
) -> Iterator[str]:
    """One answer line for each case line; blank lines are skipped.

    Raises BadInput when a line is no JSON object with an `id`, or when `now` or `zone` is none.
    """
    instant, place = _instant(now), _zone(zone)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            case = json.loads(line.removeprefix("\ufeff"))
        except (ValueError, RecursionError) as fault:
            raise BadInput(what="line", value=f"{number}: {fault}") from fault
        if not isinstance(case, dict) or "id" not in case:
            raise BadInput(what="line", value=f"{number}: id")
        yield _written(_guarded(case, instant, place, timings))


def _written(answer: Mapping[str, Any]) -> str:
    """One line; characters that no encoding has (half a surrogate pair) are escaped."""
    line = json.dumps(answer, ensure_ascii=False)
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(answer)
    return line


_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "xml": str, "file": str, "now": str, "tz": str, "attachments": dict, "properties": dict, "steps": list,
}  # fmt: skip


def _check(case: Case) -> None:
    """Every part of the case is of its kind. Raises BadInput."""
    for name, kind in _TYPES.items():
        if case.get(name) is not None and not isinstance(case[name], kind):
            raise BadInput(what=name, value=type(case[name]).__name__)
    for number, step in enumerate(case.get("steps") or (), 1):
        if not isinstance(step, dict):
            raise BadInput(what="steps", value=str(number))


def _guarded(case: Case, now: datetime | None, zone: tzinfo | None, timings: bool) -> dict[str, Any]:
    """A bug that one case lays bare must not take away the answers to the others; it is told on standard error as well."""
    try:
        return play(case, now, zone, timings)
    except _BUGS as bug:
        traceback.print_exc()
        return {"id": case["id"], "load_error": f"bug: {type(bug).__name__}: {bug}", "states": []}


_BUGS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def play(case: Case, now: datetime | None, zone: tzinfo | None, timings: bool = False) -> dict[str, Any]:
    """Play one case: {"id", "states"} or {"id", "load_error", "states": []}."""
    try:
        _check(case)
        player = _Player(case, _instant(case.get("now")) or now, _zone(case.get("tz")) or zone, timings)
    except (FieldAppError, OSError, ValueError) as fault:
        return {"id": case["id"], "load_error": _told(fault), "states": []}
    states = [player.state]
    states += [player.take(step) for step in case.get("steps") or ()]
    return {"id": case["id"], "states": states}


def take_step(session: FormSession, step: Step) -> None:
    """One step on a session. Raises NotFound, NotAllowed, BadInput; the form is then as it was."""
    _act(session, step)()


def time_start(xform: str, around: Surroundings, case: Case | None = None) -> tuple[FormSession, float]:
    """From the text of an XForm to a session in which all that is shown stands; with the seconds that this took. Raises as `parse`."""
    begin = time.perf_counter()
    session = _begin(parse(xform), around, case or {})
    show(session, session.live.tree.root.subtree())
    return session, time.perf_counter() - begin


def time_step(session: FormSession, step: Step) -> float:
    """One step until all that is shown stands again: the seconds of that, without those of finding the node. Raises as `take_step`."""
    act = _act(session, step)
    begin = time.perf_counter()
    act()
    show(session, session.live.rules.news.changed)
    return time.perf_counter() - begin


def show(session: FormSession, nodes: Iterable[Node]) -> None:
    """Work out the labels and choices of what is shown; they belong to a consistent form."""
    live = session.live
    for node in list(nodes):
        control = node.node.control
        if control is not None and node.relevant:
            live.speech.say(control.label, node)
            if control.items or control.itemset is not None:
                live.speech.choices(node, live.rules.stored.is_shared(node))


def _act(session: FormSession, step: Step) -> Callable[[], object]:
    """The engine call of a step, its node found and its values checked."""
    operation, ref = step.get("op"), str(step.get("ref", ""))
    match operation:
        case "set":
            value = step.get("value", "")
            if not isinstance(value, str):
                raise BadInput(what="value", value=str(value))
            _check_settable(session, ref)
            return lambda: session.answer(ref, value)
        case "add":
            return lambda: session.add_repeat(ref)
        case "remove":
            index = step.get("index")
            if not isinstance(index, int) or isinstance(index, bool):
                raise BadInput(what="index", value=str(index))
            return lambda: session.remove_repeat(ref, index)
        case "lang":
            return lambda: session.set_language(str(step.get("lang", "")))
    raise BadInput(what="op", value=str(operation))


def _check_settable(session: FormSession, ref: str) -> None:
    """Files cannot be handed over in a script."""
    node = session.live.find(ref)
    if node is not None and node.node.control is not None and node.node.control.control is Control.UPLOAD:
        raise NotAllowed(reason="upload", path=ref)


class _Player:
    """One case at play: the session and what was told last."""

    def __init__(self, case: Case, now: datetime | None, zone: tzinfo | None, timings: bool) -> None:
        xform = case["xml"] if case.get("xml") is not None else Path(str(case.get("file", ""))).read_text(encoding="utf-8-sig")
        self._timings = timings
        around = _surroundings(case, now, zone)
        self._session, spent = time_start(xform, around, case)
        self._told: dict[str, dict[str, Any]] = {}
        self.state = self._state({"op": "load"}, spent)

    def take(self, step: Step) -> dict[str, Any]:
        """Take a step and tell what changed."""
        echo = {key: step[key] for key in ("op", "ref", "value", "index", "lang") if key in step}
        begin = time.perf_counter()
        try:
            spent = time_step(self._session, step)
        except (NotFound, NotAllowed, BadInput) as fault:
            spent = time.perf_counter() - begin
            return self._finish({**echo, "error": _told(fault), "set": [], "del": []}, spent)
        return self._state(echo, spent)

    def _state(self, echo: dict[str, Any], spent: float) -> dict[str, Any]:
        states = states_of(self._session.live)
        changed = [state for ref, state in states.items() if self._told.get(ref) != state]
        gone = [ref for ref in self._told if ref not in states]
        self._told = states
        return self._finish({**echo, "set": changed, "del": gone}, spent)

    def _finish(self, state: dict[str, Any], spent: float) -> dict[str, Any]:
        state["xml"] = write(self._session)
        if self._timings:
            state["ms"] = round(spent * 1000, 4)
        return state


def _begin(definition: FormDefinition, around: Surroundings, case: Case) -> FormSession:
    """A new submission, or the one that the case brings as XML: restored, or opened to be edited after it was sent."""
    if "instance" not in case:
        return FormSession.start(definition, around)
    answers = read(definition, str(case["instance"]))
    return FormSession.resume(definition, around, revised(answers, around.uuid) if case.get("edit") else answers)


def _surroundings(case: Case, now: datetime | None, zone: tzinfo | None) -> Surroundings:
    files: dict[str, bytes | str] = {}
    for name, given in (case.get("attachments") or {}).items():
        files[name] = str(given.get("body", "")) if isinstance(given, dict) else str(given)
    place = zone or SystemZone()
    clock = (lambda: now) if now is not None else (lambda: datetime.now(place))
    properties = {str(name): str(value) for name, value in (case.get("properties") or {}).items()}
    ids = (uuid4().hex for _ in itertools.count())
    return Surroundings(clock, place, lambda: next(ids), files, properties)


def _instant(given: str | datetime | None) -> datetime | None:
    if given is None or isinstance(given, datetime):
        return given
    try:
        instant = datetime.fromisoformat(given)
    except (ValueError, TypeError) as fault:
        raise BadInput(what="now", value=str(given)) from fault
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=SystemZone())


def _zone(given: str | tzinfo | None) -> tzinfo | None:
    if given is None or isinstance(given, tzinfo):
        return given
    try:
        return ZoneInfo(given)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as fault:
        raise BadInput(what="tz", value=str(given)) from fault


def _told(fault: Exception) -> str:
    return str(fault)
