"""Which HTML is safe to parse.

The sanitiser's parser is quick, but four things cost it the square of their number: elements inside elements,
attributes of one tag, entities in one text, and formatting (`<font>`, `<b>`) that is left open and so opened
again in every block that follows. A kilobyte more then means a second more. This guard reads the tags in one
pass, without building anything, and counts. Where it cannot know what the parser will do it counts too much: a
closing tag counts only where it surely closes. A page that it refuses loses its looks, never its text.
"""

import re
from typing import Final

_FEW_TAGS: Final = 600
_SHORT: Final = 100_000
_MOST_TAGS: Final = 60_000
_DEEPEST: Final = 500
_MOST_ENTITIES: Final = 50_000
_MOST_ATTRIBUTES: Final = 300
_LONG_TAG: Final = 600
_MOST_REOPENED: Final = 2_000_000

_TAG = re.compile(
    r"<(?:!--(?:-?>|.*?(?:--!?>|\Z))|[!?][^>]*+>?|(?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*+)"
    r"(?P<rest>(?>(?:[^>\"'=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?|[\"'])*))>?)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"[\s/]+[^\s/>=]")
_RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])|\Z", re.IGNORECASE)
    for name in ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes")
}
_NEVER_OPEN: Final = frozenset((
    "area", "base", "body", "br", "col", "embed", "frame", "head", "hr", "html", "img", "input", "link", "meta",
    "param", "source", "track", "wbr",
))  # fmt: skip
_REOPENING: Final = frozenset(
    ("b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u")
)
# The closing tags of these close nothing that stands inside.
_ALONE: Final = _REOPENING | {"a", "nobr", "form", "svg", "math"}
# A closing tag looks no further than the cell or table that it stands in,
_WALLS: Final = frozenset(
    ("table", "td", "th", "caption", "object", "applet", "marquee", "template", "svg", "math")
)
_TABLE_PARTS: Final = frozenset(("table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption"))
# and that of anything which is no block no further than the block.
_BLOCKS: Final = _WALLS | _TABLE_PARTS | {
    "address", "article", "aside", "blockquote", "button", "center", "dd", "details", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup",
    "li", "listing", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "ul",
}  # fmt: skip
_LISTS: Final = _WALLS | {"ol", "ul"}
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
    # A blank that may not break is an entity as soon as the page is written down again.
    if html.count("&") + html.count("\xa0") > _MOST_ENTITIES:
        return False
    if html.count("<") <= _FEW_TAGS and len(html) <= _SHORT:
        return True
    return _Count().is_within_limits(html)


class _Count:
    """The tags that are open while the page is read from its beginning to its end."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.tags = 0
        self.formatting = 0
        self.reopened = 0
        self.futile: set[str] = set()

    def is_within_limits(self, html: str) -> bool:
        """Read the whole page, or as far as it takes to refuse it."""
        position = 0
        while (tag := _TAG.search(html, position)) is not None:
            position = tag.end()
            name = (tag["name"] or "").lower()
            self.tags += 1
            if tag["close"]:
                self._close(name)
            elif name:
                self._open(name)
                position = _behind_raw_text(html, name, position)
            if self._is_beyond_limits() or (name and _is_crowded(tag["rest"])):
                return False
        return True

    def _is_beyond_limits(self) -> bool:
        return self.tags > _MOST_TAGS or len(self.open) > _DEEPEST or self.reopened > _MOST_REOPENED

    def _open(self, name: str) -> None:
        self.reopened += self.formatting
        self.futile.clear()
        while self.open and self.open[-1] in _CLOSED_BY.get(name, ()):
            self.open.pop()
        if name not in _NEVER_OPEN:
            self.open.append(name)
            self.formatting += name in _REOPENING

    def _close(self, name: str) -> None:
        at = None if name in self.futile else self._index_of(name)
        if at is None:
            self.futile.add(name)
            return
        self.futile.clear()
        if name in _ALONE:
            del self.open[at]
            self.formatting -= name in _REOPENING
        else:
            del self.open[at:]

    def _index_of(self, name: str) -> int | None:
        """Return which open tag a closing tag closes, None if something stands in between."""
        barrier = _barrier(name)
        for at in range(len(self.open) - 1, -1, -1):
            if self.open[at] == name:
                return at
            if self.open[at] in barrier:
                return None
        return None


def _barrier(name: str) -> frozenset[str]:
    if name in _TABLE_PARTS:
        return frozenset(("table", "template"))
    if name == "li":
        return _LISTS
    return _WALLS if name in _BLOCKS or name in _ALONE else _BLOCKS


def _is_crowded(rest: str) -> bool:
    return len(rest) > _LONG_TAG and sum(1 for _ in _ATTRIBUTE.finditer(rest)) > _MOST_ATTRIBUTES


def _behind_raw_text(html: str, name: str, position: int) -> int:
    """Return where markup goes on after a tag whose content is no markup."""
    end = _RAW[name].search(html, position) if name in _RAW else None
    return end.end() if end else position
