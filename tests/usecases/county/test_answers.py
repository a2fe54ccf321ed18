"""The answer sheets and pictures of the fictitious families."""

import io
from datetime import date

from PIL import Image

from fieldapp.usecases import county

DAY = date(2026, 11, 20)


def test_the_same_family_answers_the_same_every_time() -> None:
    one = county.families(1, 8)[7]
    assert county.answers(one, DAY) == county.answers(one, DAY)
    assert county.pictures(1, one) == county.pictures(1, one)


def test_income_adds_up_to_what_the_members_earn() -> None:
    for one in county.families(1, 40):
        sheet = county.answers(one, DAY)
        earned = sum(
            int(row["m_work_months"]) * int(row["m_work_wage"])
            for row in sheet.rows["member"]
            if int(row["m_change"]) < 20 and row["m_labour"] != "5" and row["m_work_place"] != "0"
        )
        assert int(sheet.values["w_work"]) == earned


def test_every_picture_an_answer_names_can_be_drawn() -> None:
    for one in county.families(1, 7):
        drawn = county.pictures(1, one)
        sheet = county.answers(one, DAY)
        named = [value for row in (sheet.values, *sheet.rows["extra"]) for value in row.values() if value.endswith((".jpg", ".png"))]
        assert len(named) >= 8
        assert set(named) <= set(drawn)


def test_pictures_are_small_and_carry_no_metadata() -> None:
    for name, content in county.pictures(1, county.families(1, 1)[0]).items():
        picture = Image.open(io.BytesIO(content))
        assert picture.format == {"jpg": "JPEG", "png": "PNG"}[name[-3:]]
        assert not picture.getexif()
        assert len(content) < 30_000


def test_bank_cards_pass_luhn_under_a_number_no_bank_has() -> None:
    card = county.answers(county.families(1, 3)[2], DAY).values["bank_account"]
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(card))]
    assert sum(value // 10 + value % 10 for value in doubled) % 10 == 0
    assert card.startswith("999999")
    assert len(card) == 19
