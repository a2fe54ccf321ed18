from __future__ import annotations

from dataclasses import replace

import sqlcipher3
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.store import households, operations, search
from fieldapp.store.database import Database

from .people import OTHER_VILLAGE, VILLAGE, household, keep, member


def heads(database: Database, query: str, village: str = "", near: str = "") -> list[str]:
    with database.read() as tx:
        return [line.head_name for line in households.find(tx, query, village, near).lines]


def test_every_part_of_a_household_is_found(database: Database) -> None:
    people = (member("曾丽", citizen_id="990101195502023344"), member("额尔敦·其木格", phone="15400001234"))
    keep(database, household("王小明", *people, address="石桥村 3组12-1号", phone="0476-8881", national_code="N77"), household("孙七"))
    words = ["王", "小", "明", "小明", "王小明", "曾", "w", "xm", "wxm", "zl", "e", "eedqmg", "其木格", "额尔敦其木格", "额尔敦·其木格"]
    numbers = ["3344", "344", "19550202", "990101195502023344", "99010119550202334", "154", "1234", "0476-8881", "8881", "n77", "N77"]
    places = ["石", "桥村", "石桥村3组", "石桥村 3组", "3组12", "12-1", "组12-1号", "１２－１"]
    for query in (*words, *numbers, *places, "王 3344", "wxm 石桥 8881"):
        assert heads(database, query) == ["王小明"], query
    for query in ("王孙", "王 孙七", "xw", "3345", "9901011955020233445", "%", '"', "*", "石桥村4组", "¹王小明", "·"):
        assert heads(database, query) == [], query


def test_exact_names_come_first_then_beginnings_then_the_rest_the_near_village_before_others(database: Database) -> None:
    keep(
        database,
        household("李王", address="一"),
        household("赵六", member("王小"), address="二"),
        household("王小明", address="三"),
        household("王小", address="四"),
        household("王小玉", village=OTHER_VILLAGE, address="五"),
        household("王小", village=OTHER_VILLAGE, address="六"),
    )
    with database.read() as tx:

        def places(query: str, near: str = "") -> str:
            return "".join(line.address for line in households.find(tx, query, near=near).lines)

        assert (places("王小"), places("王小", OTHER_VILLAGE)) == ("四六二三五", "六四二五三")
        assert places("王") == "三四五六一二"
        assert places("wx") == "四六二三五"


def test_pages_go_on_where_the_one_before_ended(database: Database) -> None:
    keep(database, *(household(f"{'张王'[n % 2]}三", village=(VILLAGE, OTHER_VILLAGE)[n % 3 == 0], address=f"{n}号") for n in range(30)))
    with database.read() as tx:
        for query, near in (("三", ""), ("张", OTHER_VILLAGE), ("zs", VILLAGE), ("", "")):
            whole, after, seen = households.find(tx, query, near=near, limit=100), "", []
            assert whole.more == ""
            while True:
                page = households.find(tx, query, near=near, limit=4, after=after)
                seen += [line.id for line in page.lines]
                after = page.more
                if not after:
                    break
            assert seen == [line.id for line in whole.lines]
            assert len(seen) == households.count(tx, query) == (15 if query in ("张", "zs") else 30)
            assert [line.id for line in households.search(tx, query, limit=5, offset=3)] == [
                line.id for line in households.find(tx, query, limit=100).lines
            ][3:8]


def test_counting_ends_where_it_would_be_felt(database: Database) -> None:
    keep(database, *(household(f"王{number}", phone=f"1540000{number:04d}") for number in range(40)))
    with database.read() as tx:
        assert households.tally(tx, "王") == (40, True)
        assert households.tally(tx, "王", at_most=40) == (40, True)
        assert households.tally(tx, "王", at_most=39) == (39, False)
        assert households.tally(tx, "15400000", at_most=30) == (30, False)
        assert households.tally(tx, "15400000") == (40, True)


