from __future__ import annotations

import pytest
from sqlmodel import select

from fieldapp.domain.clock import FixedClock
from fieldapp.domain.submission import State
from fieldapp.errors import AlreadyThere, NotAllowed, NotFound, WorkspaceDamaged, WrongRealm
from fieldapp.store import households, operations, submissions
from fieldapp.store.database import Database
from fieldapp.store.tables import DraftAnswerRow, JournalRow

from .people import draft_of, household, keep, new_id


def test_autosave_keeps_and_journals_only_what_changed(database: Database) -> None:
    submission = draft_of(database, household(), name="王", house="3")
    with database.begin() as tx:
        assert submissions.save_answers(tx, submission, {"name": "王小明", "house": "3", "note": "新"}) == 2
    with database.read() as tx:
        assert submissions.load(tx, submission).answers == {"name": "王小明", "house": "3", "note": "新"}
        _, line = tx.session.exec(select(JournalRow)).all()
    assert line.changes == '{"name":["王","王小明"],"note":[null,"新"]}'


def test_answer_that_is_taken_away_is_gone(database: Database) -> None:
    submission = draft_of(database, household(), name="王", house="3")
    with database.begin() as tx:
        submissions.save_answers(tx, submission, {"house": None})
    with database.read() as tx:
        assert submissions.load(tx, submission).answers == {"name": "王"}


def test_snapshot_takes_away_what_the_form_no_longer_has(database: Database) -> None:
    submission = draft_of(database, household(), **{f"q{number}": "1" for number in range(150)})
    with database.begin() as tx:
        assert submissions.save_snapshot(tx, submission, {"q1": "2"}) == 150
    with database.read() as tx:
        assert submissions.load(tx, submission).answers == {"q1": "2"}


def test_finalized_submission_is_rebuilt_from_its_operations(database: Database, clock: FixedClock) -> None:
    home = household()
    submission = draft_of(database, home, name="王小明", hidden="x")
    with database.begin() as tx:
        done = submissions.finalize(tx, submission, {"name": "王小明"})
    assert (done.state, done.revision, done.answers) == (State.FINALIZED, 1, {"name": "王小明"})
    assert done.finalized_at == clock.now()
    with database.read() as tx:
        assert submissions.load(tx, submission) == done
        assert submissions.drafts(tx) == ()
        assert operations.state(tx, submission).values()["@household"] == home.id


def test_revision_keeps_the_one_before(database: Database, clock: FixedClock) -> None:
    submission = draft_of(database, household(), name="王", house="3")
    with database.begin() as tx:
        submissions.finalize(tx, submission)
    clock.pass_time(days=1)
    with database.begin() as tx:
        submissions.reopen(tx, submission, "姓名写错")
        submissions.save_answers(tx, submission, {"name": "王小明", "house": None, "new": "1"})
    with database.read() as tx:
        assert submissions.load(tx, submission).state is State.DRAFT
        assert submissions.load_finalized(tx, submission).answers == {"name": "王", "house": "3"}
    with database.begin() as tx:
        assert submissions.finalize(tx, submission).revision == 2
    with database.read() as tx:
        assert submissions.load(tx, submission).answers == {"name": "王小明", "new": "1"}
        first = submissions.load_finalized(tx, submission, 1)
        assert (first.answers, first.revision) == ({"name": "王", "house": "3"}, 1)
        assert [(one.number, one.why) for one in submissions.revisions(tx, submission)] == [(1, ""), (2, "姓名写错")]
        assert [(one.before, one.value, one.why) for one in operations.history(tx, submission, "name")] == [
            (None, "王", ""),
            ("王", "王小明", "姓名写错"),
        ]
        with pytest.raises(NotFound):
            submissions.load_finalized(tx, submission, 3)


def test_discarded_revision_leaves_what_was_finalized(database: Database) -> None:
    home = household()
    submission = draft_of(database, home, name="王")
    with database.begin() as tx:
        submissions.finalize(tx, submission)
        submissions.reopen(tx, submission, "试")
        submissions.save_answers(tx, submission, {"name": "李"})
        submissions.discard(tx, submission)
    with database.read() as tx:
        assert submissions.load(tx, submission).answers == {"name": "王"}
        assert [one.state for one in submissions.of_household(tx, home.id)] == [State.FINALIZED]


def test_illegal_moves_are_refused(database: Database) -> None:
    submission = draft_of(database, household(), name="王")
    with pytest.raises(AlreadyThere), database.begin() as tx:
        submissions.start_draft(tx, submission, new_id(), "990101001001", "f", "1")
    with pytest.raises(WrongRealm), database.begin() as tx:
        submissions.start_draft(tx, new_id(), new_id(), "150421001001", "f", "1")
    with database.begin() as tx:
        submissions.finalize(tx, submission)
    with pytest.raises(NotAllowed), database.begin() as tx:
        submissions.finalize(tx, submission)
    with pytest.raises(NotFound), database.begin() as tx:
        submissions.save_answers(tx, submission, {"name": "李"})


def test_roster_line_tells_how_far_a_household_is(database: Database, clock: FixedClock) -> None:
    home = household()
    keep(database, home)
    with database.read() as tx:
        assert households.line(tx, home.id).state == ""
    submission = draft_of(database, home, name="王")
    with database.read() as tx:
        assert households.line(tx, home.id).state == "draft"
    with database.begin() as tx:
        submissions.finalize(tx, submission)
    with database.read() as tx:
        line = households.line(tx, home.id)
        assert (line.state, line.revision, line.unsent, line.archived) == ("finalized", 1, 3, False)
    with database.begin() as tx:
        operations.write(tx, "archive", new_id(), home.village, {"household": home.id, "submission": submission, "revision": "1"})
    with database.read() as tx:
        assert households.line(tx, home.id).archived
    clock.pass_time(hours=1)
    with database.begin() as tx:
        submissions.reopen(tx, submission, "再填")
    with database.read() as tx:
        assert households.line(tx, home.id).state == "draft"


def test_altered_draft_answer_is_not_shown(database: Database) -> None:
    submission = draft_of(database, household(), name="王小明")
    with database.begin() as tx:
        row = tx.session.get(DraftAnswerRow, (submission, "name"))
        assert row is not None
        row.value = "王小"
        tx.session.add(row)
    with database.read() as tx, pytest.raises(WorkspaceDamaged):
        submissions.load(tx, submission)


def test_draft_that_lost_its_row_comes_back_under_the_version_it_was_taken_to(database: Database) -> None:
    submission = draft_of(database, household(), name="王")
    with database.begin() as tx:
        submissions.change_version(tx, submission, "2", {"name": "王", "new": "1"})
        tx.sql("DELETE FROM draft")
        submissions.mend_from_journal(tx)
    with database.read() as tx:
        found = submissions.load(tx, submission)
        assert (found.form_version, found.answers) == ("2", {"name": "王", "new": "1"})


def test_private_use_character_in_an_answer_is_finalized_as_the_real_one(database: Database) -> None:
    submission = draft_of(database, household(), name="王\ue81e")
    with database.begin() as tx:
        submissions.finalize(tx, submission, {"name": "王\ue81e"})
    with database.read() as tx:
        assert submissions.load_finalized(tx, submission).answers == {"name": "王\u9fb4"}
