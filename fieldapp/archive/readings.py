"""Reads a parameter file key by key; whatever is missing, wrong or unknown is refused with the file and the key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NoReturn

from fieldapp.errors import MatrixInvalid


class Table:
    """One table of a TOML file and what has been read of it; every fault is a MatrixInvalid(file, key, fault)."""

    def __init__(self, values: Mapping[str, object], file: str, name: str = "") -> None:
        self._values = values
        self._file = file
        self._name = name
        self._read: dict[str, Table | None] = {}

    def refuse(self, key: str, fault: str, detail: object = "") -> NoReturn:
        """Say what is wrong with a key: missing, type, unknown, twice, pattern, area-code, stage, choice."""
        raise MatrixInvalid(file=self._file, key=f"{self._name}{key}", fault=fault, detail=str(detail))

    def close(self) -> None:
        """Refuse keys that nobody asked for: most are misspelt."""
        for key in self._values:
            if key not in self._read:
                self.refuse(key, "unknown")

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self._values

    def listed(self) -> list[str]:
        """All keys, in the order of the file."""
        return list(self._values)

    def text(self, key: str, otherwise: str | None = None) -> str:
        """A text."""
        value = self._get(key, otherwise)
        return value if isinstance(value, str) else self.refuse(key, "type", "text")

    def flag(self, key: str, otherwise: bool | None = None) -> bool:
        """true or false."""
        value = self._get(key, otherwise)
        return value if isinstance(value, bool) else self.refuse(key, "type", "true/false")

    def number(self, key: str, otherwise: int | None = None) -> int:
        """A whole number from 0 on."""
        value = self._get(key, otherwise)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            self.refuse(key, "type", "0, 1, 2 …")
        return value

    def one_of(self, key: str, choices: Collection[str], otherwise: str | None = None) -> str:
        """A text that is among the choices (or the one that stands for nothing)."""
        value = self.text(key, otherwise)
        return value if value in choices or value == otherwise else self.refuse(key, "choice", ", ".join(choices))

    def names(self, key: str, choices: Collection[str] | None = None, otherwise: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of texts."""
        value = self._get(key, otherwise)
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            self.refuse(key, "type", "[texts]")
        if choices is not None and (unknown := [one for one in value if one not in choices]):
            self.refuse(key, "choice", ", ".join(unknown))
        return tuple(value)

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """A list of pairs of texts."""
        value = self._get(key, None)
        if not isinstance(value, list):
            self.refuse(key, "type", "[[text, text]]")
        pairs = []
        for pair in value:
            if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(one, str) for one in pair):
                self.refuse(key, "type", "[[text, text]]")
            pairs.append((pair[0], pair[1]))
        return tuple(pairs)

    def texts(self, choices: Collection[str] | None = None) -> dict[str, str]:
        """The whole table as texts by key."""
        if choices is not None and (unknown := [key for key in self._values if key not in choices]):
            self.refuse(unknown[0], "unknown")
        return {key: self.text(key) for key in self._values}

    def pattern(self, key: str, sample: Mapping[str, object], *needed: str) -> str:
        """A format that can be filled from these values and names those that are needed."""
        pattern = self.text(key)
        try:
            pattern.format(**sample)
        except (KeyError, ValueError, IndexError, AttributeError, TypeError) as error:
            self.refuse(key, "pattern", error)
        for name in needed:
            if f"{{{name}" not in pattern:
                self.refuse(key, "pattern", f"{{{name}}}")
        return pattern

    def table(self, key: str) -> Table:
        """A table inside; the same object every time, so that it knows what was read of it."""
        kept = self._read.get(key)
        if kept is None:
            value = self._get(key, None)
            if not isinstance(value, dict):
                self.refuse(key, "type", f"[{key}]")
            self._read[key] = kept = Table(value, self._file, f"{self._name}{key}.")
        return kept

    def tables(self, key: str) -> list[Table]:
        """A list of tables."""
        value = self._get(key, None)
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.refuse(key, "type", f"[[{key}]]")
        return [Table(one, self._file, f"{self._name}{key}[{place}].") for place, one in enumerate(value, 1)]

    def _get(self, key: str, otherwise: object) -> object:
        self._read.setdefault(key, None)
        if key in self._values:
            return self._values[key]
        return self.refuse(key, "missing") if otherwise is None else otherwise
