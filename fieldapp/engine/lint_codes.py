"""Every code that the linter can say, with its severity; the sentence and the way to mend it stand in words/<language>/lint.ftl."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """How bad it is, worst first."""

    ERROR = "error"
    """The form does not open."""
    WARNING = "warning"
    """Probably not what is meant."""
    NOTE = "note"
    """ODK Collect or ODK Web Forms would do otherwise (docs/dialect.md)."""


_ERRORS = ("syntax", "unknown-function", "arguments", "missing-path", "missing-instance", "bad-regex", "circle", "too-costly", "form")
_NOTES = (
    "regex-not-anchored",
    "function-not-in-collect",
    "construct-not-in-collect",
    "self-not-in-collect",
    "name-not-in-collect",
    "index-in-collect",
    "coalesce-in-collect",
    "boolean-in-collect",
    "passed-over",
    "path-as-condition",
    "blanks-in-web-forms",
    "count-in-web-forms",
    "round-in-web-forms",
    "distance-in-web-forms",
    "date-in-web-forms",
    "weekday-in-web-forms",
    "truth-in-web-forms",
    "own-row-in-web-forms",
    "constraint-by-name",
)
_WARNINGS = (
    "dead-path",
    "missing-column",
    "circle-in-collect",
    "encryption-passed-over",
    "not-a-choice",
    "not-a-select",
    "select-multiple-compared",
    "text-as-number",
    "text-as-date",
    "number-as-text",
    "bad-date",
    "boolean-compared",
    "slow-filter",
    "whole-tree",
    "costly-regex",
    "rows-in-rows",
    "changes-by-itself",
    "large-file",
    "missing-file",
    "bind-without-node",
    "control-without-node",
    "required-read-only",
    "relevance-of-itself",
    "never-relevant",
    "missing-label",
    "missing-translation",
    "duplicate-choice",
    "blank-in-choice",
    "unused-list",
    "unknown-column",
    "unread-row",
    "no-form-id",
    "no-version",
    "version-not-newer",
    "bad-pii",
    "bad-tier",
    "warning-without-message",
    "message-without-warning",
)
SEVERITIES = {
    **dict.fromkeys(_ERRORS, Severity.ERROR),
    **dict.fromkeys(_WARNINGS, Severity.WARNING),
    **dict.fromkeys(_NOTES, Severity.NOTE),
}
"""Every code that can be found."""
