"""Dates of mail, as the world writes them.

Half of the mail here comes from China, so a bare `CST` is China's time, not Chicago's, and dates with Chinese
months or written as `2024年3月5日` are read. A date without any zone is taken as UTC (Chinese ones as +08:00);
the caller compares it with the day when the server got the mail, so a wrong guess does little.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from mycrm_mail_fetcher.domain.charsets import decode_bytes

_CHINA: Final = timezone(timedelta(hours=8))
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan 一 janv ene", "feb 二 févr fév", "mar 三 mär mrz mars", "apr 四 avr abr", "may 五 mai mag",
            "jun 六 juin giu", "jul 七 juil lug", "aug 八 août ago", "sep 九 sept set", "oct 十 okt ott out",
            "nov 十一", "dec 十二 dez déc dic",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ZONES: Final = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "cst": 8, "bjt": 8, "hkt": 8, "sgt": 8, "jst": 9, "kst": 9, "ist": 5.5,
    "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "bst": 1, "wet": 0, "west": 1,
    "cet": 1, "cest": 2, "met": 1, "mest": 2, "mez": 1, "mesz": 2, "eet": 2, "eest": 3, "msk": 3, "aest": 10,
}  # fmt: skip
_CLOCK: Final = r"(?P<hour>\d{1,2})\s?[:.时]\s?(?P<minute>\d{1,2})(?:\s?[:.分]\s?(?P<second>\d{1,2}))?"
_HALF: Final = r"(?:[.,]\d{1,9})?秒?\s*(?P<half>[ap]\.?m\b\.?)?"
_ZONE: Final = r"\s*(?P<zone>(?:(?:gmt|utc)\s?)?[^()\s]{0,12})"
_DAY_FIRST: Final = (
    r"(?<!\d)(?P<day>\d{1,2})[\s.-]+(?P<month>[^\W\d_]{1,10}|\d{1,2}月)[.,]?[\s-]+(?P<year>\d{2,4})[\s,]+"
    rf"{_CLOCK}{_HALF}{_ZONE}"
)
_YEAR_LAST: Final = (
    rf"\b(?P<month>[^\W\d_]{{3,9}})\s+(?P<day>\d{{1,2}}),?\s+{_CLOCK}{_ZONE}\s+(?P<year>\d{{4}})"
)
_YEAR_FIRST: Final = (
    r"(?P<year>\d{4})\s?[-/年.]\s?(?P<month>\d{1,2})\s?[-/月.]\s?(?P<day>\d{1,2})\s?(?:日|T)?\D{0,12}?"
    rf"{_CLOCK}{_HALF}{_ZONE}"
)
_FORMS: Final = tuple(re.compile(form, re.IGNORECASE) for form in (_DAY_FIRST, _YEAR_LAST, _YEAR_FIRST))
_OFFSET = re.compile(r"\A(?:gmt|utc)?\s?([+-])(\d{1,2}):?(\d{2})?\Z", re.IGNORECASE)
_LONGEST: Final = 200
_AFTERNOON = re.compile("下午|晚上")
_FARTHEST: Final = timedelta(hours=15)
_CHINESE_MARKS: Final = re.compile("[年月一二三四五六七八九十]")


def parse_date(raw: bytes) -> datetime | None:
    """Return the moment that a Date header names, in UTC; None if it names none."""
    text = " ".join(decode_bytes(raw[:_LONGEST]).split())
    for form in _FORMS:
        if (found := form.search(text)) and (moment := _moment(found, text)):
            return moment
    return None


def _moment(found: re.Match[str], text: str) -> datetime | None:
    month = _month(found["month"])
    try:
        local = datetime(  # noqa: DTZ001 - the zone is put on below
            _year(found["year"]),
            month,
            int(found["day"]),
            _hour(int(found["hour"]), found.groupdict().get("half") or _AFTERNOON.search(text)),
            int(found["minute"]),
            min(int(found["second"] or 0), 59),
        )
        return (local - _offset(found["zone"] or "", text)).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _month(name: str) -> int:
    bare = name.lower().removesuffix("月")
    return int(bare) if bare.isdecimal() else _MONTHS.get(bare) or _MONTHS.get(bare[:3], 0)


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 3:  # noqa: PLR2004 - RFC 5322 section 4.3: two and three digits are old spellings
        return year if 1970 <= year < 9999 else 0  # noqa: PLR2004 - before mail, and what datetime can hold
    return year + (2000 if year < 50 else 1900)  # noqa: PLR2004 - RFC 5322 section 4.3


def _hour(hour: int, half: str | re.Match[str] | None) -> int:
    if not half:
        return hour
    return hour % 12 + (0 if half[0] in "aA" else 12)


def _offset(zone: str, text: str) -> timedelta:
    found = _OFFSET.match(zone)
    if found:
        offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        return (-offset if found[1] == "-" else offset) if offset < _FARTHEST else timedelta()
    known = _ZONES.get(zone.lower())
    if known is None:
        return timedelta(hours=8) if _CHINESE_MARKS.search(text) else timedelta()
    return timedelta(hours=known)
