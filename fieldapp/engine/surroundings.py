"""What a live form is given of the world: time, media, properties and fresh ids; it has none of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Handed to a session when it starts.

    `now` gives the instant with its zone; `files` the form's media by name; `properties` deviceid, username, phonenumber …; `new_id` 32
    fresh hex digits each time (chance is drawn from it as well).
    """

    now: Callable[[], datetime]
    zone: tzinfo
    new_id: Callable[[], str]
    files: Mapping[str, bytes | str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)

    def uuid(self) -> str:
        """A fresh id as ODK writes it, in five groups."""
        digits = self.new_id()
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]))

    def instant(self) -> str:
        """Now as an ODK dateTime with milliseconds and offset."""
        return self.now().astimezone(self.zone).isoformat(timespec="milliseconds")
