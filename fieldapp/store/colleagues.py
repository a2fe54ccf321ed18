"""What a workspace knows of other laptops: their cards, which of them are revoked, and what was handed to them to carry."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from sync import card
from sync.operation import Operation
from sync.replica import Card

from . import facts, operations, outbox
from .database import Database
from .transaction import Transaction

DISTRICT_KEY = "district-key"
"""Fact: the district's Ed25519 key as hex, as enrolment gave it."""
_CARDS, _ASKED = "cards", "cards-day"


class StoreColleagues:
    """Implements `sync.replica.Colleagues` over an open workspace."""

    _database: Database

    def cards(self) -> Sequence[Card]:
        """The cards that are known here, by device."""
        with self._database.read() as tx:
            return known(tx)

    def cards_wanted(self) -> bool:
        """Once a day, and as long as there are none."""
        with self._database.read() as tx:
            return facts.get(tx, _ASKED) != _today(tx)

    def learn_cards(self, cards: Sequence[Card]) -> None:
        """Keep what the district signed; the later issued takes the place of the older. An answer of the district holds the own one."""
        with self._database.begin() as tx:
            keep(tx, cards)
            if any(card.is_of(one, tx.device) for one in cards):
                facts.put(tx, _ASKED, _today(tx))

    def revoked(self) -> Collection[str]:
        """Devices that the district revoked."""
        with self._database.read() as tx:
            return frozenset(tx.column("SELECT device FROM author WHERE revoked"))

    def of_area(self, area: str) -> Sequence[Operation]:
        """All operations of the villages of an area, the oldest first; raises WorkspaceDamaged (record)."""
        begins = card.prefix(area)
        listed = "SELECT id, rec, body, sum FROM operation WHERE substr(vil, 1, ?) = ? ORDER BY seq"
        with self._database.read() as tx:
            rows = tx.sql(listed, len(begins), begins).fetchall()
            return [operations.checked(identity, record, body, kept) for identity, record, body, kept in rows]

    def hand_over(self, peer: str) -> None:
        """Remember up to where everything was given to somebody who may carry it to the peer."""
        with self._database.begin() as tx:
            facts.put(tx, _handed(peer), str(tx.value("SELECT max(seq) FROM operation") or 0))

    def handed_over(self, peer: str) -> bool:
        """Whether something that was handed over waits for the peer's receipt."""
        with self._database.read() as tx:
            mark = int(facts.get(tx, _handed(peer), "0"))
            return mark > 0 and outbox.first_waiting(tx, peer) <= mark


def known(tx: Transaction) -> tuple[Card, ...]:
    """The cards that are kept."""
    return card.from_plain(json.loads(facts.get(tx, _CARDS, "[]")))


def keep(tx: Transaction, cards: Sequence[Card]) -> None:
    """Keep cards that the district signed, one a device."""
    kept = card.newest(known(tx), cards, bytes.fromhex(facts.get(tx, DISTRICT_KEY)))
    facts.put(tx, _CARDS, json.dumps(card.plain(kept), ensure_ascii=False))


def _today(tx: Transaction) -> str:
    return f"{tx.now():%Y-%m-%d}"


def _handed(peer: str) -> str:
    return f"handed:{peer}"
