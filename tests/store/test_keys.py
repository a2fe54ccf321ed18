from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp.errors import AlreadyThere, BadInput, NotFound, WorkspaceDamaged, WorkspaceError, WorkspaceMissing, WrongPassphrase
from fieldapp.store import keys
from fieldapp.store.keys import QUICK, Kdf, Keys, Realm


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keys.create(tmp_path, "王工", "口令", Realm.DEMO, QUICK)
    return tmp_path


def test_every_user_unlocks_the_same_keys(folder: Path) -> None:
    mine = keys.unlock(folder, "王工", "口令")
    keys.add_user(folder, mine, "李工", "another", QUICK)
    assert keys.users(folder) == ("王工", "李工")
    assert keys.unlock(folder, "李工", "another").derive("database") == mine.derive("database")
    keys.remove_user(folder, mine, "王工")
    with pytest.raises(NotFound):
        keys.unlock(folder, "王工", "口令")
    with pytest.raises(BadInput):
        keys.remove_user(folder, mine, "李工")
    with pytest.raises(AlreadyThere):
        keys.add_user(folder, mine, "李工", "x", QUICK)


def test_wrong_passphrase_is_told_from_damage(folder: Path) -> None:
    with pytest.raises(WrongPassphrase):
        keys.unlock(folder, "王工", "口令 ")


def test_changed_passphrase_is_the_only_one_that_opens(folder: Path) -> None:
    before = keys.unlock(folder, "王工", "口令")
    keys.change_passphrase(folder, "王工", "口令", "新口令")
    assert keys.unlock(folder, "王工", "新口令") == before
    with pytest.raises(WrongPassphrase):
        keys.unlock(folder, "王工", "口令")
    (folder / keys.FILE).unlink()
    with pytest.raises(WrongPassphrase):
        keys.unlock(folder, "王工", "口令")
    assert keys.unlock(folder, "王工", "新口令") == before


def test_one_damaged_key_file_is_replaced_by_the_other(folder: Path) -> None:
    mine = keys.unlock(folder, "王工", "口令")
    (folder / keys.FILE).write_bytes(b"{}")
    assert keys.damaged(folder) == (keys.FILE,)
    assert keys.unlock(folder, "王工", "口令") == mine
    keys.mend(folder, mine)
    assert keys.damaged(folder) == ()
    for name in (keys.FILE, keys.COPY):
        (folder / name).write_bytes(b"\0" * 100)
    with pytest.raises(WorkspaceDamaged):
        keys.unlock(folder, "王工", "口令")


def test_folder_without_key_file_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceMissing):
        keys.users(tmp_path)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("slots", 0, "kdf", "memory_kib"), 1024),
        (("slots", 0, "kdf", "memory_kib"), 1 << 40),
        (("slots", 0, "user"), "李工"),
        (("realm",), "real"),
        (("workspace",), "0" * 32),
        (("check",), "0" * 64),
    ],
)
def test_altered_key_file_opens_nothing(folder: Path, path: tuple[str | int, ...], value: object) -> None:
    """Whoever alters it also mends the plain checksum; the authentication under the data key remains."""
    plain = json.loads((folder / keys.FILE).read_bytes())
    place = plain
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    del plain["sum"]
    plain["sum"] = keys.hashlib.sha256(keys._canonical(plain)).hexdigest()
    for name in (keys.FILE, keys.COPY):
        (folder / name).write_text(json.dumps(plain))
    with pytest.raises(WorkspaceError):
        keys.unlock(folder, keys.users(folder)[0], "口令")


def test_slot_of_another_workspace_opens_nothing(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    keys.create(other, "王工", "口令", Realm.DEMO, QUICK)
    mine, theirs = (json.loads((place / keys.FILE).read_bytes()) for place in (folder, other))
    mine["slots"] = theirs["slots"]
    del mine["sum"]
    mine["sum"] = keys.hashlib.sha256(keys._canonical(mine)).hexdigest()
    for name in (keys.FILE, keys.COPY):
        (folder / name).write_text(json.dumps(mine))
    with pytest.raises(WorkspaceDamaged):
        keys.unlock(folder, "王工", "口令")


def test_real_workspace_refuses_weak_parameters(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        keys.create(tmp_path, "王工", "口令", Realm.REAL, QUICK)
    with pytest.raises(BadInput):
        keys.create(tmp_path, "王工", "口令", Realm.DEMO, Kdf(64, 1, 1))
    with pytest.raises(BadInput):
        keys.create(tmp_path, "王工", "", Realm.DEMO, QUICK)
    assert list(tmp_path.iterdir()) == []


@given(st.binary(max_size=3000))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_as_key_file_raise_only_a_coded_error(tmp_path: Path, data: bytes) -> None:
    for name in (keys.FILE, keys.COPY):
        (tmp_path / name).write_bytes(data)
    with pytest.raises(WorkspaceError):
        keys.read(tmp_path)


def test_derived_keys_are_those_of_the_first_release() -> None:
    assert Keys(bytes(range(32))).derive("database").hex() == "9812513efb938eb31f6d7246eb88b007cc0082a4c7619047af72a4836dc67852"
    assert "01020304" not in repr(Keys(bytes(range(32))))


def test_users_can_be_read_without_the_database_libraries(folder: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from fieldapp.store import keys; folder = Path(sys.argv[1]);"
        "print(keys.users(folder), keys.realm(folder));"
        "bad = {'sqlmodel', 'sqlalchemy', 'apsw', 'pydantic'} & set(sys.modules); assert not bad, bad"
    )
    done = subprocess.run([sys.executable, "-c", script, str(folder)], capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert "王工" in done.stdout
