"""`python3 -m tests` runs all tests without a screen, two files at a time; `python3 -m tests [pytest arguments]` what they say;
`python3 -m tests --check` runs format, lint, types and floors.
"""

import os
import subprocess
import sys
from pathlib import Path

from fieldapp import bootstrap

_CHECKS = {
    "format": ("ruff", "format", "--check", "."),
    "lint": ("ruff", "check", "."),
    "types": ("mypy", "--strict"),
    "floors": ("lint-imports", "--no-cache"),
}
_TWO_AT_A_TIME = ("-n", "2", "--dist", "loadfile")
"""One process takes twice as long; more would not fit into the memory of a small machine."""


def main(arguments: list[str]) -> int:
    """The exit code of pytest, or of the checks."""
    if bootstrap.needs_environment(bootstrap.TESTING):
        bootstrap.start("tests", arguments, bootstrap.TESTING)
    if arguments == ["--check"]:
        return check()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    import pytest

    return int(pytest.main(arguments or [*_TWO_AT_A_TIME]))


def check() -> int:
    """Run every check, even after one failed, and say which did."""
    programs = Path(sys.executable).parent
    failed = []
    for name, (program, *options) in _CHECKS.items():
        print(f"== {name}", flush=True)
        if subprocess.run([str(programs / program), *options], cwd=bootstrap.ROOT, check=False).returncode:
            failed.append(name)
    print(f"failed: {', '.join(failed)}" if failed else "every check passed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
