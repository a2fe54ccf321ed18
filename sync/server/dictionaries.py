"""The dictionaries of all published forms, worked out once a process and found by the name that a body says."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from .. import lexicon
from . import forms
from .district import District


@dataclass(slots=True)
class Dictionaries:
    """Grows with what is published; forms never change, so nothing here ever has to be forgotten."""

    district: District
    by_form: dict[tuple[str, str], bytes] = field(default_factory=dict)
    by_name: dict[bytes, bytes] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def known(self) -> dict[bytes, bytes]:
        """Every dictionary by its name."""
        with self.lock, self.district.reading() as session:
            for form, version in forms.published(session):
                if (form, version) not in self.by_form:
                    words = lexicon.words(forms.read(session, form, version).xform)
                    self.by_form[form, version] = words
                    self.by_name[lexicon.name(words)] = words
            return dict(self.by_name)

    def for_reply(self, told: tuple[str, ...]) -> bytes:
        """The asker's first one that is known here, none if there is none."""
        known = self.known() if told else {}
        for name in told:
            words = known.get(bytes.fromhex(name)) if len(name) == 16 and set(name) <= set("0123456789abcdef") else None
            if words:
                return words
        return b""
