"""From a laptop to the district and back: an archive is made, synced, signed, and believed by the laptop that a slip enrolled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp.usecases import exchange, printing
from sync.pades import Standing
from sync.server.cli import main
from sync.slip import text
from tests.sync.test_trust import Secure
from tests.world import DistrictServer, laptop, nobody_home, quiet

from .test_lines import slip_for


@pytest.fixture
def secure(server: DistrictServer) -> Iterator[Secure]:
    running = Secure(server.district)
    yield running
    running.stop()


def test_archive_is_signed_by_the_district_and_believed_by_its_laptops(
    secure: Secure, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = laptop(tmp_path / "one", "甲")
    exchange.enrol(workspace, text(slip_for(secure, "甲")), "", quiet)
    exchange.sync_now(workspace, quiet)
    home = nobody_home(workspace, "张三")
    file = printing.save_copy(workspace, printing.make_archive(workspace, home, quiet), tmp_path / "a.pdf")

    def sign(out: str) -> tuple[int, dict[str, object]]:
        capsys.readouterr()
        code = main(["archive", "sign", str(file), "--out", str(tmp_path / out), "--data", str(secure.district.folder), "--json"])
        return code, json.loads(capsys.readouterr().out)

    code, told = sign("early")
    assert (code, told["error"], told["values"]) == (3, "archive-unfit", {"file": "a.pdf", "reason": "household-unknown"})
    exchange.sync_now(workspace, quiet)
    assert sign("signed")[0] == 0
    ((_, verdict),) = printing.verify_files([tmp_path / "signed" / "a.pdf"], workspace)
    assert (verdict.valid, verdict.signed_by, verdict.district_signature) == (True, workspace.device.device, Standing.VALID)
    assert not (tmp_path / "early").exists()
    workspace.close()
