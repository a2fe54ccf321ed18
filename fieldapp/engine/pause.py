"""Reading a form makes hundreds of thousands of values and no rubbish: searching them for rubbish over and over costs half of the time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def nothing_to_collect() -> Iterator[None]:
    """Python's cycle collector rests inside, if it was at work."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
