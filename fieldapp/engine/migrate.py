"""Carries a draft to another version of its form: what is kept, what moved, what has no question now, what is newly asked.

A question is the same if its path is the same; else if the new one names the old path in `bind::fa:was` (several may stand there, blanks
between); else if exactly one question with its name vanished and exactly one with that name appeared. Questions inside repeats stay
in the rows of the same repeat. Nothing is thrown away: an answer without a question stays in the draft under its old path, one that its
question cannot hold any more under `@unfit/`, and both come back with a version that has a place for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fieldapp.domain.submission import Answers

from .definition import FormDefinition, NodeDef
from .instance import Node, stable_path_of
from .looks import words_of
from .session import FormSession
from .snapshots import EXPLANATION, PARKED, REMOVED
from .speech import SELECTS
from .surroundings import Surroundings
from .values import Unfit, canonical
from .views import Kind

UNFIT = "@unfit/"
"""Before the stable path of an answer that its question cannot hold any more."""


@dataclass(frozen=True, slots=True)
class Carried:
    """An answer, and the question that it belongs or belonged to."""

    path: str
    """Stable path in the draft."""
    label: str
    text: str
    """In words."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """A question that stands at another place or has another name now; paths without rows."""

    before: str
    after: str
    label: str


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a draft's answers, and what the new version asks besides."""

    version: str
    kept: int
    """Answers that are where they were or moved with their question."""
    renamed: tuple[Renamed, ...]
    dropped: tuple[Carried, ...]
    unfit: tuple[Carried, ...]
    """Answers that the question's type or choices do not take any more."""
    returned: tuple[Carried, ...]
    """Answers that an earlier version had no place for."""
    new: tuple[str, ...]
    """Labels of the questions that no answer could be there for."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """The draft under the new version."""

    session: FormSession
    report: Report


def migrate(before: FormDefinition, after: FormDefinition, around: Surroundings, answers: Answers, language: str | None = None) -> Migrated:
    """A draft's answers under another version of its form; `answers` is its snapshot under `before`. Raises NotFound(language)."""
    same = _pairs(before, after)
    carrier = _Carrier(_Shape(before), _Shape(after), same)
    carrier.carry(answers)
    known = {*same.values(), *(_short(node) for node in after.nodes if _short(node) in carrier.returning)}
    fresh = frozenset(node.index for node in after.nodes if _short(node) not in known)
    spoken = language if language in after.languages else None
    session = FormSession.resume(after, around, carrier.answers, spoken, fresh)
    return Migrated(session, _report(FormSession.resume(before, around, answers), session, carrier, fresh))


def _short(node: NodeDef) -> str:
    """The path below the root."""
    return node.path.strip("/").partition("/")[2]


def _pairs(before: FormDefinition, after: FormDefinition) -> dict[str, str]:
    """Old path → new path of every question, row and hidden value that is the same in both; groups do not matter."""
    old = {_short(node): node for node in before.nodes if _carries(node)}
    new = {_short(node): node for node in after.nodes if _carries(node)}
    pairs = {path: path for path, node in old.items() if path in new and _alike(node, new[path])}
    for path, node in new.items():
        pairs.update({was: path for was in node.bind.was.split() if was in old and was not in pairs and _alike(old[was], node)})
    taken = set(pairs.values())
    gone = [node for path, node in old.items() if path not in pairs]
    come = [node for path, node in new.items() if path not in taken]
    counts = Counter((node.name, node.is_leaf) for node in gone), Counter((node.name, node.is_leaf) for node in come)
    for node in gone:
        key = node.name, node.is_leaf
        if counts[0][key] == counts[1][key] == 1:
            pairs[_short(node)] = next(_short(other) for other in come if (other.name, other.is_leaf) == key)
    return {was: path for was, path in pairs.items() if _same_rows(before, after, old[was], new[path], pairs)}


def _carries(node: NodeDef) -> bool:
    return node.is_leaf or node.kind is Kind.REPEAT


def _alike(old: NodeDef, new: NodeDef) -> bool:
    return old.is_leaf == new.is_leaf


def _same_rows(before: FormDefinition, after: FormDefinition, old: NodeDef, new: NodeDef, pairs: Mapping[str, str]) -> bool:
    """Whether the rows around both are those of the same repeats."""
    mine = [pairs.get(_short(before.nodes[index])) for index in before.repeats_of(old.index)]
    return mine == [_short(after.nodes[index]) for index in after.repeats_of(new.index)]


class _Shape:
    """Stable paths of one version, read and written."""

    def __init__(self, definition: FormDefinition) -> None:
        self.nodes = {_short(node): node for node in definition.nodes}

    def read(self, path: str) -> tuple[NodeDef, tuple[str, ...]] | None:
        """The definition of a stable path and the ids of its rows; None if this version has no such path."""
        names, rows, parts = "", [], iter(path.split("/"))
        node = None
        for part in parts:
            names = f"{names}/{part}" if names else part
            node = self.nodes.get(names)
            if node is None:
                return None
            if node.kind is Kind.REPEAT:
                row = next(parts, None)
                if row is None:
                    return None
                rows.append(row)
        return (node, tuple(rows)) if node is not None and _carries(node) else None

    def write(self, path: str, rows: tuple[str, ...]) -> str:
        """The stable path of a definition in these rows."""
        names, found, left = "", [], list(rows)
        for part in path.split("/"):
            names = f"{names}/{part}" if names else part
            found.append(part)
            if self.nodes[names].kind is Kind.REPEAT:
                found.append(left.pop(0))
        return "/".join(found)


