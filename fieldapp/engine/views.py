"""What a screen, a rule or a sheet of paper sees of a live form: frozen values, nothing to hold on to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a node is."""

    ROOT = "root"
    GROUP = "group"
    REPEAT = "repeat"
    """All rows of a repeat."""
    ROW = "row"
    """One row of a repeat."""
    QUESTION = "question"
    NOTE = "note"
    CALCULATE = "calculate"
    """In the model only; never shown."""


class Control(Enum):
    """How a question is answered."""

    INPUT = "input"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    RANK = "rank"
    RANGE = "range"
    ACKNOWLEDGE = "acknowledge"
    UPLOAD = "upload"
    NONE = "none"


class Flaw(Enum):
    """Why a question stands in the problems list."""

    REQUIRED = "required"
    CONSTRAINT = "constraint"
    WARNING = "warning"
    """The soft constraint `fa:warning`: may be finalized with an explanation."""


@dataclass(frozen=True, slots=True)
class Media:
    """What goes with a text besides its words: names of the form's media files in the current language, '' where there is none.

    `FormSession.medium(name)` gives the bytes.
    """

    image: str = ""
    big_image: str = ""
    """What a click on the image opens."""
    audio: str = ""
    video: str = ""

    def __bool__(self) -> bool:
        return bool(self.image or self.big_image or self.audio or self.video)


NO_MEDIA = Media()


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """One choice that is allowed now."""

    name: str
    label: str
    media: Media = NO_MEDIA
    geometry: str = ""
    """Where it lies (`lat lon alt acc`, several joined by `;`), only if the question has the appearance `map`."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A question that blocks finalizing (required, constraint) or asks for an explanation (warning)."""

    path: str
    flaw: Flaw
    message: str
    """In the form's current language, outputs filled in; empty if the form gives none."""
    label: str
    section: str
    """Label of the nearest top-level section."""
    row: int = 0
    """1-based row of the innermost repeat, 0 outside."""
    explanation: str = ""
    """What the person wrote about a warning; a warning with an explanation does not ask again."""


@dataclass(frozen=True, slots=True)
class NodeView:
    """One node as it is now. `path` is an absolute ref with 1-based rows, as `/household_survey/member[2]/m_name`."""

    path: str
    kind: Kind
    name: str
    label: str = ""
    hint: str = ""
    guidance: str = ""
    control: Control = Control.NONE
    type: str = "string"
    """ODK data type: string int decimal boolean date time dateTime geopoint geotrace geoshape binary barcode intent …"""
    appearance: str = ""
    relevant: bool = True
    readonly: bool = False
    required: bool = False
    value: str = ""
    """Canonical text; an upload holds `<attachment id>.<extension>`, or `jr://images/<name>` for a file of the form's media."""
    choices: tuple[ChoiceView, ...] = ()
    """Of a select or ranking what may be chosen; of a range the words under its ticks, if it has any."""
    problem: Problem | None = None
    mediatype: str = ""
    """Of an upload, as `image/*`."""
    parameters: tuple[tuple[str, str], ...] = ()
    """By the names that XLSForm gives them (docs/forms.md), as (("max-pixels", "1600"),) or start, end, step of a range."""
    pii: int = 0
    """0 none, 1 personal, 2 sensitive (bind::fa:pii)."""
    tier: str = "core"
    """core or extended (bind::fa:tier)."""
    row_id: str = ""
    """Of a ROW: the id that stays with it through moves and merges."""
    number: str = ""
    """Printed question number within the form, as 12 or 45 (the same in every row)."""
    national_ref: str = ""
    """Field code of the national system (bind::fa:national_ref)."""
    media: Media = NO_MEDIA
    """What goes with the label."""

    def parameter(self, name: str, otherwise: str = "") -> str:
        """A parameter by its XLSForm name, as `step` or `capture-accuracy`."""
        return next((value for key, value in self.parameters if key == name), otherwise)

    def looks(self, appearance: str) -> bool:
        """Whether the appearance is one of those that the form names, as `multiline`."""
        return appearance in self.appearance.split()


@dataclass(frozen=True, slots=True)
class RemovedRow:
    """A row that was taken away and can be restored."""

    row_id: str
    title: str
    """Its first answers in words, without sensitive ones; empty if it has none."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What one operation changed: only these nodes need to be painted again."""

    changed: tuple[str, ...]
    """Paths that are new or whose view differs."""
    removed: tuple[str, ...] = ()
    """Paths that are no more."""
    rows: bool = False
    """Rows were added or removed: paths after them have moved."""


class FilledState(Enum):
    """Why a cell on paper holds what it holds."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class FilledAnswer:
    """One question with its answer in words."""

    path: str
    name: str
    number: str
    label: str
    text: str
    """For people: choice labels, dates as 2026年11月20日, empty when not answered."""
    raw: str
    state: FilledState
    type: str
    pii: int = 0
    tier: str = "core"
    attachment: str = ""
    """Attachment id of an upload."""
    capital: bool = False
    """An amount that paper also writes out (`fa:capital`)."""


@dataclass(frozen=True, slots=True)
class FilledTable:
    """A repeat: one line of answers a row, the same columns in every row."""

    path: str
    name: str
    title: str
    rows: tuple[tuple[FilledAnswer, ...], ...]
    row_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FilledSection:
    """A top-level group (or the run of ungrouped questions) with everything in it, in the form's order."""

    path: str
    name: str
    title: str
    relevant: bool
    answers: tuple[FilledAnswer, ...]
    tables: tuple[FilledTable, ...] = ()


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A filled form for paper, rules and review: labelled, read-only, complete."""

    form: str
    version: str
    title: str
    language: str
    sections: tuple[FilledSection, ...]
