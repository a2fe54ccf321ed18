"""A form with a recording and a picture of its own is finalized and printed: recordings are kept as records, and never taken for photos."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldapp.domain.clock import FixedClock
from fieldapp.domain.ids import FormId
from fieldapp.engine import compiled, xlsform
from fieldapp.store import attachments
from fieldapp.usecases import interview, printing_facts, publishing, roster
from sync.replica import PublishedForm
from tests.robots.widgets import picture, recording
from tests.ui import village
from tests.ui.conftest import START

SOURCE = """
| survey | | | | | | |
| | type | name | label | appearance | default | constraint |
| | begin_group | a | 一、情况 | | | |
| | audio | talk | 谈话录音 | | | |
| | image | plan | 平面图 | annotate | plan.png | |
| | image | door | 门牌 | | | |
| | end_group | | | | | |
| settings | | |
| | form_id | version |
| | talk | 1 |
"""


@pytest.fixture
def workspace(tmp_path: Path):
    made = village.build(tmp_path / "w", FixedClock(START), households=1)
    source = tmp_path / "talk.md"
    source.write_text(SOURCE, encoding="utf-8")
    converted = xlsform.convert(source)
    form = PublishedForm("talk", "1", "谈话", converted.xform, {"plan.png": picture()})
    publishing.install(made, [(form, compiled.dump(converted.definition))])
    yield made
    made.close()


def test_a_recording_is_a_record_of_the_submission_and_no_photo_on_paper(workspace):
    household = roster.search(workspace).lines[0].id
    opened = interview.start(workspace, household, FormId("talk"))
    root = opened.session.root
    assert opened.session.view(f"{root}/a/plan").value == "jr://images/plan.png"
    assert opened.session.medium(opened.session.view(f"{root}/a/plan").value) == picture()
    sound = interview.attach(workspace, opened.draft, f"{root}/a/talk", "谈话.wav", recording(), "audio/*")
    photo = interview.attach(workspace, opened.draft, f"{root}/a/door", "door.png", picture())
    opened.session.answer(f"{root}/a/talk", sound)
    opened.session.answer(f"{root}/a/door", photo)
    done = interview.finalize(workspace, opened)
    with workspace.read() as tx:
        records = {one.path: one.mime for one in attachments.of_submission(tx, done.submission)}
        assert set(printing_facts.photos(tx, interview_submission(tx, done.submission))) == {photo.split(".")[0]}
    assert records == {"a/talk": "audio/x-wav", "a/door": "image/png"}


def interview_submission(tx, submission):
    from fieldapp.store import submissions

    return submissions.load(tx, submission)
