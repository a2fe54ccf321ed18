"""The command line: a contract that other programs rely on; every command is a thin line to a use case."""

from .main import main

__all__ = ["main"]
