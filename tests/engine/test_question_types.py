"""Every question type of XLSForm: what the window is told, what is stored, what stays blank on a laptop."""

from __future__ import annotations

import pytest

from fieldapp.engine.filled import fill
from fieldapp.engine.session import FormSession
from fieldapp.engine.views import Control, FilledState, Kind
from fieldapp.errors import BadInput
from tests.engine.scenario import NOW, Scenario, form, surroundings

SHOWN = """
    | survey |
    | | type | name | label | appearance | parameters |
    | | text | text | 文字 | multiline |
    | | integer | whole | 整数 | thousands-sep |
    | | decimal | part | 小数 | bearing |
    | | date | day | 日期 | month-year |
    | | time | hour | 时间 |
    | | dateTime | moment | 时刻 |
    | | select_one k | one | 单选 | minimal |
    | | select_multiple k | many | 多选 | columns-2 |
    | | rank k | order | 排序 |
    | | range | mark | 打分 | rating | start=1 end=5 step=1 |
    | | range | share | 比例 | | start=0 end=1 step=0.25 |
    | | image | photo | 照片 | new |
    | | image | sign | 签名 | signature |
    | | image | sketch | 草图 | draw |
    | | audio | talk | 录音 |
    | | video | film | 录像 |
    | | file | file | 文件 |
    | | barcode | code | 条码 |
    | | geopoint | point | 位置 |
    | | geotrace | way | 路线 |
    | | geoshape | field | 地块 |
    | | acknowledge | seen | 已知晓 |
    | | trigger | also | 已知晓 |
    | | note | told | 提示 |
    | | text | shop | 打印 | printer:org.example |
    | | text | site | 网址 | url |
    | | text | scan | 读卡 | ex:org.example.reader(kind='id') |
    | choices |
    | | list_name | name | label |
    | | k | a | 甲 |
    | | k | b | 乙 |
    """

ANSWERS = [
    ("text", Control.INPUT, "string", "甲\n乙", "甲\n乙"),
    ("whole", Control.INPUT, "int", "007", "7"),
    ("part", Control.INPUT, "decimal", "1.50", "1.5"),
    ("day", Control.INPUT, "date", "2026-11-01", "2026-11-01"),
    ("hour", Control.INPUT, "time", "08:30:00.000+08:00", "08:30:00.000+08:00"),
    ("moment", Control.INPUT, "dateTime", "2026-11-01T08:30:00.000+08:00", "2026-11-01T08:30:00.000+08:00"),
    ("one", Control.SELECT_ONE, "string", "b", "b"),
    ("many", Control.SELECT_MULTIPLE, "string", "b a", "a b"),
    ("order", Control.RANK, "rank", "b a", "b a"),
    ("mark", Control.RANGE, "int", "4", "4"),
    ("share", Control.RANGE, "decimal", "0.75", "0.75"),
    ("photo", Control.UPLOAD, "binary", "ab12.jpg", "ab12.jpg"),
    ("sign", Control.UPLOAD, "binary", "ab13.png", "ab13.png"),
    ("sketch", Control.UPLOAD, "binary", "ab14.png", "ab14.png"),
    ("talk", Control.UPLOAD, "binary", "ab15.m4a", "ab15.m4a"),
    ("film", Control.UPLOAD, "binary", "ab16.mp4", "ab16.mp4"),
    ("file", Control.UPLOAD, "binary", "ab17.pdf", "ab17.pdf"),
    ("code", Control.INPUT, "barcode", "6901234567892", "6901234567892"),
    ("point", Control.INPUT, "geopoint", "30.5 104.25", "30.5 104.25 0.0 0.0"),
    ("way", Control.INPUT, "geotrace", "30.5 104.25 0 0; 30.6 104.25 0 0", "30.5 104.25 0.0 0.0;30.6 104.25 0.0 0.0"),
    (
        "field",
        Control.INPUT,
        "geoshape",
        "1 1 0 0;1 2 0 0;2 2 0 0;1 1 0 0",
        "1.0 1.0 0.0 0.0;1.0 2.0 0.0 0.0;2.0 2.0 0.0 0.0;1.0 1.0 0.0 0.0",
    ),
    ("seen", Control.ACKNOWLEDGE, "string", "OK", "OK"),
    ("also", Control.ACKNOWLEDGE, "string", "OK", "OK"),
    ("shop", Control.INPUT, "string", "甲", "甲"),
    ("site", Control.INPUT, "string", "甲", "甲"),
    ("scan", Control.INPUT, "string", "51", "51"),
]


