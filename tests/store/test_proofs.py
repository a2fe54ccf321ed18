"""Nothing lost, nothing readable, nothing wrong shown: short runs of the long proofs."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp.errors import AttachmentMissing, DiskFull, WrongPassphrase
from fieldapp.store import attachments, backup, households, operations, submissions
from fieldapp.store.database import Database
from fieldapp.store.keys import QUICK, Realm

from . import flip_proof, full_proof, kill_proof, power_proof
from .conftest import PASSPHRASE, USER
from .people import VILLAGE, draft_of, household, keep, member, new_id

CANARY = "金丝雀𬭎CANARY7421"
posix = pytest.mark.skipif(os.name != "posix", reason="needs fork and SIGKILL")


@posix
def test_killed_writer_loses_and_tears_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    tally = kill_proof.prove(tmp_path / "workspace", 25, seed=7)
    assert (tally.kills, tally.lost, tally.torn, tally.damages) == (25, 0, 0, [])
    assert tally.acknowledged > 25


def test_power_cut_loses_and_tears_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    tally = power_proof.prove(tmp_path, 12, seed=7)
    assert (tally.lost, tally.torn, tally.damages) == (0, 0, [])
    assert (tally.cuts > 6, tally.acknowledged > 25, tally.passphrases > 0) == (True, True, True)


def test_disk_that_is_full_at_any_write_is_told_and_takes_nothing_back(tmp_path: Path) -> None:
    tally = full_proof.prove(tmp_path, every=12)
    assert (tally.lost, tally.damages) == (0, [])
    assert tally.refused >= tally.points > 8


def _put_canaries(database: Database) -> None:
    home = household(CANARY, member(CANARY), address=CANARY)
    keep(database, home)
    submission = draft_of(database, home, note=CANARY)
    for number in range(20):
        with database.begin() as tx:
            submissions.save_answers(tx, submission, {"note": CANARY * number, f"q{number}": CANARY})
    with database.begin() as tx:
        submissions.finalize(tx, submission, why=CANARY)
        sha = attachments.put(tx, CANARY.encode() * 20_000, "image/jpeg")
        operations.write(tx, "attachment", new_id(), VILLAGE, {"sha": sha, "name": CANARY, "household": home.id})
    draft_of(database, home, open=CANARY)


def _assert_unreadable(*folders: Path) -> None:
    wanted = [CANARY.encode(code) for code in ("utf-8", "utf-16-le", "gb18030")] + [b"CANARY7421", b"SQLite format 3"]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    assert files
    for file in files:
        data = file.read_bytes()
        assert not [text for text in wanted if text in data], file


def test_nothing_is_readable_on_the_disk(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = tmp_path / "temp"
    spool.mkdir()
    monkeypatch.setenv("TMPDIR", str(spool))
    monkeypatch.setenv("SQLITE_TMPDIR", str(spool))
    _put_canaries(database)
    assert (database.folder / "workspace.db-wal").stat().st_size > 0
    _assert_unreadable(database.folder)
    backup.backup(database, tmp_path / "copy.fieldbackup")
    with database.read() as tx:
        assert [line.head_name for line in households.search(tx, "canary7421")] == [CANARY]
    assert database.check() == ()
    _assert_unreadable(tmp_path)
    database.close()
    _assert_unreadable(tmp_path)


@posix
def test_nothing_is_readable_after_a_kill(tmp_path: Path) -> None:
    script = (
        "import sys, signal; from pathlib import Path; from tests.store import test_proofs as proof;"
        "database = proof.Database.create(Path(sys.argv[1]), proof.USER, proof.PASSPHRASE, proof.Realm.DEMO, kdf=proof.QUICK);"
        "proof._put_canaries(database); print('ready', flush=True); signal.pause()"
    )
    spool = tmp_path / "temp"
    spool.mkdir()
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "workspace")],
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(spool), "SQLITE_TMPDIR": str(spool)},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    _assert_unreadable(tmp_path)
    with Database.open(tmp_path / "workspace", USER, PASSPHRASE) as again, again.read() as tx:
        assert [line.head_name for line in households.search(tx, "金丝雀")] == [CANARY]


def test_flipped_bit_is_refused_where_it_fell_and_the_rest_is_readable(tmp_path: Path) -> None:
    tally = flip_proof.prove(tmp_path, 8, 30, seed=5)
    assert (tally.shown_wrong, tally.others_readable_alone) == (0, 1.0)
    assert tally.noticed + tally.harmless == tally.flips


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_full_disk_is_told_and_takes_nothing_back(small_disk: Path) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(6_000_000))
    database = Database.create(small_disk / "workspace", USER, PASSPHRASE, Realm.DEMO, kdf=QUICK)
    home = household()
    keep(database, home)
    submission = draft_of(database, home, note="")
    saved = ""
    with pytest.raises(DiskFull):  # noqa: PT012 - which of the changes meets the end is not known
        for number in range(10_000):
            text = f"{number:05d}" * 2000
            with database.begin() as tx:
                submissions.save_answers(tx, submission, {f"q{number}": text, "note": text})
            saved = text
    _fill(filler)
    with database.read() as tx:
        assert submissions.load(tx, submission).answers["note"] == saved
        assert households.get(tx, home.id) == home
    with pytest.raises(DiskFull), database.begin() as tx:
        attachments.put(tx, os.urandom(300_000))
    with pytest.raises(DiskFull):
        database.change_passphrase(USER, PASSPHRASE, "neu")
    with pytest.raises(DiskFull):
        backup.backup(database, small_disk / "copy.fieldbackup")
    database.close()
    with pytest.raises(WrongPassphrase):
        Database.open(small_disk / "workspace", USER, "neu")
    with Database.open(small_disk / "workspace", USER, PASSPHRASE) as again, again.read() as tx:
        assert submissions.load(tx, submission).answers["note"] == saved
    filler.unlink()
    with Database.open(small_disk / "workspace", USER, PASSPHRASE) as again:
        with again.begin() as tx:
            submissions.save_answers(tx, submission, {"note": "wieder Platz"})
            sha = attachments.put(tx, os.urandom(300_000))
        with again.read() as tx:
            assert submissions.load(tx, submission).answers["note"] == "wieder Platz"
            assert attachments.get(tx, sha)
        assert again.check() == ()
        assert not list(again.folder.rglob("*.part"))


def test_file_whose_change_failed_is_swept_at_the_next_opening(database: Database) -> None:
    def break_off(tx: object) -> None:
        attachments.put(tx, b"orphan")  # type: ignore[arg-type]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), database.begin() as tx:
        break_off(tx)
    assert len(list((database.folder / "files").iterdir())) == 1
    database.close()
    with Database.open(database.folder, USER, PASSPHRASE) as again:
        assert list((database.folder / "files").iterdir()) == []
        with again.read() as tx, pytest.raises(AttachmentMissing):
            attachments.get(tx, "0" * 64)


def _fill(file: Path) -> None:
    with file.open("ab", buffering=0) as stream:
        for size in (65_536, 4_096, 512, 1):
            while True:
                try:
                    stream.write(b"x" * size)
                except OSError:
                    break
