"""Rich text that people write: only harmless marks of text survive, whoever sends it."""

import re
from html import escape

import nh3

_TAGS = {
    *("a", "b", "strong", "i", "em", "u", "s", "del", "mark", "sub", "sup", "code", "pre", "blockquote"),
    *("p", "br", "hr", "div", "span", "ul", "ol", "li", "h1", "h2", "h3", "h4"),
}


_MARKED = re.compile(
    rf"</?(?:{'|'.join(sorted(_TAGS))})(?:\s[^<>]*)?/?>|&(?:#\d+|#x[0-9a-f]+|[a-z]+\d*);", re.IGNORECASE
)


def taken(text: str) -> str:
    """Return rich text from what may be rich or plain: without one of our marks every sign means itself."""
    return cleaned(text if _MARKED.search(text) else escape(text, quote=False))


def cleaned(html: str) -> str:
    """Return the text with nothing in it that runs, loads, or changes how the page looks."""
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )
