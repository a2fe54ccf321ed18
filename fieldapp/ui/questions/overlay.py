"""A panel laid over the page below a question, as a list or a calendar: a child of the window, never a pop-up window."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QWidget


def place_below(panel: QWidget, owner: QWidget, size: QSize) -> None:
    """Lay a panel below its owner, or above where there is no room; always inside the window."""
    window = owner.window()
    corner = owner.mapTo(window, QPoint(0, owner.height()))
    if corner.y() + size.height() > window.height():
        corner.setY(max(corner.y() - owner.height() - size.height(), 0))
    corner.setX(max(min(corner.x(), window.width() - size.width()), 0))
    panel.setGeometry(QRect(corner, size))
    panel.raise_()
