"""Formats are promises: kept key files and attachments, made from fixed seeds, still read and still come out the same."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from fieldapp.store import keyfile, keys, recovery, vault
from fieldapp.store.keys import Keys
from sync.recovery import answer, fingerprint, read_request, write

KNOWN: dict[str, Any] = json.loads(Path(__file__).with_name("known_answers.json").read_text(encoding="utf-8"))
DATA = bytes.fromhex(KNOWN["data_key"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / keys.FILE).write_text(KNOWN["key_file"], encoding="utf-8")
    return tmp_path


def test_keys_for_every_purpose_are_the_same() -> None:
    assert {purpose: Keys(DATA).derive(purpose).hex() for purpose in KNOWN["derived"]} == KNOWN["derived"]


def test_kept_key_file_opens_for_every_user_by_sheet_and_by_district(folder: Path) -> None:
    for user, passphrase in KNOWN["users"].items():
        assert keys.unlock(folder, user, passphrase) == Keys(DATA)
    assert recovery.open_sheet(folder, KNOWN["sheet_code"]) == Keys(DATA)
    request = read_request(KNOWN["request"])
    assert (write(request), fingerprint(request)) == (KNOWN["request"], KNOWN["digits"])
    assert answer(request, X25519PrivateKey.from_private_bytes(bytes.fromhex(KNOWN["district_private"]))).user == "王工"
    (folder / recovery.PENDING).write_text(KNOWN["pending"], encoding="utf-8")
    assert recovery.take_answer(folder, KNOWN["answer"], KNOWN["new_passphrase"]) == (Keys(DATA), "王工")


def test_kept_key_file_is_written_again_to_the_last_byte(folder: Path) -> None:
    keys.write(folder, keys.read(folder), Keys(DATA))
    assert (folder / keys.FILE).read_text(encoding="utf-8") == KNOWN["key_file"]
    plain = json.loads(KNOWN["key_file"])
    assert {name: plain[name] for name in keyfile.SUITES[2]} == keyfile.SUITES[2]


def test_kept_key_file_of_an_exchanged_key_opens_files_of_its_own_and_is_written_again_to_the_last_byte(folder: Path) -> None:
    (folder / keys.FILE).write_text(KNOWN["key_file_of_generation_1"], encoding="utf-8")
    found = Keys(bytes.fromhex(KNOWN["data_key_of_generation_1"]))
    for user, passphrase in KNOWN["users"].items():
        assert keys.unlock(folder, user, passphrase) == found
    assert recovery.open_sheet(folder, KNOWN["sheet_code"]) == found
    file = keys.read(folder)
    assert (file.format, file.database, file.files) == (3, "workspace-1.db", "files-1")
    keys.write(folder, file, found)
    assert (folder / keys.FILE).read_text(encoding="utf-8") == KNOWN["key_file_of_generation_1"]


def test_key_file_of_the_first_format_opens_and_is_renewed(folder: Path) -> None:
    (folder / keys.FILE).write_text(KNOWN["key_file_of_format_1"], encoding="utf-8")
    found = keys.unlock(folder, **KNOWN["format_1"])
    keys.reset_passphrase(folder, found, KNOWN["format_1"]["user"], "neu")
    assert keys.read(folder).format == 2
    assert keys.unlock(folder, KNOWN["format_1"]["user"], "neu") == found


@pytest.mark.parametrize("known", KNOWN["attachment"]["files"], ids=lambda known: str(known["size"]))
def test_attachment_is_sealed_to_the_same_bytes_under_the_same_name(known: dict[str, Any]) -> None:
    plain, found = bytes(number % 251 for number in range(known["size"])), Keys(DATA)
    key = found.derive("attachments")
    sealed = vault.seal(key, known["sha256"], plain, salt=bytes.fromhex(KNOWN["attachment"]["salt"]))
    assert (len(sealed), hashlib.sha256(sealed).hexdigest()) == (known["sealed_bytes"], known["sealed_sha256"])
    assert sealed.hex() == known.get("sealed", sealed.hex())
    assert vault.Vault(Path(), found).path(known["sha256"]).name == known["name"]
    assert vault.unseal(key, known["sha256"], sealed) == plain
