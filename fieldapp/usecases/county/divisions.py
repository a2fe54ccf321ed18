"""The division tree of the fictitious county, the same in every demonstration and in forms/household_survey/divisions.csv.

Region 99 is unassigned in GB/T 2260. Third segment: 001–199 communities, 200–399 villages and 嘎查; second segment: streets from 001,
towns from 101, townships and 苏木 from 201 (GB/T 10114).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from fieldapp.domain.area import Area, Level
from fieldapp.domain.ids import AreaCode

_FIRST = "柳石槐杏桃梨枣榆松柏杨青白黄红金银上下前后东西南北大小长高双三七九龙凤云月"
_SECOND = "湾沟坪坡川塬岔洼梁寨庄河桥岭坝台峪坳泉滩"
_STEPPE = ("白音", "巴彦", "乌兰", "查干", "赛罕", "哈日", "呼和", "阿日", "宝力", "敖包", "其其格", "沙日")
_STEPPE_SECOND = ("宝拉格", "塔拉", "淖尔", "高勒", "图雅", "布拉格", "希勒", "敖包", "陶勒盖")
_RARE = {"990121101203": "𡐓头村", "990121102202": "㙦底村"}
"""Names with characters that common fonts and encodings lack, as real village names have them."""


@dataclass(frozen=True, slots=True)
class _Town:
    code: str
    name: str
    communities: int
    villages: int
    steppe: bool = False


_UPPER = (
    Area(AreaCode("99"), "示范省", Level.PROVINCE),
    Area(AreaCode("9901"), "示范市", Level.CITY, "99"),
    Area(AreaCode("990102"), "示范区", Level.COUNTY, "9901"),
    Area(AreaCode("990121"), "示范县", Level.COUNTY, "9901"),
    Area(AreaCode("990122"), "示范旗", Level.COUNTY, "9901"),
)
_TOWNS = (
    _Town("990102001", "城关街道", 6, 0),
    _Town("990102002", "河东街道", 5, 1),
    _Town("990102101", "柳湾镇", 1, 8),
    _Town("990102102", "石桥镇", 1, 9),
    _Town("990102201", "槐树乡", 0, 7),
    _Town("990121001", "新城街道", 8, 0),
    _Town("990121101", "青泉镇", 2, 14),
    _Town("990121102", "双河镇", 1, 15),
    _Town("990121103", "高坪镇", 1, 14),
    _Town("990121104", "龙口镇", 1, 13),
    _Town("990121105", "杏花镇", 1, 13),
    _Town("990121106", "云台镇", 1, 12),
    _Town("990121107", "长川镇", 1, 12),
    _Town("990121108", "南塬镇", 1, 12),
    _Town("990121201", "白杨乡", 0, 12),
    _Town("990121202", "红岭乡", 0, 11),
    _Town("990121203", "上寨乡", 0, 11),
    _Town("990121204", "西沟乡", 0, 12),
    _Town("990122101", "赛罕镇", 2, 8, steppe=True),
    _Town("990122201", "白音查干苏木", 0, 9, steppe=True),
    _Town("990122202", "乌兰图雅苏木", 0, 9, steppe=True),
    _Town("990122203", "巴彦高勒苏木", 0, 8, steppe=True),
)


def divisions() -> tuple[Area, ...]:
    """Every division, a parent before its children: 1 province, 1 city, 3 counties, 22 towns and 242 villages."""
    found = list(_UPPER)
    for town in _TOWNS:
        found.append(Area(AreaCode(town.code), town.name, Level.TOWNSHIP, town.code[:6]))
        found.extend(_villages_of(town))
    return tuple(found)


def villages(within: str = "990121") -> tuple[Area, ...]:
    """The villages, communities and 嘎查 inside a division."""
    return tuple(area for area in divisions() if area.level is Level.VILLAGE and area.code.startswith(within))


def form_csv() -> str:
    """The tree as the form reads it: name, label, level, parent."""
    return _csv(("name", "label", "level", "parent"), ((area.code, area.name, int(area.level), area.parent) for area in divisions()))


def areas_csv() -> str:
    """The tree as the district server imports it: code, name, parent."""
    return _csv(("code", "name", "parent"), ((area.code, area.name, area.parent) for area in divisions()))


def _csv(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def _villages_of(town: _Town) -> list[Area]:
    start = int(town.code[-4:]) + int(town.code[-1]) * 11
    taken: set[str] = set()
    found = []
    for place in range(town.communities + town.villages):
        in_town = place < town.communities
        code = f"{town.code}{1 + place:03d}" if in_town else f"{town.code}{201 + place - town.communities:03d}"
        kind = "社区" if in_town else "嘎查" if town.steppe else "村"
        stem = _stem(start, place, taken, steppe=town.steppe)
        found.append(Area(AreaCode(code), _RARE.get(code, stem + kind), Level.VILLAGE, town.code))
    return found


def _stem(start: int, place: int, taken: set[str], *, steppe: bool) -> str:
    first: tuple[str, ...] = _STEPPE if steppe else tuple(_FIRST)
    second: tuple[str, ...] = _STEPPE_SECOND if steppe else tuple(_SECOND)
    turn = start + place * 7
    while True:
        stem = first[turn % len(first)] + second[(turn * 3 + place) % len(second)]
        if stem not in taken and stem[: len(stem) // 2] != stem[len(stem) // 2 :]:
            taken.add(stem)
            return stem
        turn += 1
