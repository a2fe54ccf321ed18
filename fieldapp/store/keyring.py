"""What an open workspace can do for the day when a passphrase is lost; every step is a line of the audit trail."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from pathlib import Path

from . import keys, recovery, rotation
from .keys import KeyFile, Keys


class Keyring:
    """Handed out by an open Database; useless once that is closed."""

    def __init__(self, folder: Path, found: Keys, device: str, note: Callable[[str, str], None]) -> None:
        self._folder, self._keys, self._device, self._note = folder, found, device, note

    def workspace(self) -> str:
        """The workspace's own id, which outlasts every key."""
        return keys.read(self._folder).workspace

    def make_sheet(self) -> str:
        """A code that opens this workspace once, whoever lost which passphrase; an older code opens nothing any more."""
        code = recovery.make_sheet(self._folder, self._keys)
        self._note("recovery-sheet", "")
        return code

    def seal_for_district(self, public: bytes) -> None:
        """Let the holder of an X25519 key bring this workspace back; raises BadInput (recovery-key)."""
        recovery.seal_for_district(self._folder, self._keys, self._device, public)
        self._note("recovery-district", public.hex()[:16])

    def rotate(self, user: str, passphrase: str, report: rotation.Report, without: Iterable[str] = ()) -> int:
        """Put a new data key into force for everything; returns how many attachments were encrypted anew.

        Nobody may write meanwhile or afterwards: the workspace is to be closed, then `rotation.settle` takes the old files away. Raises
        WrongPassphrase, NotFound (a user who is to go, or oneself) and what `rotation.prepare` raises; then nothing has changed.
        """
        gone = tuple(without)
        for name in gone:
            keys.find(keys.read(self._folder), name)
            self._note("remove-user", name)
        self._note("rekey", "")
        fresh = Keys(secrets.token_bytes(32))

        def proof(file: KeyFile) -> None:
            keys.prove(file, keys.open_slot(file, keys.find(file, user), passphrase))

        try:
            return rotation.prepare(self._folder, self._keys, fresh, proof, report, gone)
        finally:
            fresh.wipe()
