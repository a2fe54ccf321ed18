"""After one changed answer only its page and what names the revision are printed again, with a slip that says what to exchange."""

from __future__ import annotations

import pypdfium2
import pytest

from fieldapp.errors import NotAllowed
from fieldapp.store import operations
from fieldapp.usecases import printing, printing_changes, printing_ledger
from fieldapp.usecases.workspaces import Workspace
from tests.world import nobody_home, photo, quiet

from .test_printing_ledger import revised


def texts(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    found = [document[index].get_textpage().get_text_bounded() for index in range(len(document))]
    document.close()
    return found


def test_one_changed_answer_prints_its_page_and_what_names_the_revision(workspace: Workspace) -> None:
    household = nobody_home(workspace, "张三", picture=photo())
    with pytest.raises(NotAllowed) as refused:
        printing_changes.changed_pages(workspace, household, quiet)
    assert refused.value.values["reason"] == "never-printed"
    first = printing.make_archive(workspace, household, quiet)
    printing.printed(workspace, first)
    with pytest.raises(NotAllowed) as refused:
        printing_changes.changed_pages(workspace, household, quiet)
    assert refused.value.values["reason"] == "up-to-date"
    revised(workspace, household, "门锁着，电话不通")
    changed = printing_changes.changed_pages(workspace, household, quiet)
    for copy in changed.copies:
        assert copy.before == 1
        # The list of what was changed is a page more; the answer's own page, the signed one and the covers are exchanged.
        assert set(copy.into) - set(copy.out) == {str(max(int(name) for name in copy.into if name.isdigit()))}
        assert {"cover", "1", "notes"} <= set(copy.out) <= set(copy.into)
    whole = len(texts(changed.archive.pdf))
    assert changed.pages == sum(1 + len(copy.into) for copy in changed.copies)
    assert changed.pages - 3 < whole
    told = texts(changed.pdf)
    slip = told[0].replace("\r\n", "")
    assert "换页单" in slip
    assert printing_changes.page_words(changed.copies[0].into) in slip
    assert printing_changes.note_changed(workspace, changed, "print", "HP-1") == 2
    newest = printing_ledger.lines(workspace, household)[0]
    assert (newest.made.part, newest.made.pages, newest.stale) == (changed.part, changed.pages, False)
    assert printing_ledger.papers(workspace, household).stale == ()


def test_what_was_printed_before_pages_were_compared_is_read_from_the_kept_archive(workspace: Workspace) -> None:
    household = nobody_home(workspace, "张三")
    first = printing.make_archive(workspace, household, quiet, ("household",), duplex=True)
    printing.printed(workspace, first)
    revised(workspace, household)
    by_marks = printing_changes.changed_pages(workspace, household, quiet, ("household",), duplex=True)
    with workspace.begin() as tx:
        village = operations.of_record(tx, first.record)[0].vil
        operations.write(tx, "archive", first.record, village, {"marks": None})
    changed = printing_changes.changed_pages(workspace, household, quiet, ("household",), duplex=True)
    (copy,) = changed.copies
    assert changed.copies == by_marks.copies
    assert (changed.pages % 2, len(copy.into) % 2, len(copy.out) % 2) == (0, 0, 0)


def test_when_nothing_is_missing_any_more_every_page_is_printed_again(workspace: Workspace) -> None:
    household = nobody_home(workspace, "张三")
    first = printing.make_archive(workspace, household, quiet, ("village",))
    printing.printed(workspace, first)
    with workspace.begin() as tx:
        village = operations.of_record(tx, first.record)[0].vil
        operations.write(tx, "archive", first.record, village, {"gaps": '[["no-signature", "户主", false]]'})
    assert printing_ledger.papers(workspace, household).incomplete
    changed = printing_changes.changed_pages(workspace, household, quiet, ("village",))
    assert (changed.archive.revision, changed.pages) == (1, 1 + changed.archive.pages)
    printing_changes.note_changed(workspace, changed, "file", "a.pdf")
    assert not printing_ledger.papers(workspace, household).incomplete
    with pytest.raises(NotAllowed):
        printing_changes.changed_pages(workspace, household, quiet, ("village",))
