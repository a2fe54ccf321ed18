"""A form without an engine: hand-made views, rules as plain functions; enough to paint and answer a page in tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from fieldapp.engine.views import Changes, ChoiceView, Control, Flaw, Kind, NodeView, Problem, RemovedRow

Values = Mapping[str, str]
YN = (ChoiceView("1", "是"), ChoiceView("0", "否"))
KINDS = tuple(
    ChoiceView(str(code), label)
    for code, label in enumerate(("一般户", "脱贫户", "边缘易致贫户", "突发严重困难户", "分散供养户", "其他"), 1)
)


@dataclass
class Ask:
    """One question of the paper form."""

    name: str
    label: str
    type: str = "string"
    control: Control = Control.INPUT
    choices: tuple[ChoiceView, ...] = ()
    required: bool = False
    relevant: Callable[[Values], bool] = lambda values: True
    warns: Callable[[str], str] = lambda value: ""
    wrong: Callable[[str], str] = lambda value: ""
    appearance: str = ""
    mediatype: str = ""


@dataclass
class Part:
    """A section: a group, or a repeat of rows."""

    name: str
    label: str
    asks: tuple[Ask, ...]
    repeat: bool = False


def survey() -> PaperForm:
    """A small household form: two groups and the members."""
    return PaperForm(
        (
            Part(
                "a",
                "一、调查信息",
                (
                    Ask("date", "入户日期", "date", required=True),
                    Ask("who", "调查员姓名", required=True),
                    Ask("phone", "调查员电话"),
                    Ask("kind", "户类型", control=Control.SELECT_ONE, choices=KINDS, required=True),
                    Ask("left", "是否返贫", control=Control.SELECT_ONE, choices=YN),
                    Ask("why", "返贫原因", required=True, relevant=lambda values: values.get("/f/a/left") == "1"),
                    Ask("since", "返贫时间", "date", appearance="month-year", relevant=lambda values: values.get("/f/a/left") == "1"),
                    Ask("cause", "致贫原因", control=Control.SELECT_MULTIPLE, choices=KINDS),
                    Ask("read", "已宣读", "string", Control.ACKNOWLEDGE),
                ),
            ),
            Part(
                "member",
                "二、家庭成员",
                (
                    Ask("m_name", "姓名", required=True),
                    Ask("m_id_no", "身份证号", wrong=lambda value: "" if not value or len(value) == 18 else "身份号码应为18位"),
                    Ask("m_wage", "月收入（元）", "int", warns=lambda value: "超过30000元请核实" if value and int(value) > 30000 else ""),
                    Ask("m_photo", "照片", "binary", Control.UPLOAD, mediatype="image/*"),
                ),
                repeat=True,
            ),
            Part(
                "z",
                "三、签字",
                (
                    Ask("note", "备注", appearance="multiline"),
                    Ask("sign", "签字", "binary", Control.UPLOAD, appearance="signature"),
                ),
            ),
        )
    )


@dataclass
class PaperForm:
    """Answers like a form session."""

    parts: tuple[Part, ...]
    values: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[str]] = field(default_factory=dict)
    explanations: dict[str, str] = field(default_factory=dict)
    gone: dict[str, dict[str, str]] = field(default_factory=dict)
    root: str = "/f"
    _made: int = 0
    _past: list[tuple[str, str]] = field(default_factory=list)
    _future: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for part in self.parts:
            if part.repeat:
                self.rows[part.name] = []
                self.add_repeat(f"/f/{part.name}")

    def children(self, path: str) -> tuple[str, ...]:
        if path == self.root:
            return tuple(f"/f/{part.name}" for part in self.parts)
        name = path.split("/")[2]
        part = self._part(name.partition("[")[0])
        if part.repeat and "[" not in name:
            return tuple(f"{path}[{at + 1}]" for at in range(len(self.rows[part.name])))
        return tuple(f"{path}/{ask.name}" for ask in part.asks)

    def view(self, path: str) -> NodeView:
        if path == self.root:
            return NodeView(path, Kind.ROOT, "f", label="入户摸底")
        steps = path.split("/")
        name, _, row = steps[2].partition("[")
        part = self._part(name)
        if len(steps) == 3:
            if not part.repeat:
                return NodeView(path, Kind.GROUP, name, label=part.label)
            kind = Kind.ROW if row else Kind.REPEAT
            return NodeView(path, kind, name, label=part.label, row_id=self.rows[name][int(row[:-1]) - 1] if row else "")
        return self._question(path, part, steps[3])

    def _question(self, path: str, part: Part, name: str) -> NodeView:
        ask = next(ask for ask in part.asks if ask.name == name)
        number = str(1 + [ask.name for part in self.parts for ask in part.asks].index(name))
        view = NodeView(
            path,
            Kind.QUESTION,
            name,
            label=ask.label,
            control=ask.control,
            type=ask.type,
            appearance=ask.appearance,
            relevant=ask.relevant(self.values),
            required=ask.required,
            value=self.values.get(path, ""),
            choices=ask.choices,
            mediatype=ask.mediatype,
            number=number,
        )
        return replace(view, problem=self._problem(view, part, ask))

    def _problem(self, view: NodeView, part: Part, ask: Ask) -> Problem | None:
        if not view.relevant:
            return None
        row = int(view.path.split("[")[1].split("]")[0]) if "[" in view.path else 0
        told = self.explanations.get(view.path, "")
        if view.required and not view.value:
            return Problem(view.path, Flaw.REQUIRED, "", view.label, part.label, row)
        if ask.wrong(view.value):
            return Problem(view.path, Flaw.CONSTRAINT, ask.wrong(view.value), view.label, part.label, row)
        if ask.warns(view.value):
            return Problem(view.path, Flaw.WARNING, ask.warns(view.value), view.label, part.label, row, told)
        return None

    def _part(self, name: str) -> Part:
        return next(part for part in self.parts if part.name == name)

    def _questions(self) -> list[str]:
        found: list[str] = []
        for path in self.children(self.root):
            for child in self.children(path):
                found.extend(self.children(child) if "[" in child else [child])
        return found

    def problems(self) -> tuple[Problem, ...]:
        return tuple(view.problem for view in map(self.view, self._questions()) if view.problem is not None)

    def progress(self, path: str) -> tuple[int, int]:
        asked = [view for view in map(self.view, self._questions()) if view.relevant and view.path.startswith(path)]
        return sum(1 for view in asked if view.value), len(asked)

    def answer(self, path: str, value: str) -> Changes:
        self._past.append((path, self.values.get(path, "")))
        return self._put(path, value)

    def _put(self, path: str, value: str) -> Changes:
        before = {question: self.view(question) for question in self._questions()}
        self.values[path] = value
        return Changes(tuple(question for question in self._questions() if self.view(question) != before[question]))

    def undo(self) -> Changes:
        if not self._past:
            return Changes(())
        path, value = self._past.pop()
        self._future.append((path, self.values.get(path, "")))
        return self._put(path, value)

    def redo(self) -> Changes:
        if not self._future:
            return Changes(())
        path, value = self._future.pop()
        self._past.append((path, self.values.get(path, "")))
        return self._put(path, value)

    def explain(self, path: str, text: str) -> Changes:
        self.explanations[path] = text
        return Changes((path,))

    def add_repeat(self, path: str) -> Changes:
        self._made += 1
        rows = self.rows[path.rsplit("/", 1)[1]]
        rows.append(f"row{self._made}")
        return Changes((path, f"{path}[{len(rows)}]"), rows=True)

    def remove_repeat(self, path: str, index: int) -> Changes:
        rows = self.rows[path.rsplit("/", 1)[1]]
        held = [
            {name: self.values.pop(name) for name in list(self.values) if name.startswith(f"{path}[{at + 1}]/")} for at in range(len(rows))
        ]
        self.gone[rows[index]] = {name.rsplit("/", 1)[1]: value for name, value in held[index].items()}
        del rows[index], held[index]
        for at, values in enumerate(held):
            self.values.update({f"{path}[{at + 1}]/{name.rsplit('/', 1)[1]}": value for name, value in values.items()})
        return Changes((path,), (f"{path}[{len(rows) + 1}]",), rows=True)

    def move_repeat(self, path: str, index: int, to: int) -> Changes:
        rows = self.rows[path.rsplit("/", 1)[1]]
        names = list(range(len(rows)))
        names.insert(to, names.pop(index))
        rows.insert(to, rows.pop(index))
        held = {name: self.values.pop(name) for name in list(self.values) if name.startswith(f"{path}[")}
        for name, value in held.items():
            at, _, rest = name.removeprefix(f"{path}[").partition("]")
            self.values[f"{path}[{names.index(int(at) - 1) + 1}]{rest}"] = value
        return Changes((path,), rows=True)

    def removed(self, path: str) -> tuple[RemovedRow, ...]:
        return tuple(RemovedRow(row_id, " · ".join(values.values())) for row_id, values in self.gone.items() if values)

    def restore_repeat(self, path: str, row_id: str) -> Changes:
        rows = self.rows[path.rsplit("/", 1)[1]]
        rows.append(row_id)
        self.values.update({f"{path}[{len(rows)}]/{name}": value for name, value in self.gone.pop(row_id).items()})
        return Changes((path, f"{path}[{len(rows)}]"), rows=True)

    def snapshot(self) -> dict[str, str]:
        return {name: value for name, value in self.values.items() if value}
