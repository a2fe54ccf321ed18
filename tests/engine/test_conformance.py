"""The reference engines' recorded sessions and real forms, played on our engine; they lie beside the checkout and are no part of it."""

from __future__ import annotations

import importlib.util
import random
import re
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fieldapp.engine.play import play
from fieldapp.engine.playstate import states_of
from fieldapp.engine.session import FormSession, Surroundings
from fieldapp.engine.submission import read, write
from fieldapp.engine.xform import parse
from fieldapp.errors import FieldAppError
from tests.engine.answering import fill_in
from tests.engine.scenario import counted_ids

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "conformance"
PHOENIX = ZoneInfo("America/Phoenix")
RECORDED = datetime(2026, 11, 21, 17, 29, 25, 606000, tzinfo=PHOENIX)
OPERATIONS = {"answer": "set", "add_repeat": "add", "remove_repeat": "remove", "set_language": "lang"}

COMPARED = ("rel", "ro", "req", "v", "label", "opts", "viol")
Compared = tuple[bool, tuple[str, str, str] | None, str]
ODD = ("甲 <&>\" '乙\n丙\t\r丁 ", "  x ", "𠮷田", "")
SMALL = 40_000
RESTORING = ("instance-input", "instance-edit")
"""Files whose sessions begin with a submission: each test first fills one, then restores or edits it in a second session."""

_EXACT = "full precision; the reference rounds to two decimals"
_CLOCK = "the moment of recording"
_LATE = "the recorder kept the state before the step whose outcome its own assertion names (16)"

EXCEPTIONS = {
    ("geo", "area > is computed for [a] geopoint nodeset", "/data/area"): _EXACT,
    ("geo", "area > is computed for [a calculated] string", "/data/area"): _EXACT,
    ("geo", "distance > is computed for [a calculated] string", "/data/distance"): _EXACT,
    ("geo", "area > is computed for geoshape", "/data/area"): _EXACT,
    ("jr-preload", "uid > preloads specified data", "/data/element"): "a fresh id",
    ("jr-preload", "datetime > preloads timestamp start", "/data/element"): _CLOCK,
    ("jr-preload", "does not update value when editing a property", "/data/element"): _CLOCK,
    ("set-value-action", "is not triggered when loading form for editing", "/data/destination"): _CLOCK,
    ("set-value-action", "`setvalue` > is serialized and deserialized", "/data/source"): _LATE,
    ("set-value-action", "`setvalue` > is serialized and deserialized", "/data/destination"): _LATE,
}
"""Part of the file, part of the test, node → why our answer differs there."""

NOT_TEXT = ("File", "Object")
"""Values that a script cannot hand over; uploads have their own tests."""


