"""The slip of an enrolment code, and the address that stands on it."""

from __future__ import annotations

from ..slip import Slip
from .certificates import authority_pem, current
from .district import District
from .tables import Fact

_URL = "public-url"


def make_slip(district: District, code: str, area: str, url: str) -> Slip:
    """What stands on the slip of a code; over TLS it pins the district's authority."""
    held = current(district.folder) if url.startswith("https:") else None
    return Slip(url, code, held.pin if held else "", area, authority_pem(district.folder) if held else "")


def public_url(district: District) -> str:
    """Where laptops find the district, empty if nobody said."""
    with district.reading() as session:
        fact = session.get(Fact, _URL)
        return fact.value if fact else ""


def keep_url(district: District, url: str) -> None:
    """Note where laptops find the district."""
    with district.writing() as session:
        session.merge(Fact(name=_URL, value=url.rstrip("/")))
