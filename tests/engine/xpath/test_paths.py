"""Paths, predicates, rows."""

from __future__ import annotations

import pytest

from fieldapp.engine.xpath.compile import compile_expression
from fieldapp.engine.xpath.parser import parse
from fieldapp.engine.xpath.tree import XNode
from tests.engine.choice_lists import ROWS
from tests.engine.xpath.household import Household


@pytest.fixture
def household() -> Household:
    return Household()


def test_absolute_path_to_one_value_means_the_own_row(household: Household) -> None:
    assert [household.text("/hf/m/age", at=row.named("inc")[0]) for row in household.members] == ["34", "8", "61"]
    assert [household.true("/hf/m/age > 60", at=row) for row in household.members] == [False, False, True]


def test_absolute_path_with_predicates_means_the_own_row_too(household: Household) -> None:
    assert household.text("/hf/m[age > 0]/age", at=household.members[1]) == "8"
    assert household.text("/hf/m[age > 0]/age") == "34"


def test_functions_over_sets_see_all_rows_from_inside_a_row(household: Household) -> None:
    row = household.members[1]
    assert household.value("count(/hf/m)", at=row) == 3.0
    assert household.value("sum(/hf/m/age)", at=row) == 103.0
    assert household.text("join('、', /hf/m/名)", at=row) == "王芳、李雷、𠮷田"


def test_compiled_nodes_are_all_rows(household: Household) -> None:
    compiled = compile_expression(parse("/hf/m"))
    assert compiled.nodes(household.members[1], household.context) == household.members


def test_position_of_a_row_counts_its_siblings(household: Household) -> None:
    assert household.value("position(..)", at=household.members[2].named("age")[0]) == 3.0


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("/hf/m[2]/名", "李雷"),
        ("/hf/m[last()]/名", "𠮷田"),
        ("/hf/m[position() = 2]/名", "李雷"),
        ("/hf/m[age = 61]/名", "𠮷田"),
        ("/hf/m[61 = age]/名", "𠮷田"),
        ("/hf/m[age < 10 and inc = '']/名", "李雷"),
        ("/hf/m[age > 10][2]/名", "𠮷田"),
        ("/hf/m[名 = '王芳']/age", "34"),
        ("/hf/m[. = '李雷8']/age", "8"),
        ("(/hf/m)[3]/age", "61"),
        ("//age[. = 8]/../名", "李雷"),
        ("/hf/m[3]/preceding-sibling::m[1]/名", "李雷"),
        ("/hf/m[1]/following-sibling::m/名", "李雷"),
        ("/hf/@version", "2026.1"),
        ("/hf/m[2]/ancestor::hf/@version", "2026.1"),
        ("/hf/visit | /hf/blank", ""),
        ("/hf/nowhere", ""),
    ],
)
def test_path_finds(household: Household, expression: str, found: str) -> None:
    assert household.text(expression) == found


def test_union_is_in_document_order(household: Household) -> None:
    nodes = household.value("/hf/m[3] | /hf/m[1] | /hf/m[3]")
    assert nodes == [household.members[0], household.members[2]]


def test_current_in_a_predicate_is_the_node_of_the_expression(household: Household) -> None:
    assert household.text("/hf/m[age > current()/age]/名", at=household.members[0]) == "𠮷田"


def test_choice_filter_on_a_static_instance_is_answered_from_a_table(household: Household) -> None:
    county = household.leaf(household.root, "county", "a")
    compiled = compile_expression(parse(f"instance('towns')/{ROWS}[county = current()/../county]/label"))
    assert [node.text() for node in compiled.nodes(county, household.context)] == ["甲镇", "乙镇"]
    assert len(household.towns.tables) == 1
    county.value = "b"
    assert [node.text() for node in compiled.nodes(county, household.context)] == ["丙镇"]
    county.value = ""
    assert compiled.nodes(county, household.context) == []


@pytest.mark.parametrize("value", ["'a'", "/hf/county", "2", "/hf/none", "true()", "concat('', 'a')"])
def test_table_gives_what_a_scan_gives(household: Household, value: str) -> None:
    household.leaf(household.root, "county", "a")
    expression = f"instance('towns')/{ROWS}[county = {value} and name != '1']/name | instance('towns')/{ROWS}[name = {value}]/name"
    indexed = household.text(f"join(',', {expression})")
    household.towns.static = False
    household.towns.tables.clear()
    assert household.text(f"join(',', {expression})") == indexed


def test_tree_finds_children_added_later(household: Household) -> None:
    assert household.value("count(m)") == 3.0
    household.member("赵", "1", "")
    household.root.remove(household.members[0])
    assert household.text("m/名") == "李雷"
    assert household.value("count(m)") == 3.0


def test_text_of_a_leaf_is_a_text_node(household: Household) -> None:
    assert household.text("visit/text()") == "2026-11-20"


def test_a_node_that_is_not_relevant_reads_blank_and_is_not_counted(household: Household) -> None:
    row = household.members[0]
    for node in (row, *row.children):
        node.relevant = False
    assert household.text("/hf/m[1]/age") == ""
    assert household.value("count(/hf/m)") == 2.0
    assert household.value("sum(/hf/m/age)") == 69.0
    assert household.value("max(/hf/m/age)") == 61.0
    assert household.value("min(/hf/m/age)") == 8.0
    assert household.text("join(',', /hf/m/age)") == "8,61"


def test_prefix_is_compared_only_when_its_namespace_is_known(household: Household) -> None:
    household.root.append(XNode("meta", "x", namespace="http://openrosa.org/xforms", prefix="orx"))
    assert household.text("/hf/orx:meta") == "x"
    household.context.namespaces = {"orx": "http://openrosa.org/xforms", "h": "http://www.w3.org/1999/xhtml"}
    assert household.text("/hf/orx:meta") == "x"
    assert household.text("/hf/h:meta") == ""
