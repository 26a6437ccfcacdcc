"""What a copy is called: a pattern by strftime, read in both directions.

A pattern such as `/backup/%Y/mycrm-%Y%m%d.zip` is a path. From a moment it gives the copy's path; from a path it
tells whether the file is one of ours, and of which day. Names are made and read here, without the machine's locale:
a month is called Jan whatever language the machine speaks.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from mycrm_common.errors import Kind, MyCRMError

PART_SUFFIX = ".part"
MANIFEST_SUFFIX = ".json"

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONG_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LONG_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WHOLE = {"F": "%Y-%m-%d", "T": "%H:%M:%S", "R": "%H:%M", "D": "%m/%d/%y"}
# What each directive looks like in a name.
_SHAPES = {
    "Y": r"\d{4}",
    "y": r"\d\d",
    "m": r"\d\d",
    "d": r"\d\d",
    "j": r"\d{3}",
    "H": r"\d\d",
    "I": r"\d\d",
    "M": r"\d\d",
    "S": r"\d\d",
    "f": r"\d{6}",
    "p": "AM|PM",
    "b": "|".join(_MONTHS),
    "B": "|".join(_LONG_MONTHS),
    "a": "|".join(_DAYS),
    "A": "|".join(_LONG_DAYS),
    "u": "[1-7]",
    "w": "[0-6]",
    "U": r"\d\d",
    "W": r"\d\d",
    "V": r"\d\d",
    "G": r"\d{4}",
    "s": r"\d+",
}
_DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class NamePattern:
    """A name by strftime, with its folders."""

    text: str
    _parts: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @classmethod
    def read(cls, text: str) -> "NamePattern":
        """Return the pattern, or raise `backup_name_invalid` for what can name no file."""
        text = _DIRECTIVE.sub(lambda match: _WHOLE.get(match[1], match[0]), text)
        parts, place = [], 0
        for match in _DIRECTIVE.finditer(text):
            parts += [("", text[place : match.start()])]
            place = match.end()
            if match[1] == "%":
                parts += [("", "%")]
            elif match[1] in _SHAPES:
                parts += [(match[1], "")]
            else:
                raise _invalid(f"%{match[1]} is not understood")
        parts += [("", text[place:])]
        names = text.split("/")
        if not names[-1] or any(name in {".", ".."} for name in names) or not text.isprintable():
            raise _invalid("it must be the path of a file")
        if text.endswith((PART_SUFFIX, MANIFEST_SUFFIX)):
            raise _invalid(f"it must not end in {PART_SUFFIX} or {MANIFEST_SUFFIX}")
        return cls(text=text, _parts=tuple(part for part in parts if part != ("", "")))

    def path_at(self, moment: datetime) -> str:
        """Return the path of a copy that is made at a moment, in the moment's own zone."""
        return "".join(text or _written(directive, moment) for directive, text in self._parts)

    def is_ours(self, path: str) -> bool:
        """Tell whether a path is one that this pattern gives at some moment."""
        return self._found(path) is not None

    def day_of(self, path: str) -> date | None:
        """Return the day that a path's name holds; None for a foreign file, or where names hold no day."""
        found = self._found(path)
        return found[0] if found else None

    @property
    def holds_day(self) -> bool:
        """Whether the day of a copy can be told from its name."""
        has = {directive for directive, _ in self._parts}
        has_day = bool(has & {"m", "b", "B"}) and "d" in has
        return "s" in has or (bool(has & {"Y", "y"}) and (has_day or "j" in has))

    @cached_property
    def folders(self) -> tuple["re.Pattern[str]", ...]:
        """What each folder on the way to the copies is called, from the root on."""
        return tuple(re.compile(_shape(parts, once=False), re.ASCII) for parts in self._rooms()[:-1])

    @cached_property
    def fixed_folder(self) -> str:
        """The longest folder whose name holds no directive: all copies lie in or under it."""
        begin = self.text.split("%", 1)[0]
        return begin.rpartition("/")[0] or ("/" if begin.startswith("/") else "")

    def _found(self, path: str) -> tuple[date | None] | None:
        match = self._shape.fullmatch(path)
        if match is None:
            return None
        try:
            return (_day(match.groupdict()),) if self.holds_day else (None,)
        except ValueError:
            return None  # The thirtieth of February is nobody's copy.

    @cached_property
    def _shape(self) -> "re.Pattern[str]":
        return re.compile(_shape(self._parts, once=True), re.ASCII)

    def _rooms(self) -> list[list[tuple[str, str]]]:
        rooms: list[list[tuple[str, str]]] = [[]]
        for directive, text in self._parts:
            if directive:
                rooms[-1].append((directive, text))
                continue
            first, *others = text.split("/")
            rooms[-1].append(("", first))
            rooms += [[("", other)] for other in others]
        return rooms


def _shape(parts: "tuple[tuple[str, str], ...] | list[tuple[str, str]]", *, once: bool) -> str:
    """Return the expression for some parts; a directive that comes again must say the same again."""
    seen: set[str] = set()
    shape = ""
    for directive, text in parts:
        if not directive:
            shape += re.escape(text)
        elif once and directive in seen:
            shape += f"(?P={_group(directive)})"
        elif once:
            seen.add(directive)
            shape += f"(?P<{_group(directive)}>{_SHAPES[directive]})"
        else:
            shape += f"(?:{_SHAPES[directive]})"
    return shape


def _group(directive: str) -> str:
    # A group's name may not differ from another one by case alone on any reader's screen.
    return f"{'small' if directive.islower() else 'large'}_{directive.lower()}"


def _day(found: dict[str, str]) -> date:
    if "small_s" in found:
        # A day is a day in the team's zone; seconds since 1970 come within a day of it.
        return date.fromordinal(date(1970, 1, 1).toordinal() + int(found["small_s"]) // 86_400)
    year = int(found["large_y"]) if "large_y" in found else _whole_year(int(found["small_y"]))
    if "small_j" in found and "small_d" not in found:
        day = date.fromordinal(date(year, 1, 1).toordinal() + int(found["small_j"]) - 1)
        if day.year != year:
            raise ValueError(found["small_j"])
        return day
    return date(year, _month(found), int(found["small_d"]))


def _whole_year(two_digits: int) -> int:
    return two_digits + (1900 if two_digits >= 69 else 2000)  # noqa: PLR2004 - as POSIX has it


def _month(found: dict[str, str]) -> int:
    if "small_m" in found:
        return int(found["small_m"])
    if "small_b" in found:
        return _MONTHS.index(found["small_b"]) + 1
    return _LONG_MONTHS.index(found["large_b"]) + 1


def _written(directive: str, moment: datetime) -> str:
    by_words = {
        "b": _MONTHS[moment.month - 1],
        "B": _LONG_MONTHS[moment.month - 1],
        "a": _DAYS[moment.weekday()],
        "A": _LONG_DAYS[moment.weekday()],
        "p": "AM" if moment.hour < 12 else "PM",  # noqa: PLR2004 - noon
        "Y": f"{moment.year:04d}",
        "s": str(int(moment.timestamp())),
    }
    return by_words.get(directive) or moment.strftime(f"%{directive}")


def _invalid(reason: str) -> MyCRMError:
    return MyCRMError("backup_name_invalid", Kind.INVALID, reason)
