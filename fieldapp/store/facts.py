"""Named values of the workspace itself: server, device name, epochs, chain ends."""

from __future__ import annotations

from .transaction import Transaction

DEVICE_KEY = "device-key"
DEVICE_NAME = "device-name"
SERVER_URL = "server-url"
LAST_OPERATION = "last-operation"
LOGICAL_TIME = "logical-time"
AUDIT_HEAD = "audit-head"
AUDIT_DAY = "audit-day"
IN_USE = "in-use"
AREAS_DIGEST = "areas-digest"
AWAITED = "awaited"
"""How many operations a repair took out that the next exchange brings back."""
SALVAGED = "salvaged"
"""JSON table → numbers of the rows that a salvage could not read; as long as it stands, no file is swept."""
BACKUP_FOLDER = "backup-folder"
PURGED = "purged-at"
"""When households were last cleared away: automatic backups from before still hold them."""


def get(tx: Transaction, name: str, default: str = "") -> str:
    """The value of a fact."""
    if name not in tx.facts:
        tx.facts[name] = tx.value("SELECT value FROM fact WHERE name = ?", name) or ""
    return tx.facts[name] or default


def put(tx: Transaction, name: str, value: str) -> None:
    """Set a fact; an empty value takes it away."""
    if get(tx, name) != value:
        tx.facts[name] = value
        tx.changed_facts.add(name)


def write(tx: Transaction) -> None:
    """Write what was set; done before every commit."""
    for name in sorted(tx.changed_facts):
        tx.sql("DELETE FROM fact WHERE name = ?", name)
        if tx.facts[name]:
            tx.sql("INSERT INTO fact(name, value) VALUES (?, ?)", name, tx.facts[name])
    tx.changed_facts.clear()
