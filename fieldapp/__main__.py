"""`python3 -m fieldapp`: in a source checkout sets everything up first, then hands over to the command line."""

import sys

from . import bootstrap


def main() -> int:
    """The command line's exit code."""
    if bootstrap.needs_environment():
        bootstrap.start("fieldapp", sys.argv[1:])
    from .cli import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
