"""Every question of the form of all widgets: its widget, what a person does at the keyboard, what the form holds then and what is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt

from fieldapp.ui.form.cell import QuestionCell
from tests.robots import widgets
from tests.robots.hands import press, write
from tests.robots.widgets import keyboard, type_over

LONG = "正在办理，材料已经交到乡镇（街道）便民服务中心，等待审批"


@dataclass(frozen=True)
class Row:
    """One question of the form: where it is, its widget, what a person does, what the form holds then and what is to be seen."""

    path: str
    kind: str
    act: Callable[[QuestionCell], object]
    value: str
    shown: str


def typed(text: str) -> Callable[[QuestionCell], object]:
    return lambda cell: type_over(text)


def keys(*codes: Qt.Key, alt: bool = False) -> Callable[[QuestionCell], object]:
    modifier = Qt.KeyboardModifier.AltModifier if alt else Qt.KeyboardModifier.NoModifier
    return lambda cell: [press(keyboard(), code, modifier) for code in codes]


def digits(text: str) -> Callable[[QuestionCell], object]:
    return lambda cell: [write(keyboard(), digit) for digit in text]


def searched(*texts: str) -> Callable[[QuestionCell], object]:
    def act(cell: QuestionCell) -> None:
        for text in texts:
            write(keyboard(), text)
            press(keyboard(), Qt.Key.Key_Return)

    return act


ROWS = (
    Row("texts/t_plain", "text", typed("王建国"), "王建国", "王建国"),
    Row("texts/t_multiline", "long_text", lambda cell: (write(keyboard(), "三组12号"), cell.widget.commit()), "三组12号", "三组12号"),
    Row("texts/t_numbers", "code", typed("0912-3.4"), "0912-3.4", "0912-3.4"),
    Row("texts/t_grouped", "code", typed("1234567"), "1234567", "1,234,567"),
    Row("texts/t_masked", "masked", typed("pass-9"), "pass-9", "●●●●●●"),
    Row("texts/t_external", "text", typed("18"), "18", "18"),
    Row("texts/t_unknown", "text", typed("随便"), "随便", "随便"),
    Row("numbers/n_whole", "integer", typed("5"), "5", "5"),
    Row("numbers/n_grouped", "integer", typed("3.5w"), "35000", "35,000"),
    Row("numbers/n_counter", "counter", keys(Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down), "2", "2"),
    Row("numbers/n_decimal", "decimal", typed("2.50"), "2.5", "2.5"),
    Row("numbers/n_bearing", "bearing", typed("271.5"), "271.5", "271.5"),
    Row("numbers/n_external", "integer", typed("72"), "72", "72"),
    Row("numbers/r_plain", "range", keys(Qt.Key.Key_Right, Qt.Key.Key_Right), "3", "3"),
    Row("numbers/r_decimal", "range", keys(Qt.Key.Key_Right), "2", "2"),
    Row("numbers/r_vertical", "vertical", keys(Qt.Key.Key_Up, Qt.Key.Key_Up), "10", "10"),
    Row("numbers/r_picker", "picker", typed("12"), "12", "12"),
    Row("numbers/r_rating", "rating", digits("4"), "4", "4 / 5 星"),
    Row("days/d_plain", "date", typed("20160414"), "2016-04-14", "2016-04-14"),
    Row("days/d_spinner", "date", typed("1962.3.5"), "1962-03-05", "1962-03-05"),
    Row("days/d_month", "month", typed("201604"), "2016-04-01", "2016年4月"),
    Row("days/d_year", "year", typed("1998"), "1998-01-01", "1998年"),
    Row("days/d_persian", "date", typed("2026-03-20"), "2026-03-20", "2026-03-20"),
    Row("days/d_time", "time", typed("0830"), "08:30:00.000+08:00", "08:30"),
    Row(
        "days/d_moment",
        "datetime",
        lambda cell: widgets.moment(cell.widget, "20261120", "0905"),
        "2026-11-20T09:05:00.000+08:00",
        "2026-11-20 09:05",
    ),
    Row("one/s_plain", "radio", digits("1"), "1", "1 是"),
    Row("one/s_many", "search", typed("tp"), "2", "2 脱贫户"),
    Row("one/s_minimal", "search", keys(Qt.Key.Key_F4, Qt.Key.Key_Down, Qt.Key.Key_Return), "2", "2 脱贫户"),
    Row("one/s_search", "search", typed("分散"), "5", "5 分散供养户"),
    Row("one/s_quick", "radio", digits("0"), "0", "0 否"),
    Row("one/s_columns", "options", digits("3"), "3", "3 边缘易致贫户"),
    Row("one/s_two", "options", keys(Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Space), "4", "4 突发严重困难户"),
    Row("one/s_packed", "options", digits("7"), "99", "7 其他"),
    Row("one/s_pictures", "options", digits("2"), "cave", "2 窑洞"),
    Row("one/s_nobuttons", "options", digits("1"), "brick", "1 砖混"),
    Row("one/s_likert", "options", digits("2"), "2", "2 较好"),
    Row("one/s_imagemap", "options", digits("2"), "cave", "2 窑洞"),
    Row("one/s_map", "search", typed("监测"), "6", "6 监测户"),
    Row(
        "one/s_long", "options", keys(Qt.Key.Key_Down, Qt.Key.Key_Space), "b", "2 正在办理，材料已经交到乡镇（街道）便民服务中心，等待审批"
    ),
    Row("many/m_plain", "multiple", digits("31"), "1 3", "1、3"),
    Row("many/m_minimal", "folded", searched("监测"), "6", "已选 1 项：监测户"),
    Row("many/m_search", "searched", searched("tp", "其他"), "2 99", "已选 2 项：脱贫户、其他"),
    Row("many/m_packed", "options", digits("21"), "1 2", "1 一般户、2 脱贫户"),
    Row("many/m_three", "options", keys(Qt.Key.Key_Right, Qt.Key.Key_Space), "2", "2 脱贫户"),
    Row("many/m_pictures", "options", digits("31"), "brick tent", "1 砖混、3 临时板房"),
    Row("many/m_imagemap", "options", digits("1"), "brick", "1 砖混"),
    Row(
        "many/k_rank",
        "rank",
        keys(Qt.Key.Key_Down, alt=True),
        "2 1 3 4 5 6 99",
        "1. 脱贫户、2. 一般户、3. 边缘易致贫户、4. 突发严重困难户、5. 分散供养户、6. 监测户、7. 其他",
    ),
    Row("grid/w_road", "row", digits("2"), "2", "2 较好"),
    Row("grid/w_water", "row", digits("4"), "4", "4 较差"),
    Row("grid/w_several", "row", digits("35"), "3 5", "3 一般、5 很差"),
    Row("grid/w_list", "options", digits("1"), "1", "1 很好"),
    Row("auto/a_tv", "row", digits("1"), "1", "1 是"),
    Row("auto/a_car", "row", digits("0"), "0", "0 否"),
    Row("places/g_point", "place", typed("36.59, 109.49"), "36.59 109.49 0.0 0.0", "36.59, 109.49"),
    Row("places/g_map", "place", typed("北纬36度35分24秒 东经109度29分24秒"), "36.59 109.49 0.0 0.0", "36.59, 109.49"),
    Row(
        "places/g_trace",
        "points",
        lambda cell: widgets.add_points("36.5 109.4; 36.6 109.5 1200"),
        "36.5 109.4 0.0 0.0;36.6 109.5 1200.0 0.0",
        "1.  36.5, 109.4、2.  36.6, 109.5, 1200",
    ),
    Row(
        "places/g_shape",
        "points",
        lambda cell: widgets.add_points("36.5 109.4; 36.6 109.4; 36.6 109.5"),
        "36.5 109.4 0.0 0.0;36.6 109.4 0.0 0.0;36.6 109.5 0.0 0.0;36.5 109.4 0.0 0.0",
        "1.  36.5, 109.4、2.  36.6, 109.4、3.  36.6, 109.5",
    ),
    Row("files/f_code", "code", typed("HS-2026-0001"), "HS-2026-0001", "HS-2026-0001"),
    Row("files/f_hidden", "masked", typed("secret7"), "secret7", "●●●●●●●"),
    Row("files/f_read", "acknowledge", keys(Qt.Key.Key_Space), "OK", "✔"),
    Row("member[1]/m_name", "text", typed("李秀英"), "李秀英", "李秀英"),
    Row("member[1]/m_health", "rating", keys(Qt.Key.Key_Right, Qt.Key.Key_Right), "2", "2 / 5 星"),
)
