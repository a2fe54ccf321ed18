"""Write the kept workspace of the present schema, once for every released schema: `python -m tests.upgrades.keep`."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from fieldapp.domain.clock import CHINA, FixedClock
from fieldapp.domain.household import Household, Member
from fieldapp.domain.ids import AreaCode, HouseholdId, MemberId
from fieldapp.store import attachments, backup, forms, households, migrations, operations, submissions
from fieldapp.store.database import Database
from fieldapp.store.keys import QUICK, Realm
from sync.replica import PublishedForm

RELEASED = 3
"""The newest schema that is in people's hands; it rises with the release that brings the next, after `main` has run."""
FOLDER = Path(__file__).parent
USER, PASSPHRASE = "王工", "upgrade"
VILLAGE = AreaCode("990101001001")


def name(schema: int) -> Path:
    """Where the kept workspace of a schema lies."""
    return FOLDER / f"schema-{schema}{backup.SUFFIX}"


def main() -> None:
    clock = FixedClock(datetime(2026, 11, 22, 9, 0, tzinfo=CHINA))
    with (
        tempfile.TemporaryDirectory() as folder,
        Database.create(Path(folder) / "w", USER, PASSPHRASE, Realm.DEMO, clock, QUICK) as database,
    ):
        with database.begin() as tx:
            people = (Member(MemberId("b" * 32), "王小明", citizen_id="990101198001011236"), Member(MemberId("c" * 32), "李𬭎"))
            households.save(tx, Household(HouseholdId("a" * 32), VILLAGE, "王小明", address="石桥村3组", members=people))
            forms.keep(tx, PublishedForm("household_survey", "1", "入户调查", "<h:html/>", {"list.csv": b"name\n"}))
            submissions.start_draft(tx, "d" * 32, "a" * 32, VILLAGE, "household_survey", "1", {"head": "王小明", "note": "一"})
            submissions.finalize(tx, "d" * 32)
            submissions.reopen(tx, "d" * 32, "改")
            submissions.save_answers(tx, "d" * 32, {"note": "二"})
            sha = attachments.put(tx, "照片".encode() * 100, "image/jpeg")
            told = {"name": "a.jpg", "mime": "image/jpeg", "size": "600", "sha": sha, "household": "a" * 32, "submission": "d" * 32}
            operations.write(tx, "attachment", "e" * 32, VILLAGE, told)
        backup.backup(database, name(migrations.SCHEMA))


if __name__ == "__main__":
    main()
