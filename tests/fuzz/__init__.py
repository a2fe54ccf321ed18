"""Bad forms by the thousand: `python3 -m tests.fuzz --seconds 1200`; a short run of the same stands in tests/engine/test_fuzz.py."""
