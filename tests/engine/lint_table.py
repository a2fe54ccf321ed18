"""`python3 -m tests.engine.lint_table` writes docs/lint.md anew: every code of the linter with its sentence and the way to mend it."""

from __future__ import annotations

import re
from pathlib import Path

from fieldapp.engine.lint_codes import SEVERITIES, Severity
from fieldapp.words import resources, say

FILE = Path(__file__).resolve().parents[2] / "docs" / "lint.md"
_HEAD = """# What the linter says

`fieldapp form lint FILE [--before VERSION] [--json]` reads an XLSForm (.xlsx .xls .md .csv) or an XForm (.xml) and tells the
sheet, the row (1 is the header; blank rows count), the column as its author titled it, the severity, the code, a sentence and a
way to mend it, in Chinese and English (`message`, `mend`, `message_en`, `mend_en`). Of an XForm the row is the line and the
column the attribute. Exit code 0: nothing found, 4: something. `--before` is the version in use now.

An **error** stops the form from opening; a **warning** is probably not meant; a **note** says where ODK Collect or ODK Web Forms
would answer otherwise ([dialect](dialect.md)). Limits of size and depth: `fieldapp/engine/limits.py` and
`fieldapp/engine/xpath/parser.py`.

This table is written by `python3 -m tests.engine.lint_table`; a form for each code stands in `tests/engine/test_lint_codes.py`.
"""


def table() -> str:
    """The whole file."""
    lines = [_HEAD]
    for severity in Severity:
        lines += [f"## {severity.value.capitalize()}s", "", "| code | what it says | how to mend it |", "|---|---|---|"]
        lines += [f"| `{code}` | {_sentence(code)} | {_mend(code)} |" for code, kind in sorted(SEVERITIES.items()) if kind is severity]
        lines.append("")
    return "\n".join(lines)


def _sentence(code: str) -> str:
    """The sentence as it stands in the English file, values in angle brackets, a choice of wordings by its last."""
    text = (resources() / "words" / "en" / "lint.ftl").read_text(encoding="utf-8")
    found = re.search(rf"^lint-{code} = (.*?)(?=^    \.mend|^lint-|\Z)", text, re.DOTALL | re.MULTILINE)
    assert found is not None
    sentence = re.sub(r"\{ \$\w+ ->.*?\*\[\w+\] ([^\n]*)\n \}", r"\1", found.group(1).strip(), flags=re.DOTALL)
    return re.sub(r"\{ \$(\w+) \}", r"⟨\1⟩", sentence).replace("|", "\\|")


def _mend(code: str) -> str:
    return say(f"lint-{code}.mend", "en", name="⟨name⟩", value="⟨value⟩").replace("|", "\\|")


if __name__ == "__main__":
    FILE.write_text(table(), encoding="utf-8")
