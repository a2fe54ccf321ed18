"""Base45 (RFC 9285): bytes as the 45 characters that a QR code packs tightest."""

from struct import unpack

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {char: value for value, char in enumerate(ALPHABET)}


def encode(data: bytes) -> str:
    """Three characters for two bytes, two for a last single one."""
    pairs = unpack(f">{len(data) // 2}H", data[: len(data) // 2 * 2])
    chars = [ALPHABET[number % 45] + ALPHABET[number // 45 % 45] + ALPHABET[number // 2025] for number in pairs]
    last = ALPHABET[data[-1] % 45] + ALPHABET[data[-1] // 45] if len(data) % 2 else ""
    return "".join(chars) + last


def decode(text: str) -> bytes:
    """The bytes; raises ValueError if the text is not Base45."""
    data = bytearray()
    for start in range(0, len(text), 3):
        group = text[start : start + 3]
        if len(group) == 1 or any(char not in _VALUES for char in group):
            raise ValueError(text)
        number = sum(_VALUES[char] * 45**place for place, char in enumerate(group))
        data += number.to_bytes(len(group) - 1, "big") if number < 256 ** (len(group) - 1) else _too_big(text)
    return bytes(data)


def _too_big(text: str) -> bytes:
    raise ValueError(text)
