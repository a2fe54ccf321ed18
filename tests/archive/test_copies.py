"""The three copies, their holders and what they leave out."""

import re
from pathlib import Path

import pytest

import fieldapp.archive
from fieldapp.archive import matrix
from fieldapp.archive.copies import COPIES, Holder, copies_of, is_left_out
from fieldapp.words import knows


def test_there_are_three_copies_with_their_marks() -> None:
    assert [(copy.number, copy.mark, copy.internal) for copy in COPIES] == [
        (1, "乡镇（街道）存档", True),
        (2, "行政村存档", True),
        (3, "农户留存", False),
    ]


def test_chosen_copies_keep_their_numbers() -> None:
    assert [copy.number for copy in copies_of(("household", "township"))] == [1, 3]
    with pytest.raises(ValueError):
        copies_of(("county",))


@pytest.mark.parametrize("name", ["rl_1", "rl_note", "l_redline", "m_risk", "risks", "risk_status", "m_note", "survey_note", "complaint"])
def test_internal_names_are_left_out(name: str) -> None:
    assert is_left_out(name, matrix.default().left_out)


@pytest.mark.parametrize("name", ["m_name", "demand", "girl_1", "b_household", "copy_given"])
def test_other_names_are_shown(name: str) -> None:
    assert not is_left_out(name, matrix.default().left_out)


def test_every_message_of_the_archive_is_there_in_both_languages() -> None:
    folder = Path(fieldapp.archive.__file__).parent
    named = {found for file in folder.glob("*.py") for found in re.findall(r'"(archive-[a-z-]+[a-z])"', file.read_text(encoding="utf-8"))}
    named |= {f"archive-holder-{holder.value}" for holder in Holder} - {"archive-number-pattern"}
    assert len(named) > 40
    for language in ("zh_CN", "en"):
        assert sorted(name for name in named - {"archive-number-pattern"} if not knows(name, language)) == []
