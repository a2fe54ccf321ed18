"""Proofs, in the mirror of the rooms; `python3 -m tests` sets everything up and runs them."""
