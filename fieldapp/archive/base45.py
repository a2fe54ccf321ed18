"""Base45 (RFC 9285): bytes as the 45 characters that a QR code packs tightest."""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {char: value for value, char in enumerate(ALPHABET)}


def encode(data: bytes) -> str:
    """Three characters for two bytes, two for a last single one."""
    chars: list[str] = []
    for start in range(0, len(data), 2):
        pair = data[start : start + 2]
        number = int.from_bytes(pair, "big")
        for _ in range(3 if len(pair) == 2 else 2):
            number, digit = divmod(number, 45)
            chars.append(ALPHABET[digit])
    return "".join(chars)


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
