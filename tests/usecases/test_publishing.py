"""Forms on a laptop: compiled once, opened from the cache, compiled again when the cache cannot be read."""

from fieldapp.store import forms
from fieldapp.usecases import interview, publishing, roster
from fieldapp.usecases.workspaces import Workspace
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


def test_sessions_of_one_form_share_its_plan_and_nothing_else(workspace: Workspace) -> None:
    first, second = (interview.start(workspace, roster.add_household(workspace, VILLAGE, head)).session for head in ("张三", "李四"))
    assert first.definition is second.definition
    path = f"{first.root}/a_visit/visit_result_note"
    first.answer(f"{first.root}/a_visit/visit_result", "3")
    first.answer(path, "门锁着")
    assert second.view(path).value == ""
