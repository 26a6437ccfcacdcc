"""Rich text as people read it: without its marks."""

import html
import re

# Marks inside a word leave it whole; every other one ends it. Safe text has no `<` but those of its marks.
_INSIDE_WORDS = re.compile(
    r"</?(?:a|b|strong|i|em|u|s|del|mark|sub|sup|code|span|font|small|big)(?:\s[^<>]*)?>", re.IGNORECASE
)
_ANY_MARK = re.compile(r"<[^<>]*>")


def plain_text(rich: str) -> str:
    """Return the letters of rich text."""
    if "<" in rich:
        rich = _ANY_MARK.sub(" ", _INSIDE_WORDS.sub("", rich))
    return html.unescape(rich) if "&" in rich else rich
