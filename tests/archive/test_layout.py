"""Lines break the Chinese way, fit their width and lose nothing."""

from hypothesis import given
from hypothesis import strategies as st

from fieldapp.archive.fonts import Typesetter
from fieldapp.archive.layout import BODY, BOTTOM, Cell, Flow, Pen, wrap
from fieldapp.archive.render import open_faces

FACES = open_faces()
WORDS = st.text(st.sampled_from("中文字，。（《》）0123456789abc XY-·—"), max_size=120)


@given(WORDS, st.floats(30, 200))
def test_lines_fit_and_hold_every_character(text: str, width: float) -> None:
    face = Typesetter(FACES).song
    lines = wrap(text, face, 10, width)
    assert all(face.width(line, 10) <= width + 0.01 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one() -> None:
    lines = wrap("一二三四五，六七八九（十一二）三四五六七。" * 3, Typesetter(FACES).song, 10, 50)
    assert not [line for line in lines if line[0] in "，。）" or line[-1] == "（"]


def test_a_number_stays_whole_if_it_fits_a_line() -> None:
    assert wrap("证号990102198506151234号", Typesetter(FACES).song, 10, 110) == ["证号", "990102198506151234号"]


def test_a_row_taller_than_a_page_goes_on_over_pages_with_its_head() -> None:
    flow = Flow(Pen(Typesetter(FACES)))
    flow.repeat([Cell(BODY, "表头")])
    flow.row([Cell(BODY / 2, "行\n" * 300), Cell(BODY / 2, "短")])
    assert flow.y >= BOTTOM
    pages = flow.finish()
    assert len(pages) == 6
    assert sum(operators.count(" Tj ET") for operators, _ in pages) == 300 + 1 + len(pages)
