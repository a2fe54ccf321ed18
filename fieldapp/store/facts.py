"""Named values of the workspace itself: server, device name, epochs, chain ends."""

from __future__ import annotations

from .tables import FactRow
from .transaction import Transaction

DEVICE_KEY = "device-key"
DEVICE_NAME = "device-name"
SERVER_URL = "server-url"
LAST_OPERATION = "last-operation"
LOGICAL_TIME = "logical-time"
AUDIT_HEAD = "audit-head"
IN_USE = "in-use"
AREAS_DIGEST = "areas-digest"


def get(tx: Transaction, name: str, default: str = "") -> str:
    """The value of a fact."""
    row = tx.session.get(FactRow, name)
    return default if row is None else row.value


def put(tx: Transaction, name: str, value: str) -> None:
    """Set a fact; an empty value takes it away."""
    row = tx.session.get(FactRow, name)
    if not value:
        if row is not None:
            tx.session.delete(row)
    elif row is None:
        tx.session.add(FactRow(name=name, value=value))
    elif row.value != value:
        row.value = value
        tx.session.add(row)
