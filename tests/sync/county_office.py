"""A district with people who sign in, laptops, and something of everything that its page shows."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sync.server import people, roles, slips, staff
from sync.server.district import District, open_district

from .conftest import EAST, SOUTH, WEST, Laptop, Running, a_laptop, make_district
from .memory import MemoryReplica
from .test_exchange import rec

PASSPHRASE = "twelve letters and more"
SECURITY, SYSTEM, AUDITOR, REVIEWER, FAR_REVIEWER, LEAD = "安全员小周", "系统员小吴", "审计员小郑", "东河审核", "南山审核", "村长"
STAFF = {
    SECURITY: (roles.SECURITY, "990101"),
    SYSTEM: (roles.SYSTEM, "990101"),
    AUDITOR: (roles.AUDIT, "990101"),
    REVIEWER: (roles.REVIEWER, "990101001"),
    FAR_REVIEWER: (roles.REVIEWER, "990101002"),
    LEAD: (roles.VILLAGE_LEAD, EAST),
}
"""Name → role and area."""


@dataclass
class Office:
    """The district and what was done in it."""

    district: District
    url: str
    laptops: list[Laptop] = field(default_factory=list)
    stray: str = ""
    """Id of an operation in quarantine, of a village that its device is not for."""
    record: str = rec(1)
    """A household with a conflict, in EAST."""


def hire(district: District) -> None:
    """Everybody gets the same passphrase."""
    for name, (role, area) in STAFF.items():
        people.add_person(district, name, role, area)
        staff.set_passphrase(district, name, PASSPHRASE)
    slips.keep_url(district, "https://district.example:8750")


def fill(district: District, running: Running) -> Office:
    """Three households in two villages, a survey, an archive, a conflict, something in quarantine."""
    office = Office(district, running.url)
    near, whole = a_laptop(district, running.url, 1, EAST), a_laptop(district, running.url, 2, "990101")
    office.laptops = [near, whole]
    near.replica.write(rec(1), {"name": "王家", "phone": "0"}, EAST, kind="household")
    near.replica.write(rec(11), {"@finalized_at": "2026-11-20"}, EAST, kind="submission")
    near.replica.write(rec(12), {"number": "东河-1"}, EAST, kind="archive")
    whole.replica.write(rec(3), {"name": "赵家"}, SOUTH, kind="household")
    whole.replica.write(rec(4), {"name": "钱家"}, WEST, kind="household")
    near.sync(running.url)
    whole.sync(running.url)
    near.replica.write(rec(1), {"phone": "13900000001"}, EAST, kind="household")
    whole.replica.write(rec(1), {"phone": "13900000002"}, EAST, kind="household")
    near.sync(running.url)
    whole.sync(running.url)
    office.stray = near.replica.write(rec(9), {"name": "<b>远</b>"}, SOUTH).id
    near.sync(running.url)
    return office


@dataclass(frozen=True)
class Made:
    """A closed office in a folder, to be opened again and again."""

    folder: Path
    office: Office

    @contextmanager
    def again(self, folder: Path) -> Iterator[Office]:
        """A copy of it that is served."""
        shutil.copytree(self.folder, folder)
        district = open_district(folder)
        running = Running(district)
        laptops = [Laptop(MemoryReplica(one.replica.key, one.replica.clock), one.enrolment) for one in self.office.laptops]
        for fresh, old in zip(laptops, self.office.laptops, strict=True):
            fresh.replica.kept = copy.deepcopy(old.replica.kept)
        yield Office(district, running.url, laptops, self.office.stray, self.office.record)
        running.stop()
        district.close()


def make(folder: Path) -> Made:
    """Passphrases are hashed with little memory here; the time that takes is not what these tests are about."""
    usual, staff._MEMORY_KIB = staff._MEMORY_KIB, 64
    district = make_district(folder)
    hire(district)
    running = Running(district)
    office = fill(district, running)
    running.stop()
    district.close()
    staff._MEMORY_KIB = usual
    return Made(folder, office)
