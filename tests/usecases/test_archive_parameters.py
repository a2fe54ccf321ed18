"""The archive's parameters come with the form; numbers, gaps and comparisons reach what is printed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from fieldapp.archive.matrix import FILE_NAME
from fieldapp.domain.clock import FixedClock
from fieldapp.domain.household import Household
from fieldapp.domain.ids import AreaCode, HouseholdId
from fieldapp.errors import MatrixInvalid
from fieldapp.store import areas, operations
from fieldapp.store.keys import QUICK
from fieldapp.store.scans import SIGNATURES, PageRef
from fieldapp.usecases import printing, printing_facts, roster, workspaces
from fieldapp.usecases.county.divisions import divisions
from fieldapp.usecases.workspaces import Workspace
from tests.world import MORNING, PASSPHRASE, VILLAGE, bundled, nobody_home, quiet, visit_in_vain

Laptop = Callable[[str, str], Workspace]


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Laptop]:
    """Laptops whose form came with parameters of the county."""
    opened: list[Workspace] = []

    def begin(user: str, parameters: str = "") -> Workspace:
        made = [
            (replace(form, files={**form.files, FILE_NAME: parameters.encode()}) if parameters else form, cache)
            for form, cache in bundled()
        ]
        workspace = workspaces.create(tmp_path / user, user, PASSPHRASE, "demo", FixedClock(MORNING), kdf=QUICK, made=made)
        with workspace.begin() as tx:
            areas.learn(tx, divisions())
        opened.append(workspace)
        return workspace

    yield begin
    for workspace in opened:
        workspace.close()


def number(workspace: Workspace, household: HouseholdId) -> str:
    return printing_facts.prepared(workspace, household, ("village",)).sheet.number


def test_parameters_that_came_with_the_form_are_followed(laptop: Laptop) -> None:
    given = """
        [number]
        volume = "{fonds_no}·{year}·{volume}"
        [fonds.990102]
        number = "0123"
        name = "示范县人民政府"
        [copies]
        left_out = ["visit_*"]
    """
    workspace = laptop("甲", given)
    household = nobody_home(workspace, "张三")
    sheet = printing_facts.prepared(workspace, household, ("village",)).sheet
    assert sheet.number == f"0123·2026·{sheet.facts.numbering.volume}"
    assert sheet.facts.fonds == "示范县人民政府"
    assert {"入户结果", "未完成原因说明"} <= {line.label for part in sheet.internal for line in part.lines}


def test_broken_parameters_are_named_with_the_form_version(laptop: Laptop) -> None:
    workspace = laptop("甲", "[number]\nvolume = 3")
    household = nobody_home(workspace, "张三")
    with pytest.raises(MatrixInvalid) as raised:
        printing.preview(workspace, household, quiet)
    assert raised.value.values["file"] == f"household_survey {bundled()[0][0].version} {FILE_NAME}"
    assert raised.value.values["key"] == "number.volume"


def test_two_laptops_offline_number_one_village_without_collision(laptop: Laptop) -> None:
    one, other = laptop("甲", ""), laptop("乙", "")
    shared = HouseholdId(uuid4().hex)
    for workspace in (one, other):
        roster.add(workspace, Household(shared, AreaCode(VILLAGE), "共同的户"))
        visit_in_vain(workspace, shared, "门锁着")
    first = [nobody_home(one, f"甲{place}") for place in range(3)]
    second = [nobody_home(other, f"乙{place}") for place in range(3)]
    assert number(one, shared) == number(other, shared), "the same on every laptop"
    numbers = [number(one, shared), *(number(one, own) for own in first), *(number(other, own) for own in second)]
    assert len(set(numbers)) == 7
    assert number(one, shared) == numbers[0], "the same when it is printed again"


def test_what_is_missing_reaches_the_person_who_prints(laptop: Laptop) -> None:
    workspace = laptop("甲", "[signatures]\nseals = []")
    household = nobody_home(workspace, "张三")
    assert [gap.code for gap in printing.preview(workspace, household, quiet).gaps] == ["no-seal-place"]
    assert [gap.text for gap in printing.make_archive(workspace, household, quiet).gaps] == ["签字页没有盖章处"]


def test_a_household_with_everything_is_printed_as_complete(laptop: Laptop) -> None:
    workspace = laptop("甲", "")
    assert printing.preview(workspace, nobody_home(workspace, "张三"), quiet).gaps == ()


def test_a_signed_page_that_came_back_fills_the_gap(laptop: Laptop) -> None:
    workspace = laptop("甲", '[signatures.questions]\nhead = "on_paper"\nenumerator = "on_paper"')
    household = nobody_home(workspace, "张三")
    before = printing_facts.prepared(workspace, household, ("village",)).sheet
    assert [gap.code for gap in before.gaps] == ["no-signature", "no-signature"]
    path = PageRef(before.facts.revision, 2, SIGNATURES, 3).path
    with workspace.begin() as tx:
        fields: dict[str, str | None] = {
            "household": household,
            "path": path,
            "sha": "0" * 64,
            "mime": "image/jpeg",
            "taken_at": "2026-11-21",
        }
        operations.write(tx, "attachment", uuid4().hex, VILLAGE, fields)
    after = printing_facts.prepared(workspace, household, ("village",)).sheet
    assert (after.gaps, after.digest) == ((), before.digest), "the scan is no part of what was signed"
