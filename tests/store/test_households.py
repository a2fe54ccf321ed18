from __future__ import annotations

from dataclasses import replace

import pytest

from fieldapp.errors import NotFound, WrongRealm
from fieldapp.store import households, operations
from fieldapp.store.database import Database
from fieldapp.store.initials import initials

from .people import OTHER_VILLAGE, VILLAGE, household, keep, member


def found(database: Database, query: str = "", village: str = "") -> list[str]:
    with database.read() as tx:
        lines = households.search(tx, query, village)
        assert households.count(tx, query, village) == len(lines)
        return [line.head_name for line in lines]


def test_household_comes_back_as_it_was_saved(database: Database) -> None:
    home = household("王小明", member("李𬭎", phone="13800000001"), address="石桥村3组12号", group="3", national_code="A1", phone="0476-1")
    keep(database, home)
    with database.read() as tx:
        assert households.get(tx, home.id) == home


def test_saving_the_same_again_writes_nothing(database: Database) -> None:
    home = household("王小明", member("李四"))
    with database.begin() as tx:
        assert households.save(tx, home) == 3
        assert households.save(tx, home) == 0
        left = replace(home.members[1], active=False)
        assert households.save(tx, replace(home, members=(home.members[0], left)), why="外嫁") == 1
        assert households.get(tx, home.id).members[1] == left
        assert [one.why for one in operations.history(tx, left.id, "active")] == ["", "外嫁"]


def test_household_is_found_by_all_that_people_know_of_it(database: Database) -> None:
    keep(
        database,
        household(
            "王小明", member("曾丽", citizen_id="990101195502023344"), address="石桥村三组", national_code="N77", phone="13911112222"
        ),
        household("额尔敦·其木格", address="柳树村"),
        household("孙七"),
    )
    for query in ("王", "小明", "曾丽", "wxm", "zl", "3344", "19550202", "石桥", "n77", "1391111", "王 石桥", "WXM"):
        assert found(database, query) == ["王小明"], query
    assert found(database, "其木格") == ["额尔敦·其木格"]
    assert found(database, "王 柳树") == []
    assert found(database, "%") == []


def test_roster_is_in_the_order_of_villages_and_groups(database: Database) -> None:
    keep(
        database,
        household("丙", group="10"),
        household("乙", group="9"),
        household("丁", village=OTHER_VILLAGE),
        household("甲", group="2组"),
    )
    assert found(database) == ["甲", "乙", "丙", "丁"]
    assert found(database, village=VILLAGE) == ["甲", "乙", "丙"]
    assert found(database, village="990101001") == ["甲", "乙", "丙", "丁"]
    assert found(database, village="990102") == []
    with database.read() as tx:
        assert [line.head_name for line in households.search(tx, limit=2, offset=1)] == ["乙", "丙"]


def test_deleted_household_is_not_listed(database: Database) -> None:
    home = household()
    keep(database, home)
    with database.begin() as tx:
        operations.write(tx, "household", home.id, home.village, {}, delete=True)
    assert found(database) == []
    with database.read() as tx, pytest.raises(NotFound):
        households.get(tx, home.id)


def test_changed_name_is_found_and_the_old_one_is_not(database: Database) -> None:
    home = household("王小明")
    keep(database, home)
    keep(database, replace(home, head_name="王大明", members=(replace(home.members[0], name="王大明"),)))
    assert (found(database, "大明"), found(database, "小明")) == (["王大明"], [])


def test_same_identity_number_in_two_households_is_seen(database: Database) -> None:
    first, second = household("王小明"), household("王晓明")
    keep(database, first, second)
    with database.read() as tx:
        assert set(households.by_citizen_id(tx, "990101198001011236")) == {first.id, second.id}


def test_real_village_is_refused_in_a_demo_workspace(database: Database) -> None:
    with pytest.raises(WrongRealm):
        keep(database, household(village="150421001001"))
    assert found(database) == []


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("王小明", "wxm"),
        ("阿衣夏木", "ayxm"),
        ("曾国藩", "zgf"),
        ("单雄信", "sxx"),
        ("欧阳锋", "oyf"),
        ("张三A", "zsa"),
        ("李𬭎", "l"),
        ("", ""),
    ],
)
def test_initials_are_those_that_people_type(name: str, letters: str) -> None:
    assert initials(name) == letters
