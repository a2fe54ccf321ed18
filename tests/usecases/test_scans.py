"""Paper comes back: filed to the right household and page, or in the tray with its reason; nothing is lost, nothing comes twice."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from fieldapp.domain.ids import HouseholdId
from fieldapp.domain.scan import PageRef
from fieldapp.errors import AttachmentMissing, BadInput, Cancelled, NotFound
from fieldapp.usecases import interview, scans
from fieldapp.usecases.workspaces import Workspace
from fieldapp.words import knows
from tests.archive import scanner
from tests.world import nobody_home, quiet

from . import paper
from .scan_proof import Proof

CHANCE = random.Random(5)


def scanned(folder: Path, name: str, *pages: Image.Image) -> Path:
    """What a scanner leaves in a folder: a JPEG of one page, a PDF of several."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_bytes(scanner.paper_pdf(pages) if name.endswith(".pdf") else scanner.Scanner(CHANCE).jpeg(pages[0], "none"))
    return file


def outcomes(taken: scans.Intake) -> list[tuple[str, str]]:
    return [(page.outcome, page.reason) for page in taken.pages]


def test_signed_page_is_filed_to_its_household_and_page_and_travels(workspace: Workspace, tmp_path: Path) -> None:
    from fieldapp.store import attachments, operations, outbox
    from fieldapp.store import scans as kept

    home = nobody_home(workspace, "王桂兰")
    sheets = paper.sheets(workspace, home)
    file = scanned(tmp_path / "inbox", "1.jpg", sheets[1].signed(120, CHANCE))
    data = file.read_bytes()
    with workspace.read() as tx:
        before = outbox.unsent(tx)
    (page,) = scans.take_in(workspace, [tmp_path / "inbox"], quiet).pages
    assert (page.outcome, page.household, page.head_name, page.ref) == ("filed", home, "王桂兰", sheets[1].ref)
    assert file.read_bytes() == data
    assert scans.original(workspace, page.scan) == data
    with workspace.read() as tx:
        assert outbox.unsent(tx) == before + 2, "the page and the file as it came"
        (filed,) = scans.signed_pages(tx, home)
        assert (filed.ref, filed.here) == (PageRef(1, 2, "signatures", 3), True)
        assert kept.signed_copies(tx, home, 1) == {2: True}
        assert kept.signed_copies(tx, home, 2) == {}
        assert hashlib.sha256(data).hexdigest() in {one.id for one in attachments.of_household(tx, home)}
        assert operations.state(tx, filed.record).values()["code"].startswith("FA2:")
    assert scans.picture(workspace, page.scan).startswith(b"\xff\xd8")
    assert workspace.check() == ()


def test_a_scan_that_comes_twice_is_known_and_another_scan_of_the_page_waits(workspace: Workspace, tmp_path: Path) -> None:
    home = nobody_home(workspace, "王桂兰")
    sheet = paper.sheets(workspace, home)[0]
    first = scanned(tmp_path, "1.jpg", sheet.signed(100, CHANCE))
    again = scanned(tmp_path, "2.jpg", sheet.signed(110, CHANCE))
    (tmp_path / "copy of 1.jpg").write_bytes(first.read_bytes())
    assert outcomes(scans.take_in(workspace, [first], quiet)) == [("filed", "")]
    assert outcomes(scans.take_in(workspace, [first, tmp_path / "copy of 1.jpg"], quiet)) == [("known", "filed")] * 2
    (waiting,) = scans.take_in(workspace, [again], quiet).pages
    assert (waiting.outcome, waiting.reason) == ("tray", "already-there")
    assert waiting.ref is not None
    assert scans.file_by_hand(workspace, waiting.scan, home, waiting.ref).outcome == "filed"
    with workspace.read() as tx:
        assert len(scans.signed_pages(tx, home)) == 2
    assert scans.tray(workspace) == ()


