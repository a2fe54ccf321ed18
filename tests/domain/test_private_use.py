"""The 24 private-use characters of the gb18030 codec become the real ones."""

import re

from hypothesis import given
from hypothesis import strategies as st

from fieldapp.domain.private_use import REAL, normalised

# Codes of GB 18030-2005/-2022 and their characters, as the GB18030 converter of the GNU C library decodes them.
_STANDARD = {
    "FE59": "9FB4", "FE61": "9FB5", "FE66": "9FB6", "FE67": "9FB7", "FE6D": "9FB8", "FE7E": "9FB9", "FE90": "9FBA", "FEA0": "9FBB",
    "FE51": "20087", "FE52": "20089", "FE53": "200CC", "FE6C": "215D7", "FE76": "2298F", "FE91": "241FE",
    "A6D9": "FE10", "A6DA": "FE12", "A6DB": "FE11", "A6DC": "FE13", "A6DD": "FE14", "A6DE": "FE15", "A6DF": "FE16",
    "A6EC": "FE17", "A6ED": "FE18", "A6F3": "FE19",
}  # fmt: skip


def test_what_the_codec_decodes_becomes_what_the_standard_says() -> None:
    decoded = {code: bytes.fromhex(code).decode("gb18030") for code in _STANDARD}
    assert all("\ue000" <= char <= "\uf8ff" for char in decoded.values())
    assert {code: f"{ord(normalised(char)):X}" for code, char in decoded.items()} == _STANDARD
    assert len(REAL) == 24


def test_every_other_assigned_code_is_decoded_to_a_real_character() -> None:
    """Private-use results other than the 24 belong to codes that the standard leaves to users or unassigned."""
    found = {
        bytes((lead, trail)).decode("gb18030") for lead in (0xA6, *range(0xFE, 0xFF)) for trail in (*range(0x40, 0x7F), *range(0x80, 0xFF))
    }
    private = {ord(char) for char in found if "\ue78d" <= char <= "\ue796" or "\ue815" <= char <= "\ue864"}
    assert private == set(REAL)


@given(st.text(max_size=30))
def test_other_text_stays_as_it_is(text: str) -> None:
    plain = re.sub("[\ue78d-\ue864]", "", text)
    assert normalised(plain) == plain
    assert normalised(normalised(text)) == normalised(text)
