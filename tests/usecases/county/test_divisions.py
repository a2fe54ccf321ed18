"""The fictitious division tree."""

from collections import Counter

from fieldapp import words
from fieldapp.domain.area import Level, contains, is_fictitious, level, parent
from fieldapp.usecases.county.divisions import divisions, form_csv, villages


def test_form_lists_the_same_divisions() -> None:
    shipped = (words.forms() / "household_survey" / "divisions.csv").read_text(encoding="utf-8")
    assert shipped == form_csv()


def test_every_division_is_fictitious_and_inside_its_parent() -> None:
    tree = divisions()
    codes = {area.code for area in tree}
    assert len(codes) == len(tree)
    assert all(is_fictitious(area.code) and area.level is level(area.code) for area in tree)
    assert all(area.parent in codes and area.parent == parent(area.code) and contains(area.parent, area.code) for area in tree[1:])


def test_the_county_has_as_many_villages_as_a_median_county() -> None:
    assert Counter(area.level for area in divisions())[Level.VILLAGE] == 242
    assert len(villages("990121")) == 168
    assert {area.name[-2:] for area in villages("990122")} == {"社区", "嘎查"}


def test_no_two_villages_of_a_town_share_a_name() -> None:
    names = [(area.parent, area.name) for area in villages("99")]
    assert len(set(names)) == len(names)
