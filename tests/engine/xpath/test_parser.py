"""Reading and writing expressions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.engine.xpath import ast
from fieldapp.engine.xpath.compile import compile_expression
from fieldapp.engine.xpath.errors import ExpressionSyntax
from fieldapp.engine.xpath.parser import parse
from fieldapp.engine.xpath.printer import to_text
from tests.engine.choice_lists import ROWS
from tests.engine.xpath.household import Household


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("1 +", 3),
        ("if(a, 1", 7),
        ("'abc", 0),
        ("a b", 2),
        ("", 0),
        ("a[1", 3),
        ("a = ?", 4),
        ("foo::a", 0),
        ("１ + 1", 0),
        (")", 0),
        ("a/", 2),
    ],
)
def test_broken_expression_names_the_position(text: str, position: int) -> None:
    with pytest.raises(ExpressionSyntax) as fault:
        parse(text)
    assert fault.value.position == position


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a*b", "a * b"),
        ("* * *", "* * *"),
        ("div div div", "div div div"),
        ("3mod4", "3 mod 4"),
        ("a - -b", "a - -b"),
        ("a-b", "a-b"),
        ("(1+2)*3", "(1 + 2) * 3"),
        ("1+(2+3)", "1 + (2 + 3)"),
        ("//a/@b", "/descendant-or-self::node()/a/@b"),
        ("./../a", "./../a"),
        ("instance ( 'x' )/root", "instance('x')/root"),
        ("成员[年龄>=60]/姓名", "成员[年龄 >= 60]/姓名"),
        ('"it\'s"', '"it\'s"'),
        ("processing-instruction('x')", "processing-instruction('x')"),
        ("/", "/"),
        ("1.50", "1.5"),
    ],
)
def test_expression_is_written_plainly(text: str, written: str) -> None:
    assert to_text(parse(text)) == written


def test_paths_are_typed_steps() -> None:
    path = parse("current()/../x")
    assert isinstance(path, ast.Path)
    assert path.from_current
    assert path.steps == (ast.Step(ast.Axis.PARENT, ast.ANY_NODE), ast.Step(ast.Axis.CHILD, ast.NameTest("x")))
    filtered = parse(f"instance('c')/{ROWS}[a = 1]")
    assert isinstance(filtered, ast.Path)
    assert filtered.instance == "c"
    assert [to_text(part) for part in ast.parts(filtered)] == ["instance('c')", "a = 1"]


def test_walk_visits_predicates_and_arguments() -> None:
    assert [call.name for call in ast.calls(parse("if(a[sum(b) > 1], f(g()), h(1) + 2)"))] == ["if", "sum", "f", "g", "h"]


def test_long_chains_are_read_compiled_and_evaluated() -> None:
    text = " + ".join(["1"] * 190)
    tree = parse(text)
    household = Household()
    assert compile_expression(tree)(household.root, household.context) == 190.0
    assert to_text(tree) == text


@pytest.mark.parametrize("text", ["(" * 5000 + "1" + ")" * 5000, "-" * 5000 + "1", "f(" * 5000, "a[" * 5000])
def test_senseless_depth_is_refused_and_not_a_crash(text: str) -> None:
    with pytest.raises(ExpressionSyntax):
        parse(text)


_NAMES = st.sampled_from(["a", "m_name", "div", "and", "年龄", "x-1"])
_TESTS = st.one_of(_NAMES.map(ast.NameTest), st.just(ast.AnyTest()), st.just(ast.ANY_NODE), st.just(ast.NameTest("a", "jr")))


def _grown(inner: st.SearchStrategy[ast.Expr]) -> st.SearchStrategy[ast.Expr]:
    predicates = st.lists(inner, max_size=2).map(tuple)
    steps = st.lists(st.builds(ast.Step, st.sampled_from(ast.Axis), _TESTS, predicates), min_size=1, max_size=3).map(tuple)
    call = st.builds(ast.Call, _NAMES, st.lists(inner, max_size=3).map(tuple))
    return st.one_of(
        st.builds(ast.Negation, inner),
        st.builds(ast.Operation, st.sampled_from(ast.Operator), inner, inner),
        st.builds(ast.Union, st.lists(inner.filter(_no_union), min_size=2, max_size=3).map(tuple)),
        call,
        st.builds(ast.Filtered, call, st.lists(inner, min_size=1, max_size=2).map(tuple)),
        st.builds(ast.Path, st.sampled_from(ast.Origin), steps),
        st.builds(ast.Path, call, steps),
    )


def _no_union(expr: ast.Expr) -> bool:
    return not isinstance(expr, ast.Union)


_LEAVES = st.one_of(
    st.text(st.characters(exclude_characters="'\"", exclude_categories=["Cs"]), max_size=5).map(ast.Text),
    st.decimals(0, 10**6, places=3).map(float).map(ast.Number),
)


@given(st.recursive(_LEAVES, _grown, max_leaves=12))
def test_written_expression_reads_back_as_the_same_tree(expr: ast.Expr) -> None:
    assert parse(to_text(expr)) == expr
