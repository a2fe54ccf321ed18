from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from fieldapp.store import keys
from fieldapp.store.database import Database

from .conftest import PASSPHRASE, USER

_CHILD = """
import sys
from pathlib import Path
from fieldapp.store.database import Database
opened = Database.open(Path(sys.argv[1]), sys.argv[2], sys.stdin.readline().strip())
print("open", flush=True)
sys.stdin.readline()
opened.close()
print("closed", flush=True)
sys.stdin.readline()
"""


def _copies(process: int, wanted: dict[str, bytes]) -> dict[str, int]:
    """How often each key stands in the memory of another process."""
    found = dict.fromkeys(wanted, 0)
    with open(f"/proc/{process}/maps") as maps, open(f"/proc/{process}/mem", "rb", 0) as memory:
        for line in maps:
            place = re.match(r"([0-9a-f]+)-([0-9a-f]+) r", line)
            if place is None or "[v" in line:
                continue
            memory.seek(int(place[1], 16))
            data = memory.read(int(place[2], 16) - int(place[1], 16))
            for name, key in wanted.items():
                found[name] += data.count(key)
    return found


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="memory of other processes can be read on Linux only")
def test_locked_process_holds_neither_data_key_nor_the_keys_of_files(database: Database) -> None:
    database.close()
    found = keys.unlock(database.folder, USER, PASSPHRASE)
    wanted = {"data": bytes(found.data), **{name: bytes(found.derive(name)) for name in ("attachments", "names")}}
    command = [sys.executable, "-c", _CHILD, str(database.folder), USER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8") as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            print(PASSPHRASE, file=child.stdin, flush=True)
            assert child.stdout.readline() == "open\n"
            try:
                before = _copies(child.pid, wanted)
            except PermissionError:
                pytest.skip("this user may not read the memory of another process")
            print(file=child.stdin, flush=True)
            assert child.stdout.readline() == "closed\n"
            assert _copies(child.pid, wanted) == dict.fromkeys(wanted, 0)
            assert min(before.values()) >= 1
        finally:
            child.kill()
