"""Hands a PDF to a printer. CUPS gets the very bytes on its standard input, so nothing is on the disk in the clear."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from typing import Protocol

from fieldapp.errors import NotAllowed

_LONGEST_S = 120


class Printer(Protocol):
    """Whatever takes a PDF and puts it on paper."""

    @property
    def name(self) -> str:
        """As people know it; it stands in the ledger."""
        ...

    def send(self, pdf: bytes, title: str, duplex: bool) -> None:
        """One job: every page once, in order. Raises NotAllowed (printer)."""
        ...


@dataclass(frozen=True, slots=True)
class CupsPrinter:
    """A queue of CUPS (Linux, UOS, Kylin, macOS)."""

    name: str

    def send(self, pdf: bytes, title: str, duplex: bool) -> None:
        """Hand the PDF to `lp`; the title is the household's number, never a name: queues show it to everybody."""
        sides = "two-sided-long-edge" if duplex else "one-sided"
        asked = ["lp", "-d", self.name, "-t", title, "-o", f"sides={sides}", "-o", "collate=true", "-o", "media=A4", "-"]
        try:
            done = subprocess.run(asked, input=pdf, capture_output=True, timeout=_LONGEST_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotAllowed(reason="printer", detail=str(error)) from error
        if done.returncode:
            raise NotAllowed(reason="printer", detail=done.stderr.decode("utf-8", "replace").strip() or str(done.returncode))


def cups_printers() -> tuple[CupsPrinter, ...]:
    """The queues of CUPS, the usual one first; none where there is no CUPS."""
    if shutil.which("lp") is None or shutil.which("lpstat") is None:
        return ()
    names = _told(["lpstat", "-e"]).split()
    usual = _told(["lpstat", "-d"]).strip().rpartition(" ")[2]
    return tuple(CupsPrinter(name) for name in sorted(names, key=lambda name: (name != usual, name)))


def _told(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, timeout=_LONGEST_S, check=False).stdout.decode("utf-8", "replace")
    except (OSError, subprocess.TimeoutExpired):
        return ""
