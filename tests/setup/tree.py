"""The project's own text files, found without git, so that the proofs also run in a copy on a stick."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_FOLDERS = ("fieldapp", "sync", "forms", "resources", "tests", "docs", ".ci")


def text_files() -> Iterator[tuple[str, str]]:
    """Path relative to the checkout, and content, of every text file that belongs to the project."""
    tops = [file for file in ROOT.iterdir() if file.is_file() and file.name not in (".git", ".venv.lock")]
    below = [file for folder in _FOLDERS for file in (ROOT / folder).rglob("*") if file.is_file()]
    for file in sorted([*tops, *below]):
        data = file.read_bytes()
        if b"\0" not in data and "__pycache__" not in file.parts:
            yield file.relative_to(ROOT).as_posix(), data.decode("utf-8")


def modules(*folders: str) -> Iterator[tuple[str, str]]:
    """Path and source of every Python module in these top folders."""
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")
