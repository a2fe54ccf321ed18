"""This laptop's own key pair: made with the workspace, kept inside the encrypted database, signing every operation."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.operation import device_id


class Device:
    """Holder of the private key; a `sync.operation.Signer`. Its id is the first half of the public key's SHA-256."""

    def __init__(self, private: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(private)
        self.public_key = self._key.public_key().public_bytes_raw()
        """32 bytes."""
        self.device = device_id(self.public_key)

    def sign(self, data: bytes) -> bytes:
        """64 bytes of Ed25519 signature."""
        return self._key.sign(data)


def new_private_key() -> bytes:
    """32 fresh bytes."""
    return Ed25519PrivateKey.generate().private_bytes_raw()
