"""What the form page needs of a form session, and the outline that it reads from it: sections with their questions in the form's order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from fieldapp.engine.views import Changes, Kind, NodeView, Problem, RemovedRow
from fieldapp.ui.questions.markup import plain


class LiveForm(Protocol):
    """The part of `engine.session.FormSession` that a page paints and answers."""

    @property
    def root(self) -> str:
        """Path of the form's root, as `/household_survey`."""
        ...

    def view(self, path: str) -> NodeView: ...

    def children(self, path: str) -> Sequence[str]: ...

    def problems(self) -> Sequence[Problem]: ...

    def progress(self, path: str) -> tuple[int, int]: ...

    def answer(self, path: str, value: str) -> Changes: ...

    def add_repeat(self, path: str) -> Changes: ...

    def remove_repeat(self, path: str, index: int) -> Changes: ...

    def move_repeat(self, path: str, index: int, to: int) -> Changes: ...

    def removed(self, path: str) -> Sequence[RemovedRow]: ...

    def restore_repeat(self, path: str, row_id: str) -> Changes: ...

    def explain(self, path: str, text: str) -> Changes: ...

    def undo(self) -> Changes: ...

    def redo(self) -> Changes: ...


@dataclass(frozen=True, slots=True)
class Section:
    """One top-level group or repeat, or a run of questions that stand in no group."""

    path: str
    """Of the group or repeat; of the first question for a run."""
    title: str
    kind: Kind
    paths: tuple[str, ...]
    """The questions of a run; empty for a group or repeat."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on the page: a question, a heading of an inner group, or a repeat."""

    path: str
    kind: Kind


_ASKED = (Kind.QUESTION, Kind.NOTE)


def sections(form: LiveForm, loose_title: str) -> tuple[Section, ...]:
    """The sections of a form; runs of ungrouped questions get a title of their own."""
    made: list[Section] = []
    run: list[str] = []

    def close_run() -> None:
        if run:
            made.append(Section(run[0], loose_title, Kind.GROUP, tuple(run)))
            run.clear()

    for path in form.children(form.root):
        view = form.view(path)
        if view.kind in (Kind.GROUP, Kind.REPEAT):
            if any(True for _ in _walk(form, path)) or view.kind is Kind.REPEAT:
                close_run()
                made.append(Section(path, _title(form, path), view.kind, ()))
        elif view.kind in _ASKED:
            run.append(path)
    close_run()
    return tuple(made)


def _title(form: LiveForm, path: str) -> str:
    """The label of a group or repeat; of a table-list, whose label XLSForm moves into a note, that note's."""
    view = form.view(path)
    notes = (form.view(child) for child in form.children(path) if view.kind is Kind.GROUP)
    moved = next((note.label for note in notes if _is_moved_title(note)), "")
    return plain(view.label or moved) or view.name


def _is_moved_title(view: NodeView) -> bool:
    return view.kind is Kind.NOTE and view.name.startswith("generated_table_list_label")


def items(form: LiveForm, section: Section) -> tuple[Item, ...]:
    """What stands in a section, in order."""
    if section.kind is Kind.REPEAT:
        return (Item(section.path, Kind.REPEAT),)
    if section.paths:
        return tuple(Item(path, form.view(path).kind) for path in section.paths)
    return tuple(_walk(form, section.path))


def items_below(form: LiveForm, path: str) -> tuple[Item, ...]:
    """What stands in a group or in one row of a repeat."""
    return tuple(_walk(form, path))


def _walk(form: LiveForm, path: str) -> Iterator[Item]:
    for child in form.children(path):
        view = form.view(child)
        if view.kind in _ASKED and not _is_moved_title(view):
            yield Item(child, view.kind)
        elif view.kind is Kind.REPEAT:
            yield Item(child, Kind.REPEAT)
        elif view.kind is Kind.GROUP:
            inner = tuple(_walk(form, child))
            if inner:
                if view.label:
                    yield Item(child, Kind.GROUP)
                yield from inner


def within(path: str, container: str) -> bool:
    """Whether a path is a container's own or below it; a repeat contains its rows."""
    return path == container or path.startswith((container + "/", container + "["))
