"""How the window looks: own palettes on Fusion (light, dark, high contrast), three font sizes, the bundled font."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QListView, QPlainTextEdit, QTableView, QWidget

SIZES_PT = (12, 14, 18)
"""标准, 大, 特大."""
_FAMILY = "FieldSans"
_DARK_BELOW = 128
_OUTLINE_LIGHTER = 230
"""Fusion darkens the outline again by a third: what is left stands out from the paper three to one."""
_OUTLINED = (QLineEdit, QPlainTextEdit, QAbstractButton, QListView, QTableView, QComboBox)


class Look(Enum):
    """The three palettes."""

    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


@dataclass(frozen=True, slots=True)
class Inks:
    """The colours of one look, as #rrggbb; every sign also has a shape and a word."""

    window: str
    paper: str
    text: str
    faint: str
    line: str
    accent: str
    on_accent: str
    chosen: str
    done: str
    warning: str
    wrong: str
    warning_ground: str
    wrong_ground: str
    grey_ground: str


INKS = {
    Look.LIGHT: Inks(
        window="#eef1f4",
        paper="#ffffff",
        text="#16202a",
        faint="#566370",
        line="#c3ccd5",
        accent="#1f5fa8",
        on_accent="#ffffff",
        chosen="#d9e8f8",
        done="#23703a",
        warning="#8a5300",
        wrong="#b3261e",
        warning_ground="#fff4dc",
        wrong_ground="#fdeceb",
        grey_ground="#f1f3f5",
    ),
    Look.DARK: Inks(
        window="#20262c",
        paper="#2a3138",
        text="#eef2f5",
        faint="#a9b5c0",
        line="#4a555f",
        accent="#6fb1f5",
        on_accent="#0c1a28",
        chosen="#34506c",
        done="#7fd096",
        warning="#f0b860",
        wrong="#ff8f86",
        warning_ground="#443a22",
        wrong_ground="#4a2a29",
        grey_ground="#333b43",
    ),
    Look.CONTRAST: Inks(
        window="#000000",
        paper="#000000",
        text="#ffff00",
        faint="#ffffff",
        line="#ffff00",
        accent="#00ffff",
        on_accent="#000000",
        chosen="#003a66",
        done="#00ff66",
        warning="#ffc800",
        wrong="#ff8080",
        warning_ground="#332800",
        wrong_ground="#400000",
        grey_ground="#222222",
    ),
}


def register_fonts(folder: Path) -> str:
    """Load every bundled font and tell the family to use: FieldSans, else the first that loaded, else the system's own."""
    families: list[str] = []
    for file in sorted((*folder.glob("*.ttf"), *folder.glob("*.otf"), *folder.glob("*.ttc"))):
        number = QFontDatabase.addApplicationFont(str(file))
        if number >= 0:
            families.extend(QFontDatabase.applicationFontFamilies(number))
    for family in families:
        if family.replace(" ", "").startswith(_FAMILY):
            return family
    return families[0] if families else QFont().defaultFamily()


class Theme:
    """The one look and size of the running application; `apply` paints them onto it."""

    def __init__(self, family: str, size_pt: int = 12, look: Look = Look.LIGHT) -> None:
        self.family = family
        self.size_pt = size_pt if size_pt in SIZES_PT else SIZES_PT[0]
        self.look = look

    @property
    def inks(self) -> Inks:
        """The colours of the present look."""
        return INKS[self.look]

    def larger(self) -> None:
        """The next size, if there is one."""
        self.size_pt = SIZES_PT[min(SIZES_PT.index(self.size_pt) + 1, len(SIZES_PT) - 1)]

    def smaller(self) -> None:
        """The size before, if there is one."""
        self.size_pt = SIZES_PT[max(SIZES_PT.index(self.size_pt) - 1, 0)]

    def font(self, scale: float = 1.0, bold: bool = False) -> QFont:
        """The bundled font at a multiple of the chosen size; pixel size at 96 dpi, so pictures are the same everywhere."""
        font = QFont(self.family)
        font.setPixelSize(round(self.size_pt * scale * 96 / 72))
        font.setBold(bold)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font

    def apply(self, application: QApplication) -> None:
        """Set style, palette and font of the whole application."""
        if application.style().objectName() != "fusion":
            application.setStyle("Fusion")
        application.setPalette(palette(self.inks))
        application.setFont(self.font())


def palette(inks: Inks) -> QPalette:
    """A complete Qt palette from the colours of a look."""
    made = QPalette()
    role = QPalette.ColorRole
    for where, ink in (
        (role.Window, inks.window),
        (role.Base, inks.paper),
        (role.AlternateBase, inks.grey_ground),
        (role.Button, inks.paper),
        (role.WindowText, inks.text),
        (role.Text, inks.text),
        (role.ButtonText, inks.text),
        (role.ToolTipBase, inks.paper),
        (role.ToolTipText, inks.text),
        (role.PlaceholderText, inks.faint),
        (role.Highlight, inks.accent),
        (role.HighlightedText, inks.on_accent),
        (role.Link, inks.accent),
        (role.Mid, inks.line),
        (role.Accent, inks.accent),
    ):
        made.setColor(where, QColor(ink))
    for where in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, where, QColor(inks.faint))
    made.setColor(QPalette.ColorGroup.Disabled, role.Base, QColor(inks.grey_ground))
    return made


def outline(root: QWidget, inks: Inks) -> None:
    """Let frames and boxes be seen on a dark ground: Fusion draws them darker than a widget's window colour."""
    if QColor(inks.window).lightness() > _DARK_BELOW:
        return
    for widget in (root, *root.findChildren(QWidget)):
        if isinstance(widget, _OUTLINED):
            colours = widget.palette()
            colours.setColor(QPalette.ColorRole.Window, QColor(inks.line).lighter(_OUTLINE_LIGHTER))
            widget.setPalette(colours)


def paint(widget: QWidget, text: str = "", ground: str = "") -> None:
    """Give one widget its own ink and ground without a style sheet, which would slow a page of hundreds."""
    colours = widget.palette()
    if text:
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
            colours.setColor(role, QColor(text))
    if ground:
        for role in (QPalette.ColorRole.Window, QPalette.ColorRole.Base, QPalette.ColorRole.Button):
            colours.setColor(role, QColor(ground))
        widget.setAutoFillBackground(True)
    widget.setPalette(colours)


def emphasize(button: QWidget, inks: Inks) -> None:
    """The one button of a screen that people look for; grey like any other while it is disabled."""
    colours = button.palette()
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
        colours.setColor(group, QPalette.ColorRole.Button, QColor(inks.accent))
        colours.setColor(group, QPalette.ColorRole.ButtonText, QColor(inks.on_accent))
    button.setPalette(colours)


def checkable(inks: Inks) -> str:
    """Style of the few buttons that stay pressed: navigation and copies."""
    return f"QAbstractButton:checked {{ background: {inks.accent}; color: {inks.on_accent}; border-radius: 4px; font-weight: bold; }}"


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours after WCAG 2.1, 1.0 to 21.0."""

    def luminance(ink: str) -> float:
        parts = [int(ink[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
