"""From plain text to HTML and back.

Plain text is as hostile as HTML until it is escaped. It is cut at its links first and every piece is escaped by
itself, so no link can reach into the markup around it. Both directions are linear in the length of the text.
"""

import re
from html import escape, unescape
from typing import Final

_LINK = re.compile(
    r"(?<![A-Za-z0-9_@/])(?:(?P<url>(?:https?|ftp)://[^\s<>\"'`{}|\\^\u3000-\u303f\uff00-\uffef\u4e00-\u9fff]{1,2000})"
    r"|(?P<www>www\.[A-Za-z0-9-]{1,63}\.[A-Za-z0-9][\w.~:/?#@!$&*+,;=%-]{0,2000})"
    r"|(?<![.+-])(?P<email>[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}))"
)
_TRAILING: Final = ".,;:!?)]*_"
_INDENT = re.compile(r"(?m)^[ \t]+|[ \t]{2,}")
_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|title|head)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL
)
_SEEN = re.compile(r"(?:\A|>)(?>(?:\s|&nbsp;|&#160;)*)[^\s<]")
_IMAGE = re.compile(r"<img\b", re.IGNORECASE)
_LINE_BREAK = re.compile(
    r"<(?:br|/p|/div|/tr|/li|/h[1-6]|/?blockquote|/table|/?summary|/?details|hr|p|div|tr|li)\b[^<>]*+>",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]*+>?")
_BLANKS = re.compile(r"[^\S\n]+")
_LINE_EDGE = re.compile(r" ?\n ?")
_EMPTY_LINES = re.compile(r"\n{2,}")


def html_of(text: str) -> str:
    """Return plain text as HTML: escaped, with links, line breaks and indents kept."""
    if not _may_link(text):
        return _escaped(text)
    # No link goes beyond its line, and to look for the beginning of one is slow: most lines have none.
    return "<br>\n".join(_linked(line) if _may_link(line) else _escaped(line) for line in text.split("\n"))


def _may_link(text: str) -> bool:
    return "@" in text or "://" in text or "www." in text


def _linked(text: str) -> str:
    pieces: list[str] = []
    end = 0
    for link in _LINK.finditer(text):
        shown = link[0].rstrip(_TRAILING)
        pieces += (_escaped(text[end : link.start()]), _anchor(shown, link))
        end = link.start() + len(shown)
    pieces.append(_escaped(text[end:]))
    return "".join(pieces)


def text_of(html: str) -> str:
    """Return what is left of HTML when every tag, comment, script and style is taken away; for reading only."""
    spaced = _LINE_BREAK.sub("\n", _UNSEEN.sub(" ", html.replace("\n", " ")))
    text = unescape(_TAG.sub("", spaced))
    return _EMPTY_LINES.sub("\n\n", _LINE_EDGE.sub("\n", _BLANKS.sub(" ", text))).strip()


def shows_something(html: str) -> bool:
    """Say whether a reader would see anything of this HTML."""
    seen = _UNSEEN.sub("", html)
    return bool(_SEEN.search(seen) or _IMAGE.search(seen))


def _anchor(shown: str, link: re.Match[str]) -> str:
    scheme = "http://" if link["www"] else "mailto:" if link["email"] else ""
    return f'<a href="{escape(scheme + shown)}">{escape(shown)}</a>'


def _escaped(text: str) -> str:
    escaped = escape(text)
    if "\t" in text or "  " in text or "\n " in text or text.startswith(" "):
        escaped = _INDENT.sub(_kept_blanks, escaped)
    return escaped.replace("\n", "<br>\n")


def _kept_blanks(run: re.Match[str]) -> str:
    return run[0].replace("\t", "        ")[:-1].replace(" ", "\xa0") + " "


def unflowed(text: str, joined_by: str) -> str:
    """Return the text with those lines joined that format=flowed (RFC 3676) broke.

    They end in a blank; the signature's mark does, too, and stays alone.
    """
    lines = [line.removeprefix(" ") for line in text.split("\n")]
    return "".join(
        line[:-1] + joined_by if _flows_into(line, following) else line + "\n"
        for line, following in zip(lines, [*lines[1:], ">"], strict=True)
    ).removesuffix("\n")


def _flows_into(line: str, following: str) -> bool:
    return line.endswith(" ") and line != "-- " and not line.startswith(">") and not following.startswith(">")
