"""A laptop is stolen: nothing that a household said can be read in its folders, while it works, after a kill −9 and after locking."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from fieldapp.domain.clock import FixedClock
from fieldapp.usecases import interview, roster, workspaces
from tests.world import MORNING, PASSPHRASE, DistrictServer

NAME = "金丝雀\U0002cb4e"
NOTE = "canary-note-7431 金丝雀在此"
PHOTO = "canary-photo-7431"

_LIFE = """
import os, sys, logging
from pathlib import Path

written = []

def hook(event, arguments):
    # Every file that is opened for writing in this process.
    if event == "open" and isinstance(arguments[0], str | os.PathLike):
        mode, flags = arguments[1] or "", arguments[2] or 0
        if any(sign in mode for sign in "wax+") or flags & (os.O_WRONLY | os.O_RDWR):
            written.append(os.path.abspath(os.fspath(arguments[0])))

from tests import world
# Publishing a form goes by way of temporary files of pyxform's; no household is in it.
world.bundled()
sys.addaudithook(hook)
from fieldapp import log
from fieldapp.ui import excepthook, paper
from fieldapp.usecases import exchange, interview, printing, printing_files, recovery, roster

folder, url, code, name, note, photo, out = sys.argv[1:]
log.start(Path(folder).parent / "logs", logging.DEBUG)
laptop = world.laptop(Path(folder))
exchange.enrol(laptop, url, code, world.quiet)
picture = world.photo(photo, (2400, 1800))
done = world.nobody_home(laptop, name, note=note, picture=picture)
shown = printing.preview(laptop, done, world.quiet)
pages = [paper.picture(shown.pdf, page, 400) for page in range(shown.pages)]
made = printing.make_archive(laptop, done, world.quiet)
printing.save_copy(laptop, made, Path(out) / "asked-for.pdf")
roster.export_file(laptop, Path(out) / "asked-for.xlsx", "roster")
roster.import_file(laptop, Path(out) / "asked-for.xlsx")
everything = {"household": None, "village": None, "copies": printing.HOLDERS, "one_file": True, "report": world.quiet}
printing_files.make_files(laptop, Path(out) / "all", **everything)
sheet = recovery.make_sheet(laptop)
tell = excepthook.hook(lambda error: None)
try:
    {}[name + note]
except KeyError as error:
    tell(KeyError, error, error.__traceback__)
exchange.sync_now(laptop, world.quiet)
second = roster.add_household(laptop, world.VILLAGE, name + "二")
opened = interview.start(laptop, second)
session = opened.session
session.answer(f"{session.root}/a_visit/visit_result", "4")
session.answer(f"{session.root}/a_visit/visit_result_note", note)
interview.save_draft(laptop, opened.draft, session.snapshot())
print("|".join(sorted(set(written))), flush=True)
print("acknowledged", flush=True)
while True:
    session.answer(f"{session.root}/a_visit/guide_name", name)
    interview.save_draft(laptop, opened.draft, session.snapshot())
    session.answer(f"{session.root}/a_visit/guide_name", "")
    interview.save_draft(laptop, opened.draft, session.snapshot())
"""


def test_canary_is_found_nowhere_after_a_kill_and_no_acknowledged_answer_is_lost(tmp_path: Path) -> None:
    server = DistrictServer(tmp_path / "district")
    server.start()
    laptop, temporary, logs = tmp_path / "home" / "laptop", tmp_path / "tmp", tmp_path / "home" / "logs"
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary), "TEMP": str(temporary), "TMP": str(temporary)}
    out = tmp_path / "out"
    out.mkdir()
    command = [sys.executable, "-c", _LIFE, str(laptop), server.url, server.code("王队长"), NAME, NOTE, PHOTO, str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as life:
        try:
            assert life.stdout is not None
            written = life.stdout.readline().strip().split("|")
            assert life.stdout.readline().strip() == "acknowledged"
            assert_nothing_readable(laptop, temporary, logs)
        finally:
            life.kill()
            server.close()
    assert_nothing_readable(laptop, temporary, logs)
    assert list(temporary.iterdir()) == []
    assert_written_only(written, laptop, logs, out)
    assert "KeyError" in (logs / "fieldapp.log").read_text(encoding="utf-8")

    again = workspaces.unlock(laptop, "王队长", PASSPHRASE, FixedClock(MORNING))
    assert again.check() == ()
    assert {line.head_name for line in roster.search(again).lines} == {NAME, NAME + "二"}
    second = next(line for line in roster.search(again).lines if line.state == "draft")
    session = interview.start(again, second.id).session
    assert session.view(f"{session.root}/a_visit/visit_result_note").value == NOTE
    again.close()
    assert_nothing_readable(laptop, temporary, logs)


def assert_written_only(written: list[str], laptop: Path, logs: Path, out: Path) -> None:
    """Not even for a moment was any other file written than the workspace's, the log's and those that were asked for by name."""
    assert len(written) > 10
    for name in written:
        file = Path(name)
        assert laptop in file.parents or logs in file.parents or out in file.parents or file == Path(os.devnull), name
    assert {file.relative_to(out).as_posix() for file in out.rglob("*.*")} == {"asked-for.pdf", "asked-for.xlsx", "all/archives.pdf"}


def assert_nothing_readable(*folders: Path) -> None:
    """No file below the folders holds a canary in any encoding in use here; the folder of the workspace does hold files."""
    needles = [text.encode(code) for text in (NAME, NOTE, PHOTO, "金丝雀") for code in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")]
    # Six bytes or more: three occur by chance in some megabytes of ciphertext.
    needles += [b"JFIF\x00\x01", b"Exif\x00\x00", b"%PDF-1.", b"SQLite format 3"]
    files = [file for folder in folders if folder.exists() for file in folder.rglob("*") if file.is_file()]
    assert len(files) >= 4
    for file in files:
        data = file.read_bytes()
        found = [needle for needle in needles if needle in data]
        assert not found, f"{file.name} holds {found}"
