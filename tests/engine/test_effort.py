"""How much is worked out for one step: counted, not timed, so that it is the same on every machine.

A step costs what depends on it, whatever else the form holds: not more with more rows beside it, nor with more items that do not match.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from types import CodeType, FrameType

import pytest

from fieldapp.engine.session import FormSession
from fieldapp.engine.xpath.compile import Compiled
from fieldapp.engine.xpath.tree import XNode
from tests.engine.scenario import Scenario, form, surroundings

EVALUATION = Compiled._evaluate.__code__
READING = XNode.text.__code__


def effort(work: Callable[[], object], *counted: CodeType) -> int:
    """How often these functions run during the work."""
    calls: Counter[CodeType] = Counter()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            calls[frame.f_code] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return sum(calls[code] for code in counted)


MEMBERS = """
    | survey |              |        |       |               |                        |            |
    |        | type         | name   | label | relevant      | calculation            | constraint |
    |        | integer      | land   | 亩    |               |                        | . >= 0     |
    |        | calculate    | rent   |       |               | ${land} * 300          |            |
    |        | integer      | base   | 基数  |               |                        |            |
    |        | begin repeat | member | 成员  |               |                        |            |
    |        | text         | name   | 姓名  |               |                        |            |
    |        | integer      | age    | 年龄  |               |                        | . >= 0     |
    |        | decimal      | wage   | 收入  | ${age} >= 16  |                        |            |
    |        | calculate    | adult  |       |               | if(${age} >= 16, 1, 0) |            |
    |        | calculate    | share  |       |               | ${wage} + ${base}      |            |
    |        | end repeat   |        |       |               |                        |            |
    |        | calculate    | count  |       |               | count(${member})       |            |
    |        | calculate    | total  |       |               | sum(${wage})           |            |
    |        | calculate    | each   |       |               | ${total} div ${count}  |            |
    """


def members(count: int) -> Scenario:
    """A household of so many adults."""
    scenario = Scenario.of(MEMBERS)
    for row in range(1, count + 1):
        if row > 1:
            scenario.add("member")
        scenario.answer(f"member[{row}]/name", f"人{row}")
        scenario.answer(f"member[{row}]/age", "40")
        scenario.answer(f"member[{row}]/wage", str(1000 + row))
    return scenario


def evaluations(scenario: Scenario, step: Callable[[Scenario], object]) -> int:
    """How many expressions one step works out."""
    return effort(lambda: step(scenario), EVALUATION)


STEPS: dict[str, tuple[Callable[[Scenario], object], int]] = {
    "a question of the household": (lambda form: form.answer("land", "7"), 2),
    "a question of one member that nothing reads": (lambda form: form.answer("member[2]/name", "王"), 0),
    "an amount of one member that is summed": (lambda form: form.answer("member[2]/wage", "5000"), 4),
    "another age on the same side of the limit": (lambda form: form.answer("member[2]/age", "41"), 3),
    "one more member": (lambda form: form.add("member"), 12),
    "the first member goes": (lambda form: form.remove("member", 0), 6),
}
"""Step → how many evaluations it may take at most, whatever the number of members."""


@pytest.mark.parametrize("name", STEPS)
def test_a_step_costs_the_same_among_few_and_many_members(name: str):
    step, most = STEPS[name]
    few, many = (evaluations(members(count), step) for count in (3, 39))
    assert few == many <= most


def test_what_every_member_reads_costs_once_a_member():
    assert evaluations(members(3), lambda form: form.answer("base", "5")) == 3
    assert evaluations(members(39), lambda form: form.answer("base", "5")) == 39


def test_the_same_answer_again_costs_nothing():
    assert evaluations(members(3), lambda form: form.answer("member[1]/wage", "1001")) == 0


LISTED = """
    | survey |  |  |  |  |  |
    |  | type | name | label | choice_filter | calculation |
    |  | text | place | 村 |  |  |
    |  | select_one_from_file people.csv | one | 人 | village=${place} |  |
    |  | select_one_from_file people.csv | both | 人 | level='person' and village=${place} |  |
    |  | calculate | phone |  |  | pulldata('people', 'phone', 'name', ${one}) |
    """


def test_a_choice_out_of_100_000_touches_only_what_matches():
    count, villages = 100_000, 10_000
    lines = [f"p{n},人{n},v{n % villages},person,{n}" for n in range(count)]
    session = FormSession.start(form(LISTED), surroundings({"people.csv": "\n".join(["name,label,village,level,phone", *lines])}))
    root = session.root

    def choose(village: int) -> None:
        session.answer(f"{root}/place", f"v{village}")
        for name in ("one", "both"):
            assert len(session.view(f"{root}/{name}").choices) == count // villages
        session.answer(f"{root}/one", f"p{village}")
        assert session.view(f"{root}/one").value == f"p{village}"

    choose(1)
    assert effort(lambda: choose(2), READING) < 20 * count // villages
    assert session.snapshot()["phone"] == "2"


def test_laptops_that_open_household_after_household_read_the_list_once():
    made, files = form(LISTED), {"people.csv": "name,label,village,level,phone\n" + "p1,人,v1,person,1\n" * 1000}
    FormSession.start(made, surroundings(files)).answer("/form__data/place", "v1")
    again = effort(lambda: FormSession.start(made, surroundings(dict(files))).answer("/form__data/place", "v1"), XNode.__init__.__code__)
    assert again < 100