def test_pages_of_a_feeder_go_each_to_its_household_and_the_empty_backs_nowhere(workspace: Workspace, tmp_path: Path) -> None:
    from fieldapp.store import attachments

    homes = paper.households(workspace, 2)
    blank = Image.new("RGB", (827, 1169), (246, 244, 240))
    sheets = [paper.sheets(workspace, home)[0] for home in homes]
    pages = [sheets[0].signed(100, CHANCE), blank, sheets[1].signed(100, CHANCE), blank, paper.page_with([], 100, CHANCE)]
    taken = scans.take_in(workspace, [scanned(tmp_path, "feeder.pdf", *pages)], quiet)
    assert outcomes(taken) == [("filed", ""), ("blank", ""), ("filed", ""), ("blank", ""), ("tray", "no-code")]
    assert [page.household for page in taken.pages] == [homes[0], "", homes[1], "", ""]
    with workspace.read() as tx:
        assert [one.path for one in attachments.of_household(tx, homes[0])] == [sheets[0].ref.path], (
            "a file of several households stays here"
        )
    assert outcomes(scans.take_in(workspace, [tmp_path], quiet)) == [
        ("known", "filed"), ("known", "blank"), ("known", "filed"), ("known", "blank"), ("known", "tray")
    ]  # fmt: skip


def test_page_of_the_tray_is_filed_by_hand_where_a_person_says(workspace: Workspace, tmp_path: Path) -> None:
    home = nobody_home(workspace, "王桂兰")
    (page,) = scans.take_in(workspace, [scanned(tmp_path, "1.jpg", paper.page_with([], 100, CHANCE))], quiet).pages
    (waiting,) = scans.tray(workspace)
    assert (waiting.scan.id, waiting.scan.reason) == (page.scan, "no-code")
    ref = PageRef(1, 3, "signatures", 3)
    with pytest.raises(BadInput):
        scans.file_by_hand(workspace, page.scan, home, replace(ref, copy=4))
    with pytest.raises(NotFound):
        scans.file_by_hand(workspace, page.scan, "f" * 32, ref)
    assert scans.file_by_hand(workspace, page.scan, home, ref).ref == ref
    with pytest.raises(BadInput):
        scans.discard(workspace, page.scan)
    with workspace.read() as tx:
        assert [one.ref for one in scans.signed_pages(tx, home)] == [ref]


def test_what_is_thrown_away_is_gone_from_here_alone(workspace: Workspace, tmp_path: Path) -> None:
    from fieldapp.store import attachments, audit

    file = scanned(tmp_path, "1.jpg", paper.page_with([], 100, CHANCE))
    (page,) = scans.take_in(workspace, [file], quiet).pages
    scans.discard(workspace, page.scan)
    assert scans.tray(workspace) == ()
    with workspace.begin() as tx:
        assert attachments.sweep(tx) == 2
        assert next(line.action for line in audit.lines(tx)) == "discard-scan"
    with pytest.raises(AttachmentMissing):
        scans.original(workspace, page.scan)
    assert file.exists()
    assert workspace.check() == ()


def test_page_of_an_older_revision_waits_and_may_be_filed_as_what_it_is(workspace: Workspace, tmp_path: Path) -> None:
    home = nobody_home(workspace, "王桂兰")
    sheet = paper.sheets(workspace, home)[0]
    opened = interview.start(workspace, home)
    opened.session.answer(f"{opened.session.root}/a_visit/visit_result_note", "第二次还是没人")
    interview.save_draft(workspace, opened.draft, opened.session.snapshot())
    interview.finalize(workspace, opened, reason="第二次入户")
    (page,) = scans.take_in(workspace, [scanned(tmp_path, "1.jpg", sheet.signed(100, CHANCE))], quiet).pages
    assert (page.outcome, page.reason, page.household) == ("tray", "stale", home)
    assert page.ref is not None
    scans.file_by_hand(workspace, page.scan, home, page.ref)
    with workspace.read() as tx:
        assert scans.signed_pages(tx, home, revision=2) == ()
        assert [one.ref.revision for one in scans.signed_pages(tx, home)] == [1]


