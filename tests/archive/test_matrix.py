"""The parameter file: ours is sound, a county's lies over it, and what is wrong is named with file and key."""

import pytest

from fieldapp.archive import matrix
from fieldapp.archive.matrix import BoundAs
from fieldapp.domain import stage
from fieldapp.errors import MatrixInvalid
from fieldapp.words import say


def test_our_materials_are_those_of_the_stages() -> None:
    assert tuple(rule.material for rule in matrix.default().materials) == stage.MATRIX


def test_every_stage_has_its_materials_and_its_households() -> None:
    held = matrix.default()
    assert {rule.stage for rule in held.stages} == {rule.material.stage for rule in held.materials} == set(stage.Stage)


def test_a_countys_file_changes_what_it_names_and_nothing_else() -> None:
    given = matrix.read(b'binding = "pieces"\n[number]\ncategory_no = "JF03"\n[fonds.990102]\nnumber = "0123"\nname = "x"\n')
    own = matrix.default()
    assert (given.binding, given.patterns.category_no) == (BoundAs.PIECES, "JF03")
    assert (given.patterns.volume, given.materials, given.terms) == (own.patterns.volume, own.materials, own.terms)


def test_fonds_of_the_longest_code_counts() -> None:
    given = matrix.read(b'[fonds.99]\nnumber = "1"\n[fonds.990102101]\nnumber = "2"\nname = "t"\n')
    assert given.fonds_of("990102101201").number == "2"
    assert given.fonds_of("990102102201").number == "1"
    assert matrix.default().fonds_of("990102101201").number == "990102101"


@pytest.mark.parametrize(
    ("text", "key", "fault"),
    [
        ("[", "-", "toml"),
        ("bindung = 'volume'", "bindung", "unknown"),
        ("binding = 'box'", "binding", "choice"),
        ("duplex = 'yes'", "duplex", "type"),
        ("[number]\nvolume = '{volume'", "number.volume", "pattern"),
        ("[number]\nvolume = '{year}'", "number.volume", "pattern"),
        ("[number]\nvolume = '{volume.x}'", "number.volume", "pattern"),
        ("[number]\nvolume = '{volume}{piece}'", "number.volume", "pattern"),
        ("[number]\npiece = '{volume}'", "number.piece", "pattern"),
        ("[retention_of]\nform = 'D99'", "retention_of.form", "choice"),
        ("[fonds.12345]\nnumber = '1'", "fonds.12345", "area-code"),
        ("[fonds.99]\nname = '1'", "fonds.99.number", "missing"),
        ("[stage.X]\nname = 'x'", "stage.X", "stage"),
        ("[signatures]\nseals = ['county']", "signatures.seals", "choice"),
        ("[signatures.questions]\nhead = 1", "signatures.questions.head", "type"),
        ("[checks]\norders = [['a']]", "checks.orders", "type"),
        ("[checks]\nspelling = 'x'", "checks.spelling", "unknown"),
        ("[[material]]\ncode = 'S1'\nname = 'a'\n[[material]]\ncode = 'S1'\nname = 'a'", "material[2].code", "twice"),
        ("[[material]]\ncode = 'S1'\nname = 'a'\nnot_before = 'S0'", "material[1].not_before", "unknown"),
        ("[[material]]\ncode = 'S1'\nname = 'a'\nnotice_days = -1", "material[1].notice_days", "type"),
        ("[[material]]\ncode = 'S1'\nname = 'a'\nsigners = ['nobody']", "material[1].signers", "choice"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_key(text: str, key: str, fault: str) -> None:
    with pytest.raises(MatrixInvalid) as raised:
        matrix.read(text.encode(), "county.toml")
    values = raised.value.values
    assert (values["file"], values["key"], values["fault"]) == ("county.toml", key, fault)
    told = say(f"error-{raised.value.code}", **values)
    assert "county.toml" in told
    assert key in told
