"""Amounts of money as people type them and as ledgers write them out."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from fieldapp.errors import BadInput

from .digits import halfwidth, is_plain_number

_UNITS = {"万": 10_000, "千": 1_000, "百": 100, "亿": 100_000_000, "w": 10_000, "k": 1_000}
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
_LARGEST = Decimal(10) ** 16


def read(text: str) -> Decimal:
    """3.5万 → 35000, １２００元 → 1200, 1,200.50 → 1200.50; BadInput if it is no amount."""
    plain = "".join(halfwidth(text).lower().split()).removeprefix("¥").removeprefix("￥").removesuffix("元").removesuffix("块")
    factor = 1
    while plain and plain[-1] in _UNITS:
        factor *= _UNITS[plain[-1]]
        plain = plain[:-1]
    plain = _without_separators(plain)
    if not is_plain_number(plain):
        raise BadInput(what="amount", value=text)
    try:
        return Decimal(plain) * factor
    except InvalidOperation as wrong:
        raise BadInput(what="amount", value=text) from wrong


def plain(amount: Decimal) -> str:
    """The canonical text: no exponent, no trailing zeros."""
    text = f"{amount:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def capital(amount: Decimal) -> str:
    """大写金额: 10500.20 → 壹万零伍佰元贰角整 (票据法 writing rules); BadInput below 0 or from 10^16 yuan on."""
    if not 0 <= amount < _LARGEST:
        raise BadInput(what="amount", value=str(amount))
    fen = int((amount * 100).to_integral_value(rounding="ROUND_HALF_UP"))
    yuan, jiao, cent = fen // 100, fen // 10 % 10, fen % 10
    told = f"{_integer(yuan)}元" if yuan else ""
    if not jiao and not cent:
        return (told or "零元") + "整"
    if jiao:
        told += f"{_DIGITS[jiao]}角"
    elif yuan:
        told += "零"
    return told + (f"{_DIGITS[cent]}分" if cent else "整")


def _without_separators(text: str) -> str:
    """1,200,000.5 → 1200000.5; commas anywhere else stay and make it no number."""
    head, point, tail = text.partition(".")
    groups = head.split(",")
    fine = len(groups) > 1 and len(groups[0].removeprefix("-")) in (1, 2, 3) and all(len(group) == 3 for group in groups[1:])
    return ("".join(groups) if fine else head) + point + tail


def _integer(number: int) -> str:
    """Groups of four digits, one 零 for any run of zeros between signs."""
    told, gap = "", False
    for place in range(len(_GROUPS) - 1, -1, -1):
        group = number // 10_000**place % 10_000
        if not group:
            gap = bool(told)
            continue
        if told and (gap or group < 1_000):
            told += "零"
        told += _group(group) + _GROUPS[place]
        gap = False
    return told


def _group(number: int) -> str:
    told, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            told += ("零" if gap and told else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return told
