"""Tests of the window on real widgets, offscreen."""
