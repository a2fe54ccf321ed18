"""Columns are as wide as what is in them: numbers whole, the whole width used, whatever is typed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.archive.columns import fitted_widths
from fieldapp.archive.fonts import Typesetter
from fieldapp.archive.layout import wrap
from fieldapp.archive.render import open_faces

FACE = Typesetter(open_faces()).song
ROOM, SIZE, PAD = 450.0, 8.0, 2.0
_TEXT = st.text("张三李四户主之子0123456789（），；·", max_size=40)


def test_an_identity_number_stands_in_one_line_beside_a_very_long_name() -> None:
    rows = [("张三" * 20, "990102198506150001", "1985-06-15", "弱劳动力或半劳动力" * 3)] * 3
    widths, _ = fitted_widths(("姓名", "公民身份号码", "出生日期", "劳动能力"), rows, FACE, SIZE, 300.0, PAD)
    assert [len(wrap(rows[0][place], FACE, SIZE, widths[place] - 2 * PAD)) for place in (1, 2)] == [1, 1]


def test_a_head_is_halved_only_where_it_does_not_fit() -> None:
    wide = fitted_widths(("与户主关系", "姓名"), [("户主", "张三")], FACE, SIZE, ROOM, PAD)[1]
    narrow = fitted_widths(("与户主关系", "姓名"), [("户主", "张三" * 30)], FACE, SIZE, 120.0, PAD)[1]
    assert (wide[0], narrow[0]) == ("与户主关系", "与户主\n关系")


@given(st.lists(st.tuples(_TEXT, _TEXT, _TEXT), max_size=5), st.tuples(_TEXT, _TEXT, _TEXT))
@settings(max_examples=60)
def test_the_whole_width_is_used_and_no_column_is_lost(rows: list[tuple[str, str, str]], heads: tuple[str, str, str]) -> None:
    widths, _ = fitted_widths(heads, rows, FACE, SIZE, ROOM, PAD)
    assert abs(sum(widths) - ROOM) < 0.01
    assert all(width > 0 for width in widths)
