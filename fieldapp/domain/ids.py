"""The names by which things are known; all are text."""

from typing import NewType

HouseholdId = NewType("HouseholdId", str)
"""UUID, 32 hex digits; also the record id of the household's operations."""
MemberId = NewType("MemberId", str)
"""UUID, 32 hex digits; also the row id of the member in a submission and the record id of the member's operations."""
SubmissionId = NewType("SubmissionId", str)
"""UUID, 32 hex digits; also the record id of the submission's operations."""
AttachmentId = NewType("AttachmentId", str)
"""SHA-256 of the plain bytes, 64 hex digits."""
AreaCode = NewType("AreaCode", str)
"""Division code: 2, 4, 6, 9 or 12 digits (GB/T 2260, GB/T 10114, village)."""
FormId = NewType("FormId", str)
UserName = NewType("UserName", str)
DeviceId = NewType("DeviceId", str)
"""First 32 hex digits of the SHA-256 of the device's Ed25519 public key."""
