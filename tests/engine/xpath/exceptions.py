"""The reference cases that are answered otherwise, each with its reason (docs/dialect.md says which side was chosen and why)."""

from __future__ import annotations

from enum import Enum


class Reason(Enum):
    """Why a case differs."""

    OTHER_DOCUMENT = (
        "Recorded beside a document that the case was not run against (its context or data is not in it); the same "
        "expressions, with their documents, are in the other suite."
    )
    OWN_FUNCTIONS = "Calls functions that the peer's test defines for itself."
    HALF_UP = "round() goes half up, towards +∞: round(-1.5) is -1."
    BLANK_SKIPPED = "sum(), max() and min() leave blank nodes out."
    DATE_ONLY = "date() gives a date without time of day, also of a number."
    SUPPORTED = "The peer refuses what we support: unions, //, descendant axis, filtered expressions, functions of the context node."
    AREA_OF_NOTHING = "area() of blank or nonsense is 0 as in two engines; the third gives not-a-number."
    PEER_FLOORS = "The peer writes a date as whole days although its own number has the fraction (cases 1348 to 1352)."
    DATES_AS_TEXT = "Two texts are compared as text (case 2207 of the other suite says so too)."
    NO_DATE = "What is no date gives a blank answer; a session never breaks off over an answer."
    LOCAL_NAMES = "A name without prefix finds elements of any namespace: forms never write the prefix of their own data."
    ITEXT_TEXT = "jr:itext() gives the text, not the nodes that hold it."
    NO_EXPONENT = "A text with an exponent is no number."
    NO_COMMA = "A comma is no decimal point."
    ZERO_IS_FALSE = "A node that holds 0 is false, so it is not checked."


UNUSABLE = frozenset((Reason.OTHER_DOCUMENT, Reason.OWN_FUNCTIONS))
"""Not about the engine at all."""

IN_THE_TABLE = frozenset(
    (
        Reason.HALF_UP,
        Reason.BLANK_SKIPPED,
        Reason.DATE_ONLY,
        Reason.SUPPORTED,
        Reason.AREA_OF_NOTHING,
        Reason.PEER_FLOORS,
        Reason.DATES_AS_TEXT,
    )
)
"""Decided by the dialect table, or the peers contradict each other."""


def _ids(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split()))


CASES: dict[Reason, tuple[int, ...]] = {
    Reason.OTHER_DOCUMENT: _ids(
        "3188 3195 3197 3199 3200 3201 3204 3205 3207 3208 3853 3854 3855 3856 3857 3858 3860 3861 3862 3863 3864 3866 "
        "3870 3872 3878 3880 3881 3882 3883 3885 3886 3889 3890 3891 3893 3894 3900 3903 3905 3906 3907 3910 3911 3913 "
        "3914 3916 3917 3919 3920 3923 3925 3930 3932 3934 3935 3937 3938 3939 3942 3943 3944 3945 3946 3948 4015 4016 "
        "4310 4311 4312 4314 4316 4317 4320 4345 4346 4649 4774 4776 4781 4801 4807 4916 "
    ),
    Reason.OWN_FUNCTIONS: _ids("5626 5627 5628 5629 5630 5631 5644 5645 5660"),
    Reason.HALF_UP: _ids("1548 1561 4977 4990"),
    Reason.BLANK_SKIPPED: _ids("1704 2274"),
    Reason.DATE_ONLY: _ids("2119 2130 2132 4605 4606 4608"),
    Reason.SUPPORTED: _ids("5258 5259 5260 5263 5264 5421 5423"),
    Reason.AREA_OF_NOTHING: _ids("4508 4510"),
    Reason.PEER_FLOORS: _ids("1355 1357 1361 1362"),
    Reason.DATES_AS_TEXT: _ids("4679"),
    Reason.NO_DATE: _ids("5427 5428 5436 5442 5443"),
    Reason.LOCAL_NAMES: _ids("2021 2022 2690 2693"),
    Reason.ITEXT_TEXT: _ids("1403 1405 1407 1408"),
    Reason.NO_EXPONENT: _ids("2008"),
    Reason.NO_COMMA: _ids("5520 5528"),
    Reason.ZERO_IS_FALSE: _ids("2367"),
}
