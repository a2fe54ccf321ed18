from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp.errors import AttachmentMissing, BadInput, WorkspaceDamaged
from fieldapp.store import vault
from fieldapp.store.keys import Keys
from fieldapp.store.vault import CHUNK, Vault, seal, unseal

KEY = bytes(range(32))
SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5)


@pytest.fixture
def files(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "files", Keys(KEY))


@pytest.mark.parametrize("size", SIZES)
def test_file_comes_back_whole(files: Vault, size: int) -> None:
    data = bytes(number % 251 for number in range(size))
    assert files.get(files.put(data)) == data


def test_name_and_bytes_on_the_disk_tell_nothing(files: Vault) -> None:
    sha = files.put(b"CANARY" * 1000)
    (file,) = files.folder.iterdir()
    assert file.name not in (sha, hashlib.sha256(file.read_bytes()).hexdigest())
    assert b"CANARY" not in file.read_bytes()


def test_missing_file_is_told_from_a_damaged_one(files: Vault) -> None:
    sha = files.put(b"x" * 100)
    file = files.path(sha)
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(WorkspaceDamaged):
        files.get(sha)
    file.unlink()
    with pytest.raises(AttachmentMissing):
        files.get(sha)


def test_damaged_file_is_mended_by_storing_it_again(files: Vault) -> None:
    sha = files.put(b"x" * 100)
    files.path(sha).write_bytes(b"")
    assert files.put(b"x" * 100) == sha
    assert files.get(sha) == b"x" * 100


def test_too_big_a_file_is_refused(files: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "MAX_BYTES", 10)
    with pytest.raises(BadInput):
        files.put(b"x" * 11)


def test_sweep_leaves_only_what_is_known(files: Vault) -> None:
    kept, orphan = files.put(b"kept"), files.put(b"orphan")
    (files.folder / "left.part").write_bytes(b"half")
    assert files.sweep(iter([kept])) == 2
    assert (files.has(kept), files.has(orphan)) == (True, False)


def _sealed(size: int) -> tuple[str, bytes]:
    data = bytes(number % 256 for number in range(size))
    sha = hashlib.sha256(data).hexdigest()
    return sha, seal(KEY, sha, data)


def test_cut_reordered_and_swapped_chunks_are_noticed() -> None:
    sha, sealed = _sealed(3 * CHUNK + 5)
    head, step = 12, CHUNK + 16
    chunks = [sealed[start : start + step] for start in range(head, len(sealed), step)]
    other = _sealed(3 * CHUNK + 6)[1]
    for wrong in (
        sealed[: head + step],
        sealed[: head + 3 * step],
        sealed[:head] + b"".join([chunks[1], chunks[0], *chunks[2:]]),
        sealed[:head] + b"".join(chunks[:2] + chunks[3:]),
        sealed[:head] + b"".join([chunks[0], *chunks]),
        sealed + chunks[0],
        sealed[:head] + b"".join([other[head : head + step], *chunks[1:]]),
        other[:head] + sealed[head:],
        other,
        b"",
        sealed[:head],
    ):
        with pytest.raises(WorkspaceDamaged) as told:
            unseal(KEY, sha, wrong)
        assert told.value.values == {"part": "attachment", "detail": sha}
    with pytest.raises(WorkspaceDamaged):
        unseal(bytes(32), sha, sealed)


@given(st.integers(min_value=0), st.sampled_from([0, 1, 100, CHUNK, CHUNK + 1]))
@settings(max_examples=150, deadline=None)
def test_no_flipped_bit_gets_through(bit: int, size: int) -> None:
    sha, sealed = _sealed(size)
    damaged = bytearray(sealed)
    bit %= len(damaged) * 8
    damaged[bit // 8] ^= 1 << bit % 8
    with pytest.raises(WorkspaceDamaged):
        unseal(KEY, sha, bytes(damaged))


@given(st.binary(max_size=500))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_in_place_of_a_file_raise_only_a_coded_error(data: bytes) -> None:
    with pytest.raises(WorkspaceDamaged):
        unseal(KEY, "0" * 64, data)


def test_file_of_the_first_release_still_opens() -> None:
    sealed = bytes.fromhex("4641463101e05effa26869a1abae49fa51d345543ddcad7f49e971a8fbae5cf6e4b48e3cb7")
    assert unseal(KEY, hashlib.sha256("旧照片".encode()).hexdigest(), sealed).decode() == "旧照片"
