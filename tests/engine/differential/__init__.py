"""Plays the same forms and steps on this engine and on two reference engines and sorts what differs; optional, never part of a test run."""
