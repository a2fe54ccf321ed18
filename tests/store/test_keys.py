from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fieldapp.errors import AlreadyThere, BadInput, NotFound, WorkspaceDamaged, WorkspaceError, WorkspaceMissing, WrongPassphrase
from fieldapp.store import keyfile, keys
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


def edit(folder: Path, change: Callable[[Any], None]) -> None:
    """Alter the key file and its copy as somebody who also mends the plain checksum."""
    plain = json.loads((folder / keys.FILE).read_bytes())
    del plain["sum"]
    change(plain)
    plain["sum"] = hashlib.sha256(keyfile.canonical(plain)).hexdigest()
    for name in (keys.FILE, keys.COPY):
        (folder / name).write_text(json.dumps(plain), encoding="utf-8")


def refusal(folder: Path, user: str = "王工", passphrase: str = "口令") -> str:
    """What is said of a key file that does not open."""
    with pytest.raises(WorkspaceDamaged) as told:
        keys.unlock(folder, user, passphrase)
    assert told.value.values["part"] == "key-file"
    return str(told.value.values["detail"])


def test_weaker_and_costlier_parameters_are_refused_before_anything_is_computed_with_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "_stretch", None)
    edit(folder, lambda plain: plain["slots"][0]["kdf"].update(memory_kib=512))
    assert refusal(folder) == "weak-parameters"
    edit(folder, lambda plain: plain["slots"][0]["kdf"].update(memory_kib=1 << 30))
    assert refusal(folder) == "costly-parameters"
    edit(folder, lambda plain: plain["slots"][0]["kdf"].update(memory_kib=8192, passes=17))
    assert refusal(folder) == "costly-parameters"


def test_downgraded_parameters_within_the_bounds_are_told_from_a_wrong_passphrase(folder: Path) -> None:
    edit(folder, lambda plain: plain["slots"][0]["kdf"].update(memory_kib=2048))
    assert refusal(folder) == "altered-parameters"
    with pytest.raises(WrongPassphrase):
        keys.unlock(folder, "王工", "falsch")


def test_slots_of_two_users_do_not_pass_for_each_other(folder: Path) -> None:
    keys.add_user(folder, keys.unlock(folder, "王工", "口令"), "李工", "zwei", QUICK)

    def swap(plain: Any) -> None:
        for slot, name in zip(plain["slots"], ("李工", "王工"), strict=True):
            slot["name"] = name

    edit(folder, swap)
    assert refusal(folder, "李工", "口令") == "swapped-slot"
    assert refusal(folder, "王工", "zwei") == "swapped-slot"


def test_slot_of_another_workspace_is_refused(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    keys.create(other, "王工", "口令", Realm.DEMO, QUICK)
    theirs = json.loads((other / keys.FILE).read_bytes())
    edit(folder, lambda plain: plain.update(slots=theirs["slots"]))
    assert refusal(folder) == "swapped-slot"
    edit(folder, lambda plain: plain.update(slots=theirs["slots"], workspace=theirs["workspace"], check=theirs["check"]))
    assert refusal(folder) == "altered"


def test_foreign_public_key_in_a_slot_is_refused_before_anything_is_sealed_for_it(folder: Path) -> None:
    mine = keys.unlock(folder, "王工", "口令")
    keys.add_user(folder, mine, "李工", "zwei", QUICK)
    thief = X25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    edit(folder, lambda plain: plain["slots"][1].update(public=thief))
    assert refusal(folder) == "altered"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("realm",), "real"),
        (("workspace",), "0" * 32),
        (("check",), "0" * 64),
        (("mac",), "0" * 64),
        (("slots", 0, "name"), "李工"),
        (("slots", 0, "sealed"), "0" * 160),
        (("slots", 0, "nonce"), "0" * 24),
        (("slots", 0, "wrapped"), "0" * 96),
        (("slots", 0, "salt"), "00"),
        (("slots", 0, "kind"), "sheet"),
        (("slots", 0, "more"), 1),
        (("seal",), "none"),
        (("format",), True),
    ],
)
def test_altered_key_file_opens_nothing(folder: Path, path: tuple[str | int, ...], value: object) -> None:
    def change(plain: Any) -> None:
        for step in path[:-1]:
            plain = plain[step]
        plain[path[-1]] = value

    edit(folder, change)
    with pytest.raises(WorkspaceError):
        keys.unlock(folder, keys.users(folder)[0], "口令")


def test_new_key_file_takes_the_old_ones_place_only_after_it_was_seen_to_open(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: (folder / name).read_bytes() for name in (keys.FILE, keys.COPY)}
    real = AESGCM.encrypt
    monkeypatch.setattr(keys, "AESGCM", lambda key: _Garbling(real, key))
    with pytest.raises(WrongPassphrase):
        keys.reset_passphrase(folder, keys.unlock(folder, "王工", "口令"), "王工", "neu")
    monkeypatch.undo()
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert keys.unlock(folder, "王工", "口令")


class _Garbling:
    """A cipher whose memory is faulty while it writes."""

    def __init__(self, real: Any, key: bytes) -> None:
        self._real, self._cipher = real, AESGCM(key)
        self.decrypt = self._cipher.decrypt

    def encrypt(self, nonce: bytes, data: bytes, header: bytes) -> bytes:
        sealed = bytearray(self._cipher.encrypt(nonce, data, header))
        sealed[0] ^= 1
        return bytes(sealed)


def test_real_workspace_refuses_weak_parameters(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        keys.create(tmp_path, "王工", "口令", Realm.REAL, QUICK)
    with pytest.raises(BadInput):
        keys.create(tmp_path, "王工", "口令", Realm.DEMO, Kdf(64, 1, 1))
    with pytest.raises(BadInput):
        keys.create(tmp_path, "王工", "", Realm.DEMO, QUICK)
    assert list(tmp_path.iterdir()) == []


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
