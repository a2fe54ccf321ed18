from __future__ import annotations

import json
import subprocess
import sys


def test_whatever_bytes_are_there_only_declared_errors_come_and_memory_stays_bounded() -> None:
    """A short run of `python -m tests.store.fuzz`, in a process of its own for the sake of its memory."""
    command = [sys.executable, "-W", "error", "-m", "tests.store.fuzz", "--examples", "50"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    # 128 MiB is the most that stretching a passphrase may take.
    assert told["growth_mib"] < 180
    for one in told["results"]:
        assert one["examples"] >= 50
        assert set(one["outcomes"]) <= {
            "opened", "workspace-damaged:key-file", "workspace-damaged:attachment", "workspace-damaged:backup", "wrong-passphrase",
            "workspace-too-new", "not-found", "recovery-refused",
        }  # fmt: skip
        assert one["outcomes"].get("opened", 0) < one["examples"] / 2
