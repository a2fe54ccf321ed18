"""Areas and forms at the district."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.replica import AreaRow, areas_digest
from sync.server import areas, forms
from sync.server.district import District
from sync.server.errors import AlreadyKnown, FormUnreadable, TableUnreadable

from .conftest import EAST, SOUTH, WEST
from .test_exchange import XFORM


def test_an_area_contains_by_its_significant_digits():
    assert areas.contains("990101", EAST)
    assert areas.contains("990101000000", EAST)
    assert areas.contains("990101001000", WEST)
    assert not areas.contains("990101001", SOUTH)
    assert areas.prefix("990000000000") == "99"


def test_a_wrong_row_is_named_and_nothing_is_taken_in(district: District, tmp_path: Path):
    file = tmp_path / "areas.csv"
    file.write_text("code,name,parent\n990101003,新镇,990101\n99010100,坏,990101\n", encoding="utf-8")
    with pytest.raises(TableUnreadable) as caught:
        areas.import_areas(district, file)
    assert caught.value.values["row"] == 3
    with district.reading() as session:
        assert "990101003" not in {row.code for row in areas.rows_for(session, "99")}


def test_the_digest_of_areas_does_not_depend_on_their_order():
    rows = [AreaRow("99", "省", ""), AreaRow("9901", "市", "99")]
    assert areas_digest(rows) == areas_digest(rows[::-1]) != areas_digest(rows[:1])


def test_a_published_version_never_changes(district: District, tmp_path: Path):
    file = tmp_path / "form.xml"
    file.write_text(XFORM, encoding="utf-8")
    assert forms.publish(district, file) == forms.publish(district, file)
    file.write_text(XFORM.replace("户主", "户主姓名"), encoding="utf-8")
    with pytest.raises(AlreadyKnown):
        forms.publish(district, file)
    file.write_text(XFORM.replace('version="1"', 'version="2"'), encoding="utf-8")
    forms.publish(district, file)
    with district.reading() as session:
        assert forms.published(session) == [("household", "1"), ("household", "2")]


def test_an_xlsform_is_converted(district: District, tmp_path: Path):
    file = tmp_path / "visit.md"
    survey = "| survey |\n| | type | name | label |\n| | text | who | 户主 |\n"
    about = "| settings |\n| | form_id | version | form_title |\n| | visit | 7 | 走访 |\n"
    file.write_text(survey + about, encoding="utf-8")
    form = forms.publish(district, file)
    assert (form.form, form.version, form.title) == ("visit", "7", "走访")
    assert "户主" in form.xform


def test_pictures_and_external_choices_travel_with_the_form(district: District, tmp_path: Path):
    file = tmp_path / "visit.md"
    survey = "| survey |\n| | type | name | label | media::image | choice_filter |\n| | text | who | 户主 | a.png | |\n"
    more = "| | text | also | 另 | none.png | |\n| | select_one_external v | vill | 村 | | town=${who} |\n"
    lists = "| external_choices |\n| | list_name | name | label | town |\n| | v | v1 | 东村 | t1 |\n"
    file.write_text(survey + more + lists + "| settings |\n| | form_id |\n| | visit |\n", encoding="utf-8")
    (tmp_path / "a.png").write_bytes(b"png")
    form = forms.publish(district, file)
    assert set(form.files) == {"a.png", "itemsets.csv"}
    assert form.files["a.png"] == b"png"
    assert "东村" in form.files["itemsets.csv"].decode()
    with district.reading() as session:
        assert dict(forms.read(session, form.form, form.version).files) == dict(form.files)


@pytest.mark.parametrize(
    "text",
    ["<h>", "<!DOCTYPE x [<!ENTITY a 'b'>]><x/>", "<x/>", XFORM.replace('id="household"', "")],
    ids=["cut", "entities", "foreign", "no-id"],
)
def test_what_is_no_form_is_refused(district: District, tmp_path: Path, text: str):
    (tmp_path / "form.xml").write_text(text, encoding="utf-8")
    with pytest.raises(FormUnreadable):
        forms.publish(district, tmp_path / "form.xml")


def test_a_broken_xlsform_is_refused(district: District, tmp_path: Path):
    (tmp_path / "form.md").write_text("| survey |\n| | type | name | label |\n| | nonsense | a | b |\n", encoding="utf-8")
    with pytest.raises(FormUnreadable):
        forms.publish(district, tmp_path / "form.md")