def test_index_follows_changes_moves_and_deletions_in_their_own_transaction(database: Database) -> None:
    home = household("王小明", member("李四"))
    keep(database, home)
    moved = replace(home, village=OTHER_VILLAGE, members=(home.members[0], replace(home.members[1], name="李五")))
    keep(database, moved)
    assert (heads(database, "李四"), heads(database, "李五"), heads(database, "李五", VILLAGE)) == ([], ["王小明"], [])
    assert heads(database, "李五", OTHER_VILLAGE[:9]) == ["王小明"]
    with database.begin() as tx:
        operations.write(tx, "member", home.members[1].id, OTHER_VILLAGE, {}, delete=True)
    assert heads(database, "李五") == []
    with database.begin() as tx:
        operations.write(tx, "household", home.id, OTHER_VILLAGE, {}, delete=True)
    assert heads(database, "王") == []
    assert database.check() == ()


def test_wrong_line_and_wrong_index_are_found_and_rebuilt(database: Database) -> None:
    first, second = household("王小明"), household("孙七")
    keep(database, first, second)
    with database.begin() as tx:
        tx.sql("UPDATE search SET text = 'x' WHERE household = ?", first.id)
        tx.sql("DELETE FROM search_index WHERE rowid = (SELECT number FROM search WHERE household = ?)", second.id)
    assert {(one.part, one.subject) for one in database.check()} == {("cache", first.id), ("cache", "search")}
    with database.begin() as tx:
        operations.rebuild(tx)
    assert database.check() == ()
    assert heads(database, "孙") == ["孙七"]


def test_second_driver_finds_in_the_same_index(database: Database) -> None:
    keep(database, household("王小明"), household("孙七"))
    key = bytes(database.database_key())
    database.close()
    other = sqlcipher3.connect(str(database.place.database), isolation_level=None)
    other.execute(f"pragma key=\"x'{key.hex()}'\"")
    assert other.execute("pragma integrity_check").fetchall() == [("ok",)]
    listed = "SELECT text FROM search_index CROSS JOIN search ON number = search_index.rowid WHERE search_index MATCH ?"
    assert [text.split("\n")[0] for (text,) in other.execute(listed, ('"王小"',))] == ["王小明"]
    other.close()


PARTS = st.text("王小明石桥a1-2 ·3组Ａ", min_size=1, max_size=12)
NUMBERS = st.text("01239x", max_size=18)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(PARTS, PARTS, NUMBERS), min_size=1, max_size=6), st.data())
def test_whatever_stands_in_a_line_is_found_and_nothing_else(known: list[tuple[str, str, str]], data: st.DataObject) -> None:
    import apsw

    from sync.driver import Connection

    connection = Connection(apsw.Connection(":memory:"))
    connection.execute("CREATE TABLE search (number INTEGER PRIMARY KEY, household TEXT, text TEXT, shown TEXT)")
    connection.execute(
        "CREATE VIRTUAL TABLE search_index USING fts5(pieces, content='', contentless_delete=1, detail=none, tokenize='ascii')"
    )
    lines = [
        search.line((str(n), VILLAGE, head, place, "", number, "", "", "", "", 0), ()) for n, (head, place, number) in enumerate(known)
    ]
    for number, line in enumerate(lines, search.stretch(VILLAGE)[0]):
        search._write(connection, number, line)
    part = data.draw(st.sampled_from([part for line in lines for part in line.text.split("\n") if part] or ["王"]))
    start = data.draw(st.integers(0, len(part) - 1))
    query = part[start : start + data.draw(st.integers(1, len(part)))]
    found = search.find(connection, query)
    wanted = {line.household for line in lines if query in line.text}
    if query.isascii() and len(query) < 4:
        assert set(found.households) <= wanted
    else:
        assert set(found.households) == wanted
        assert search.count(connection, query) == (len(wanted), True)
    assert len(found.households) == len(set(found.households))
    connection.close()
