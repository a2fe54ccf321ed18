"""What a command has to say, and how it is said: JSON on standard output, or words; errors coded; exit codes kept.

0 done · 2 wrong usage · 3 an expected error · 4 done, but with findings · 1 a bug.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fieldapp.errors import CodedError
from fieldapp.words import say

if TYPE_CHECKING:
    from fieldapp.app import App

DONE, BUG, USAGE, EXPECTED, FINDINGS = 0, 1, 2, 3, 4
PASSPHRASE = "FIELDAPP_PASSPHRASE"
NEW_PASSPHRASE = "FIELDAPP_NEW_PASSPHRASE"
RECOVERY_CODE = "FIELDAPP_RECOVERY_CODE"


@dataclass(frozen=True, slots=True)
class Told:
    """The outcome of a command: plain values for JSON, and the same in words."""

    plain: object
    text: str = ""
    findings: bool = False


Command = Callable[["App", argparse.Namespace], Told]


def tell(told: Told, as_json: bool) -> int:
    """Print an outcome and return its exit code."""
    print_line(json.dumps(told.plain, ensure_ascii=False) if as_json else told.text)
    return FINDINGS if told.findings else DONE


def tell_error(error: CodedError, as_json: bool) -> int:
    """Print an expected error and return its exit code."""
    message = say(f"error-{error.code}", **error.values)
    if as_json:
        plain = {"error": error.code, "message": message, **{name: str(value) for name, value in error.values.items()}}
        print_line(json.dumps(plain, ensure_ascii=False))
    else:
        complain(message)
        for part in ("safe", "next"):
            more = say(f"error-{error.code}.{part}", **error.values)
            if not more.startswith("error-"):
                complain(more)
    return EXPECTED


def print_line(text: str) -> None:
    """One line on standard output, flushed."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Progress and messages: standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def progress(done: int, total: int, text: str = "") -> None:
    """A progress line on a terminal; silence elsewhere."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done}/{total} {text}\x1b[K" + ("\n" if done == total else ""))
        sys.stderr.flush()


def passphrase(prompt: str = "cli-ask-passphrase", variable: str = PASSPHRASE) -> str:
    """From the environment, or asked for on the terminal without an echo."""
    held = os.environ.get(variable)
    if held is not None:
        return held
    from getpass import getpass

    return getpass(say(prompt) + " ")


def new_passphrase() -> str:
    """The one that is to be."""
    return passphrase("cli-ask-new-passphrase", NEW_PASSPHRASE)


def recovery_code() -> str:
    """The code of a recovery sheet."""
    return passphrase("cli-ask-recovery-code", RECOVERY_CODE)
