"""A device's keys: Ed25519 for signing, and an X25519 pair for sealing that is derived from it and never stored.

Ed25519 signatures are deterministic (RFC 8032), so whoever can sign can derive the same sealing key again; the signature it comes
from is over a text that is signed for nothing else and that never leaves the device.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .operation import Signer, device_id

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.hpke import Suite

_SEALING = b"fieldapp: the seed of this device's sealing key, version 1; sign this for nothing else"


class DeviceKey:
    """An Ed25519 private key in memory; a Signer."""

    def __init__(self, private: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self._key = Ed25519PrivateKey.from_private_bytes(private)
        self.public_key = self._key.public_key().public_bytes_raw()
        """32 bytes."""
        self.device = device_id(self.public_key)

    @classmethod
    def generate(cls) -> DeviceKey:
        """A new key by the system's randomness."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    def private(self) -> bytes:
        """The 32 secret bytes, to be kept encrypted."""
        return self._key.private_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        """64 bytes of Ed25519 signature."""
        return self._key.sign(data)


def sealing_key(signer: Signer) -> X25519PrivateKey:
    """The private key with which the device opens what is sealed for it."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"fieldapp sealing key 1").derive(signer.sign(_SEALING))
    return X25519PrivateKey.from_private_bytes(seed)


def sealing_public(signer: Signer) -> bytes:
    """The 32 public bytes that others seal for."""
    return sealing_key(signer).public_key().public_bytes_raw()


def is_signed(public_key: bytes, signature: bytes, data: bytes) -> bool:
    """Whether an Ed25519 signature is right."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def seal(public: bytes, data: bytes, info: bytes) -> bytes:
    """Bytes that only the holder of an X25519 key can read (HPKE, RFC 9180, base mode); `info` says what for. 48 bytes longer."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    return _suite().encrypt(data, X25519PublicKey.from_public_bytes(public), info=info)


def unseal(private: X25519PrivateKey, sealed: bytes, info: bytes) -> bytes:
    """What was sealed; raises ValueError for anything else."""
    from cryptography.exceptions import InvalidTag

    try:
        return _suite().decrypt(sealed, private, info=info)
    except InvalidTag:
        raise ValueError("not sealed for this key and purpose") from None


def _suite() -> Suite:
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def pin_of(certificate: str) -> str:
    """What a slip says of a certificate (PEM): the SHA-256 of its public key (SubjectPublicKeyInfo) in 52 letters. Raises ValueError."""
    import base64
    import hashlib

    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = x509.load_pem_x509_certificate(certificate.encode("ascii")).public_key()
    told = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    return base64.b32encode(told).decode().rstrip("=")
