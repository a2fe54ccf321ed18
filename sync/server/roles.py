"""Who may do what: the three offices of 三员 that never meet in one person, the people who survey, and what each may use.

A route or command without a row here is open to nobody.
"""

from __future__ import annotations

import re

SYSTEM, SECURITY, AUDIT = "system", "security", "audit"
SURVEYOR, VILLAGE_LEAD, REVIEWER = "surveyor", "village-lead", "township-reviewer"
OFFICES = (SYSTEM, SECURITY, AUDIT)
"""Keep the machine; keep people, devices and what is believed; look at what both did. They enrol no laptop and see no household."""
FIELD = (SURVEYOR, VILLAGE_LEAD, REVIEWER)
"""Work with households of their area, on an enrolled laptop or phone."""
ROLES = (*OFFICES, *FIELD)
OTHER_NAMES = {"enumerator": SURVEYOR, "village_lead": VILLAGE_LEAD, "reviewer": REVIEWER, "township_reviewer": REVIEWER}
"""As earlier versions and other programs call them."""

ANYBODY = frozenset({"anybody"})
_IN_THE_FIELD = frozenset(FIELD)

ROUTES: dict[tuple[str, str], frozenset[str]] = {
    ("GET", "/v1/health"): ANYBODY,
    ("POST", "/v1/enrol"): ANYBODY,
    ("POST", "/v1/sync"): _IN_THE_FIELD,
    ("POST", "/v1/bundles"): _IN_THE_FIELD,
    ("POST", "/v1/previews"): _IN_THE_FIELD,
    ("GET", "/v1/files/{sha}/preview"): _IN_THE_FIELD,
    **{(method, "/v1/files/{sha}"): _IN_THE_FIELD for method in ("GET", "HEAD", "POST", "PATCH", "DELETE")},
}
"""Method and path → roles of the person behind the device."""

COMMANDS: dict[str, frozenset[str]] = {
    "init": ANYBODY,
    "serve": ANYBODY,
    "certificate-renew": frozenset({SYSTEM}),
    "status": frozenset({*OFFICES, REVIEWER}),
    "area-import": frozenset({SYSTEM}),
    "form-publish": frozenset({SYSTEM}),
    "person-add": frozenset({SECURITY}),
    "person-list": frozenset({SECURITY, AUDIT}),
    "person-passphrase": frozenset({SECURITY}),
    "person-retire": frozenset({SECURITY}),
    "person-readmit": frozenset({SECURITY}),
    "enrol-code": frozenset({SECURITY}),
    "device-list": frozenset({*OFFICES}),
    "device-revoke": frozenset({SECURITY}),
    "phone-add": frozenset({SECURITY}),
    "phone-list": frozenset({*OFFICES}),
    "bundle-read": frozenset({SYSTEM, REVIEWER}),
    "bundle-write": frozenset({SYSTEM, REVIEWER}),
    "bundle-stick": frozenset({SYSTEM, REVIEWER}),
    "recovery-key": ANYBODY,
    "recovery-sheet": frozenset({SECURITY}),
    "recovery-open": frozenset({SECURITY}),
    "archive-sign": frozenset({REVIEWER}),
    "quarantine-list": frozenset({SECURITY, AUDIT, REVIEWER}),
    "quarantine-release": frozenset({SECURITY, REVIEWER}),
    "quarantine-reject": frozenset({SECURITY, REVIEWER}),
    "audit-list": frozenset({AUDIT}),
    "check": frozenset({SYSTEM, AUDIT}),
    "backup": frozenset({SYSTEM}),
    "restore": frozenset({SYSTEM}),
    "drill": frozenset({SYSTEM, AUDIT}),
}
"""Command → roles. `ANYBODY` is whoever may read the district's folder, which then needs no signing in."""

PAGES: dict[tuple[str, str], frozenset[str]] = {
    ("GET", "/page.css"): ANYBODY,
    ("GET", "/sign-in"): ANYBODY,
    ("POST", "/sign-in"): ANYBODY,
    ("POST", "/sign-out"): frozenset(ROLES),
    ("GET", "/"): COMMANDS["status"],
    ("GET", "/devices"): COMMANDS["device-list"],
    ("GET", "/devices/{id}"): COMMANDS["device-list"],
    ("POST", "/devices/{id}"): COMMANDS["device-revoke"],
    ("GET", "/unsent"): COMMANDS["status"],
    ("GET", "/people"): COMMANDS["person-list"],
    ("POST", "/people/{id}/retire"): COMMANDS["person-retire"],
    ("POST", "/people/{id}/readmit"): COMMANDS["person-readmit"],
    ("GET", "/slips"): COMMANDS["enrol-code"],
    ("POST", "/slips"): COMMANDS["enrol-code"],
    ("GET", "/phones"): COMMANDS["phone-list"],
    ("POST", "/phones"): COMMANDS["phone-add"],
    ("GET", "/conflicts"): COMMANDS["status"],
    ("GET", "/conflicts/{village}/{record}"): frozenset({REVIEWER}),
    ("GET", "/quarantine"): COMMANDS["quarantine-list"],
    ("POST", "/quarantine/{id}/release"): COMMANDS["quarantine-release"],
    ("POST", "/quarantine/{id}/reject"): COMMANDS["quarantine-reject"],
    ("GET", "/audit"): COMMANDS["audit-list"],
}
"""Method and path of a page → roles of whoever is signed in. What households answered is for those who work with them, for no office."""


def may_open(role: str, method: str, route: str) -> bool:
    """Whether a person with the role may use a page; `route` as in PAGES."""
    allowed = PAGES.get((method, route), frozenset())
    return role in allowed or allowed is ANYBODY


def may_call(role: str, method: str, path: str) -> bool:
    """Whether a device of a person with the role may use a route."""
    allowed = ROUTES.get((method, re.sub(r"(?<=/)[0-9a-f]{64}(?=/|$)", "{sha}", path.partition("?")[0])), frozenset())
    return role in allowed or allowed is ANYBODY


def may_run(role: str, command: str) -> bool:
    """Whether a person with the role may use a command."""
    allowed = COMMANDS.get(command, frozenset())
    return role in allowed or allowed is ANYBODY
