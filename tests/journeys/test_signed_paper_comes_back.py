"""One team prints, another scans: the page waits until the exchange tells whose it is, then everybody knows that it is signed."""

from __future__ import annotations

import random
from pathlib import Path

from fieldapp.usecases import exchange, printing, scans
from tests.archive import scanner
from tests.usecases import paper
from tests.world import DistrictServer, enrolled, nobody_home, quiet


def test_page_that_one_team_printed_and_another_scanned_is_signed_for_both(tmp_path: Path) -> None:
    from fieldapp.store import attachments
    from fieldapp.store import scans as kept

    server = DistrictServer(tmp_path / "district")
    server.start()
    first, second = enrolled(server, tmp_path / "first", "王队长"), enrolled(server, tmp_path / "second", "李队长")
    try:
        home = nobody_home(first, "王桂兰")
        sheet = paper.sheets(first, home)[0]
        file = tmp_path / "photo.jpg"
        chance = random.Random(3)
        file.write_bytes(scanner.Scanner(chance).jpeg(scanner.Scanner(chance).scan(sheet.signed(120, chance), "turn"), "turn"))

        (page,) = scans.take_in(second, [file], quiet).pages
        assert (page.outcome, page.reason) == ("tray", "unknown-key")

        exchange.sync_now(first, quiet)
        exchange.sync_now(second, quiet)
        assert scans.look_again(second) == 1
        assert scans.tray(second) == ()
        exchange.sync_now(second, quiet)
        exchange.sync_now(first, quiet)
        for workspace in (first, second):
            with workspace.read() as tx:
                (signed,) = scans.signed_pages(tx, home, revision=1)
                assert signed.ref == sheet.ref
                assert kept.signed_copies(tx, home, 1) == {1: True}
        with second.read() as tx:
            shown = attachments.get(tx, signed.picture)
        (verdict,) = [one for _, one in printing.verify_files([file], first)]
        assert (verdict.valid, verdict.household, verdict.stale) == (True, home, False)
        assert shown.startswith(b"\xff\xd8")
    finally:
        first.close()
        second.close()
        server.close()
