from __future__ import annotations

from pathlib import Path

import pytest

from fieldapp.store import attachments, backup, households, migrations, submissions
from fieldapp.store.database import Database

from .keep import PASSPHRASE, RELEASED, USER, name


@pytest.mark.parametrize("schema", range(1, RELEASED + 1))
def test_workspace_of_every_released_schema_still_opens(tmp_path: Path, schema: int) -> None:
    backup.restore(name(schema), tmp_path / "workspace")
    with Database.open(tmp_path / "workspace", USER, PASSPHRASE) as database:
        assert database.info().schema == migrations.SCHEMA
        assert (tmp_path / "workspace" / f"workspace.schema-{schema}.db").exists() == (schema < migrations.SCHEMA)
        assert database.check() == ()
        with database.read() as tx:
            assert [member.name for member in households.get(tx, "a" * 32).members] == ["王小明", "李𬭎"]
            assert submissions.load(tx, "d" * 32).answers == {"head": "王小明", "note": "二"}
            assert submissions.load_finalized(tx, "d" * 32).answers == {"head": "王小明", "note": "一"}
            assert [line.id for line in households.search(tx, "李𬭎")] == ["a" * 32]
            assert attachments.get(tx, attachments.record(tx, "e" * 32).id) == "照片".encode() * 100
        with database.begin() as tx:
            assert submissions.finalize(tx, "d" * 32).revision == 2
        assert database.check() == ()
