"""Files at the district are readable neither whole nor unfinished, tell nothing by their names, and notice every change."""

from __future__ import annotations

import hashlib
import os
import tracemalloc
from pathlib import Path

import pytest

from fieldapp.store.vault import unseal
from sync.keys import DeviceKey
from sync.server import attachments, backup, examine, plain_files
from sync.server.district import District, open_district
from sync.server.errors import FileDamaged
from sync.server.parts import Part
from sync.server.vault import CHUNK, FILE, PREVIEW, Vault

from .conftest import Running, a_laptop
from .test_uploads import ask

KEY = DeviceKey(b"\x55" * 32)
DEVICE = "d" * 32


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def all_bytes(folder: Path) -> bytes:
    return b"".join(file.read_bytes() + str(file).encode() for file in folder.rglob("*") if file.is_file())


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5])
def test_a_file_is_read_whole_and_in_parts_and_is_in_the_format_of_the_laptops(tmp_path: Path, size: int):
    vault, data = Vault.of(tmp_path, KEY), os.urandom(size)
    assert vault.put(FILE, sha(data), [data[:7], data[7:]]) == size == vault.size(FILE, sha(data))
    assert vault.read(FILE, sha(data)) == data
    assert vault.is_whole(sha(data))
    for start, end in ((0, 1), (CHUNK - 1, CHUNK + 1), (size // 2, size), (1, size)):
        assert b"".join(vault.pieces(FILE, sha(data), start, end)) == data[start:end]
    assert unseal(vault.key, sha(data), vault.path(FILE, sha(data)).read_bytes()) == data


def test_cut_altered_exchanged_and_false_files_are_noticed(tmp_path: Path):
    vault, data, other = Vault.of(tmp_path, KEY), os.urandom(2 * CHUNK + 9), os.urandom(2 * CHUNK + 9)
    for one in (data, other):
        vault.put(FILE, sha(one), [one])
    file, whole = vault.path(FILE, sha(data)), vault.path(FILE, sha(data)).read_bytes()
    chunk = CHUNK + 16
    for damaged in (
        whole[:-1],
        whole[: 12 + chunk],
        whole[:500] + bytes([whole[500] ^ 1]) + whole[501:],
        whole[:12] + whole[12 + chunk : 12 + 2 * chunk] + whole[12 : 12 + chunk] + whole[12 + 2 * chunk :],
        vault.path(FILE, sha(other)).read_bytes(),
        b"",
    ):
        file.write_bytes(damaged)
        assert not vault.is_whole(sha(data))
        with pytest.raises(FileDamaged):
            vault.read(FILE, sha(data))
    with pytest.raises(FileDamaged):
        vault.put(FILE, "0" * 64, [data])
    assert not vault.path(FILE, "0" * 64).exists()
    assert list(tmp_path.rglob("*.new")) == []


def test_the_largest_file_goes_in_and_out_in_little_memory(tmp_path: Path):
    vault, piece = Vault.of(tmp_path, KEY), os.urandom(1 << 20)
    digest = hashlib.sha256()
    for _ in range(32):
        digest.update(piece)
    tracemalloc.start()
    vault.put(FILE, digest.hexdigest(), (piece for _ in range(32)))
    assert vault.is_whole(digest.hexdigest())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20


def test_an_unfinished_upload_is_unreadable_and_survives_a_torn_end(tmp_path: Path):
    vault, data = Vault.of(tmp_path, KEY), os.urandom(1000) + b"CANARY" + os.urandom(1000)
    part = Part.of(vault, sha(data), DEVICE)
    assert (part.length(), part.whole()) == (0, (0, 0))
    part.append(data[:1200])
    part.append(data[1200:1300])
    assert b"CANARY" not in all_bytes(tmp_path)
    size = part.file.stat().st_size
    for torn in (b"\x00", b"\x00\x00\x00\x09abc", bytes(40), b"\xff" * 40):
        with open(part.file, "ab") as out:
            out.write(torn)
        assert (part.length(), part.whole()) == (1300, (size, 1300))
        part.trim(size)
        assert part.file.stat().st_size == size
    part.append(data[1300:])
    assert b"".join(part.pieces()) == data
    part.cut(1200)
    assert part.length() == 1200
    assert Part.of(vault, sha(data), "e" * 32).length() == 0
    part.remove()
    assert part.length() == 0


def test_a_part_that_was_altered_begins_anew(district: District):
    from sync.errors import Refused

    data = os.urandom(500)
    part = attachments.part_of(district, sha(data), DEVICE)
    part.append(data)
    part.file.write_bytes(part.file.read_bytes()[:-1] + b"x")
    with pytest.raises(Refused, match="wrong-hash"):
        attachments.finish(district, sha(data), DEVICE)
    assert part.length() == 0
    assert not attachments.is_here(district, sha(data))


def test_parts_of_a_file_are_given_by_range(district: District, running: Running):
    laptop, data = a_laptop(district, running.url, 1), os.urandom(2 * CHUNK + 77)
    attachments.keep(district, sha(data), data, laptop.device)
    whole = ask(running, laptop, "GET", sha=sha(data))
    assert (whole.status_code, whole.content, whole.headers["accept-ranges"]) == (200, data, "bytes")
    size = len(data)
    for told, start, end in (
        ("bytes=0-0", 0, 1),
        (f"bytes={CHUNK - 1}-{CHUNK}", CHUNK - 1, CHUNK + 1),
        ("bytes=70000-", 70_000, size),
        ("bytes=-5", size - 5, size),
        (f"bytes=9-{size + 9}", 9, size),
    ):
        part = ask(running, laptop, "GET", sha=sha(data), Range=told)
        assert (part.status_code, part.content) == (206, data[start:end])
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
    behind = ask(running, laptop, "GET", sha=sha(data), Range=f"bytes={size}-")
    assert (behind.status_code, behind.headers["content-range"]) == (416, f"bytes */{size}")
    for told in ("bytes=5-2", "bytes=-", "lines=1-2", "bytes=0-1,4-5"):
        assert ask(running, laptop, "GET", sha=sha(data), Range=told).content == data


@pytest.mark.expects_log("the operator is told that a file is damaged")
def test_a_damaged_file_is_asked_for_again_and_named_by_the_check(district: District, running: Running, caplog: pytest.LogCaptureFixture):
    laptop, data = a_laptop(district, running.url, 1), os.urandom(900)
    attachments.keep(district, sha(data), data, laptop.device)
    assert examine.examine(district).wrong == ()
    file = attachments.path_of(district, sha(data))
    file.write_bytes(file.read_bytes()[:-1])
    assert ask(running, laptop, "GET", sha=sha(data)).status_code == 404
    assert [record.msg for record in caplog.records if record.levelname == "ERROR"] == ["trouble"]
    assert examine.examine(district).wrong == (f"file {sha(data)}",)
    file.unlink()
    assert ask(running, laptop, "HEAD", sha=sha(data)).headers["upload-complete"] == "?0"
    attachments.keep(district, sha(data), data, laptop.device)
    assert examine.examine(district).wrong == ()


def _as_it_was(district: District, data: bytes, small: bytes, half: bytes) -> None:
    """Files as the first programs left them."""
    attachments.keep(district, sha(data), data, DEVICE)
    attachments.path_of(district, sha(data)).unlink()
    for name, content in {
        f"files/{sha(data)[:2]}/{sha(data)}": data,
        f"files/{sha(data)[:2]}/{sha(data)}.{DEVICE}.new": data[:5],
        f"previews/{sha(data)[:2]}/{sha(data)}.jpg": small,
        f"incoming/{DEVICE}-{sha(half)}.part": half[:700],
    }.items():
        file = district.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def test_readable_files_of_an_earlier_program_are_encrypted_at_the_first_opening(district: District):
    data, small, half = b"PLAIN photo" * 9000, b"PLAIN preview", b"PLAIN half" * 100
    _as_it_was(district, data, small, half)
    assert {line.split()[0] for line in examine.examine(district).wrong} == {"file", "plain"}
    district.close()
    opened = open_district(district.folder)
    assert attachments.read(opened, sha(data)) == data
    assert attachments.preview(opened, sha(data)) == small
    part = attachments.part_of(opened, sha(half), DEVICE)
    assert part.length() == 700
    part.append(half[700:])
    attachments.finish(opened, sha(half), DEVICE)
    assert examine.examine(opened).wrong == ()
    assert b"PLAIN" not in all_bytes(district.folder)
    assert sha(data).encode() not in all_bytes(district.folder)
    assert [name for name in ("files", "previews", "incoming") if (district.folder / name).exists()] == []
    opened.close()


def test_encrypting_goes_on_where_the_power_stopped_it_and_leaves_damaged_files_for_the_check(district: District):
    data, small, half = b"PLAIN photo" * 9000, b"PLAIN preview", b"PLAIN half" * 100
    _as_it_was(district, data, small, half)
    vault = Vault.of(district.folder, district.key)
    vault.put(FILE, sha(data), [data])
    vault.put(PREVIEW, sha(data), [small], is_hash=False)
    (district.folder / "files" / sha(data)[:2] / sha(data)).write_bytes(bytes(len(data)))
    wrong = district.folder / "files" / "00" / ("0" * 64)
    wrong.parent.mkdir()
    wrong.write_bytes(b"not this")
    assert plain_files.encrypt(district.folder, district.key) == 4
    assert attachments.read(district, sha(data)) == data
    assert plain_files.left(district.folder) == [wrong]
    assert examine.examine(district).wrong == (f"plain {wrong.name}",)


def test_files_previews_and_keys_are_in_the_backup_and_a_lost_file_is_told(district: District, tmp_path: Path):
    data, lost = b"PLAIN photo" * 9000, b"gone"
    for one in (data, lost):
        attachments.keep(district, sha(one), one, DEVICE)
    attachments.keep_previews(district, {sha(data): b"PLAIN preview"})
    attachments.path_of(district, sha(lost)).unlink()
    written = backup.write(district, tmp_path / "b")
    assert (written.files, written.previews, written.lost) == (1, 1, (sha(lost),))
    assert b"PLAIN" not in (tmp_path / "b").read_bytes()
    with backup.on_a_new_machine(tmp_path / "new", district.key, tmp_path / "b") as other:
        done = backup.put_back(other, tmp_path / "b")
        assert (done.files, done.previews, done.missing) == (1, 1, 1)
        assert attachments.read(other, sha(data)) == data
        assert attachments.preview(other, sha(data)) == b"PLAIN preview"
        assert not attachments.is_here(other, sha(lost))
        assert examine.examine(other).wrong == ()
    assert b"PLAIN" not in all_bytes(tmp_path / "new")