@dataclass(slots=True)
class _Carrier:
    """Answers on their way from one version to the other."""

    before: _Shape
    after: _Shape
    same: Mapping[str, str]
    answers: dict[str, str] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    """Old stable path → new one."""
    unfit: dict[str, str] = field(default_factory=dict)
    """New stable path → text."""
    returned: dict[str, str] = field(default_factory=dict)
    returning: set[str] = field(default_factory=set)
    """Definitions (paths below the root) to which an answer came back."""

    def carry(self, answers: Answers) -> None:
        """First what this version knows, then what earlier ones had left over."""
        left: dict[str, str] = {}
        for path, text in answers.items():
            target = self._target(path)
            if target is None:
                left[path] = text
            else:
                self.moved[path] = target
                self._put(target, text)
        for path, text in left.items():
            waited = path.removeprefix(UNFIT)
            target = self._target(waited) or waited
            if target in self.answers or not self._comes_back(target, text):
                self.answers.setdefault(UNFIT + target if waited != path else path, text)

    def _target(self, path: str) -> str | None:
        """Where an answer of the old version stands in the new one."""
        mark, plain, why = _parts(path)
        found = self.before.read(plain)
        if found is None or _short(found[0]) not in self.same:
            return None
        return mark + self.after.write(self.same[_short(found[0])], found[1]) + why

    def _put(self, path: str, text: str) -> None:
        fitted = self._fitted(path, text)
        if fitted is None:
            self.answers[UNFIT + path] = self.unfit[path] = text
        else:
            self.answers[path] = fitted

    def _comes_back(self, path: str, text: str) -> bool:
        found = self.after.read(_parts(path)[1])
        fitted = self._fitted(path, text) if found is not None else None
        if found is None or fitted is None:
            return False
        self.answers[path] = fitted
        self.returning.add(_short(found[0]))
        if found[0].kind is Kind.QUESTION and not path.endswith(EXPLANATION):
            self.returned[path] = fitted
        return True

    def _fitted(self, path: str, text: str) -> str | None:
        """The text as the new question stores it, None if it cannot."""
        found = self.after.read(_parts(path)[1])
        if found is None or found[0].kind is not Kind.QUESTION or path.endswith(EXPLANATION):
            return text
        try:
            return canonical(found[0], text)
        except Unfit:
            return None


def _parts(path: str) -> tuple[str, str, str]:
    """Marks of removed rows, the plain stable path, and the mark of an explanation."""
    plain = path
    while plain.startswith((REMOVED, PARKED)):
        plain = plain.removeprefix(REMOVED).removeprefix(PARKED)
    mark = path[: len(path) - len(plain)]
    return (mark, plain.removesuffix(EXPLANATION), EXPLANATION) if plain.endswith(EXPLANATION) else (mark, plain, "")


def _report(old: FormSession, new: FormSession, carrier: _Carrier, fresh: frozenset[int]) -> Report:
    answered = {stable_path_of(node): node for node in _answered(old)}
    dropped = [_carried(old, path, node) for path, node in answered.items() if path not in carrier.moved]
    places = {stable_path_of(node): node for node in new.live.tree.root.subtree()}
    unfit = [
        Carried(target, words_of(old.live, node)[0], words_of(old.live, node)[1])
        for path, node in answered.items()
        if (target := carrier.moved.get(path, "")) in carrier.unfit or _is_lost_choice(places.get(target))
    ]
    renamed = {
        (was, path): Renamed(was, path, words_of(new.live, node)[0])
        for was, path in carrier.same.items()
        if was != path
        for node in list(new.live.tree.instances[carrier.after.nodes[path].index])[:1]
        if node.node.kind is Kind.QUESTION
    }
    returned = [_carried(new, path, places[path]) for path in carrier.returned if path in places]
    asked = [node for node in new.definition.nodes if node.index in fresh and node.kind is Kind.QUESTION]
    return Report(
        version=new.definition.version,
        kept=len(answered) - len(dropped) - len(unfit),
        renamed=tuple(renamed.values()),
        dropped=tuple(dropped),
        unfit=tuple(unfit),
        returned=tuple(returned),
        new=tuple(_asked(new, node) for node in asked),
    )


def _answered(session: FormSession) -> Iterator[Node]:
    for node in session.live.tree.root.subtree():
        if node.node.kind is Kind.QUESTION and node.raw:
            yield node


def _carried(session: FormSession, path: str, node: Node) -> Carried:
    return Carried(path, *words_of(session.live, node))


def _is_lost_choice(node: Node | None) -> bool:
    """Whether a stored choice is not among those that are offered now."""
    if node is None or not node.relevant or node.node.control is None or node.node.control.control not in SELECTS:
        return False
    return set(node.raw.split()) != set(node.value.split())


def _asked(session: FormSession, node: NodeDef) -> str:
    places = session.live.tree.instances[node.index]
    for place in places:
        return words_of(session.live, place)[0]
    label = node.control.label if node.control is not None else None
    return session.live.speech.say(label, session.live.tree.root) or node.name