def test_every_shown_type_is_told_apart_and_stores_its_canonical_text():
    scenario = Scenario.of(SHOWN)
    session = scenario.session
    for name, control, kind, given, stored in ANSWERS:
        scenario.answer(name, given)
        view = session.view(scenario.path(name))
        assert (view.kind, view.control, view.type, view.value) == (Kind.QUESTION, control, kind, stored), name
    assert session.view(scenario.path("told")).kind is Kind.NOTE
    media = {name: session.view(scenario.path(name)).mediatype for name in ("photo", "talk", "film", "file")}
    assert media == {"photo": "image/*", "talk": "audio/*", "film": "video/*", "file": "application/*"}
    asked = {path.rsplit("/", 1)[-1] for path in session.children(session.root)}
    assert asked == {name for name, *_ in ANSWERS} | {"told"}
    assert {answer.name for answer in fill(session).sections[0].answers if answer.state is FilledState.ANSWERED} == asked - {"told"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("whole", "1.x"), ("part", "1,5"), ("day", "2026-02-30"), ("hour", "25:00:00"), ("moment", "2026"), ("point", "91 0"), ("way", "1 1")],
)
def test_a_text_that_the_type_cannot_hold_is_refused(name: str, value: str):
    scenario = Scenario.of(SHOWN)
    with pytest.raises(BadInput):
        scenario.answer(name, value)
    assert scenario.value(name) == ""


METADATA = """
    | survey |
    | | type | name | label | parameters | default |
    | | start | start |
    | | end | end |
    | | today | today |
    | | deviceid | device |
    | | username | user |
    | | phonenumber | phone |
    | | email | mail |
    | | audit | audit | | location-priority=balanced location-min-interval=60 location-max-age=120 track-changes=true |
    | | background-audio | heard | | quality=voice-only |
    | | start-geopoint | where | | allow-mock-accuracy=true |
    | | hidden | kept | | | 3 |
    | | xml-external | houses |
    | | csv-external | towns |
    | | text | q | 问 |
    """

PROPERTIES = {"deviceid": "L-7", "username": "王", "phonenumber": "139", "email": "a@example.cn", "geopoint": "30.5 104.2 0 5"}


def metadata(**properties: str) -> FormSession:
    return FormSession.start(form(METADATA), surroundings(properties=properties))


def test_metadata_is_filled_and_never_shown():
    session = metadata(**PROPERTIES)
    kept = {path: text for path, text in session.finish().items() if not path.startswith("meta/instanceID")}
    instant = NOW.isoformat(timespec="milliseconds")
    assert kept == {
        "start": instant,
        "end": instant,
        "today": "2026-11-22",
        "device": "L-7",
        "user": "王",
        "phone": "139",
        "mail": "a@example.cn",
        "where": "30.5 104.2 0.0 5.0",
        "kept": "3",
    }
    assert session.children(session.root) == (f"{session.root}/q",)


def test_what_a_laptop_does_not_know_stays_blank_and_the_nodes_stay_valid():
    session = metadata()
    assert [session.view(f"{session.root}/{name}").value for name in ("device", "where", "heard", "meta/audit")] == ["", "", "", ""]


