"""The sync centre: figures as the workspace says, what waits for a person marked on its tab, decisions taken back from their list."""

from __future__ import annotations

from fieldapp.ui.screens.sync_centre import SyncCentre, size
from fieldapp.usecases.apart import ApartLine
from fieldapp.usecases.decisions import Decision
from fieldapp.usecases.exchange import ConflictLine, ConflictWrite, ExchangeStatus
from fieldapp.usecases.exchange_status import QueueLine
from fieldapp.usecases.rounds import Plan
from fieldapp.usecases.sync_centre import Centre

from .conftest import START

STATUS = ExchangeStatus(
    "https://a.example", "d", "甲", "99", 5, 2, 1, 1, 1, "2026-11-21T18:05:00+08:00", "asked-to-wait",
    receipts=59, bytes_up=28232, bytes_down=2524, clock_offset_s=-95, failed_at="2026-11-22T10:30:00+08:00", failures=2,
    next_try="2026-11-22T11:00:00+08:00", not_before="2026-11-22T10:55:00+08:00", files_waiting_bytes=3_500_000, files_wanted_bytes=900,
    queue=(QueueLine("household", 2, 3, 2048), QueueLine("submission", 1, 2, 1500)),
)  # fmt: skip
APART = ApartLine(
    "district", "r", "household", "h", "外村户", "990101101201", "甲", START.isoformat(), 2, "out-of-scope", "不在范围", "请核对"
)
CONFLICT = ConflictLine(
    "r1", "household", "h1", "王建国", "", "",
    (ConflictWrite("delete", "李秀英", "2026-11-21T09:12:00+08:00", "a" * 32, "删除这条记录"),
     ConflictWrite("keep", "张建国", "2026-11-21T16:40:00+08:00", "b" * 32, "保留这条记录（联系电话：139）")),
)  # fmt: skip
DECIDED = Decision("r2", "phone", "李四", "联系电话", "138", (("139", "张建国"), ("", "乙")), "李秀英", "2026-11-22T09:00:00+08:00")


def _rows(table) -> list[list[str]]:
    return [[table.item(row, column).text() for column in range(table.columnCount())] for row in range(table.rowCount())]


def test_every_page_shows_its_facts_and_decisions_are_taken_back(qtbot, theme):
    centre = SyncCentre(theme)
    qtbot.addWidget(centre)
    plan = Plan(True, START, 2, None)
    centre.show_centre(Centre(STATUS, plan, (CONFLICT,), (), (APART,), (DECIDED,)), START)
    assert [centre.tabText(at) for at in range(4)] == ["待上报明细 5", "⚠ 搁置 2", "⚠ 冲突 1", "已处理的冲突 1"]
    assert centre.currentIndex() == 2
    assert _rows(centre.queue) == [
        ["户和成员", "2", "3", "2 KB"],
        ["调查记录", "1", "2", "1 KB"],
        ["待传的照片和文件", "2", "—", "3.3 MB"],
        ["待收的照片和文件", "1", "—", "900 B"],
    ]
    facts = {name: label.text() for name, label in centre.facts.items()}
    assert facts == {
        "success": "11-21 18:05",
        "failure": "10:30　区县正忙，请晚些再来",
        "receipts": "59 条变更",
        "bytes": "↑ 28 KB　↓ 2 KB",
        "clock": "比本机慢 95 秒",
        "next": "11:00　区县要求不早于 10:55",
    }
    assert _rows(centre.apart) == [["区县", "外村户", "户 ×2", "甲", "10:42", "不在范围", "请核对"]]
    chosen: list[tuple[str, ...]] = []
    centre.conflicts.decided.connect(lambda *choice: chosen.append(choice))
    buttons = [item.widget() for at in range(centre.conflicts._values.count()) if (item := centre.conflicts._values.itemAt(at)).widget()]
    buttons[1].click()
    buttons[3].click()
    assert chosen == [("r1", "", "delete"), ("r1", "", "keep")]
    assert _rows(centre.decided) == [["李四", "联系电话", "138", "139（张建国）；（空）（乙）", "李秀英", "09:00"]]
    assert not centre.take_back.isEnabled()
    centre.decided.selectRow(0)
    with qtbot.waitSignal(centre.reopened) as told:
        centre.take_back.click()
    assert told.args == ["r2", "phone"]


def test_with_nothing_to_tell_every_page_says_so(qtbot, theme):
    centre = SyncCentre(theme)
    qtbot.addWidget(centre)
    nothing = ExchangeStatus("", "d", "", "", 0, 0, 0, 0, 0, "", "")
    centre.show_centre(Centre(nothing, Plan(True, None, 0, None), (), (), (), ()), START)
    for table in (centre.queue, centre.apart, centre.decided):
        assert (table.isHidden(), table.none.isHidden()) == (True, False)
    assert (centre.facts["failure"].text(), centre.facts["next"].text(), centre.currentIndex()) == ("—", "—", 0)


def test_sizes_are_told_as_people_read_them():
    assert [size(number) for number in (0, 1023, 1024, 1 << 20, 18 << 20)] == ["0 B", "1023 B", "1 KB", "1.0 MB", "18.0 MB"]
