"""What the page's routes are open to, written down a second time; the page's tests hold the code to it."""

from __future__ import annotations

from sync.server import roles

ANY = frozenset({"anybody"})
STAFF = frozenset(roles.OFFICES)
PAGE_ROWS: dict[tuple[str, str], frozenset[str]] = {
    ("GET", "/page.css"): ANY,
    ("GET", "/sign-in"): ANY,
    ("POST", "/sign-in"): ANY,
    ("POST", "/sign-out"): ANY,
    ("GET", "/"): STAFF | {"township-reviewer"},
    ("GET", "/devices"): STAFF,
    ("GET", "/devices/{id}"): STAFF,
    ("POST", "/devices/{id}"): frozenset({"security"}),
    ("GET", "/unsent"): STAFF | {"township-reviewer"},
    ("GET", "/people"): frozenset({"security", "audit"}),
    ("POST", "/people/{id}/retire"): frozenset({"security"}),
    ("POST", "/people/{id}/readmit"): frozenset({"security"}),
    ("GET", "/slips"): frozenset({"security"}),
    ("POST", "/slips"): frozenset({"security"}),
    ("GET", "/phones"): STAFF,
    ("POST", "/phones"): frozenset({"security"}),
    ("GET", "/conflicts"): STAFF | {"township-reviewer"},
    ("GET", "/conflicts/{village}/{record}"): frozenset({"township-reviewer"}),
    ("GET", "/quarantine"): frozenset({"security", "audit", "township-reviewer"}),
    ("POST", "/quarantine/{id}/release"): frozenset({"security", "township-reviewer"}),
    ("POST", "/quarantine/{id}/reject"): frozenset({"security", "township-reviewer"}),
    ("GET", "/audit"): frozenset({"audit"}),
}
"""Method and path → roles of whoever is signed in."""
