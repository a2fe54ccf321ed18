"""`fieldapp roster duplicates | join | unjoin | distinct`: households that were entered twice."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from fieldapp.domain.ids import HouseholdId
from fieldapp.words import say

from .told import Told, passphrase

if TYPE_CHECKING:
    from fieldapp.app import App


def add(verbs: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    list_ = verbs.add_parser("duplicates", help=say("cli-roster-duplicates"), parents=[common])
    list_.add_argument("--village", default="", metavar="CODE")
    list_.set_defaults(run=_list)
    join = verbs.add_parser("join", help=say("cli-roster-join"), parents=[common])
    join.add_argument("household", metavar="DUPLICATE")
    join.add_argument("--into", required=True, metavar="HOUSEHOLD")
    join.add_argument("--why", required=True, metavar="TEXT")
    join.add_argument("--without-members", action="store_true")
    join.set_defaults(run=_join)
    unjoin = verbs.add_parser("unjoin", help=say("cli-roster-unjoin"), parents=[common])
    unjoin.add_argument("household", metavar="DUPLICATE")
    unjoin.add_argument("--why", required=True, metavar="TEXT")
    unjoin.set_defaults(run=_unjoin)
    distinct = verbs.add_parser("distinct", help=say("cli-roster-distinct"), parents=[common])
    distinct.add_argument("households", nargs=2, metavar="HOUSEHOLD")
    distinct.add_argument("--why", required=True, metavar="TEXT")
    distinct.add_argument("--undo", action="store_true")
    distinct.set_defaults(run=_distinct)


def _list(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import duplicates

    workspace = app.workspace(passphrase())
    found, joined = duplicates.possible(workspace, given.village), duplicates.joined(workspace)
    plain = {"possible": [asdict(one) for one in found], "joined": [asdict(one) for one in joined]}
    text = [
        f"{one.first.id}  {one.first.head_name}  |  {one.second.id}  {one.second.head_name}  |  {'；'.join(one.signs)}" for one in found
    ] or [say("cli-roster-duplicates-none")]
    for one in joined:
        names = {"gone": one.household.head_name, "gone_id": one.household.id, "stays": one.stays.head_name, "stays_id": one.stays.id}
        text.append(say("cli-roster-joined-line", **names, who=one.who, when=one.when[:16].replace("T", " "), why=one.why))
    return Told(plain, "\n".join(text), findings=bool(found))


def _join(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import duplicates

    people = () if given.without_members else None
    members = duplicates.join(app.workspace(passphrase()), HouseholdId(given.household), HouseholdId(given.into), given.why, people)
    plain = {"household": given.household, "stays": given.into, "members": members}
    return Told(plain, say("cli-roster-joined", stays=given.into, members=members))


def _unjoin(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import duplicates

    members = duplicates.take_back(app.workspace(passphrase()), HouseholdId(given.household), given.why)
    return Told({"household": given.household, "members": members}, say("cli-roster-unjoined", members=members))


def _distinct(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import duplicates

    first, second = map(HouseholdId, given.households)
    duplicates.set_apart(app.workspace(passphrase()), first, second, given.why, same=given.undo)
    text = say("cli-roster-distinct-undone" if given.undo else "cli-roster-distinct-done")
    return Told({"households": given.households, "distinct": not given.undo}, text)
