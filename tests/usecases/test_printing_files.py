"""Archives of many households as one file: whole or not there at all, each household's own archive kept in the workspace."""

from collections.abc import Sequence
from pathlib import Path

import pypdf
import pytest

from fieldapp.archive import seal
from fieldapp.errors import Cancelled
from fieldapp.usecases import printing, printing_files
from fieldapp.usecases.printing_files import MadeFiles, Report
from fieldapp.usecases.workspaces import Workspace
from tests import world

HEADS = ("张𬭎", "李四", "王五")


def one_file(workspace: Workspace, out: Path, report: Report = world.quiet, copies: Sequence[str] = printing.HOLDERS) -> MadeFiles:
    return printing_files.make_files(workspace, out, household=None, village=world.VILLAGE, copies=copies, one_file=True, report=report)


def test_one_file_holds_every_finalized_household_of_the_village(workspace: Workspace, tmp_path: Path) -> None:
    for head in HEADS:
        world.nobody_home(workspace, head, picture=world.photo(head))
    out = tmp_path / "out"
    made = one_file(workspace, out)
    whole = out / "archives.pdf"
    assert {one.file for one in made.archives} == {whole}
    assert sorted(out.iterdir()) == [whole]
    reader = pypdf.PdfReader(whole)
    assert sorted(entry.title.rpartition("　")[2] for entry in reader.outline[::2]) == sorted(HEADS)
    assert len(reader.pages) == sum(one.pages for one in made.archives)
    assert sorted(reader.attachments) == sorted(f"{one.household}.json" for one in made.archives)
    assert seal.file_signer(whole.read_bytes(), {workspace.device.device: workspace.device.public_key}) == workspace.device.device
    assert all(printing.kept_archive(workspace, one.household) for one in made.archives)


def test_giving_up_leaves_no_file(workspace: Workspace, tmp_path: Path) -> None:
    for head in HEADS:
        world.nobody_home(workspace, head)

    def report(done: int, total: int, text: str) -> None:
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        one_file(workspace, tmp_path / "out", report)
    assert list((tmp_path / "out").iterdir()) == []
