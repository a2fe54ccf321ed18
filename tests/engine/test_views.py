"""What the window is told of a question besides its value: media, parameters, choices with pictures."""

from fieldapp.engine.session import FormSession
from fieldapp.engine.views import NO_MEDIA, Control, Media
from fieldapp.engine.xform import parse
from tests.engine.scenario import Scenario, surroundings

PICTURES = """
    | survey |
    | | type | name | label::zh | label::en | parameters | appearance | media::image::zh | media::image::en | media::audio::zh | big-image |
    | | select_one k | kind | 哪种房屋 | Which house | |  | house.png | house-en.png | house.mp3 | large.png |
    | | image | photo | 照片 | Photo | max-pixels=500 | annotate |
    | | audio | talk | 录音 | Talk | quality=low |
    | | geopoint | place | 位置 | Place | capture-accuracy=5 warning-accuracy=20 allow-mock-accuracy=true | placement-map |
    | | geotrace | way | 路线 | Way | incremental=true |
    | | range | mark | 打分 | Mark | start=0 end=8 step=2 tick_interval=4 placeholder=6 tick_labelset=t |
    | | rank k | order | 排序 | Order | randomize=true seed=7 |
    | | text | more | 说明 | More | rows=5 | multiline |
    | | select_one_from_file y.csv | v | 村 | Village | value=code label=title | autocomplete |
    | settings |
    | | default_language |
    | | zh |
    | choices |
    | | list_name | name | label::zh | label::en | media::image::zh |
    | | k | brick | 砖瓦 | Brick | brick.png |
    | | k | earth | 土坯 | Earth |
    | | t | 0 | 差 | Bad |
    | | t | 8 | 好 | Good |
    """


def scenario() -> Scenario:
    return Scenario.of(PICTURES, {"brick.png": b"\x89PNG", "y.csv": "code,title\n1,东村\n2,西村\n"})


def test_a_label_brings_its_media_in_the_current_language():
    form = scenario()
    assert form.session.view(form.path("kind")).media == Media("house.png", "large.png", "house.mp3")
    form.session.set_language("en")
    assert form.session.view(form.path("kind")).media.image == "house-en.png"
    assert form.session.view(form.path("photo")).media is NO_MEDIA


def test_a_choice_brings_its_picture_and_the_session_its_bytes():
    form = scenario()
    choices = form.session.view(form.path("kind")).choices
    assert [(choice.label, choice.media.image) for choice in choices] == [("砖瓦", "brick.png"), ("土坯", "")]
    assert form.session.medium(choices[0].media.image) == b"\x89PNG"
    assert form.session.medium("none.png") is None


def test_parameters_have_the_names_of_xlsform():
    form = scenario()
    wanted = {
        "photo": {"max-pixels": "500"},
        "talk": {"quality": "low"},
        "place": {"capture-accuracy": "5", "warning-accuracy": "20", "allow-mock-accuracy": "true"},
        "way": {"incremental": "true"},
        "mark": {"start": "0", "end": "8", "step": "2", "tick_interval": "4", "placeholder": "6"},
        "more": {"rows": "5"},
    }
    for name, parameters in wanted.items():
        view = form.session.view(form.path(name))
        assert {key: view.parameter(key) for key in parameters} == parameters, name
    assert form.session.view(form.path("place")).looks("placement-map")
    assert form.session.view(form.path("photo")).parameter("quality", "none") == "none"


def test_ticks_of_a_range_have_their_words():
    form = scenario()
    view = form.session.view(form.path("mark"))
    assert view.control is Control.RANGE
    assert [(choice.name, choice.label) for choice in view.choices] == [("0", "差"), ("8", "好")]


def test_choices_come_from_a_file_by_the_named_columns():
    form = scenario()
    assert [(choice.name, choice.label) for choice in form.session.view(form.path("v")).choices] == [("1", "东村"), ("2", "西村")]


ATTRIBUTES = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>x</h:title><model><instance><data id="x"><pin/><file/><g><a/></g></data></instance>
<bind nodeset="/data/file" type="binary"/></model></h:head>
<h:body class="pages"><secret ref="/data/pin"/><upload ref="/data/file" mediatype="application/*" accept=".pdf,.docx"/>
<group ref="/data/g" appearance="field-list w2" intent="ex:org.example"><label>G</label>
<input ref="/data/g/a" appearance="w1 ex:org.example.scan()"/></group>
</h:body></h:html>"""


def test_what_only_the_body_says_is_told_too():
    session = FormSession.start(parse(ATTRIBUTES), surroundings())
    assert session.view("/data/pin").parameter("secret") == "true"
    assert (session.view("/data/file").mediatype, session.view("/data/file").parameter("accept")) == ("application/*", ".pdf,.docx")
    assert session.view("/data/g").looks("field-list")
    assert session.view("/data/g/a").appearance == "w1 ex:org.example.scan()"
