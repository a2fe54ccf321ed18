"""What people type and what it means: numbers, dates and codes as text in, canonical text out; no Qt.

Full-width digits become half-width, `3.5万` becomes 35000, `2016.4.14` and `今天` become ISO dates.
None says that the text is not understood.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

_TIMES = {"千": 1_000, "万": 10_000, "w": 10_000, "W": 10_000, "亿": 100_000_000}
_UNITS = ("元", "亩", "岁", "人", "米", "公里", "￥", "¥")
_DAYS = {"今天": 0, "今": 0, "jt": 0, "昨天": -1, "昨": -1, "zt": -1, "前天": -2, "明天": 1}
_DATE = re.compile(r"(?:([0-9]{4}|[0-9]{2})[-./年])?([0-9]{1,2})[-./月]([0-9]{1,2})日?$")
_MONTH = re.compile(r"([0-9]{4})[-./年]?([0-9]{1,2})月?$")
_CLOCK = re.compile(r"([0-9]{1,2})[:点时.]?([0-9]{2})分?$")
_DEGREES = re.compile(
    r"([NSEW]|[北南]纬|[东西]经)?\s*([0-9]{1,3}(?:\.[0-9]+)?)\s*[°度]\s*(?:([0-9]{1,2}(?:\.[0-9]+)?)\s*['′分])?"
    r"\s*(?:([0-9]{1,2}(?:\.[0-9]+)?)\s*(?:[\"″秒]|''))?\s*([NSEW])?"
)
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?$|[+-]?\.[0-9]+$")


def half_width(text: str) -> str:
    """Full-width digits, letters and signs as their plain forms; Chinese text stays as it is."""
    return "".join(unicodedata.normalize("NFKC", char) if "\uff01" <= char <= "\uff5e" or char == "\u3000" else char for char in text)


def number(text: str, whole: bool = False) -> str | None:
    """A number as canonical text without exponent: `３．５万` is 35000, `1,200元` is 1200; empty stays empty."""
    plain = half_width(text).strip().replace(",", "").replace(" ", "").replace("，", "").replace("。", ".")
    for unit in _UNITS:
        plain = plain.removesuffix(unit).removeprefix(unit)
    times = 1
    if plain and plain[-1] in _TIMES:
        times = _TIMES[plain[-1]]
        plain = plain[:-1]
    if not plain:
        return "" if times == 1 else None
    if not _NUMBER.match(plain):
        return None
    try:
        value = Decimal(plain) * times
    except InvalidOperation:
        return None
    if whole and value != value.to_integral_value():
        return None
    return _plain(value)


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "", "+0") else text


def day(text: str, today: date, month_only: bool = False) -> str | None:
    """A date as YYYY-MM-DD: 20160414, 2016.4.14, 2016年4月14日, 4.14 (this year), 今天, 昨天, -3 (days ago); a month as its first day."""
    plain = half_width(text).strip().replace(" ", "")
    if not plain:
        return ""
    if plain in _DAYS:
        return (today + timedelta(days=_DAYS[plain])).isoformat()
    if month_only and (found := _MONTH.match(plain)):
        return _date(int(found[1]), int(found[2]), 1)
    if re.fullmatch(r"[0-9]{8}", plain):
        return _date(int(plain[:4]), int(plain[4:6]), int(plain[6:]))
    if re.fullmatch(r"-[0-9]{1,3}", plain):
        return (today + timedelta(days=int(plain))).isoformat()
    if found := _DATE.match(plain):
        year = int(found[1]) if found[1] else today.year
        return _date(_century(year, today), int(found[2]), int(found[3]))
    return None


def _century(year: int, today: date) -> int:
    if year >= 100:
        return year
    return 2000 + year if 2000 + year <= today.year else 1900 + year


def _date(year: int, month: int, day_of_month: int) -> str | None:
    try:
        return date(year, month, day_of_month).isoformat()
    except ValueError:
        return None


def clock_time(text: str) -> str | None:
    """A time of day as HH:MM: 0830, 8:30, 8点30分; empty stays empty."""
    plain = half_width(text).strip().replace(" ", "")
    if not plain:
        return ""
    found = _CLOCK.match(plain)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return f"{int(found[1]):02d}:{found[2]}"


def citizen_id(text: str) -> str:
    """An identity or disability certificate number: half-width, without spaces, x as X."""
    return re.sub(r"\s", "", half_width(text)).upper()


def phone(text: str) -> str:
    """A phone number: half-width digits and the hyphen of an area code."""
    return re.sub(r"[\s()（）]", "", half_width(text))


def point(text: str) -> str | None:
    """A place as `lat lon alt acc` from two to four typed numbers, parted by spaces or commas, or from degrees, minutes and seconds."""
    plain = half_width(text).strip()
    if not plain:
        return ""
    parts = _from_degrees(plain) or [part for part in re.split(r"[\s,，]+", plain.removesuffix(";")) if part]
    values = [number(part) for part in parts]
    if not 2 <= len(values) <= 4 or any(value in (None, "") for value in values):
        return None
    numbers = [value or "0" for value in values] + ["0"] * (4 - len(values))
    latitude, longitude = Decimal(numbers[0]), Decimal(numbers[1])
    return " ".join(numbers) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _from_degrees(text: str) -> list[str]:
    """`36°35'24"N 109°29'24"E`, also 北纬36度35分24秒 东经109度29分24秒, as decimal degrees; empty if the text is not of this kind."""
    found = _DEGREES.findall(text)
    if len(found) != 2 or _DEGREES.sub("", text).strip(" ,，"):
        return []
    values = []
    for before, degrees, minutes, seconds, after in found:
        value = Decimal(degrees) + Decimal(minutes or 0) / 60 + Decimal(seconds or 0) / 3600
        side = before or after
        values.append((side, _plain(round(-value if side in ("S", "W", "南纬", "西经") else value, 7))))
    if values[0][0] in ("E", "W", "东经", "西经"):
        values.reverse()
    return [value for _, value in values]


def points(text: str) -> list[str] | None:
    """Several places, parted by semicolons or lines; None if one of them is not understood, empty for an empty text."""
    parts = [part for part in re.split(r"[;；\n]", text) if part.strip()]
    found = [point(part) for part in parts]
    made = [one for one in found if one]
    return made if len(made) == len(parts) else None


def spoken_point(value: str) -> str:
    """A canonical place for people: `36.59, 109.49`, with height and accuracy where they are known."""
    parts = [_plain(Decimal(part)) if number(part) else part for part in value.split()]
    while len(parts) > 2 and parts[-1] == "0":
        parts.pop()
    return ", ".join(parts)


def year(text: str) -> str | None:
    """A year as its first day: 2016, 2016年; empty stays empty."""
    plain = half_width(text).strip().removesuffix("年").strip()
    if not plain:
        return ""
    return f"{plain}-01-01" if re.fullmatch(r"[0-9]{4}", plain) and plain != "0000" else None


def bearing(text: str) -> str | None:
    """Degrees from north, 0 to 360: `271.5`, `271.5°`; empty stays empty."""
    value = number(half_width(text).strip().removesuffix("°").removesuffix("度"))
    return value if not value or 0 <= Decimal(value) <= 360 else None


def grouped(value: str) -> str:
    """A number with a comma between thousands; anything else as it is."""
    found = re.fullmatch(r"(-?)([0-9]+)(\.[0-9]+)?", value)
    return f"{found[1]}{int(found[2]):,}{found[3] or ''}" if found and (found[2] == "0" or not found[2].startswith("0")) else value


def digits(text: str) -> str | None:
    """What the appearance `numbers` allows: digits, hyphens and points, half-width; commas and spaces between them go."""
    plain = re.sub(r"[\s,，]", "", half_width(text))
    return plain if re.fullmatch(r"[0-9.+-]*", plain) else None


def spoken_date(value: str, month_only: bool = False, year_only: bool = False) -> str:
    """A canonical date as people write it: 2016-04-14, or 2016年4月 or 2016年 where only these count."""
    if year_only and len(value) >= 4:
        return f"{value[:4]}年"
    if month_only and len(value) >= 7:
        return f"{value[:4]}年{int(value[5:7])}月"
    return value[:10]
