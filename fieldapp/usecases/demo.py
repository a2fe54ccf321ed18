"""The fictitious county, end to end and for real: a district server in its own process, enrolled workspaces, archives, syncs.

Every figure in the outcome is counted in the databases afterwards, never in the loop that filled them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldapp.domain.clock import CHINA, FixedClock
from fieldapp.errors import AlreadyThere, BadInput, NotAllowed
from fieldapp.words import forms, say

from . import county, exchange, interview, printing, publishing, roster, workspaces

if TYPE_CHECKING:
    from fieldapp.store.database import Database as Workspace

PASSPHRASE = "demo"
START = datetime(2026, 11, 20, 8, 30, tzinfo=CHINA)
"""The demo's day; time passes as the teams work, so that a seed gives the same archives always."""

Report = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class TeamOutcome:
    """What one laptop holds at the end."""

    workspace: Path
    households: int
    submissions: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the demo left behind, as counted."""

    households: int
    submissions: int
    archives: int
    server_records: int
    per_team: tuple[TeamOutcome, ...]
    archive_dir: Path
    server_data: Path


def run(folder: Path, *, households: int, seed: int, teams: int, report: Report) -> Outcome:
    """Build the county in an empty folder; a folder that holds anything is refused."""
    if households < 1 or teams < 1:
        raise BadInput(what="demo", value=f"households={households} teams={teams}")
    folder = folder.resolve()
    if folder.exists() and any(folder.iterdir()):
        raise AlreadyThere(what="folder", id=folder)
    data, archives = folder / "server", folder / "archives"
    archives.mkdir(parents=True)
    report(0, households, say("cli-demo-area"))
    codes = _set_up_district(data, teams)
    with _serving(data) as url:
        made = publishing.bundled()
        laptops = [_laptop(folder / f"team-{team}", team, url, code, made) for team, code in enumerate(codes, start=1)]
        try:
            for place, family in enumerate(county.families(seed, households), start=1):
                report(place, households, say("cli-demo-household", number=place, head=family.head.name))
                _survey(laptops[place % teams], family, archives)
            for _ in range(2):  # once more, so that the first team also gets what the last one sent
                for team, laptop in enumerate(laptops, start=1):
                    report(households, households, say("cli-demo-sync", team=team))
                    exchange.sync_now(laptop, _quiet)
            report(households, households, say("cli-demo-count"))
            return _counted(laptops, data, archives)
        finally:
            for laptop in laptops:
                laptop.close()


def _set_up_district(data: Path, teams: int) -> list[str]:
    """A fresh district server with the fictitious areas, the form and one person a team; the enrolment codes."""
    _district("init", "--data", data)
    areas = data / "areas.csv"
    areas.write_text(county.areas_csv(), encoding="utf-8")
    _district("area", "import", areas, "--data", data)
    _district("form", "publish", forms() / "household_survey" / "household_survey.csv", "--data", data)
    codes = []
    for team in range(1, teams + 1):
        name = say("demo-team", number=team)
        _district("person", "add", name, "--role", "surveyor", "--area", county.TOWN, "--data", data)
        codes.append(str(_district("enrol-code", "--person", name, "--area", county.TOWN, "--data", data)["code"]))
    return codes


def _district(*words: object) -> Any:
    """One `district` command; its JSON."""
    command = [sys.executable, "-m", "sync.server", *map(str, words), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, env=_environment())
    if done.returncode != 0:
        raise NotAllowed(reason="district-command", detail=done.stderr.strip() or done.stdout.strip())
    return json.loads(done.stdout)


@contextmanager
def _serving(data: Path) -> Iterator[str]:
    """The district server in its own process on a free port of this machine; its URL. Its log of requests lies beside its data."""
    command = [sys.executable, "-m", "sync.server", "serve", "--data", str(data), "--listen", "127.0.0.1:0", "--json"]
    with (
        data.with_name(f"{data.name}.log").open("wb") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8", env=_environment()) as server,
    ):
        try:
            assert server.stdout is not None
            yield str(json.loads(server.stdout.readline())["url"])
        finally:
            server.terminate()
            server.wait()


def _environment() -> dict[str, str]:
    """The packages as this process sees them, so that the server is the same version."""
    here = str(Path(__file__).resolve().parents[2])
    return {**os.environ, "PYTHONPATH": os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])]), "PYTHONIOENCODING": "utf-8"}


def _laptop(folder: Path, team: int, url: str, code: str, made: workspaces.Made) -> Workspace:
    """A new workspace, enrolled and with the areas and the form from the district."""
    clock = FixedClock(START)
    workspace = workspaces.create(folder, say("demo-team", number=team), PASSPHRASE, "demo", clock, made=made)
    exchange.enrol(workspace, url, code, _quiet)
    exchange.sync_now(workspace, _quiet)
    return workspace


def _survey(laptop: Workspace, family: county.Family, archives: Path) -> None:
    """One household through the whole job, by the same use cases as the window."""
    clock = laptop.place.clock
    assert isinstance(clock, FixedClock)
    clock.pass_time(minutes=25)
    household = roster.add(laptop, family.household)
    opened = interview.start(laptop, household)
    pictures = county.pictures(family.seed, family)

    def take(path: str, name: str) -> str:
        return interview.attach(laptop, opened.draft, path, name, pictures[name])

    county.fill(opened.session, family, take)
    interview.save_draft(laptop, opened.draft, opened.session.snapshot())
    interview.finalize(laptop, opened)
    made = printing.make_archive(laptop, household, _quiet)
    printing.save_copy(laptop, made, archives / f"{made.head_name}-{household[:8]}.pdf")


def _counted(laptops: Sequence[Workspace], data: Path, archives: Path) -> Outcome:
    """What is really there: each workspace's own database and the server's."""
    server = _district("status", "--data", data)
    infos = [laptop.info() for laptop in laptops]
    return Outcome(
        households=infos[0].households,
        submissions=infos[0].submissions.get("finalized", 0),
        archives=infos[0].archives,
        server_records=int(server["records"]),
        per_team=tuple(
            TeamOutcome(laptop.folder, info.households, info.submissions.get("finalized", 0))
            for laptop, info in zip(laptops, infos, strict=True)
        ),
        archive_dir=archives,
        server_data=data,
    )


def _quiet(done: int, total: int, text: str) -> None:
    """The demo tells of households, not of the steps inside one."""
