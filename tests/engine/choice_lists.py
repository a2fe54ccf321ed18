"""How pyxform writes a choice list."""

from __future__ import annotations

ROWS = "root/item"
"""From its instance to its rows."""
