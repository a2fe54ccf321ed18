"""Figures of the store: `python -m tests.store.bench --households 10000` prints one JSON line (milliseconds, CPU and wall)."""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from fieldapp.domain.household import Household, Member
from fieldapp.domain.ids import AreaCode, HouseholdId, MemberId
from fieldapp.store import attachments, households, submissions
from fieldapp.store.database import Database
from fieldapp.store.keys import QUICK, Kdf, Realm, create, unlock

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂香玉梅华建国春花海燕红"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=10_000)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), wanted.households)
    sys.stdout.write(json.dumps(figures, ensure_ascii=False) + "\n")


def measure(folder: Path, size: int) -> dict[str, object]:
    chance = random.Random(1)
    found: dict[str, object] = {"households": size, "load": os.getloadavg()[0]}
    keyed = folder / "keyed"
    keyed.mkdir()
    create(keyed, "王工", "x", Realm.REAL, Kdf())
    found["unlock"] = _times(lambda _: unlock(keyed, "王工", "x"), 5)
    database = Database.create(folder / "w", "王工", "x", Realm.DEMO, kdf=QUICK)
    start, cpu = time.perf_counter(), time.process_time()
    for first in range(0, size, 500):
        with database.begin() as tx:
            for number in range(first, min(size, first + 500)):
                households.save(tx, _household(chance, number))
    found["import_ms_per_household"] = {
        "cpu": round((time.process_time() - cpu) / size * 1000, 3),
        "wall": round((time.perf_counter() - start) / size * 1000, 3),
    }
    found |= _searches(database, chance)
    found |= _drafts(database)
    database.close()
    start = time.perf_counter()
    database = Database.open(folder / "w", "王工", "x")
    found["open_ms"] = round((time.perf_counter() - start) * 1000, 1)
    start, cpu = time.perf_counter(), time.process_time()
    damages = database.check()
    found["check_s"] = {"cpu": round(time.process_time() - cpu, 2), "wall": round(time.perf_counter() - start, 2), "damages": len(damages)}
    found["bytes_per_household"] = round(database.info().database_bytes / size)
    database.close()
    return found


def _searches(database: Database, chance: random.Random) -> dict[str, object]:
    def searching(query: Callable[[], str]) -> Callable[[int], object]:
        def search(_: int) -> object:
            with database.read() as tx:
                return households.search(tx, query(), limit=50)

        return search

    return {
        "search_name": _times(searching(lambda: _name(chance)[:2]), 60),
        "search_initials": _times(searching(lambda: chance.choice("wlzc") + chance.choice("wfnxym")), 60),
        "search_id_part": _times(searching(lambda: f"{chance.randrange(10_000):04d}"), 60),
        "search_nothing": _times(searching(lambda: "没有这个人"), 60),
        "roster_page": _times(searching(lambda: ""), 60),
    }


def _drafts(database: Database) -> dict[str, object]:
    with database.begin() as tx:
        submissions.start_draft(tx, "d" * 32, "0" * 32, "990101001001", "f", "1", {f"group/question_{one}": "答案" for one in range(260)})

    def save(number: int) -> object:
        with database.begin() as tx:
            return submissions.save_answers(tx, "d" * 32, {f"group/question_{number % 260}": f"答案{number}"})

    def snapshot(number: int) -> object:
        answers = {f"group/question_{one}": "答案" for one in range(260)} | {"group/question_7": str(number)}
        with database.begin() as tx:
            return submissions.save_snapshot(tx, "d" * 32, answers)

    def load(_: int) -> object:
        with database.read() as tx:
            return submissions.load(tx, "d" * 32)

    def attach(number: int) -> object:
        with database.begin() as tx:
            return attachments.put(tx, bytes([number]) * 300_000)

    found: dict[str, object] = {
        "save_answer": _times(save, 200),
        "save_snapshot_260": _times(snapshot, 60),
        "load_draft": _times(load, 60),
        "attach_300k": _times(attach, 40),
    }
    with database.begin() as tx:
        start = time.perf_counter()
        submissions.finalize(tx, "d" * 32)
        found["finalize_260_ms"] = round((time.perf_counter() - start) * 1000, 2)
    found["load_finalized"] = _times(load, 60)
    return found


def _times(work: Callable[[int], object], times: int) -> dict[str, float]:
    """Median and 95th percentile in milliseconds."""
    walls, cpus = [], []
    for number in range(times):
        cpu, start = time.process_time(), time.perf_counter()
        work(number)
        walls.append((time.perf_counter() - start) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    return {
        "cpu": round(statistics.median(cpus), 2),
        "wall": round(statistics.median(walls), 2),
        "wall_p95": round(sorted(walls)[int(len(walls) * 0.95)], 2),
    }


def _name(chance: random.Random) -> str:
    return chance.choice(SURNAMES) + "".join(chance.choice(GIVEN) for _ in range(2))


def _household(chance: random.Random, number: int) -> Household:
    def text() -> str:
        return f"{chance.getrandbits(128):032x}"

    people = tuple(
        Member(MemberId(text()), _name(chance), citizen_id=f"990101{chance.randint(1940, 2020)}{chance.randrange(10**8):08d}")
        for _ in range(chance.randint(1, 6))
    )
    return Household(
        id=HouseholdId(text()),
        village=AreaCode(f"99010100{number // 2500 % 9 + 1}{number // 250 % 10 + 1:03d}"),
        head_name=people[0].name,
        address=f"石桥村{number % 9 + 1}组{number % 200}号",
        group=str(number % 9 + 1),
        phone=f"1{chance.randrange(10**10):010d}",
        members=people,
    )


if __name__ == "__main__":
    main()
