"""The four stages and their materials, and the code lists."""

import csv
from datetime import date, timedelta

from fieldapp import words
from fieldapp.domain import codes
from fieldapp.domain.stage import MATRIX, Gap, Held, Signer, Stage, gaps, is_complete

EVERYBODY = frozenset(Signer)


def complete(stage: Stage) -> list[Held]:
    start = date(2026, 1, 5)
    return [
        Held(one.code, start + timedelta(days=20 * place), EVERYBODY, start + timedelta(days=20 * place + 8))
        for place, one in enumerate(MATRIX)
        if one.stage is stage
    ]


def test_a_stage_with_everything_in_order_is_complete() -> None:
    assert all(is_complete(stage, complete(stage)) for stage in Stage)


def test_every_gap_is_named() -> None:
    held = {one.code: one for one in complete(Stage.IDENTIFIED)}
    del held["S3"]
    held["S1"] = Held("S1", date(2026, 1, 5))
    held["S2"] = Held("S2", None, EVERYBODY)
    held["S6"] = Held("S6", held["S6"].day, EVERYBODY, held["S6"].day)
    held["S8"] = Held("S8", date(2026, 1, 6), EVERYBODY)
    assert gaps(Stage.IDENTIFIED, held.values()) == (
        ("S1", Gap.UNSIGNED),
        ("S2", Gap.UNDATED),
        ("S3", Gap.MISSING),
        ("S6", Gap.NOTICE_TOO_SHORT),
        ("S8", Gap.TOO_EARLY),
    )


def test_a_conditional_material_is_asked_for_only_where_it_applies() -> None:
    held = [one for one in complete(Stage.HELPED) if one.code != "B4"]
    assert is_complete(Stage.HELPED, held)
    assert gaps(Stage.HELPED, held, also={"B4"}) == (("B4", Gap.MISSING),)


def test_every_material_may_only_wait_for_an_earlier_one() -> None:
    order = [one.code for one in MATRIX]
    assert all(not one.not_before or order.index(one.not_before) < order.index(one.code) for one in MATRIX)


def test_the_code_lists_are_those_of_the_form() -> None:
    listed: dict[str, dict[str, str]] = {}
    with (words.forms() / "household_survey" / "household_survey.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            if not row[0] and row[1] in ("relation", "ethnic", "household_type", "monitor_type"):
                listed.setdefault(row[1], {})[row[2]] = row[3]
    assert listed == {
        "relation": codes.RELATION,
        "ethnic": codes.ETHNIC,
        "household_type": codes.HOUSEHOLD_TYPE,
        "monitor_type": codes.MONITOR_TYPE,
    }


def test_a_label_is_known_with_and_without_its_affixes() -> None:
    assert [codes.code(codes.RELATION, one) for one in ("之子", "子", "20", "长女", "妻", "朋友", "")] == [
        "20",
        "20",
        "20",
        "30",
        "10",
        "",
        "",
    ]
    assert [codes.code(codes.ETHNIC, one) for one in ("汉", "维吾尔族", "05")] == ["01", "05", "05"]
    assert codes.code(codes.HOUSEHOLD_TYPE, "一般农户") == "1"
