"""The devices whose signatures this workspace believes."""

from __future__ import annotations

from sqlmodel import select

from .tables import AuthorRow
from .transaction import Transaction


def keys(tx: Transaction) -> dict[str, bytes]:
    """Public keys by device id, this laptop's and revoked ones included: what they signed stays what they signed."""
    known = {row.device: bytes.fromhex(row.public_key) for row in tx.session.exec(select(AuthorRow))}
    return {**known, tx.device: tx.place.device.public_key}
