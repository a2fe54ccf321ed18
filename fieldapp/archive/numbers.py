"""Archive numbers: the 案卷号 that every laptop derives alike, and the 档号 of volumes and pieces by the matrix's patterns."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from fieldapp.domain.ids import HouseholdId

if TYPE_CHECKING:
    from .matrix import Matrix
    from .sheet import Numbering

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U that a clerk could misread."""
_LENGTH = 10
_CONTEXT = b"fieldapp volume 1\n"


def volume_number(household: HouseholdId, national_code: str, matrix: Matrix) -> str:
    """案卷号: the same on every laptop and in every reprint, offline: 50 bits of the SHA-256 of the household's id.

    The national system's code if the matrix says so and there is one.
    """
    if matrix.patterns.volume_from == "national" and national_code:
        return national_code
    number = int.from_bytes(hashlib.sha256(_CONTEXT + household.encode("ascii")).digest()[:8], "big") >> (64 - 5 * _LENGTH)
    return "".join(_SIGNS[number >> (5 * place) & 31] for place in reversed(range(_LENGTH)))


def archive_number(numbering: Numbering, matrix: Matrix) -> str:
    """The 档号 of the volume."""
    return matrix.patterns.volume.format(**_values(numbering, matrix, numbering.retention or volume_term(matrix)))


def filing_number(numbering: Numbering, matrix: Matrix) -> str:
    """归档号."""
    return matrix.patterns.filing.format(**_values(numbering, matrix, numbering.retention or volume_term(matrix)))


def piece_number(numbering: Numbering, matrix: Matrix, paper: str, piece: int) -> str:
    """The 档号 of one document, `paper` as in the matrix; the number is the document's place in the whole archive, from 1."""
    return matrix.patterns.piece.format(**_values(numbering, matrix, matrix.term_of[paper]), piece=piece)


def volume_term(matrix: Matrix) -> str:
    """保管期限代码 of a volume: the longest of its documents."""
    held = set(matrix.term_of.values())
    return next(code for code in matrix.terms if code in held)


def _values(numbering: Numbering, matrix: Matrix, retention: str) -> dict[str, object]:
    return {
        "fonds_no": numbering.fonds_no,
        "category_no": matrix.patterns.category_no,
        "village": numbering.village,
        "volume": numbering.volume,
        "year": numbering.year,
        "retention": retention,
        "unit": matrix.patterns.unit,
    }
