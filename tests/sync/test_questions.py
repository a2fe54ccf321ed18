"""A conflict on the district's page speaks the words of the form that the record was filled with."""

from __future__ import annotations

from pathlib import Path

from sync.keys import DeviceKey
from sync.server import questions, views
from sync.server.tables import Form
from sync.session import exchange

from .conftest import EAST, silent
from .memory import MemoryReplica
from .place import Place, PlayedLine
from .test_exchange import rec

FORM = ("household_survey", "7")
ROW = f"member/{'b' * 32}"
HEALTH = f"{ROW}/m_health_g/m_health"
XFORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><model><itext>
<translation lang="中文 (zh)" default="true()"><text id="/d/member/m_health_g/m_health:label"><value>健康状况</value></text></translation>
<translation lang="English (en)"><text id="/d/member/m_health_g/m_health:label">
<value form="image">x</value><value>Health</value></text></translation>
</itext></model></h:head>
<h:body><group ref="/d/member"><label>家庭成员</label><repeat nodeset="/d/member"><group ref="/d/member/m_health_g">
<select ref="/d/member/m_health_g/m_health"><label ref="jr:itext('/d/member/m_health_g/m_health:label')"/></select>
</group></repeat></group><input ref="/d/a_visit/note"><label>备注</label></input></h:body></h:html>"""


def test_conflict_of_an_answer_has_the_label_of_its_question_and_whose_row_it_is(tmp_path: Path) -> None:
    place = Place(tmp_path / "district")
    teams = [MemoryReplica(DeviceKey(bytes([seed]) * 32)) for seed in (1, 2)]
    for team in teams:
        place.enrol(team.key)
    teams[0].write(rec(1), {ROW: "1", f"{ROW}/m_name": "王小明"}, EAST, kind="submission", form=FORM)
    for team in teams:
        exchange(team, PlayedLine(place, team.key.device), silent)
    for team, value in zip(teams, "23", strict=True):
        team.write(rec(1), {HEALTH: value, "unknown/q": value}, EAST, kind="submission", form=FORM)
    for team in teams:
        exchange(team, PlayedLine(place, team.key.device), silent)
    with place.district.writing() as session:
        assert views.conflict(session, EAST, rec(1), "zh_CN").labels == {}, "the form is not here yet"
        session.add(Form(form=FORM[0], version=FORM[1], title="", xform=XFORM, published_at=""))
        found = views.conflict(session, EAST, rec(1), "zh_CN")
        assert [path for path, _ in found.fields] == [HEALTH, "unknown/q"]
        assert found.labels == {HEALTH: "王小明 · 健康状况"}
        assert views.conflict(session, EAST, rec(1), "en").labels == {HEALTH: "王小明 · Health"}
        asked = [ROW, "@removed/a_visit/note/@why"]
        told = questions.labels(session, *FORM, {f"{ROW}/m_name": "王小明"}, asked, "en")
        assert told == {asked[0]: "王小明 · 家庭成员", asked[1]: "备注"}
    place.district.close()
