"""The reference engines' recorded sessions and real forms, played on our engine; they lie beside the checkout and are no part of it."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fieldapp.engine.compiled import dump, load
from fieldapp.engine.definition import FormDefinition
from fieldapp.engine.play import play
from fieldapp.engine.session import FormSession, Surroundings
from fieldapp.engine.xform import parse
from fieldapp.engine.xlsform import convert
from fieldapp.errors import FieldAppError
from tests.engine.scenario import counted_ids

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "conformance"
PHOENIX = ZoneInfo("America/Phoenix")
RECORDED = datetime(2026, 11, 21, 17, 29, 25, 606000, tzinfo=PHOENIX)
OPERATIONS = {"answer": "set", "add_repeat": "add", "remove_repeat": "remove", "set_language": "lang"}

COMPARED = ("rel", "ro", "req", "v", "label", "opts", "viol")
LARGE = 250_000
"""Bytes above which a form takes seconds and shows nothing new."""

NOT_PLAYABLE = ("instance-input", "instance-edit")
"""Restoring and editing a submission is not part of `form play`."""

EXCEPTIONS = {
    "geo.test.ts": "distance and area keep their full precision (the reference rounds to two decimals)",
    "jr-preload.test.ts": "times and ids of the moment of recording; editing",
    "select from repeat > with predicate > when predicate trigger": "a control whose node the instance does not have is left out",
    "smoketests": "start times of the moment of recording",
}
"""Part of the file or the test → why our answer differs."""


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
            if step.get("vtype") in ("File", "Object", "Boolean") or "describe_error" in step or "error" in step:
                return None
            steps.append(operation(step))
            recorded.append(step)
    names = [name.rsplit("/", 1)[-1] for name in trace["resources"]]
    attachments = {name: media[name].read_text(encoding="utf-8", errors="replace") for name in names if name in media}
    case = {"id": trace["id"], "xml": trace["xml"], "steps": steps, "attachments": attachments, "properties": trace["preload"]}
    return case, recorded


def operation(step: dict[str, Any]) -> dict[str, Any]:
    ref = plain(step.get("ref", ""))
    value = step.get("value")
    made: dict[str, Any] = {"op": OPERATIONS[step["op"]], "ref": ref}
    if made["op"] == "set":
        made["value"] = " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
    if made["op"] == "remove":
        made["ref"], _, index = ref.removesuffix("]").rpartition("[")
        made["index"] = int(index) - 1
    if made["op"] == "lang":
        made["lang"] = step["lang"]
    return made


def differences(trace: dict[str, Any], media: dict[str, Path]) -> Iterator[tuple[bool, str]]:
    """For each recorded node state whether we agree, and what differs."""
    found = played(trace, media)
    if found is None:
        return
    case, recorded = found
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
            wrong = [
                name
                for name in ("rel", "ro", "req", "v", "label", "opts", "viol")
                if name in node and not same(name, node[name], got.get(name))
            ]
            yield not wrong, f"{trace['file']} > {trace['test']}: {ref} {[(name, node[name], got.get(name)) for name in wrong]}"


@pytest.mark.conformance
def test_recorded_sessions_are_played_alike(cases: ModuleType) -> None:
    media = {path.name: path for path in (FOLDER / "forms").rglob("*") if path.is_file()}
    agreed, unexplained, total = 0, [], 0
    for trace in cases.scenario_traces():
        if trace["edit_instance"] or any(name in trace["file"] for name in NOT_PLAYABLE):
            continue
        for right, told in differences(trace, media):
            total += 1
            agreed += right
            if not right and not any(name in told for name in EXCEPTIONS):
                unexplained.append(told)
    assert unexplained == []
    assert agreed / total > 0.99


@pytest.mark.conformance
def test_every_real_form_opens_or_is_refused_with_a_code(cases: ModuleType) -> None:
    refused = []
    for form in cases.forms("xform"):
        if form["bytes"] > LARGE:
            continue
        try:
            definition = parse(form["path"].read_text(encoding="utf-8-sig"))
        except FieldAppError:
            if (form["peer_load"] or {}).get("ok"):
                refused.append(form["file"])
            continue
        if len(definition.nodes) < 200:
            reopen(definition)
    assert refused == []


@pytest.mark.conformance
def test_xlsforms_convert_or_are_refused_with_a_code(cases: ModuleType) -> None:
    small = [form for form in cases.forms("xlsform") if form["bytes"] < 60_000 and "UCL" not in form["file"]]
    opened = 0
    for form in small:
        try:
            reopen(convert(form["path"]).definition)
        except FieldAppError:
            continue
        opened += 1
    assert opened >= len(small) * 0.75


def reopen(definition: FormDefinition) -> None:
    around = Surroundings(lambda: RECORDED, PHOENIX, counted_ids())
    session = FormSession.start(load(dump(definition)), around)
    kept = session.snapshot()
    assert FormSession.resume(definition, around, kept).snapshot() == kept
