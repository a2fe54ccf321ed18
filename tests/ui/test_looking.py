"""Who is shown which sensitive answers stands in the audit trail."""

from __future__ import annotations

from fieldapp.store import audit
from fieldapp.usecases import county, roster

from .village import PASSPHRASE

LONG_MS = 30_000


def _seen(workspace, household: str) -> dict[str, str]:
    with workspace.read() as tx:
        found = audit.lines(tx, 200)
    return {line.subject: line.detail for line in found if line.action == "view-sensitive" and line.subject.startswith(household)}


def test_a_section_with_sensitive_answers_is_noted_once_with_their_names(robot, qtbot):
    robot.unlocked(PASSPHRASE)
    workspace = robot.work.workspace
    village = sorted(area.code for area in county.villages())[0]
    household = roster.add_household(workspace, village, "贺知章", "1组8号", "13812345678")
    robot.work.open_household(household)
    qtbot.waitUntil(lambda: robot.work.interview.form is not None, timeout=LONG_MS)
    form = robot.work.interview.form
    form.session.answer("/household_survey/a_visit/visit_result", "1")
    assert _seen(workspace, household) == {}
    for _ in range(2):
        form.page.section_reached.emit(1)
        qtbot.waitUntil(lambda: _seen(workspace, household) != {}, timeout=LONG_MS)
    assert _seen(workspace, household) == {f"{household}/b_household": "house_no household_phone"}
