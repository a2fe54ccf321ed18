"""How a figure is taken: repeated, beside a peer or a limit from the same run, with the load of the machine."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; `beside` is what it is held against, `ratio` is value over that, `most` the largest ratio that is good."""

    name: str
    value: float
    unit: str
    count: int
    beside: str = ""
    beside_value: float | None = None
    note: str = ""
    most: float | None = None

    @property
    def verdict(self) -> str:
        """`ok` or `over`; empty when no limit is set. Held against a limit, the value itself is the most."""
        most = 1.0 if self.beside == "limit" else self.most
        if most is None or self.ratio is None:
            return ""
        return "ok" if self.ratio <= most else "over"

    @property
    def ratio(self) -> float | None:
        """How many times the peer's value, or which part of the limit."""
        return self.value / self.beside_value if self.beside_value else None

    def plain(self) -> dict[str, object]:
        """For JSON."""
        told: dict[str, object] = {"name": self.name, "value": round(self.value, 4), "unit": self.unit, "count": self.count}
        if self.beside_value is not None and self.ratio is not None:
            told |= {"beside": self.beside, "beside_value": round(self.beside_value, 4), "ratio": round(self.ratio, 4)}
        told |= {"most": round(self.most, 4)} if self.most is not None else {}
        told |= {"verdict": self.verdict} if self.verdict else {}
        return told | ({"note": self.note} if self.note else {})

    def line(self) -> str:
        """For people."""
        held = f"{self.ratio:.3f} × {self.beside} ({self.beside_value:.3g} {self.unit})" if self.ratio is not None else ""
        most = f"at most {self.most:.3g}" if self.most is not None else ""
        figure = f"{self.verdict:<5}{self.name:<38}{self.value:>10.3f} {self.unit:<12} n={self.count}"
        return "   ".join(part for part in (figure, held, most, self.note) if part)


def milliseconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def in_turn(rounds: int, *works: Callable[[], object]) -> tuple[list[float], ...]:
    """Wall milliseconds of several works, taken in turn, so that the machine's other load falls on all alike."""
    times: tuple[list[float], ...] = tuple([] for _ in works)
    for _ in range(rounds):
        for work, taken in zip(works, times, strict=True):
            taken.append(milliseconds(work))
    return times


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share (0 to 1) of the values lies, by nearest rank."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def machine() -> dict[str, object]:
    """What the figures were taken on: cores, load averages now, Python, system."""
    load = os.getloadavg() if hasattr(os, "getloadavg") else ()
    return {
        "cores": os.cpu_count(),
        "load": [round(value, 2) for value in load],
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def peak_mib() -> float:
    """The largest resident size of this process so far, in MiB; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
