"""Proofs of the start from nothing, the lock files, the words and the shape of the code."""
