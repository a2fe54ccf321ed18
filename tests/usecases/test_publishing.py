"""Forms on a laptop: compiled once, opened from the cache, compiled again when the cache cannot be read."""

from dataclasses import replace
from uuid import uuid4

from fieldapp.engine import xlsform
from fieldapp.engine.compiled import dump, load
from fieldapp.engine.session import FormSession
from fieldapp.store import forms, households, submissions
from fieldapp.usecases import interview, publishing, roster
from fieldapp.usecases.workspaces import Workspace
from sync.replica import PublishedForm
from tests.world import VILLAGE


def test_cache_that_this_program_cannot_read_is_made_anew(workspace: Workspace) -> None:
    with workspace.begin() as tx:
        version = forms.newest(tx, interview.HOUSEHOLD_SURVEY)
        forms.keep_compiled(tx, interview.HOUSEHOLD_SURVEY, version, b'{"format": 0}')
    definition, _ = publishing.open_form(workspace, interview.HOUSEHOLD_SURVEY, version)
    assert definition.questions == 263
    with workspace.read() as tx:
        cache = forms.compiled(tx, interview.HOUSEHOLD_SURVEY, version)
    assert cache is not None
    assert publishing.open_form(workspace, interview.HOUSEHOLD_SURVEY, version)[0].form == "household_survey"


def test_opening_reads_the_cache_and_not_the_xform(workspace: Workspace) -> None:
    with workspace.begin() as tx:
        version = forms.newest(tx, interview.HOUSEHOLD_SURVEY)
        kept = forms.compiled(tx, interview.HOUSEHOLD_SURVEY, version)
        assert kept is not None
        marked = replace(load(kept), title="从缓存打开")
        forms.keep_compiled(tx, interview.HOUSEHOLD_SURVEY, version, dump(marked))
    assert publishing.open_form(workspace, interview.HOUSEHOLD_SURVEY, version)[0].title == "从缓存打开"


def test_cache_of_another_format_is_made_anew_and_kept(workspace: Workspace) -> None:
    with workspace.begin() as tx:
        version = forms.newest(tx, interview.HOUSEHOLD_SURVEY)
        kept = forms.compiled(tx, interview.HOUSEHOLD_SURVEY, version)
        assert kept is not None
        older = dump(replace(load(kept), title="旧格式")).replace(kept.split(b"\n", 1)[0], b'"1-0123456789abcdef"', 1)
        forms.keep_compiled(tx, interview.HOUSEHOLD_SURVEY, version, older)
    assert publishing.open_form(workspace, interview.HOUSEHOLD_SURVEY, version)[0].title != "旧格式"
    with workspace.read() as tx:
        assert forms.compiled(tx, interview.HOUSEHOLD_SURVEY, version) == kept


def test_sessions_of_one_form_share_its_plan_and_nothing_else(workspace: Workspace) -> None:
    first, second = (interview.start(workspace, roster.add_household(workspace, VILLAGE, head)).session for head in ("张三", "李四"))
    assert first.definition is second.definition
    path = f"{first.root}/a_visit/visit_result_note"
    first.answer(f"{first.root}/a_visit/visit_result", "3")
    first.answer(path, "门锁着")
    assert second.view(path).value == ""


REMEMBERING = """
| survey   |         |       |       |                      |
|          | type    | name  | label | default              |
|          | text    | guide | 向导  | ${last-saved#guide}  |
| settings |         |       |       |                      |
|          | form_id | version |     |                      |
|          | walk    | 1     |       |                      |
"""


def test_a_form_that_asks_for_it_begins_with_what_was_finalized_last(workspace: Workspace) -> None:
    made = xlsform.convert(REMEMBERING, "md")
    definition = made.definition
    published = PublishedForm(definition.form, definition.version, definition.title, made.xform, {})
    publishing.install(workspace, [(published, dump(definition))])

    def asked(guide: str) -> str:
        """What stood in the question at first; then it is answered and finalized."""
        household = roster.add_household(workspace, VILLAGE, guide)
        found, around = publishing.open_form(workspace, definition.form, definition.version)
        session = FormSession.start(found, around)
        before = session.view(f"{session.root}/guide").value
        session.answer(f"{session.root}/guide", guide)
        with workspace.begin() as tx:
            held = households.get(tx, household)
            draft = submissions.start_draft(tx, uuid4().hex, household, held.village, definition.form, "1", session.snapshot())
            submissions.finalize(tx, draft.id, session.finish(), user=workspace.user)
        return before

    assert [asked("老王"), asked("老李"), asked("老赵")] == ["", "老王", "老李"]
