"""Opening, keeping, finalizing and changing a household's form."""

import pytest

from fieldapp.domain.household import Household, Member
from fieldapp.domain.ids import AreaCode, HouseholdId, MemberId
from fieldapp.errors import AttachmentUnreadable, NotAllowed
from fieldapp.usecases import interview, printing, roster, workspaces
from fieldapp.usecases.workspaces import Workspace
from tests.world import VILLAGE, nobody_home, photo, quiet, visit_in_vain


def test_new_survey_knows_what_the_roster_knows(workspace: Workspace) -> None:
    household = roster.add_household(workspace, VILLAGE, "张𬭎", address="3号", phone="15400000003")
    session = interview.start(workspace, household).session
    session.answer(f"{session.root}/a_visit/visit_result", "1")
    assert session.view(f"{session.root}/b_household/village_code").value == VILLAGE
    assert session.view(f"{session.root}/b_household/house_no").value == "3号"
    assert session.view(f"{session.root}/b_household/household_phone").value == "15400000003"
    assert session.view(f"{session.root}/member[1]/m_name").value == "张𬭎"
    assert session.view(f"{session.root}/member[1]/m_relation").value == "02"


def test_saved_draft_is_back_after_locking(workspace: Workspace) -> None:
    household = roster.add_household(workspace, VILLAGE, "张三")
    opened = interview.start(workspace, household)
    path = f"{opened.session.root}/a_visit/visit_result_note"
    opened.session.answer(f"{opened.session.root}/a_visit/visit_result", "4")
    opened.session.answer(path, "不在家\U0002cb4e")
    interview.save_draft(workspace, opened.draft, opened.session.snapshot())
    folder = workspace.folder
    workspace.close()
    again = workspaces.unlock(folder, "王队长", "correct horse", workspace.place.clock)
    resumed = interview.start(again, household)
    assert resumed.resumed
    assert resumed.session.view(path).value == "不在家\U0002cb4e"
    again.close()


def test_problems_block_finalizing_and_the_draft_stays(workspace: Workspace) -> None:
    household = roster.add_household(workspace, VILLAGE, "张三")
    opened = interview.start(workspace, household)
    with pytest.raises(NotAllowed) as refused:
        interview.finalize(workspace, opened)
    assert refused.value.values["reason"] == "problems"
    assert roster.search(workspace).lines[0].state == "draft"


def test_later_revision_needs_a_reason_and_keeps_the_first(workspace: Workspace) -> None:
    household = nobody_home(workspace, "张三")
    opened = interview.start(workspace, household)
    assert opened.revision == 1
    opened.session.answer(f"{opened.session.root}/a_visit/visit_result_note", "改")
    with pytest.raises(NotAllowed) as refused:
        interview.finalize(workspace, opened)
    assert refused.value.values["reason"] == "reason-missing"
    assert interview.finalize(workspace, opened, reason="写错").revision == 2
    assert [event.what for event in roster.history(workspace, household)].count("finalized") == 2


def test_unreadable_photo_is_refused_and_nothing_is_kept(workspace: Workspace) -> None:
    household = roster.add_household(workspace, VILLAGE, "张三")
    opened = interview.start(workspace, household)
    before = workspace.info().attachments
    for broken in (b"", b"not a picture", photo()[:200]):
        with pytest.raises(AttachmentUnreadable):
            interview.attach(workspace, opened.draft, "x", "broken.jpg", broken)
    assert workspace.info().attachments == before


def test_photo_loses_its_metadata_and_becomes_small_on_the_way_in(workspace: Workspace) -> None:
    household = roster.add_household(workspace, VILLAGE, "张三")
    opened = interview.start(workspace, household)
    value = interview.attach(workspace, opened.draft, "x", "big.jpg", photo("GPS secret", (4000, 3000)))
    data = interview.picture(workspace, value)
    assert b"GPS secret" not in data
    import io

    from PIL import Image

    with Image.open(io.BytesIO(data)) as kept:
        assert max(kept.size) == 1600
        assert not kept.getexif()


def test_archive_of_a_finalized_household_verifies(workspace: Workspace, tmp_path) -> None:  # type: ignore[no-untyped-def]
    household = nobody_home(workspace, "张𬭎", picture=photo())
    archive = printing.make_archive(workspace, household, quiet)
    file = printing.save_copy(workspace, archive, tmp_path / "a.pdf")
    ((_, verdict),) = printing.verify_files([file], workspace)
    assert (verdict.valid, verdict.copies_identical, verdict.revision, verdict.stale) == (True, True, 1, False)
    assert verdict.signed_by == workspace.device.device
    opened = interview.start(workspace, household)
    opened.session.answer(f"{opened.session.root}/a_visit/visit_result_note", "改")
    interview.finalize(workspace, opened, reason="写错")
    ((_, later),) = printing.verify_files([file], workspace)
    assert later.stale


def test_archive_of_a_household_without_a_finalized_survey_is_refused(workspace: Workspace) -> None:
    household = roster.add_household(workspace, VILLAGE, "张三")
    with pytest.raises(NotAllowed):
        printing.make_archive(workspace, HouseholdId(household), quiet)


def test_what_the_rules_notice_is_told_before_the_archive_is_printed(workspace: Workspace) -> None:
    heads = tuple(Member(MemberId(letter * 32), name, relation="02") for letter, name in (("a", "张三"), ("b", "李四")))
    household = roster.add(workspace, Household(HouseholdId("c" * 32), AreaCode(VILLAGE), "张三", members=heads))
    visit_in_vain(workspace, household)
    told = printing.preview(workspace, household, quiet).findings
    assert any("户主" in sentence for sentence in told)
    assert printing.preview(workspace, nobody_home(workspace, "王五"), quiet).findings == ()
