"""Forms with everything that we add stay forms for ODK Collect: its own validator (JavaRosa) opens them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from fieldapp.engine.xlsform import to_xform
from fieldapp.words import forms as bundled_forms
from tests.engine import test_entities, test_form_logic, test_question_types, test_submission, test_views
from tests.engine.scenario import padded

OURS = """
    | survey |
    | | type | name | label | bind::fa:warning | bind::fa:warning_message | bind::fa:pii | bind::fa:tier | bind::fa:national_ref |
    | | integer | age | 年龄 | . < 100 | 请核实${age} | 1 | core | AAB003 |
    | | image | photo | 照片 | | | 2 | extended |
    | settings |
    | | form_id | version | namespaces | style | public_key | submission_url |
    | | ours | 1 | fa="urn:fieldapp:form" | pages theme-grid | MIIB | http://example.org/submission |
    """

TABLES = {
    "ours": OURS,
    "defaults": test_form_logic.DEFAULTS,
    "functions": test_form_logic.FUNCTIONS,
    "messages": test_form_logic.MESSAGES,
    "counted": test_form_logic.COUNTED,
    "last-saved": test_form_logic.LAST,
    "entities": test_entities.ROWS,
    "upsert": test_entities.UPSERT,
    "types": test_question_types.SHOWN,
    "metadata": test_question_types.METADATA,
    "media": test_views.PICTURES,
    "nested": test_submission.NESTED,
}


def validator() -> Path:
    """The jar inside the pyxform wheel of the reference engines."""
    found = sorted(Path(os.environ.get("ORACLE_CACHE", "/nowhere")).glob("venv/lib/python*/site-packages/pyxform/**/ODK_Validate.jar"))
    if not found or shutil.which("java") is None:
        pytest.skip("ODK Validate (ORACLE_CACHE) or Java is not here")
    return found[0]


@pytest.mark.conformance
def test_odk_validate_opens_every_form_of_these_tests_and_the_bundled_ones(tmp_path: Path) -> None:
    jar = validator()
    for name, table in TABLES.items():
        (tmp_path / f"{name}.xml").write_text(to_xform(padded(table), "md").xform, encoding="utf-8")
    for source in bundled_forms().glob("*/*.csv"):
        if source.stem == source.parent.name:
            (tmp_path / f"{source.stem}.xml").write_text(to_xform(source).xform, encoding="utf-8")
    files = sorted(tmp_path.glob("*.xml"))
    command = ["java", "-Dfile.encoding=UTF-8", "-jar", str(jar), *map(str, files)]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, check=False)
    told = run.stdout + run.stderr
    refused = told.partition("failed validation:")[2]
    assert [path.stem for path in files if path.name in refused] == [], told[-3000:]
    assert len(re.findall("Xform is valid", told)) == len(files) == len(TABLES) + 1
