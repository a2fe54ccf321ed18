"""The trade's words: standard library only; no clock, no disk."""
