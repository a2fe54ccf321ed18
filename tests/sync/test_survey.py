"""Which change of a person means that the household no longer counts them."""

import pytest

from sync.survey import has_left


@pytest.mark.parametrize(
    ("change", "left"), [("00", False), ("19", False), ("20", True), ("21", True), ("", False), ("不详", False), ("２１", False)]
)
def test_codes_from_20_on_are_departures_and_anything_else_is_not(change: str, left: bool) -> None:
    assert has_left(change) is left
