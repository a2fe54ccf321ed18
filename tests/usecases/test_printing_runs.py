"""A village in one go: one job a household, cancelled between households, going on where it stopped, the rest named."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pypdfium2
import pytest

from fieldapp.errors import BadInput, Cancelled, NotAllowed
from fieldapp.store import ledger
from fieldapp.usecases import printers, printing, printing_catalogue, printing_files, printing_ledger, printing_runs, roster
from fieldapp.usecases.printing_runs import Wanted
from fieldapp.usecases.workspaces import Workspace
from tests.robots.queue import put_up
from tests.world import VILLAGE, laptop, nobody_home, quiet

from .test_printing_ledger import revised

HEADS = ("张一", "张二", "张三")


@dataclass
class Tray:
    """A printer that keeps what it was sent."""

    name: str = "Tray"
    jobs: list[tuple[bytes, str, bool]] = field(default_factory=list)
    jams_after: int = 99

    def send(self, pdf: bytes, title: str, duplex: bool) -> None:
        if len(self.jobs) >= self.jams_after:
            raise NotAllowed(reason="printer", detail="paper jam")
        self.jobs.append((pdf, title, duplex))


@pytest.fixture(scope="module")
def kept_village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("village") / "laptop"
    opened = laptop(folder)
    for head in HEADS:
        nobody_home(opened, head)
    roster.add_household(opened, VILLAGE, "未查")
    opened.close()
    return folder


@pytest.fixture
def village(kept_village: Path, tmp_path: Path) -> Iterator[Workspace]:
    import shutil

    from fieldapp.domain.clock import FixedClock
    from fieldapp.usecases import workspaces
    from tests.world import MORNING, PASSPHRASE

    shutil.copytree(kept_village, tmp_path / "laptop")
    opened = workspaces.unlock(tmp_path / "laptop", "王队长", PASSPHRASE, FixedClock(MORNING))
    yield opened
    opened.close()


def stops_after(households: int):  # type: ignore[no-untyped-def]
    """A report that gives up before the household after so many."""

    def report(done: int, total: int, text: str = "") -> None:
        if done >= households + 1 and done < total:
            raise Cancelled

    return report


def test_cancelled_run_goes_on_where_it_stopped_after_the_workspace_was_closed(village: Workspace) -> None:
    tray = Tray()
    run = printing_runs.begin(village, Wanted(VILLAGE, duplex=True))
    assert (run.total, run.done, [(head, why) for _, head, why in run.skipped]) == (4, 0, [("未查", "not-finalized")])
    with pytest.raises(Cancelled):
        printing_runs.go_on(village, run.id, stops_after(1), tray)
    assert len(tray.jobs) == 1
    folder, clock = village.folder, village.place.clock
    village.close()
    from fieldapp.usecases import workspaces
    from tests.world import PASSPHRASE

    again = workspaces.unlock(folder, "王队长", PASSPHRASE, clock)
    (waiting,) = printing_runs.unfinished(again)
    assert (waiting.id, waiting.done, waiting.name) == (run.id, 1, waiting.name)
    over = printing_runs.go_on(again, run.id, quiet, tray)
    assert (over.done, over.is_over, len(tray.jobs)) == (3, True, 3)
    assert printing_runs.unfinished(again) == ()
    assert len({title for _, title, _ in tray.jobs}) == 3
    assert all(duplex for _, _, duplex in tray.jobs)
    assert all(len(pypdfium2.PdfDocument(pdf)) % 2 == 0 for pdf, _, _ in tray.jobs)
    lines = printing_ledger.lines(again, village=VILLAGE)
    assert sorted((line.head_name, line.made.number, line.made.target) for line in lines) == [(head, 1, "Tray") for head in sorted(HEADS)]
    with pytest.raises(NotAllowed):
        printing_runs.go_on(again, run.id, quiet, tray)
    again.close()


def test_printer_that_jams_ends_the_round_and_no_job_is_lost_or_doubled(village: Workspace) -> None:
    tray = Tray(jams_after=2)
    run = printing_runs.begin(village, Wanted(VILLAGE, ("household",)))
    with pytest.raises(NotAllowed):
        printing_runs.go_on(village, run.id, quiet, tray)
    assert len(printing_ledger.lines(village)) == 2
    tray.jams_after = 99
    assert printing_runs.go_on(village, run.id, quiet, tray).done == 3
    assert len(tray.jobs) == len(printing_ledger.lines(village)) == 3
    with village.read() as tx:
        assert {one.holders for one in ledger.made(tx)} == {("household",)}


def test_village_file_is_whole_or_not_there_and_a_resumed_one_has_everybody(village: Workspace, tmp_path: Path) -> None:
    run = printing_runs.begin(village, Wanted(VILLAGE, out=tmp_path / "out", one_file=True))
    with pytest.raises(Cancelled):
        printing_runs.go_on(village, run.id, stops_after(2))
    assert list((tmp_path / "out").iterdir()) == []
    assert printing_ledger.lines(village) == ()
    archives = village.info().archives
    assert archives == 2
    assert printing_runs.go_on(village, run.id, quiet).done == 3
    assert village.info().archives == 3
    file = tmp_path / "out" / printing_runs.ONE_FILE
    document = pypdfium2.PdfDocument(file.read_bytes())
    marks = [entry.get_title() for entry in document.get_toc() if entry.level == 0]
    assert len(marks) == 3
    assert all(any(head in mark for mark in marks) for head in HEADS)
    document.close()
    assert {line.made.target for line in printing_ledger.lines(village)} == {printing_runs.ONE_FILE}


def test_folder_that_cannot_be_written_is_told_and_the_run_goes_on_later(village: Workspace, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("not a folder", encoding="utf-8")
    run = printing_runs.begin(village, Wanted(VILLAGE, out=tmp_path / "out"))
    with pytest.raises(NotAllowed) as refused:
        printing_runs.go_on(village, run.id, quiet)
    assert refused.value.values["reason"] == "folder"
    (tmp_path / "out").unlink()
    assert printing_runs.go_on(village, run.id, quiet).done == 3


def test_files_of_a_broken_off_run_are_not_made_again(village: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "out"
    everything = {"household": None, "village": VILLAGE, "copies": printing.HOLDERS, "one_file": False}
    with pytest.raises(Cancelled):
        printing_files.make_files(village, out, report=stops_after(1), **everything)  # type: ignore[arg-type]
    (first,) = out.iterdir()
    before = first.read_bytes()
    made = printing_files.make_files(village, out, report=quiet, resume=True, **everything)  # type: ignore[arg-type]
    assert (len(made.archives), made.resumed, [why for _, why in made.skipped]) == (3, 1, ["not-finalized"])
    assert first.read_bytes() == before
    assert {archive.file for archive in made.archives} == set(out.iterdir())
    assert len(printing_ledger.lines(village)) == 3
    with pytest.raises(BadInput):
        printing_runs.begin(village, Wanted(VILLAGE, ("nobody",)))


def test_superseded_and_absent_archives_are_named_in_the_list_of_volumes(village: Workspace) -> None:
    with pytest.raises(BadInput):
        printing_catalogue.catalogue(village, VILLAGE)
    ids = {line.head_name: line.id for line in roster.search(village).lines}
    for head in HEADS[:2]:
        printing.make_archive(village, ids[head], quiet)
    revised(village, ids["张二"])
    listed = printing_catalogue.catalogue(village, VILLAGE)
    assert (listed.volumes, listed.stale) == (2, (ids["张二"],))
    assert set(listed.absent) == {ids["张三"], ids["未查"]}
    text = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(listed.pdf)).replace("\r\n", "")
    assert "已有第2版" in text.replace(" ", "")
    labels = printing_catalogue.box_labels(village, VILLAGE, 20)
    assert (labels.boxes, labels.volumes) == (1, 2)
    with pytest.raises(BadInput):
        printing_catalogue.box_labels(village, VILLAGE, 33)


@pytest.mark.skipif(os.name != "posix", reason="needs a program on the path")
def test_cups_gets_the_very_bytes_and_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = put_up(tmp_path, monkeypatch)
    first, second = printers.cups_printers()
    assert (first.name, second.name) == ("HP-1", "Canon")
    first.send(b"%PDF-1.7 \x00\xff", "44ebe56f", duplex=True)
    assert queue.jobs == [b"%PDF-1.7 \x00\xff"]
    assert queue.words(0)[:4] == ["-d", "HP-1", "-t", "44ebe56f"]
    assert {"sides=two-sided-long-edge", "collate=true"} <= set(queue.words(0))
    second.send(b"%PDF", "1", duplex=False)
    assert "sides=one-sided" in queue.words(1)
    queue.jam()
    with pytest.raises(NotAllowed) as refused:
        first.send(b"%PDF", "1", duplex=False)
    assert refused.value.values["detail"] == "no paper"