@pytest.fixture(scope="module")
def cases() -> ModuleType:
    if not (FOLDER / "loader.py").is_file():
        pytest.skip("the reference cases do not lie beside the checkout")
    spec = importlib.util.spec_from_file_location("conformance_loader", FOLDER / "loader.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def plain(ref: str) -> str:
    """A ref without prefixes."""
    return re.sub(r"/(@?)[A-Za-z]+:", r"/\1", ref)


def words(text: object) -> object:
    return " ".join(text.split()) if isinstance(text, str) else text


def same(name: str, wanted: Any, got: Any) -> bool:
    if name == "opts":
        return [[value, words(label)] for value, label in wanted] == [[value, words(label)] for value, label in got or []]
    if name == "v" and wanted and got:
        try:
            return float(wanted) == pytest.approx(float(got), rel=1e-9, abs=1e-9)
        except ValueError:
            pass
    return bool(words(wanted) == words(got))


def played(trace: dict[str, Any], media: dict[str, Path]) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
    """The case for `play` and what was recorded after each of its states; None if it uses what `play` does not have."""
    steps: list[dict[str, Any]] = []
    recorded: list[dict[str, Any]] = []
    for step in trace["steps"]:
        if step["op"] == "load":
            if recorded:
                break
            recorded.append(step)
        elif step["op"] in OPERATIONS:
            if step.get("vtype") in NOT_TEXT or "describe_error" in step or "error" in step:
                return None
            steps.append(operation(step))
            recorded.append(step)
    names = [name.rsplit("/", 1)[-1] for name in trace["resources"]]
    attachments = {name: media[name].read_text(encoding="utf-8", errors="replace") for name in names if name in media}
    case = {"id": trace["id"], "xml": trace["xml"], "steps": steps, "attachments": attachments, "properties": trace["preload"]}
    return case, recorded


class Begins:
    """How a session begins: new, or with the submission that an earlier session left, restored or edited."""

    def __init__(self) -> None:
        self._left: dict[str, str] = {}
        self._tests: set[str] = set()

    def of(self, trace: dict[str, Any], recorded: list[dict[str, Any]]) -> dict[str, Any]:
        """The fields of the case that say so."""
        first = recorded[0]["xml"]
        own, replaced = identity(first, "instanceID"), identity(first, "deprecatedID")
        again = trace["test"] in self._tests
        found: dict[str, Any] = {}
        if trace["edit_instance"]:
            found = {"instance": trace["edit_instance"], "edit": True}
        elif replaced in self._left:
            found = {"instance": self._left[replaced], "edit": True}
        elif own in self._left:
            found = {"instance": self._left[own]}
        elif again and any(name in trace["file"] for name in RESTORING):
            found = {"instance": first}
        self._tests.add(trace["test"])
        for state in recorded:
            if identity(state.get("xml", ""), "instanceID"):
                self._left[identity(state["xml"], "instanceID")] = state["xml"]
        return found


def identity(xml: str, name: str) -> str:
    found = re.search(rf"[<:]{name}>(uuid:[^<]*)<", xml)
    return found.group(1) if found else ""


def operation(step: dict[str, Any]) -> dict[str, Any]:
    ref = plain(step.get("ref", ""))
    value = step.get("value")
    made: dict[str, Any] = {"op": OPERATIONS[step["op"]], "ref": ref}
    if made["op"] == "set":
        made["value"] = text_of(value, next((node["v"] for node in step["set"] if plain(node["ref"]) == ref), "OK"))
    if made["op"] == "remove":
        made["ref"], _, index = ref.removesuffix("]").rpartition("[")
        made["index"] = int(index) - 1
    if made["op"] == "lang":
        made["lang"] = step["lang"]
    return made


def text_of(value: object, stored: str) -> str:
    """What a person would have typed; of a boolean, which only JavaScript hands over, what was stored of it."""
    if isinstance(value, bool):
        return stored if value or stored != "OK" else ""
    return " ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def differences(trace: dict[str, Any], media: dict[str, Path], begins: Begins) -> Iterator[Compared]:
    """For each recorded node state whether we agree, the exception that names it, and what differs."""
    found = played(trace, media)
    if found is None:
        return
    case, recorded = found
    case |= begins.of(trace, recorded)
    result = play(case, RECORDED, PHOENIX)
    now: dict[str, dict[str, Any]] = {}
    assert "load_error" not in result, (trace["test"], result["load_error"])
    for state, wanted in zip(result["states"], recorded, strict=True):
        for ref in state["del"]:
            now.pop(ref, None)
        now.update({node["ref"]: node for node in state["set"]})
        for node in wanted.get("set", []):
            ref = plain(node["ref"])
            refused = "error" in state and ref == state.get("ref")
            if "t" not in node or "instanceID" in ref or refused:
                continue
            got = now.get(ref, {})
            wrong = [name for name in COMPARED if name in node and not same(name, node[name], got.get(name))]
            yield (
                not wrong,
                excused(trace, ref),
                f"{trace['file']} > {trace['test']}: {ref} {[(node[name], got.get(name)) for name in wrong]}",
            )


def excused(trace: dict[str, Any], ref: str) -> tuple[str, str, str] | None:
    """The exception that names this node of this test."""
    return next((key for key in EXCEPTIONS if key[0] in trace["file"] and key[1] in trace["test"] and key[2] == ref), None)


@pytest.mark.conformance
def test_recorded_sessions_are_played_alike(cases: ModuleType) -> None:
    media = {path.name: path for path in (FOLDER / "forms").rglob("*") if path.is_file()}
    agreed, total, unexplained, used, begins = 0, 0, [], set(), Begins()
    for trace in cases.scenario_traces():
        for right, exception, told in differences(trace, media, begins):
            total += 1
            agreed += right
            if not right:
                used.add(exception)
                unexplained += [told] if exception is None else []
    assert unexplained == []
    assert set(EXCEPTIONS) == used, "an exception that is no longer needed"
    assert agreed / total > 0.99


@pytest.mark.conformance
def test_a_submission_is_restored_as_it_was_recorded(cases: ModuleType) -> None:
    media = {path.name: path for path in (FOLDER / "forms").rglob("*") if path.is_file()}
    wrong, total = [], 0
    definitions: dict[str, Any] = {}
    for trace in cases.scenario_traces():
        nodes, xml, languages = last_state(trace)
        found = played(trace, media)
        if found is None or not xml.startswith("<"):
            continue
        definition = definitions.get(trace["xml"]) or definitions.setdefault(trace["xml"], parse(trace["xml"]))
        around = Surroundings(lambda: RECORDED, PHOENIX, counted_ids(), found[0]["attachments"])
        session = FormSession.resume(definition, around, read(definition, xml), (languages or [None])[-1])
        now = states_of(session.live)
        written = write(session)
        assert write(FormSession.resume(definition, around, read(definition, written))) == written, trace["test"]
        for node in nodes:
            ref = plain(node["ref"])
            if node["rel"] and excused(trace, ref) is None:
                total += 1
                got = now.get(ref, {})
                wrong += [(trace["test"], ref, name) for name in COMPARED if name in node and not same(name, node[name], got.get(name))]
    assert wrong == []
    assert total > 3000


def last_state(trace: dict[str, Any]) -> tuple[list[dict[str, Any]], str, list[str]]:
    """All nodes at the end of a recorded session, the submission as it was then, and the languages chosen on the way."""
    nodes: dict[str, dict[str, Any]] = {}
    xml, languages = "", []
    for step in trace["steps"]:
        if "set" in step and "xml" in step:
            if step["op"] == "load":
                nodes = {}
            for ref in step["del"]:
                nodes.pop(ref, None)
            nodes.update({node["ref"]: node for node in step["set"] if "ref" in node})
            xml = step["xml"]
            languages += [step["lang"]] if step["op"] == "set_language" else []
    return list(nodes.values()), xml, languages


@pytest.mark.conformance
def test_real_forms_filled_in_are_written_read_and_written_the_same(cases: ModuleType) -> None:
    seen = 0
    for form in cases.forms("xform"):
        if form["bytes"] > SMALL:
            continue
        try:
            definition = parse(form["path"].read_text(encoding="utf-8-sig"))
        except FieldAppError:
            continue
        chance = random.Random(form["file"])
        session = FormSession.start(definition, Surroundings(lambda: RECORDED, PHOENIX, counted_ids()))
        fill_in(session, chance, partial(chance.choice, ODD))
        for row_ids in (False, True):
            written = write(session, row_ids)
            around = Surroundings(lambda: RECORDED, PHOENIX, counted_ids())
            again = FormSession.resume(definition, around, read(definition, written))
            assert write(again, row_ids) == written, form["file"]
        seen += 1
    assert seen > 100
