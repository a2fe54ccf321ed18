"""The household form as it is shipped: complete, compiling, and every rule in its place."""

import csv
import re
import xml.etree.ElementTree as ET
from functools import cache

import pytest

from fieldapp import words

FOLDER = words.forms() / "household_survey"
FA = "{urn:fieldapp:form}"
XF = "{http://www.w3.org/2002/xforms}"
NO_QUESTION = {"begin group", "end group", "begin repeat", "end repeat", "calculate", "start", "end", "today", "deviceid", "username"}


@cache
def sheets() -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    name, header = "", []
    with (FOLDER / "household_survey.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            if row[0]:
                name, header = row[0], []
                found[name] = []
            elif not header:
                header = row[1:]
            else:
                found[name].append(dict(zip(header, row[1:], strict=False)))
    return found


def questions() -> list[dict[str, str]]:
    return [row for row in sheets()["survey"] if row["type"] not in NO_QUESTION]


@cache
def converted() -> tuple[str, tuple[str, ...]]:
    from pyxform.xls2xform import convert

    result = convert(str(FOLDER / "household_survey.csv"), validate=False, form_name="household_survey")
    return result.xform, tuple(result.warnings)


def binds() -> dict[str, ET.Element]:
    root = ET.fromstring(converted()[0])
    return {bind.attrib["nodeset"].rsplit("/", 1)[1]: bind for bind in root.iter(f"{XF}bind")}


def test_form_has_263_questions_in_two_tiers() -> None:
    tiers = [row["bind::fa:tier"] for row in questions()]
    assert (len(tiers), tiers.count("core"), tiers.count("extended")) == (263, 194, 69)


def test_form_has_65_code_lists_and_533_choices() -> None:
    choices = sheets()["choices"]
    assert (len({row["list_name"] for row in choices}), len(choices)) == (65, 533)
    assert len({(row["list_name"], row["name"]) for row in choices}) == 533


def test_every_question_says_how_private_it_is() -> None:
    levels = {row["name"]: row["bind::fa:pii"] for row in questions()}
    assert set(levels.values()) == {"0", "1", "2"}
    assert [levels[name] for name in ("m_id_no", "m_health", "bank_account", "m_name", "survey_round")] == ["2", "2", "2", "1", "0"]


def test_every_question_is_labelled_in_both_languages() -> None:
    assert [row["name"] for row in questions() if not row["label::中文 (zh)"] or not row["label::English (en)"]] == []


def test_form_compiles_without_a_warning_but_the_known_one() -> None:
    """Hints and constraint messages stand in Chinese only and serve both languages; pyxform remarks on that."""
    warnings = converted()[1]
    assert len(warnings) == 1
    assert "missing the survey column" in warnings[0]


def test_every_expression_of_the_source_reaches_the_form() -> None:
    columns = {
        "relevant": "relevant",
        "constraint": "constraint",
        "required": "required",
        "calculation": "calculate",
        "bind::fa:warning": f"{FA}warning",
        "bind::fa:warning_message": f"{FA}warning_message",
        "bind::fa:tier": f"{FA}tier",
        "bind::fa:pii": f"{FA}pii",
        "bind::fa:national_ref": f"{FA}national_ref",
    }
    rows = [row for row in sheets()["survey"] if row["name"]]
    found = binds()
    lost = [
        (row["name"], column)
        for row in rows
        for column, attribute in columns.items()
        if row[column] and attribute not in found[row["name"]].attrib
    ]
    assert lost == []


def test_a_rule_always_has_its_words() -> None:
    rows = sheets()["survey"]
    assert [row["name"] for row in rows if bool(row["bind::fa:warning"]) != bool(row["bind::fa:warning_message"])] == []
    assert len([row for row in rows if row["bind::fa:warning"]]) == 44


def test_no_reference_of_a_warning_stays_unresolved() -> None:
    assert [name for name, bind in binds().items() if "${" in "".join(bind.attrib.values())] == []


def test_thresholds_of_a_year_are_parameters() -> None:
    with (FOLDER / "parameters.csv").open(encoding="utf-8", newline="") as file:
        keys = {row["key"] for row in csv.DictReader(file)}
    asked = set(re.findall(r"concat\('(\w+)_'", (FOLDER / "household_survey.csv").read_text(encoding="utf-8")))
    assert asked == {"monitor_line", "income_low", "helper_visits_min"}
    assert {f"{key}_2026" for key in asked} <= keys


def test_regexes_are_anchored_for_every_reader_of_the_form() -> None:
    patterns = re.findall(r"regex\([^,]+, '([^']+)'\)", (FOLDER / "household_survey.csv").read_text(encoding="utf-8"))
    assert [
        one for one in patterns if not (one.startswith("^") and one.endswith("$")) and not (one.startswith(".*") and one.endswith(".*"))
    ] == []


@pytest.mark.parametrize("name", ["house_photo_out", "hukou_photo", "extra_photo", "sign_respondent"])
def test_photos_are_scaled_to_1600_pixels(name: str) -> None:
    assert binds()[name].attrib["{http://openrosa.org/xforms}max-pixels"] == "1600"


def test_root_has_a_name_that_no_question_has() -> None:
    assert "household_survey" not in {row["name"] for row in sheets()["survey"]}
