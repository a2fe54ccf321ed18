"""ODK Web Forms' own engine loads the form that the district serves and posts its submission with a photo."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from sync.merge import merge
from sync.server import feed, forms, people, phones
from sync.server.district import District

from .conftest import EAST, Running

FORM = """| survey | | | | |
| | type | name | label | required |
| | text | village_code | 村 | yes |
| | begin_group | b | 户 | |
| | select_one_from_file kinds.csv | household_type | 户类型 | yes |
| | text | house_no | 门牌 | |
| | end_group | | | |
| | begin_repeat | member | 成员 | |
| | text | m_name | 姓名 | yes |
| | image | m_photo | 照片 | |
| | end_repeat | | | |
| settings | | | | |
| | form_id | version | | |
| | visit | 1 | | |
"""


@pytest.mark.conformance
def test_the_web_forms_engine_completes_a_form_with_a_photo(district: District, running: Running, tmp_path: Path):
    cache = os.environ.get("ORACLE_CACHE", "")
    if not shutil.which("node") or not (Path(cache) / "node" / "node_modules").is_dir():
        pytest.skip("needs Node and the packages of the reference engines in ORACLE_CACHE")
    (tmp_path / "visit.md").write_text(FORM, encoding="utf-8")
    (tmp_path / "kinds.csv").write_text("name,label\n1,一般户\n3,脱贫户\n", encoding="utf-8")
    forms.publish(district, tmp_path / "visit.md")
    people.add_person(district, "李手机", "surveyor", EAST)
    account = phones.add_phone(district, "phone-1", "李手机", EAST)
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(picture, "JPEG")
    (tmp_path / "photo.jpg").write_bytes(picture.getvalue())
    root = "/form__data"
    answers = {
        f"{root}/village_code": EAST,
        f"{root}/b/household_type": "3",
        f"{root}/b/house_no": "12号",
        f"{root}/member[1]/m_name": "王五",
        f"{root}/member[1]/m_photo": "door.jpg",
        f"+{root}/member": "",
        f"{root}/member[2]/m_name": "赵六",
    }
    client = Path(__file__).with_name("web_forms_client.mjs")
    asked = [shutil.which("node"), client, running.url, account.user, account.password, tmp_path / "photo.jpg"]
    told = subprocess.run([str(part) for part in asked], input=json.dumps(answers), capture_output=True, text=True, timeout=120)
    assert told.returncode == 0, told.stderr
    outcome = json.loads(told.stdout.splitlines()[-1])
    assert outcome["status"] == 201, outcome
    with district.reading() as session:
        (values,) = _submissions(session)
    assert values["b/household_type"] == "3"
    photos = [value for path, value in values.items() if path.endswith("/m_photo")]
    assert photos == [f"{hashlib.sha256(picture.getvalue()).hexdigest()}.jpg"]
    assert sorted(value for path, value in values.items() if path.endswith("/m_name")) == ["王五", "赵六"]


def _submissions(session) -> list[dict[str, str]]:
    from sqlmodel import select

    from sync.server.tables import Record

    records = session.exec(select(Record.rec).where(Record.vil == EAST, Record.kind == "submission")).all()
    return [merge(feed.of_record(session, EAST, record)).values() for record in records]
