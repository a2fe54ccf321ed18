"""A real PostgreSQL for a while, where its programs are installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def account() -> dict[str, int]:
    """Whom the server runs as: PostgreSQL refuses to run as root. Raises LookupError if there is nobody else."""
    if os.name != "posix" or os.geteuid() != 0:
        return {}
    import pwd

    found = pwd.getpwnam("postgres")
    return {"user": found.pw_uid, "group": found.pw_gid}


@contextmanager
def running(*settings: str) -> Iterator[str]:
    """The URL of an empty database on loopback; `settings` as NAME=VALUE."""
    programs, who = PROGRAMS[-1].parent, account()
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    if who:
        os.chown(folder, who["user"], who["group"])
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    quiet = {"check": True, "capture_output": True, "cwd": folder, **who}
    subprocess.run([programs / "initdb", "-D", folder / "data", "-A", "trust", "-U", "district", "-E", "UTF8", "--locale=C"], **quiet)
    options = " ".join((f"-h 127.0.0.1 -p {port} -k {folder}", *(f"-c {setting}" for setting in settings)))
    subprocess.run([programs / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start"], **quiet)
    try:
        yield f"postgresql+psycopg://district@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([programs / "pg_ctl", "-D", folder / "data", "-m", "fast", "-w", "stop"], **quiet)
        shutil.rmtree(folder)
