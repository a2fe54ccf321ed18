"""The last net: an exception that nobody expected is logged (redacted by the log) and told in one dialog; the window stays."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from types import TracebackType

_log = logging.getLogger(__name__)
Hook = Callable[[type[BaseException], BaseException, TracebackType | None], None]


def hook(tell: Callable[[Exception], None]) -> Hook:
    """An exception hook that logs and tells; a fault while telling is logged and never shown again."""
    telling = False

    def caught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        nonlocal telling
        if not isinstance(error, Exception):
            sys.__excepthook__(kind, error, trace)
            return
        _log.error("unexpected", exc_info=(kind, error, trace))
        if telling:
            return
        telling = True
        try:
            tell(error)
        except Exception:  # noqa: BLE001 - a fault while telling a fault must not go round
            _log.error("while telling", exc_info=True)
        finally:
            telling = False

    return caught


def install(tell: Callable[[Exception], None]) -> Hook:
    """Put the hook in place and return the one before, so that whoever installed it can put it back."""
    before = sys.excepthook
    sys.excepthook = hook(tell)
    return before
