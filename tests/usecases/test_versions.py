"""A draft whose form got a newer version on this laptop."""

from dataclasses import replace

from fieldapp.store import forms, submissions
from fieldapp.usecases import interview, roster, versions
from fieldapp.usecases.interview import HOUSEHOLD_SURVEY, Interview
from fieldapp.usecases.workspaces import Workspace
from tests.world import VILLAGE


def newer_form(workspace: Workspace, version: str = "2099010101") -> str:
    """The survey with one question under another name and one of another type, as the district would publish it."""
    with workspace.read() as tx:
        known = forms.get(tx, HOUSEHOLD_SURVEY, forms.newest(tx, HOUSEHOLD_SURVEY))
    text = known.xform.replace(f'version="{known.version}"', f'version="{version}"')
    text = text.replace("visit_result_note", "visit_remark").replace(
        'nodeset="/household_survey/a_visit/visit_remark"',
        'xmlns:fa="urn:fieldapp:form" fa:was="a_visit/visit_result_note" nodeset="/household_survey/a_visit/visit_remark"',
        1,
    )
    with workspace.begin() as tx:
        forms.keep(tx, replace(known, version=version, xform=text))
    return version


def draft(workspace: Workspace) -> Interview:
    household = roster.add_household(workspace, VILLAGE, "张三")
    opened = interview.start(workspace, household)
    root = opened.session.root
    opened.session.answer(f"{root}/a_visit/visit_result", "1")
    opened.session.add_repeat(f"{root}/member")
    opened.session.answer(f"{root}/member[2]/m_name", "李秀英")
    opened.session.remove_repeat(f"{root}/member", 1)
    opened.session.answer(f"{root}/a_visit/visit_result", "4")
    opened.session.answer(f"{root}/a_visit/visit_result_note", "门锁着")
    interview.save_draft(workspace, opened.draft, dict(opened.session.snapshot()))
    return opened


def test_a_draft_stays_under_its_version_until_somebody_takes_it_over(workspace: Workspace) -> None:
    first = draft(workspace)
    assert first.newer == ""
    version = newer_form(workspace)
    again = interview.start(workspace, first.household.id)
    assert (again.newer, again.session.definition.version) == (version, first.session.definition.version)
    assert again.session.snapshot() == first.session.snapshot()


def test_a_preview_tells_and_keeps_nothing(workspace: Workspace) -> None:
    first = draft(workspace)
    newer_form(workspace)
    again = interview.start(workspace, first.household.id)
    report = versions.preview(workspace, again, again.session.snapshot())
    assert [(one.before, one.after) for one in report.renamed] == [("a_visit/visit_result_note", "a_visit/visit_remark")]
    assert (report.dropped, report.unfit, report.new) == ((), (), ())
    with workspace.read() as tx:
        assert submissions.load(tx, again.draft).form_version == first.session.definition.version
        assert dict(submissions.load(tx, again.draft).answers) == dict(first.session.snapshot())


def test_a_draft_that_was_taken_over_opens_under_the_new_version_with_every_answer(workspace: Workspace) -> None:
    first = draft(workspace)
    version = newer_form(workspace)
    moved = versions.move_over(workspace, interview.start(workspace, first.household.id))
    assert moved.session.view(f"{moved.session.root}/a_visit/visit_remark").value == "门锁着"
    again = interview.start(workspace, first.household.id)
    assert (again.newer, again.session.definition.version, again.resumed) == ("", version, True)
    assert again.session.snapshot() == moved.session.snapshot()
    assert [row.title for row in again.session.removed(f"{again.session.root}/member")] == ["李秀英 · 无变化"]
    with workspace.read() as tx:
        assert submissions.load(tx, again.draft).form_version == version


def test_a_removed_member_outlives_locking_and_is_in_nothing_that_is_finalized(workspace: Workspace) -> None:
    first = draft(workspace)
    again = interview.start(workspace, first.household.id)
    member = f"{again.session.root}/member"
    (row,) = again.session.removed(member)
    assert row.title == "李秀英 · 无变化"
    assert not [path for path in again.session.finish() if row.row_id in path]
    again.session.answer(f"{again.session.root}/a_visit/visit_result", "1")
    again.session.restore_repeat(member, row.row_id)
    assert again.session.view(f"{member}[2]/m_name").value == "李秀英"
