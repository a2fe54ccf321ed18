"""What the reader makes of an XForm, and how it refuses one."""

from __future__ import annotations

import pytest

from fieldapp.engine.filled import fill
from fieldapp.engine.session import FormSession
from fieldapp.engine.views import Control, Kind
from fieldapp.engine.xform import parse
from fieldapp.errors import ExpressionError, FormInvalid
from tests.engine.scenario import form, surroundings


def xform(instance: str, binds: str = "", body: str = "", more: str = "") -> str:
    return (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa"'
        ' xmlns:fa="urn:fieldapp:form">'
        f"<h:head><h:title>示例</h:title><model><instance>{instance}</instance>{more}{binds}</model></h:head><h:body>{body}</h:body></h:html>"
    )


def test_names_may_be_chinese_and_binds_carry_the_fields_of_the_trade():
    definition = parse(
        xform(
            '<户 id="h"><收入/></户>',
            '<bind nodeset="/户/收入" type="decimal" constraint=". &gt;= 0" fa:warning=". &lt; 100000" fa:warning_message="偏高"'
            ' fa:pii="2" fa:tier="extended" fa:national_ref="AAC073" fa:capital="yes"/>',
            '<input ref="/户/收入"><label>收入</label></input>',
        )
    )
    node = definition.find("/户/收入")
    assert node is not None
    assert (node.kind, node.number, node.bind.pii, node.bind.tier, node.bind.national_ref) == (Kind.QUESTION, "1", 2, "extended", "AAC073")
    session = FormSession.start(definition, surroundings())
    session.answer("/户/收入", "200000")
    problem = session.view("/户/收入").problem
    assert problem is not None
    assert (problem.flaw.value, problem.message) == ("warning", "偏高")
    session.explain("/户/收入", "年底一次性结算")
    assert session.problems()[0].explanation == "年底一次性结算"
    assert session.finish()["收入/@why"] == "年底一次性结算"
    assert [answer.capital for answer in fill(session).sections[0].answers] == [True]


def test_every_submission_gets_an_identity():
    session = FormSession.start(parse(xform('<d id="d"><a/></d>')), surroundings())
    assert session.finish()["meta/instanceID"].startswith("uuid:")


@pytest.mark.parametrize(
    ("calculate", "fault"),
    [
        ("1 +", "syntax"),
        ("nosuch(1)", "unknown-function"),
        ("if(/d/a, 1", "syntax"),
        ("/d/nope + 1", "missing-path"),
        ("if(1)", "arguments"),
    ],
)
def test_a_broken_expression_names_its_question(calculate: str, fault: str):
    with pytest.raises(ExpressionError) as caught:
        parse(xform('<d id="d"><a/><b/></d>', f'<bind nodeset="/d/b" calculate="{calculate}"/>'))
    assert caught.value.values["path"] == "/d/b"
    assert caught.value.values["expression"] == calculate
    assert caught.value.values["fault"] == fault


def test_calculations_in_a_circle_are_refused_with_their_names():
    with pytest.raises(FormInvalid) as caught:
        parse(xform('<d id="d"><a/><b/></d>', '<bind nodeset="/d/a" calculate="/d/b + 1"/><bind nodeset="/d/b" calculate="/d/a + 1"/>'))
    assert caught.value.values == {"detail": "/d/a → /d/b", "fault": "circle"}


@pytest.mark.parametrize("text", ["", "no xml", "<a/>", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'])
def test_what_is_no_form_is_refused(text: str):
    with pytest.raises(FormInvalid):
        parse(text)


def test_an_absolute_path_in_a_repeat_means_the_own_row():
    definition = parse(
        xform(
            '<d id="d"><m><x/><y/></m><m><x/><y/></m><s/></d>',
            '<bind nodeset="/d/m/y" relevant="/d/m/x = 7"/><bind nodeset="/d/s" calculate="sum(/d/m/x)"/>',
            '<repeat nodeset="/d/m"><input ref="/d/m/x"/><input ref="/d/m/y"/></repeat>',
        )
    )
    session = FormSession.start(definition, surroundings())
    session.answer("/d/m[2]/x", "7")
    assert [session.view(f"/d/m[{row}]/y").relevant for row in (1, 2)] == [False, True]
    assert session.view("/d/s").value == "7"


def test_a_running_total_reads_the_row_above():
    definition = parse(
        xform(
            '<d id="d"><m><x>1</x><t/></m><m><x>2</x><t/></m><m><x>3</x><t/></m></d>',
            '<bind nodeset="/d/m/t" calculate="../x + coalesce(indexed-repeat(/d/m/t, /d/m, position(..) - 1), 0)"/>',
            '<repeat nodeset="/d/m"><input ref="/d/m/x"/></repeat>',
        )
    )
    session = FormSession.start(definition, surroundings())
    session.answer("/d/m[1]/x", "10")
    assert [session.view(f"/d/m[{row}]/t").value for row in (1, 2, 3)] == ["10", "12", "15"]
    session.remove_repeat("/d/m", 1)
    assert [session.view(f"/d/m[{row}]/t").value for row in (1, 2)] == ["10", "13"]


def test_a_count_that_shrinks_parks_rows_and_brings_them_back():
    definition = parse(
        xform(
            '<d id="d"><n>2</n><m jr:template=""><x/></m></d>',
            "",
            '<input ref="/d/n"/><repeat nodeset="/d/m" jr:count="/d/n"><input ref="/d/m/x"/></repeat>',
        )
    )
    session = FormSession.start(definition, surroundings())
    session.answer("/d/m[2]/x", "乙")
    session.answer("/d/n", "1")
    assert session.children("/d/m") == ("/d/m[1]",)
    assert "乙" in session.snapshot().values()
    session.answer("/d/n", "3")
    assert session.view("/d/m[2]/x").value == "乙"
    assert len(session.children("/d/m")) == 3


def test_controls_come_with_their_parameters():
    definition = form(
        """
        | survey |       |      |       |                        |
        |        | type  | name | label | parameters             |
        |        | range | r    | 评分  | start=1 end=5 step=1   |
        |        | image | p    | 照片  | max-pixels=1600        |
        """
    )
    ranged, photo = definition.find("/form__data/r"), definition.find("/form__data/p")
    assert ranged is not None
    assert photo is not None
    assert ranged.control is not None
    assert photo.control is not None
    assert (ranged.control.control, dict(ranged.control.parameters)) == (Control.RANGE, {"start": "1", "end": "5", "step": "1"})
    assert (photo.control.control, photo.control.mediatype) == (Control.UPLOAD, "image/*")
    assert photo.control.parameters == (("max-pixels", "1600"),)
