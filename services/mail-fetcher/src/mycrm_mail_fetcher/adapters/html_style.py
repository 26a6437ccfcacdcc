"""What may stand in a style attribute.

A style can fetch (url, image-set, var), hide that it fetches (escapes, comments) and cover the page (position,
negative margins). So it is not searched for evil: it is taken apart, and put together again from declarations
whose property is on a list and whose value is made of harmless characters. However badly it was taken apart,
what comes out was looked at.
"""

import re
from functools import lru_cache
from typing import Final

_LONGEST: Final = 4000
_PROPERTY = re.compile(
    r"(?:color|background(?:-color)?|font(?:-(?:family|size|style|variant|weight))?|line-height|letter-spacing"
    r"|text-(?:align|decoration|indent|transform)|vertical-align|white-space|word-(?:break|wrap)|overflow-wrap"
    r"|border(?:-[a-z-]{1,30})?|padding(?:-[a-z]{1,6})?|margin(?:-[a-z]{1,6})?|(?:max-|min-)?(?:width|height)"
    r"|list-style-type|direction|display)\Z"
)
_CALL = re.compile(r"\b(?:rgb|hsl)a?\([\d\s.,%]*+\)", re.IGNORECASE)
_PLAIN_VALUE = re.compile(r"[\w\s#%.,'\"!+-]*+\Z")
_NEGATIVE = re.compile(r"(?:\A|[\s,])-\s*[\d.]")
_HUGE = re.compile(r"(?<![#\w])\d{5}")
_HIDDEN = re.compile(r"(?:\A|;)(?:display:none|(?:max-)?(?:width|height):[01](?:px)?\b(?![.%]))")
_DISPLAYS: Final = {
    "none",
    "block",
    "inline",
    "inline-block",
    "table",
    "table-row",
    "table-cell",
    "list-item",
}


@lru_cache(maxsize=512)  # One page says the same thing in each of its thousand cells.
def safe_style(style: str) -> str:
    """Return the declarations that can only change the look of their own element, empty if none can."""
    kept = []
    for declaration in style[:_LONGEST].split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip().lower(), " ".join(value.split())
        if _PROPERTY.match(name) and value and _is_harmless(name, value):
            kept.append(f"{name}:{value}")
    return ";".join(kept)


def hides(style: str) -> bool:
    """Say whether a safe style makes its element invisible, as counting images do."""
    return bool(_HIDDEN.search(style))


def _is_harmless(name: str, value: str) -> bool:
    if name == "display":
        return value.lower() in _DISPLAYS
    balanced = value.count('"') % 2 == 0 and value.count("'") % 2 == 0
    plain = _PLAIN_VALUE.match(_CALL.sub("", value)) is not None
    return balanced and plain and not _NEGATIVE.search(value) and not _HUGE.search(value)
