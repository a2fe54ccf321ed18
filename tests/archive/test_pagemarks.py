"""Pages that say the same have the same mark; one changed answer changes its page and what carries the revision, nothing else."""

from __future__ import annotations

import io
from dataclasses import replace

import pypdfium2
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.archive import pagemarks
from fieldapp.archive.compose import compose
from fieldapp.archive.pagemarks import Page, Swap
from fieldapp.archive.render import render
from fieldapp.archive.sheet import ArchiveFacts
from fieldapp.engine.views import FilledForm

from .household import DeviceKey, facts, filled

HOLDERS = ("township", "village", "household")


def marked(form: FilledForm, about: ArchiveFacts) -> tuple[bytes, tuple[pagemarks.Volume, ...]]:
    pdf = render(compose(form, about), DeviceKey()).pdf
    return pdf, pagemarks.volumes(pdf)


def with_answer(form: FilledForm, section: int, text: str) -> FilledForm:
    """The form with the first answer of a section changed."""
    sections = list(form.sections)
    answers = list(sections[section].answers)
    answers[0] = replace(answers[0], text=text, raw=text)
    sections[section] = replace(sections[section], answers=tuple(answers))
    return replace(form, sections=tuple(sections))


def test_every_page_of_every_copy_has_a_name_and_a_mark() -> None:
    pdf, volumes = marked(filled(), facts())
    assert sum(map(len, volumes)) == len(pypdfium2.PdfDocument(pdf))
    names = [page.name for page in volumes[0]]
    numbered = [name for name in names if name.isdigit()]
    assert names == ["cover", "index1", *numbered, "notes"]
    assert numbered == [str(number) for number in range(1, len(numbered) + 1)]
    assert volumes[0] == volumes[1]
    assert pagemarks.read(pagemarks.written(HOLDERS, volumes)) == dict(zip(HOLDERS, volumes, strict=True))


def test_one_changed_answer_changes_its_page_and_what_carries_the_revision() -> None:
    form, about = filled(), facts()
    _, before = marked(form, about)
    _, after = marked(with_answer(form, 0, "龘"), replace(about, revision=about.revision + 1))
    swaps = [pagemarks.swap(old, new, duplex=False) for old, new in zip(before, after, strict=True)]
    assert [swap.into for swap in swaps] == [("cover", "1", "3", "notes")] * 3
    # Page 3 is the one that is signed: it names the digest.
    assert all(swap.out == swap.into for swap in swaps)


def test_the_same_content_made_on_another_day_with_other_glyph_numbers_has_the_same_pages() -> None:
    form, about = filled(), facts()
    _, before = marked(form, about)
    _, after = marked(with_answer(form, 0, form.sections[0].answers[0].text), about)
    assert before == after
    _, other = marked(with_answer(form, 0, "㐂㐃㐄㐅"), about)
    assert before[0][3] == other[0][3]
    assert before[0][2] != other[0][2]


def test_printed_on_both_sides_a_page_takes_the_other_side_along() -> None:
    before = tuple(Page(name, "x") for name in ("cover", "blank-cover", "index1", "blank-index1", "1", "2", "3", "blank-3"))
    after = tuple(replace(page, mark="y") if page.name == "2" else page for page in before)
    assert pagemarks.swap(before, after, duplex=False) == Swap(("2",), ("2",), (5,))
    assert pagemarks.swap(before, after, duplex=True) == Swap(("1", "2"), ("1", "2"), (4, 5))
    shorter = (*before[:6], Page("notes", "x"))
    assert pagemarks.swap(before, shorter, duplex=True).out == ("3", "blank-3")
    assert pagemarks.swap(before[:6], before, duplex=True) == Swap((), ("3", "blank-3"), (6, 7))


PAGES = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8).flatmap(
    lambda names: st.tuples(*(st.builds(Page, st.just(name), st.sampled_from("xy")) for name in names))
)


@given(PAGES, PAGES, st.booleans())
def test_after_the_exchange_the_copy_is_the_new_one(before: pagemarks.Volume, after: pagemarks.Volume, duplex: bool) -> None:
    swap = pagemarks.swap(before, after, duplex)
    kept = {page.name: page.mark for page in before if page.name not in swap.out}
    put_in = {after[place].name: after[place].mark for place in swap.places}
    assert kept | put_in == {page.name: page.mark for page in after}
    assert not kept.keys() & put_in.keys()
    if not duplex:
        assert all(page not in before for page in (after[place] for place in swap.places))


def test_picked_pages_stand_behind_their_slip() -> None:
    pdf, volumes = marked(filled(), facts())
    picked = pypdfium2.PdfDocument(io.BytesIO(pagemarks.picked(pdf, [(0, 2), (), (2,)], [pdf, pdf, pdf])))
    whole = pypdfium2.PdfDocument(io.BytesIO(pdf))
    at = len(whole)
    texts = [picked[index].get_textpage().get_text_bounded() for index in (at, at + 1, 2 * at + 2)]
    third = sum(map(len, volumes[:2])) + 2
    assert texts == [whole[index].get_textpage().get_text_bounded() for index in (0, 2, third)]
    assert len(picked) == 2 * at + 3
    assert len(pypdfium2.PdfDocument(pagemarks.one_copy(pdf, 2))) == len(volumes[2])
