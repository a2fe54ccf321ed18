from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from fieldapp.errors import BadInput, RecoveryRefused, WorkspaceDamaged, WrongPassphrase
from fieldapp.store import keys, recovery
from fieldapp.store.keys import QUICK, Keys, Realm
from sync.recovery import Answer, Request, answer, fingerprint, read_answer, read_request, write

from .test_keys import edit

DEVICE = "d" * 32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keys.create(tmp_path, "王工", "口令", Realm.DEMO, QUICK)
    return tmp_path


@pytest.fixture
def mine(folder: Path) -> Keys:
    return keys.unlock(folder, "王工", "口令")


@pytest.fixture
def district() -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture
def asked(folder: Path, mine: Keys, district: X25519PrivateKey) -> Request:
    recovery.seal_for_district(folder, mine, DEVICE, district.public_key().public_bytes_raw())
    return read_request(recovery.request_text(recovery.ask(folder, "王工", "neu")))


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(RecoveryRefused) as told:
        work()
    return str(told.value.values["reason"])


def test_sheet_opens_the_same_keys_until_a_new_one_is_made(folder: Path, mine: Keys) -> None:
    assert recovery.ways(folder) == ()
    code = recovery.make_sheet(folder, mine)
    assert recovery.ways(folder) == ("sheet",)
    assert recovery.open_sheet(folder, code) == mine
    assert recovery.open_sheet(folder, code.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == mine
    other = recovery.make_sheet(folder, mine)
    assert refused(lambda: recovery.open_sheet(folder, code)) == "wrong-code"
    recovery.spend_sheet(folder, mine)
    assert refused(lambda: recovery.open_sheet(folder, other)) == "no-sheet"
    assert keys.unlock(folder, "王工", "口令") == mine


def test_slip_of_the_pen_in_a_code_is_noticed_before_anything_is_tried(folder: Path, mine: Keys) -> None:
    code = recovery.make_sheet(folder, mine)
    letter = "A" if code[0] != "A" else "B"
    for wrong in (letter + code[1:], code[:-1], code + "7", "", "王" + code[1:]):
        with pytest.raises(BadInput):
            recovery.open_sheet(folder, wrong)


def test_altered_sheet_slot_is_refused(folder: Path, mine: Keys) -> None:
    code = recovery.make_sheet(folder, mine)
    edit(folder, lambda plain: plain["slots"][1].update(name="zettel"))
    with pytest.raises(WorkspaceDamaged) as told:
        recovery.open_sheet(folder, code)
    assert told.value.values["detail"] == "swapped-slot"


def test_district_answers_a_request_and_the_new_passphrase_opens(
    folder: Path, mine: Keys, district: X25519PrivateKey, asked: Request
) -> None:
    text = write(answer(asked, district))
    assert recovery.take_answer(folder, text, "neu") == (mine, "王工")
    assert keys.unlock(folder, "王工", "neu") == mine
    with pytest.raises(WrongPassphrase):
        keys.unlock(folder, "王工", "口令")
    assert refused(lambda: recovery.take_answer(folder, text, "neu")) == "no-request"


def test_old_passphrase_opens_until_the_answer_is_taken(folder: Path, mine: Keys, district: X25519PrivateKey, asked: Request) -> None:
    text = write(answer(asked, district))
    with pytest.raises(WrongPassphrase):
        recovery.take_answer(folder, text, "another than was chosen")
    assert keys.unlock(folder, "王工", "口令") == mine
    assert recovery.take_answer(folder, text, "neu")[0] == mine


def test_request_in_the_name_of_another_laptop_or_workspace_is_not_answered(asked: Request, district: X25519PrivateKey) -> None:
    for foreign in (replace(asked, device="e" * 32), replace(asked, workspace="0" * 32), replace(asked, sealed="00" * 80)):
        assert refused(lambda foreign=foreign: answer(foreign, district)) == "other-district"  # type: ignore[misc]
    assert refused(lambda: answer(asked, X25519PrivateKey.generate())) == "other-district"


def test_digits_change_with_every_part_of_a_request(asked: Request) -> None:
    others = [replace(asked, public="00" * 32), replace(asked, user="李工"), replace(asked, device="e" * 32)]
    assert len({fingerprint(one) for one in (asked, *others)}) == 4
    assert len(fingerprint(asked).replace(" ", "")) == 16


def test_answer_for_another_request_or_workspace_is_refused(folder: Path, district: X25519PrivateKey, asked: Request) -> None:
    given = answer(asked, district)
    again = recovery.ask(folder, "王工", "zweites")
    assert refused(lambda: recovery.take_answer(folder, write(given), "neu")) == "other-request"
    assert refused(lambda: recovery.take_answer(folder, write(replace(given, workspace="0" * 32)), "neu")) == "other-workspace"
    forged = Answer(again.workspace, again.user, again.public, given.sealed)
    with pytest.raises(WorkspaceDamaged):
        recovery.take_answer(folder, write(forged), "zweites")
    assert keys.unlock(folder, "王工", "口令")


_MARK = "FIELD-RECOVERY-ANSWER-1"


@pytest.mark.parametrize("text", ["", "x", f"{_MARK}.", f"{_MARK}.e30", f"{_MARK}.王", f"{_MARK}." + "A" * 9999])
def test_anything_else_is_no_answer(text: str) -> None:
    assert refused(lambda: read_answer(text)) == "garbled"


def test_without_a_district_there_is_nobody_to_ask(folder: Path) -> None:
    assert refused(lambda: recovery.ask(folder, "王工", "neu")) == "no-district"
    assert refused(lambda: recovery.take_answer(folder, write(Answer("0" * 32, "王工", "00" * 32, "00" * 80)), "neu")) == "no-request"
