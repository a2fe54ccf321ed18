"""Full-width digits, letters and signs as an input method types them, made half-width."""

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x3002: 0x2E}
"""FF01–FF5E to 21–7E, the ideographic space to a space, 。 to a point."""


def halfwidth(text: str) -> str:
    """１２．５ → 12.5; everything else stays."""
    return text.translate(_WIDE)


def is_plain_number(text: str) -> bool:
    """Whether a text is ASCII digits with at most one point and a leading minus."""
    body = text.removeprefix("-")
    return body.isascii() and body.count(".") <= 1 and body.replace(".", "", 1).isdigit()
