"""A draft under a newer version of its form: what is kept, renamed, dropped, unfit, back again and new."""

from __future__ import annotations

from fieldapp.engine.definition import FormDefinition
from fieldapp.engine.migrate import Migrated, migrate
from fieldapp.engine.session import FormSession
from tests.engine.scenario import Scenario, form, surroundings

FIRST = """
    | survey |  |  |  |  |
    |  | type | name | label | bind::fa:warning |
    |  | text | head | 户主 |  |
    |  | text | rooms | 房间 |  |
    |  | text | phone | 电话 |  |
    |  | select_one road | road | 道路 |  |
    |  | text | old_name | 旧名 |  |
    |  | text | remark | 备注 |  |
    |  | begin repeat | m | 成员 |  |
    |  | text | name | 姓名 |  |
    |  | integer | age | 年龄 | . < 100 |
    |  | text | hobby | 爱好 |  |
    |  | end repeat |  |  |  |
    | choices |  |  |  |  |
    |  | list_name | name | label |  |
    |  | road | mud | 土路 |  |
    |  | road | tar | 柏油路 |  |
    | settings |  |  |  |  |
    |  | form_id | version | namespaces |  |
    |  | h | 1 | fa="urn:fieldapp:form" |  |
    """

SECOND = """
    | survey |  |  |  |  |  |  |
    |  | type | name | label | bind::fa:was | default | calculation |
    |  | text | head | 户主 |  |  |  |
    |  | integer | rooms | 房间数 |  |  |  |
    |  | begin group | contact | 联系 |  |  |  |
    |  | text | phone | 电话 |  |  |  |
    |  | end group |  |  |  |  |  |
    |  | select_one road | road | 道路 |  |  |  |
    |  | text | new_name | 新名 | older old_name |  |  |
    |  | text | water | 饮水 |  | 自来水 |  |
    |  | text | asked_on | 日期 |  | today() |  |
    |  | begin repeat | m | 成员 |  |  |  |
    |  | begin group | who | 个人 |  |  |  |
    |  | text | name | 姓名 |  |  |  |
    |  | end group |  |  |  |  |  |
    |  | integer | age | 年龄 |  |  |  |
    |  | text | school | 学校 |  | 无 |  |
    |  | end repeat |  |  |  |  |  |
    |  | calculate | n |  |  |  | count(${m}) |
    | choices |  |  |  |  |  |  |
    |  | list_name | name | label |  |  |  |
    |  | road | tar | 柏油路 |  |  |  |
    |  | road | concrete | 水泥路 |  |  |  |
    | settings |  |  |  |  |  |  |
    |  | form_id | version | namespaces |  |  |  |
    |  | h | 2 | fa="urn:fieldapp:form" |  |  |  |
    """

THIRD = FIRST.replace("| h | 1 |", "| h | 3 |")


def draft() -> FormSession:
    scenario = Scenario(FormSession.start(form(FIRST), surroundings()))
    for path, value in {
        "head": "黄示例",
        "rooms": "三间",
        "phone": "15400000001",
        "road": "mud",
        "old_name": "旧",
        "remark": "门前有树",
        "m[1]/name": "甲",
        "m[1]/age": "120",
        "m[1]/hobby": "下棋",
    }.items():
        scenario.answer(path, value)
    scenario.session.explain(scenario.path("m[1]/age"), "已核实")
    scenario.add("m")
    scenario.answer("m[2]/name", "乙")
    scenario.remove("m", 1)
    return scenario.session


def moved(session: FormSession, to: str) -> Migrated:
    return migrate(session.definition, form(to), surroundings(), session.snapshot(), session.language)


def values(session: FormSession) -> dict[str, str]:
    return {
        path: session.view(f"{session.root}/{path}").value
        for path in ("head", "contact/phone", "new_name", "m[1]/who/name", "m[1]/age", "n")
    }


