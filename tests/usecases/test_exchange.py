"""Two laptops and a district: what one finalizes, the other has."""

import shutil
from pathlib import Path

import pytest

from fieldapp.domain.clock import FixedClock
from fieldapp.errors import AlreadyThere, NotEnrolled, Offline, Refused
from fieldapp.store import audit
from fieldapp.store import forms as stored_forms
from fieldapp.usecases import exchange, interview, printing, roster
from fieldapp.usecases.workspaces import Workspace
from fieldapp.words import forms
from tests.world import DistrictServer, enrolled, laptop, nobody_home, photo, quiet


def test_second_laptop_has_the_finalized_household_with_its_photo(server: DistrictServer, tmp_path: Path) -> None:
    first = enrolled(server, tmp_path / "one", "甲")
    second = enrolled(server, tmp_path / "two", "乙")
    household = nobody_home(first, "张𬭎", picture=photo())
    sent = exchange.sync_now(first, quiet)
    received = exchange.sync_now(second, quiet)
    line = roster.search(second, "张").lines[0]
    assert (line.id, line.head_name, line.state, line.revision) == (household, "张𬭎", "finalized", 1)
    assert (sent.sent, sent.files_sent, received.received, received.files_received) == (3, 1, 3, 1)
    assert exchange.status(first).unsent == 0
    assert exchange.status(second).files_wanted == 0
    archive = printing.preview(second, household, quiet)
    assert archive.revision == 1
    first.close()
    second.close()


def test_syncing_again_sends_nothing_and_doubles_nothing(server: DistrictServer, tmp_path: Path) -> None:
    first = enrolled(server, tmp_path / "one", "甲")
    nobody_home(first, "李四")
    exchange.sync_now(first, quiet)
    again = exchange.sync_now(first, quiet)
    assert (again.sent, again.received, again.differing) == (0, 0, 0)
    assert roster.search(first).total == 1
    first.close()


def test_sync_without_a_server_changes_nothing_and_says_so(server: DistrictServer, tmp_path: Path) -> None:
    first = enrolled(server, tmp_path / "one", "甲")
    server.stop()
    nobody_home(first, "王五")
    with pytest.raises(Offline):
        exchange.sync_now(first, quiet)
    held = exchange.status(first)
    assert (held.unsent, held.last_error) == (2, "offline")
    with first.read() as tx:
        assert [(one.action, one.detail) for one in audit.lines(tx, limit=1)] == [("sync-failed", "offline")]
    server.start()
    assert exchange.sync_now(first, quiet).sent == 2
    assert exchange.status(first).last_error == ""
    first.close()


def test_two_values_for_one_field_are_shown_with_both_authors_and_can_be_resolved(server: DistrictServer, tmp_path: Path) -> None:
    first = enrolled(server, tmp_path / "one", "甲")
    second = enrolled(server, tmp_path / "two", "乙")
    household = nobody_home(first, "赵六")
    exchange.sync_now(first, quiet)
    exchange.sync_now(second, quiet)
    for team, note in ((first, "狗很凶"), (second, "下午再来")):
        assert isinstance(team.place.clock, FixedClock)
        team.place.clock.pass_time(minutes=len(note))
        opened = interview.start(team, household)
        opened.session.answer(f"{opened.session.root}/a_visit/visit_result_note", note)
        interview.finalize(team, opened, reason="补充说明")
    for team in (first, second, first):
        exchange.sync_now(team, quiet)
    (line,) = exchange.conflicts(first)
    assert (line.field, line.field_label) == ("a_visit/visit_result_note", "未完成原因说明")
    assert {(write.value, write.who) for write in line.writes} == {("狗很凶", "甲"), ("下午再来", "乙")}
    exchange.resolve(first, line.record, line.field, "狗很凶，下午再来")
    assert exchange.conflicts(first) == ()
    exchange.sync_now(first, quiet)
    exchange.sync_now(second, quiet)
    assert exchange.conflicts(second) == ()
    opened = interview.start(second, household)
    assert opened.session.view(f"{opened.session.root}/a_visit/visit_result_note").value == "狗很凶，下午再来"
    first.close()
    second.close()


def test_laptop_enrols_once_and_a_code_serves_once(server: DistrictServer, tmp_path: Path, workspace: Workspace) -> None:
    with pytest.raises(NotEnrolled):
        exchange.sync_now(workspace, quiet)
    code = server.code("丙")
    exchange.enrol(workspace, server.url, code, quiet)
    with pytest.raises(AlreadyThere):
        exchange.enrol(workspace, server.url, code, quiet)
    other = enrolled(server, tmp_path / "other", "丁")
    other.close()
    third = laptop(tmp_path / "third")
    with pytest.raises(Refused) as refused:
        exchange.enrol(third, server.url, code, quiet)
    assert refused.value.values["reason"] == "code-used"
    third.close()


def test_form_that_the_district_publishes_is_the_one_for_new_households(server: DistrictServer, tmp_path: Path) -> None:
    source = tmp_path / "newer"
    shutil.copytree(forms() / "household_survey", source)
    sheet = source / "household_survey.csv"
    sheet.write_text(sheet.read_text(encoding="utf-8").replace("2026112202", "2027010101"), encoding="utf-8")
    first = enrolled(server, tmp_path / "one", "甲")
    earlier = nobody_home(first, "张三")
    server.publish(sheet)
    exchange.sync_now(first, quiet)
    later = nobody_home(first, "李四")
    versions = [interview.start(first, household).session.definition.version for household in (earlier, later)]
    assert versions == ["2026112202", "2027010101"]
    with first.read() as tx:
        assert set(stored_forms.files(tx, "household_survey", "2027010101")) == {"divisions.csv", "parameters.csv"}
    first.close()