def test_an_intake_that_was_broken_off_is_done_again(workspace: Workspace, tmp_path: Path) -> None:
    home = nobody_home(workspace, "王桂兰")
    file = scanned(tmp_path, "feeder.pdf", *(sheet.signed(100, CHANCE) for sheet in paper.sheets(workspace, home)))
    calls = []

    def give_up(done: int, total: int, text: str) -> None:
        calls.append(text)
        if len(calls) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        scans.take_in(workspace, [file], give_up)
    assert sorted(outcomes(scans.take_in(workspace, [file], quiet))) == [("filed", "")] + [("known", "filed")] * 2
    with workspace.read() as tx:
        assert sorted(one.ref.copy for one in scans.signed_pages(tx, home)) == [1, 2, 3]


def test_cleared_household_takes_its_scans_with_it(workspace: Workspace, tmp_path: Path) -> None:
    from fieldapp.store import attachments, purge

    homes = paper.households(workspace, 2)
    pages = [paper.sheets(workspace, home)[0].signed(100, CHANCE) for home in homes]
    (first, _) = scans.take_in(workspace, [scanned(tmp_path, "both.pdf", *pages)], quiet).pages
    for home, gone in zip(homes, (False, True), strict=True):
        with workspace.begin() as tx:
            purge.purge(tx, [home])
        with workspace.read() as tx:
            sha = hashlib.sha256((tmp_path / "both.pdf").read_bytes()).hexdigest()
            assert attachments.is_here(tx, sha) is not gone, "the file goes with the last household in it"
    with pytest.raises(NotFound):
        scans.original(workspace, first.scan)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.jpg", b"", "unreadable"),
        ("a.jpg", b"no picture", "unreadable"),
        ("a.pdf", b"%PDF-1.7 no document", "unreadable"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "unreadable"),
    ],
)
def test_what_is_no_page_is_refused_by_its_reason(workspace: Workspace, tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(data)
    assert outcomes(scans.take_in(workspace, [tmp_path / name], quiet)) == [("refused", reason)]


def test_archive_file_itself_is_no_scan(workspace: Workspace, tmp_path: Path) -> None:
    (sheet, *_) = paper.sheets(workspace, nobody_home(workspace, "王桂兰"))
    (tmp_path / "archive.pdf").write_bytes(sheet.pdf)
    assert set(outcomes(scans.take_in(workspace, [tmp_path], quiet))) == {("refused", "not-a-scan")}
    with workspace.read() as tx:
        assert scans.signed_pages(tx, HouseholdId(sheet.household)) == ()


def test_path_that_is_not_there_is_told(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        scans.take_in(workspace, [tmp_path / "nothing"], quiet)


def test_simulated_scans_are_filed_right_and_foreign_pages_kept_out(tmp_path: Path) -> None:
    tally = Proof(tmp_path, 15, seed=3, dpi=(120,)).run()
    assert (tally.wrong, tally.good, tally.kept_out, tally.other_reason) == (0, 12, 3, [])
    assert tally.right >= 11, tally.in_tray


def test_every_reason_has_its_words() -> None:
    import re

    from fieldapp.archive import scan_source
    from fieldapp.usecases import scans as module

    folder = Path(module.__file__).parent
    source = "".join((folder / f"{name}.py").read_text(encoding="utf-8") for name in ("scans", "scan_filing"))
    reasons = set(re.findall(r'"((?:no|several|code|unknown|signature|stale|other|old|already)[a-z-]*)"', source))
    reasons |= set(re.findall(r'_refusal\("([a-z-]+)"', Path(scan_source.__file__).read_text(encoding="utf-8")))
    reasons -= {"known", "code"}
    reasons |= {"poor-resolution", "poor-cut", "poor-faint", "filed", "tray", "discarded", "blank"}
    assert {"stale", "no-code", "unknown-key", "already-there", "too-large"} <= reasons
    for language in ("zh_CN", "en"):
        assert [one for one in sorted(reasons) if not knows(f"scan-reason-{one}", language)] == []