def test_answers_follow_their_questions_to_new_groups_and_names():
    made = moved(draft(), SECOND)
    assert values(made.session) == {
        "head": "黄示例",
        "contact/phone": "15400000001",
        "new_name": "旧",
        "m[1]/who/name": "甲",
        "m[1]/age": "120",
        "n": "1",
    }
    assert {(one.before, one.after, one.label) for one in made.report.renamed} == {
        ("phone", "contact/phone", "电话"),
        ("old_name", "new_name", "新名"),
        ("m/name", "m/who/name", "姓名"),
    }
    assert made.report.version == "2"


def test_the_report_names_what_has_no_place_what_does_not_fit_and_what_is_new():
    report = moved(draft(), SECOND).report
    assert {(one.label, one.text) for one in report.dropped} == {("备注", "门前有树"), ("爱好", "下棋")}
    assert {(one.label, one.text) for one in report.unfit} == {("房间", "三间"), ("道路", "土路")}
    assert report.new == ("饮水", "日期", "学校")
    assert report.kept == 5
    assert report.returned == ()


def test_new_questions_begin_with_their_defaults_and_old_ones_stay_as_they_were():
    session = moved(draft(), SECOND).session
    assert session.view(f"{session.root}/water").value == "自来水"
    assert session.view(f"{session.root}/asked_on").value == "2026-11-22"
    assert session.view(f"{session.root}/m[1]/school").value == "无"
    assert session.view(f"{session.root}/rooms").value == ""


def test_nothing_is_thrown_away_and_all_of_it_comes_back_with_a_version_that_has_a_place():
    first = draft()
    second = moved(first, SECOND)
    kept = second.session.snapshot()
    assert kept["remark"] == "门前有树"
    assert kept["@unfit/rooms"] == "三间"
    assert not {"门前有树", "三间", "土路", "下棋"} & set(second.session.finish().values())
    third = migrate(second.session.definition, form(THIRD), surroundings(), kept)
    root = third.session.root
    shown = {path: third.session.view(f"{root}/{path}").value for path in ("rooms", "remark", "road", "m[1]/hobby", "m[1]/name", "phone")}
    assert shown == {"rooms": "三间", "remark": "门前有树", "road": "mud", "m[1]/hobby": "下棋", "m[1]/name": "甲", "phone": "15400000001"}
    assert {(one.label, one.text) for one in third.report.returned} == {("备注", "门前有树"), ("爱好", "下棋"), ("房间", "三间")}
    assert third.session.live.explanations == {third.session.node(f"{root}/m[1]/age"): "已核实"}


def test_removed_rows_and_explanations_go_along():
    session = moved(draft(), SECOND).session
    (row,) = session.removed(f"{session.root}/m")
    session.restore_repeat(f"{session.root}/m", row.row_id)
    assert session.view(f"{session.root}/m[2]/who/name").value == "乙"
    assert [text for path, text in session.snapshot().items() if path.endswith("/@why")] == ["已核实"]


def test_the_same_version_again_changes_nothing():
    first = draft()
    made = migrate(first.definition, first.definition, surroundings(), first.snapshot())
    assert made.session.snapshot() == first.snapshot()
    report = made.report
    assert (report.renamed, report.dropped, report.unfit, report.returned, report.new) == ((), (), (), (), ())


def test_a_question_is_not_guessed_when_two_could_be_meant():
    def version(table: str) -> FormDefinition:
        return form(f"| survey |  |  |  |\n|  | type | name | label |\n{table}")

    one = version("|  | begin group | a | 甲 |\n|  | text | q | 问 |\n|  | end group |  |  |\n")
    two = version(
        "|  | begin group | b | 乙 |\n|  | text | q | 问 |\n|  | end group |  |  |\n"
        "|  | begin group | c | 丙 |\n|  | text | q | 问 |\n|  | end group |  |  |\n"
    )
    scenario = Scenario(FormSession.start(one, surroundings()))
    scenario.answer("a/q", "答")
    made = migrate(one, two, surroundings(), scenario.session.snapshot())
    assert [one.text for one in made.report.dropped] == ["答"]
    assert made.session.snapshot()["a/q"] == "答"
