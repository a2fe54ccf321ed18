"""Records that were entered twice and joined by an operation: which one stays; pure, and the same for whoever has the same operations.

A record whose field `joined_to` names another one counts as that one. Joins may form chains and, when two laptops decide at the same time,
circles; nothing is refused, everybody reads the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

FIELD = "joined_to"
"""Of a household's or a member's record: the id of the record that stays; taken away or empty: not joined."""


def stays(joins: Mapping[str, str], alive: Collection[str]) -> dict[str, str]:
    """Joined record → the record that it counts as, for every joined record that does not stay itself.

    `alive` are the records that are here and not deleted. The end of a chain stays; where the end is not alive, the last one before it that
    is, so that nothing hides below what cannot be seen. Of a circle the alive record with the smallest id stays.
    """
    ends: dict[str, str] = {}
    for start in joins:
        path: list[str] = []
        places: dict[str, int] = {}
        here = start
        while here in joins and here not in ends and here not in places:
            places[here] = len(path)
            path.append(here)
            here = joins[here]
        if here in places:
            circle = path[places[here] :]
            end = min((record for record in circle if record in alive), default="")
            ends |= dict.fromkeys(circle, end)
            del path[places[here] :]
        else:
            end = ends.get(here, here if here in alive else "")
        for record in reversed(path):
            end = end or (record if record in alive else "")
            ends[record] = end
    return {record: end for record, end in ends.items() if record in alive and end != record}
