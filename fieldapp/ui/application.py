"""From nothing to the unlock window: the application object, look, worker, last net; and back down again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from fieldapp.domain.clock import Clock
from fieldapp.usecases import lettering
from fieldapp.words import resources, say

from . import excepthook
from .background import Background
from .desk import Desk
from .error_dialog import WindowDialogs
from .main_window import MainWindow
from .rare_text import RareText
from .theme import Theme, register_fonts


@dataclass(frozen=True, slots=True)
class Options:
    """What the settings and the command line say about the window."""

    user: str = ""
    realm: str = "real"
    font_size_pt: int = 12
    lock_after_minutes: int = 10
    autosave_after_ms: int = 400


def make_application(arguments: Sequence[str], theme_size_pt: int) -> tuple[QApplication, Theme]:
    """The application object with the bundled font and our own palette."""
    application = QApplication(list(arguments) or ["fieldapp"])
    application.setApplicationName("fieldapp")
    application.setApplicationDisplayName(say("app-title"))
    application.setWindowIcon(QIcon(str(resources() / "icons" / "fieldapp.png")))
    theme = Theme(register_fonts(resources() / "fonts"), theme_size_pt)
    theme.apply(application)
    RareText(application, theme.family, lettering.rare_fonts())
    return application, theme


def start(folder: Path, clock: Clock, options: Options, arguments: Sequence[str]) -> int:
    """Show the window and run until it is closed; what was typed is written before this returns."""
    application, theme = make_application(arguments, options.font_size_pt)
    background, dialogs = Background(), WindowDialogs()
    before = excepthook.install(dialogs.tell)
    desk = Desk(background, clock, dialogs, theme, folder, options.realm, options.autosave_after_ms, options.lock_after_minutes)
    window = MainWindow(desk)
    if options.user:
        window.unlock.user.setCurrentText(options.user)
    window.resize(1366, 768)
    window.show()
    try:
        return application.exec()
    finally:
        background.stop()
        sys.excepthook = before
