"""Tells when the network came back, as the system says it; where the system says nothing, tries by the clock find it out."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

_ONLINE = ("Online", "Site", "Local")
"""Words of Qt's Reachability; a district's server may stand in the town's own network."""


class NetworkWatch(QObject):
    """Listens from `start` to `stop`."""

    back = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_there = True
        self._listening: QObject | None = None

    def start(self) -> bool:
        """Whether somebody will tell."""
        try:
            from PySide6.QtNetwork import QNetworkInformation
        except ImportError:
            return False
        if not QNetworkInformation.loadDefaultBackend():
            return False
        information = QNetworkInformation.instance()
        self.heard(information.reachability().name)
        information.reachabilityChanged.connect(self._changed)
        self._listening = information
        return True

    def stop(self) -> None:
        """Listen no more."""
        if self._listening is not None:
            self._listening.reachabilityChanged.disconnect(self._changed)  # type: ignore[attr-defined]
            self._listening = None

    def heard(self, reachability: str) -> None:
        """The network is there or not, by one of Qt's words for it; an unknown state says nothing."""
        if reachability == "Unknown":
            return
        is_there = reachability in _ONLINE
        came_back, self._was_there = is_there and not self._was_there, is_there
        if came_back:
            self.back.emit()

    def _changed(self, reachability: object) -> None:
        self.heard(getattr(reachability, "name", "Unknown"))
