"""Figures of speed and size, by `python3 -m tests.benchmarks --json`; never part of the tests, because they depend on the machine."""
