"""Dates as they are written, and which moment is stored: the header's where it is near the arrival, else that."""

from datetime import UTC, datetime, timedelta

from tests.support.odd_mails.odd_mail import ARRIVED, OddMail, odd

AT = datetime(2026, 3, 2, 6, 3, 22, tzinfo=UTC)
MINUTE = datetime(2026, 3, 2, 6, 3, tzinfo=UTC)


def _date(cause: str, value: str | bytes, moment: datetime = AT) -> OddMail:
    line = b"Date: " + (value.encode() if isinstance(value, str) else value)
    return odd(cause, line, date=moment)


MAILS = (
    _date("the date in China's zone", "Mon, 2 Mar 2026 14:03:22 +0800"),
    _date("CST, which is China's here", "Mon, 2 Mar 2026 14:03:22 CST"),
    _date("a zone and its name in brackets", "Mon, 02 Mar 2026 14:03:22 +0800 (GMT+08:00)"),
    _date("a zone that counts from GMT", "Mon, 2 Mar 2026 14:03:22 GMT+0800"),
    _date("a zone with a colon", "Mon, 2 Mar 2026 14:03:22 +08:00"),
    _date("no zone at all", "Mon, 2 Mar 2026 06:03:22"),
    _date("the zone that says nothing", "Mon, 2 Mar 2026 06:03:22 -0000"),
    _date("no day of the week", "2 Mar 2026 06:03:22 +0000"),
    _date("a wrong day of the week", "Fri, 2 Mar 2026 06:03:22 +0000"),
    _date("no seconds", "Mon, 2 Mar 2026 06:03 +0000", MINUTE),
    _date("a leap second", "Mon, 2 Mar 2026 06:03:60 +0000", MINUTE + timedelta(seconds=59)),
    _date("a year of two digits", "Mon, 2 Mar 26 06:03:22 +0000"),
    _date("the month written out", "Monday, 2 March 2026 06:03:22 +0000"),
    _date("a date in Chinese", "2026年3月2日 14:03:22"),
    _date("a Chinese month", "周一, 2 三月 2026 14:03:22 +0800"),
    _date("a German month", "Mo, 2 Mär 2026 07:03:22 +0100"),
    _date("a French month", "lun., 2 mars 2026 07:03:22 +0100"),
    _date("the form of logs", "2026-03-02 06:03:22 +0000"),
    _date("the form of RFC 3339", "2026-03-02T06:03:22Z"),
    _date("the form of C", "Mon Mar  2 06:03:22 2026"),
    _date("dashes between day, month and year", "02-Mar-2026 06:03:22 +0000"),
    _date("hours of the afternoon", "Mon, 2 Mar 2026 06:03:22 AM +0000"),
    _date("dots in the time", "Mon, 2 Mar 2026 06.03.22 +0000"),
    _date("summer time by its letters", "Mon, 2 Mar 2026 02:03:22 EDT"),
    _date("a zone that is impossible", "Mon, 2 Mar 2026 06:03:22 +9900"),
    _date("a comment in the middle", "Mon, 2 Mar 2026 (today) 06:03:22 +0000", ARRIVED),
    _date("an encoded date", "=?utf-8?Q?Mon,_2_Mar_2026_06:03:22_+0000?=", ARRIVED),
    _date("a date in the far future", "Mon, 2 Mar 2099 06:03:22 +0000", ARRIVED),
    _date("a date of the year 1970", "Thu, 1 Jan 1970 00:00:00 +0000", ARRIVED),
    _date("the year 0000", "Mon, 2 Mar 0000 06:03:22 +0000", ARRIVED),
    _date("a day that does not exist", "Mon, 31 Feb 2026 06:03:22 +0000", ARRIVED),
    _date("an hour that does not exist", "Mon, 2 Mar 2026 26:03:22 +0000", ARRIVED),
    _date("words instead of a date", "yesterday afternoon", ARRIVED),
    _date("an empty date", "", ARRIVED),
    _date("a date written two days before it came", "Sat, 28 Feb 2026 06:03:22 +0000", AT - timedelta(days=2)),
    _date("a clock that is an hour ahead", "Mon, 2 Mar 2026 07:30:00 +0000", ARRIVED + timedelta(hours=1)),
    _date("a clock that is two days ahead", "Wed, 4 Mar 2026 07:30:00 +0000", ARRIVED),
    _date("a mail that lay about for three months", "Mon, 1 Dec 2025 06:03:22 +0000", ARRIVED),
    odd("two dates", "Date: Mon, 2 Mar 2026 06:03:22 +0000", "Date: Mon, 2 Mar 2026 01:00:00 +0000"),
)  # fmt: skip
