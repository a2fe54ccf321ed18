"""`python -m tests.engine.differential --forms N --walks N --steps N --expressions N --seed S --zone Z`: counts, and what is unexplained.

Exit code 0 when nothing is unexplained, 1 when something is, 3 when a peer is missing (said on standard error).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.engine.differential import expressions, forms
from tests.engine.differential.classify import UNEXPLAINED, verdict
from tests.engine.differential.compare import Difference, Tally, differences, same_value
from tests.engine.differential.peers import Case, Peers, missing

Key = tuple[str, int, str, str]
_SHOWN = 60
_BROKEN = ("ERR", "LOADERR")


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for."""
    asked = _asked(arguments)
    lacking = missing()
    if lacking:
        sys.stderr.write("the reference engines cannot run, missing: " + "; ".join(lacking) + "\n")
        return 3
    noon = datetime.now(ZoneInfo(asked.zone)).replace(hour=12, minute=0, second=0, microsecond=0)
    peers = Peers(noon.isoformat(), asked.zone)
    unexplained = 0
    if asked.expressions:
        unexplained += _expressions(peers, expressions.cases(asked.expressions, asked.seed))
    if asked.forms:
        cases = forms.chosen(asked.forms, asked.walks, asked.steps, asked.seed)
        steps = peers.walks(cases)
        unexplained += _forms(peers, [{**case, "steps": steps[case["id"]]} for case in cases if case["id"] in steps])
    return 1 if unexplained else 0


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.engine.differential")
    for name, usual in (("--forms", 0), ("--walks", 1), ("--steps", 12), ("--expressions", 0), ("--seed", 1)):
        parser.add_argument(name, type=int, default=usual)
    parser.add_argument("--zone", default="Asia/Shanghai")
    return parser.parse_args(arguments)


def _expressions(peers: Peers, cases: Sequence[Case]) -> int:
    """Compare the one calculated value of each form."""
    ours, others = peers.ours(cases), {"web-forms": peers.web_forms(cases), "javarosa": peers.javarosa(cases)}
    counts: Counter[str] = Counter()
    left: list[str] = []
    for case in cases:
        mine = _result(ours[case["id"]])
        told = {name: _result(answers[case["id"]]) for name, answers in others.items() if case["id"] in answers}
        theirs = {name: value for name, value in told.items() if value not in _BROKEN or mine in _BROKEN}
        if not theirs:
            counts["both peers break off where we answer"] += 1
            continue
        found = [
            Difference(case["id"], 0, "/data/r", "v", value, mine, name) for name, value in theirs.items() if not _alike(value, mine, name)
        ]
        said = verdict(found, len(theirs), case["id"]) if found else f"agreed by {len(theirs)} of {len(told)} engines, the others break off"
        counts[said] += 1
        if said == UNEXPLAINED:
            left.append(f"{case['id']}: we {mine!r}, " + ", ".join(f"{name} {value!r}" for name, value in theirs.items()))
    _told("expressions", len(cases), counts, left)
    return len(left)


def _alike(theirs: str, ours: str, peer: str) -> bool:
    return (theirs in _BROKEN and ours in _BROKEN) or theirs == ours or same_value(theirs, ours, peer)


def _result(answer: dict[str, Any]) -> str:
    if answer.get("load_error"):
        return "LOADERR"
    state = answer["states"][0]
    return "ERR" if state.get("error") else next((str(node["v"]) for node in state["set"] if node["ref"] == "/data/r"), "ERR")


def _forms(peers: Peers, cases: Sequence[Case]) -> int:
    """Compare every node after every step."""
    ours, others = peers.ours(cases), {"web-forms": peers.web_forms(cases), "javarosa": peers.javarosa(cases)}
    counts: Counter[str] = Counter()
    left: list[str] = []
    tallies = {name: Tally() for name in others}
    for case in cases:
        mine = ours[case["id"]]
        answering = {name: answers[case["id"]] for name, answers in others.items() if _answers(answers.get(case["id"]))}
        if "load_error" in mine:
            counts["refused by us, " + ("opened by a peer" if answering else "refused by both peers")] += 1
            left += [f"{case['id']}: {mine['load_error']}"] if "web-forms" in answering else []
            continue
        found: dict[Key, list[Difference]] = defaultdict(list)
        for name, theirs in answering.items():
            for one in differences(case["id"], mine, theirs, name, tallies[name]):
                found[(one.case, one.step, one.ref, one.field)].append(one)
        for key, group in found.items():
            said = verdict(group, len(answering), _rules_of(case["xml"], key[2]))
            counts[said] += 1
            if said == UNEXPLAINED:
                left.append(f"{key}: we {group[0].ours!r}, " + ", ".join(f"{one.peer} {one.theirs!r}" for one in group)[:200])
    for name, tally in tallies.items():
        sys.stdout.write(f"{name}: {tally.compared} node states compared, {tally.agreed} the same in every field\n")
    _told("differing fields of node states", sum(counts.values()), counts, left)
    return len(left)


def _answers(answer: dict[str, Any] | None) -> bool:
    return answer is not None and "load_error" not in answer and all(state.get("error") != "no form" for state in answer["states"])


def _rules_of(xml: str, ref: str) -> str:
    """What the form says of the node: its bind; where it has none, everything."""
    path = re.escape(re.sub(r"\[[0-9]+\]", "", ref))
    binds = re.findall(rf"<bind [^>]*nodeset=\"{path}\"[^>]*>", xml)
    return " ".join(binds) or xml


def _told(what: str, total: int, counts: Counter[str], left: Iterable[str]) -> None:
    sys.stdout.write(f"{what}: {total}\n")
    for name, count in counts.most_common():
        sys.stdout.write(f"  {count:6} {name}\n")
    for line in list(left)[:_SHOWN]:
        sys.stdout.write(f"    {line}\n")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
