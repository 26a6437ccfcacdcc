"""How long a server wants to be left alone, read from its words.

Some say it in numbers, most only say that it was too much or that they are busy, in a response code or a sentence
of their own (RFC 5530 has few codes, and the large providers do not use them). What they mean differs: a crowded
house is emptier in a minute, a sign-in that came too often is resented for longer, and a day's allowance that is
used up does not come back soon.
"""

import re
from datetime import timedelta
from typing import Final

_NOTHING: Final = timedelta()
_LONGEST: Final = timedelta(hours=1)
_NUMBER = re.compile(
    r"(?:back-?off(?: time)?|retry|try again|wait)\b[^\d]{0,30}?(\d{1,9})\s*"
    r"(milliseconds?|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|h|毫秒|秒|分钟|小时)(?![a-z])",
    re.IGNORECASE,
)
_UNITS: Final = (
    (("ms", "milli", "毫"), timedelta(milliseconds=1)),
    (("s", "秒"), timedelta(seconds=1)),
    (("m", "分"), timedelta(minutes=1)),
    (("h", "小"), timedelta(hours=1)),
)
# QQ names every possible reason in one sentence, a wrong password and a busy system among them.
_PERHAPS_THE_PASSWORD = re.compile(r"password (?:is )?incorrect|incorrect password|密码错误", re.IGNORECASE)
_WISHES: Final = (
    (re.compile(r"\[OVERQUOTA\]|bandwidth limit|流量", re.IGNORECASE), timedelta(minutes=15)),
    (
        re.compile(r"频繁|频率|too (?:often|frequent)|rate limit|throttl", re.IGNORECASE),
        timedelta(minutes=5),
    ),
    (
        re.compile(
            r"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG|THROTTLED)\]|too many|maximum number of connections"
            r"|(?:system|server|service)(?: is)? (?:temporarily )?(?:too )?(?:busy|unavailable)"
            r"|temporar(?:y|ily)|try (?:again )?later|\bBYE\b|繁忙|稍后|连接数",
            re.IGNORECASE,
        ),
        timedelta(minutes=1),
    ),
)


def least_rest(words: str) -> timedelta:
    """Return how long the server should be left alone at least; nothing where it does not ask for it."""
    if match := _NUMBER.search(words):
        return min(int(match[1]) * _unit(match[2].lower()), _LONGEST)
    if _PERHAPS_THE_PASSWORD.search(words):
        return _NOTHING
    return next((rest for wish, rest in _WISHES if wish.search(words)), _NOTHING)


def _unit(word: str) -> timedelta:
    return next(unit for beginnings, unit in _UNITS if word.startswith(beginnings))