def test_external_choices_come_from_the_file_that_publishing_makes():
    from fieldapp.engine.xlsform import convert
    from tests.engine.scenario import padded

    made = convert(
        padded(
            """
            | survey |
            | | type | name | label | choice_filter |
            | | select_one town | town | 乡 |
            | | select_one_external vill | vill | 村 | town=${town} |
            | choices |
            | | list_name | name | label |
            | | town | t1 | 一 |
            | | town | t2 | 二 |
            | external_choices |
            | | list_name | name | label | town |
            | | vill | v1 | 东村 | t1 |
            | | vill | v2 | 西村 | t2 |
            | | other | v3 | 别处 | t2 |
            """
        ),
        "md",
    )
    scenario = Scenario(FormSession.start(made.definition, surroundings(made.sheets.files)))
    scenario.answer("town", "t2")
    view = scenario.session.view(scenario.path("vill"))
    assert (view.control, [(choice.name, choice.label) for choice in view.choices]) == (Control.SELECT_ONE, [("v2", "西村")])
    scenario.answer("vill", "v2")
    scenario.answer("town", "t1")
    assert scenario.value("vill") == ""


FILES = {
    "a.csv": "name,label,town\nv1,东村,t1\nv2,西村,t2\n",
    "b.xml": "<root><item><name>x1</name><label>一</label></item><item><name>x2</name><label>二</label></item></root>",
    "c.geojson": '{"type":"FeatureCollection","features":[{"type":"Feature","id":"g1","properties":{"title":"井","no":7},'
    '"geometry":{"type":"Point","coordinates":[104.5,30.25]}}]}',
    "person.csv": "name,label,__version,age\np1,张三,4,31\n",
}


def test_choices_come_from_csv_xml_geojson_entity_lists_and_repeats():
    scenario = Scenario.of(
        """
        | survey |
        | | type | name | label | parameters | appearance | choice_filter |
        | | select_one_from_file a.csv | a | 甲 |
        | | select_multiple_from_file a.csv | m | 甲 | value=town label=name |
        | | select_one_from_file b.xml | b | 乙 |
        | | select_one_from_file c.geojson | c | 丙 | value=no label=title | map |
        | | select_one_from_file c.geojson | d | 丁 |
        | | select_one_from_file person.csv | p | 人 | | | age > 30 |
        | | select_one_from_file none.csv | n | 无 |
        | | begin_repeat | r | 成员 |
        | | text | who | 姓名 |
        | | end_repeat |
        | | select_one ${who} | head | 户主 |
        """,
        FILES,
    )
    labels = {name: [(choice.name, choice.label) for choice in scenario.session.view(scenario.path(name)).choices] for name in "ambcdpn"}
    assert labels == {
        "a": [("v1", "东村"), ("v2", "西村")],
        "m": [("t1", "v1"), ("t2", "v2")],
        "b": [("x1", "一"), ("x2", "二")],
        "c": [("7", "井")],
        "d": [("g1", "井")],
        "p": [("p1", "张三")],
        "n": [],
    }
    assert scenario.session.view(scenario.path("c")).choices[0].geometry == "30.25 104.5 0 0"
    assert scenario.session.view(scenario.path("d")).choices[0].geometry == ""
    scenario.answer("r[1]/who", "李四")
    scenario.add("r")
    assert scenario.choices("head") == ["李四"]
    scenario.answer("r[2]/who", "王五")
    scenario.answer("head", "王五")
    scenario.remove("r", 0)
    assert (scenario.choices("head"), scenario.value("head")) == (["王五"], "王五")


def test_a_file_of_the_form_is_a_picture_to_draw_upon_and_no_attachment():
    scenario = Scenario.of(
        """
        | survey |
        | | type | name | label | appearance | default |
        | | image | map | 图 | annotate | base.png |
        """,
        {"base.png": b"png"},
    )
    assert scenario.value("map") == "jr://images/base.png"
    assert scenario.session.medium(scenario.value("map")) == b"png"
    assert fill(scenario.session).sections[0].answers[0].attachment == ""
