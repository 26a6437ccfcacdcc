"""Which HTML is safe to parse.

The sanitiser's parser is quick, but three things cost it the square of their number: elements inside elements,
attributes of one tag, and formatting (`<font>`, `<b>`) that is opened once and so opened again in every block
that follows. A kilobyte more then means a second more. This guard reads the tags in one pass, without building
anything, and counts. Where it cannot know what the parser will do it counts too much: a closing tag counts only
where it surely closes. A page that it refuses loses its looks, never its text.
"""

import re
from collections import Counter
from typing import Final

_FEW_TAGS: Final = 600
_SHORT: Final = 100_000
_MOST_TAGS: Final = 30_000
_DEEPEST: Final = 500
_MOST_ATTRIBUTES: Final = 300
_LONG_TAG: Final = 600
_MOST_REOPENED: Final = 2_000_000

_TAG = re.compile(
    r"<(?:!--(?:-?>|.*?(?:--!?>|\Z))|[!?][^>]*+>?|(?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*+)"
    r"(?P<rest>(?:[^>\"'=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?|[\"'])*+)>?)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"[\s/]+[^\s/>=]")
_RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])|\Z", re.IGNORECASE)
    for name in ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes")
}
_VOID: Final = frozenset(
    (
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    )
)
_FORMATTING: Final = frozenset(
    ("b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u", "a")
)
# A closing tag looks no further than the cell or table that it stands in.
_WALLS: Final = frozenset(
    ("table", "td", "th", "caption", "object", "applet", "marquee", "template", "svg", "math")
)
_TABLE_PARTS: Final = frozenset(("table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption"))
# These close what stands open before them; the parser knows, so the guard may.
_CLOSED_BY: Final = {
    "p": frozenset(("p",)),
    "li": frozenset(("li", "p")),
    "dt": frozenset(("dt", "dd", "p")),
    "dd": frozenset(("dt", "dd", "p")),
    "td": frozenset(("td", "th", "p")),
    "th": frozenset(("td", "th", "p")),
    "tr": frozenset(("td", "th", "tr", "p")),
}


def is_tame(html: str) -> bool:
    """Say whether parsing this takes time in proportion to its length."""
    if html.count("<") <= _FEW_TAGS and len(html) <= _SHORT:
        return True
    return _Count().is_within_limits(html)


class _Count:
    """The tags that are open while the page is read from its beginning to its end."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.tags = 0
        self.formatting: Counter[str] = Counter()
        self.reopened = 0

    def is_within_limits(self, html: str) -> bool:
        """Read the whole page, or as far as it takes to refuse it."""
        position = 0
        while (tag := _TAG.search(html, position)) is not None:
            position = tag.end()
            name = (tag["name"] or "").lower()
            if tag["close"]:
                self._close(name)
            elif name:
                if not self._may_open(name, tag["rest"]):
                    return False
                position = _behind_raw_text(html, name, position)
        return True

    def _may_open(self, name: str, rest: str) -> bool:
        self.tags += 1
        self.reopened += self.formatting.total()
        while self.open and self.open[-1] in _CLOSED_BY.get(name, ()):
            self.open.pop()
        if name not in _VOID:
            self.open.append(name)
            self.formatting[name] += name in _FORMATTING
        crowded = len(rest) > _LONG_TAG and sum(1 for _ in _ATTRIBUTE.finditer(rest)) > _MOST_ATTRIBUTES
        within = self.tags <= _MOST_TAGS and len(self.open) <= _DEEPEST and self.reopened <= _MOST_REOPENED
        return within and not crowded

    def _close(self, name: str) -> None:
        at = self._index_of(name)
        if at is None:
            return
        if name in _FORMATTING:
            # What stands inside stays open, and is moved.
            del self.open[at]
            self.formatting[name] -= 1
        else:
            del self.open[at:]

    def _index_of(self, name: str) -> int | None:
        """Return which open tag a closing tag closes, None if it surely closes nothing."""
        for at in range(len(self.open) - 1, -1, -1):
            if self.open[at] == name:
                return at
            if self.open[at] in _WALLS and not (
                name in _TABLE_PARTS and self.open[at] in {"td", "th", "caption"}
            ):
                return None
        return None


def _behind_raw_text(html: str, name: str, position: int) -> int:
    """Return where markup goes on after a tag whose content is no markup."""
    end = _RAW[name].search(html, position) if name in _RAW else None
    return end.end() if end else position
