"""Hostile HTML in, HTML that is safe to show out.

Done once, when a mail is stored. A list says what may stay; everything else goes. Nothing in the result fetches
anything: remote images keep their address in `data-remote-src` until the reader asks for them, images that came
with the mail are not kept and leave a word. Shown in a sandboxed frame all the same.
"""

import re
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Final

import nh3

from mycrm_mail_fetcher.adapters.html_fold import MARKING, fold, mark_of
from mycrm_mail_fetcher.adapters.html_guard import is_tame
from mycrm_mail_fetcher.adapters.html_style import hides, safe_style
from mycrm_mail_fetcher.domain.charsets import clean
from mycrm_mail_fetcher.domain.plain import text_of

MAX_BYTES: Final = 1024 * 1024
CUT: Final = "<p>［邮件过长，其余内容未保存｜A long mail: the rest is not kept］</p>"
_IMAGE: Final = "［图片｜image］"
_LONGEST_ALT: Final = 300

_TAGS: Final = frozenset(
    (
        "a", "abbr", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center",
        "cite", "code", "col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font",
        "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark",
        "nav", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub", "sup",
        "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr",
    )
)  # fmt: skip
_DROPPED_WITH_CONTENT: Final = frozenset(
    (
        "script", "style", "title", "textarea", "select", "svg", "math", "iframe", "noembed", "noframes", "object",
        "applet", "audio", "video", "canvas", "template", "xmp", "plaintext",
    )
)  # fmt: skip
_CELL: Final = frozenset(("colspan", "rowspan", "width", "height", "bgcolor", "nowrap"))
_ATTRIBUTES: Final = {
    "*": {"style", "align", "valign", "dir", "lang", "title"},
    "div": {"class", "id"},
    "span": {"class", "id"},
    "section": {"class", "id"},
    "pre": {"class"},
    "p": {"class", "id"},
    "blockquote": {"class", "id", "type"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "border"},
    "table": {"border", "cellpadding", "cellspacing", "width", "bgcolor"},
    "tr": {"bgcolor"},
    "td": _CELL,
    "th": _CELL,
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "font": {"color", "size", "face"},
    "ol": {"start", "type"},
    "li": {"value"},
    "hr": {"size", "width", "color", "noshade"},
}
_ENTITIES: Final = ("&amp;", "&lt;", "&gt;", "&quot;", "&#x27;")
_SCHEMES: Final = frozenset(("http", "https", "mailto", "tel", "cid"))
_MEASURES: Final = frozenset(
    (
        "width",
        "height",
        "border",
        "cellpadding",
        "cellspacing",
        "colspan",
        "rowspan",
        "span",
        "size",
        "start",
        "value",
    )
)

_MEASURE = re.compile(r"[+-]?\d{1,4}(?:\.\d{1,3})?(?:px|pt|%)?\Z")
_WORDS = re.compile(r"[\w\s#,.'+-]{1,100}\Z")
_REMOTE = re.compile(r"https?:", re.IGNORECASE)
_TINY = re.compile(r"[01](?:px)?\Z")
_DATA_URI = re.compile(r"data:[\w/+.-]{1,60};base64,[A-Za-z0-9+/=\s%]*+", re.IGNORECASE)
_CUT_MARKUP = re.compile(r"(?:&[#\w]{0,7}|<[a-z]{0,3})\Z")
# The sanitiser writes every attribute in this one form, and no other `<img` leaves it unescaped.
_IMG = re.compile(r'<img((?: [a-z-]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')


@dataclass(frozen=True, kw_only=True, slots=True)
class SafeHtml:
    """HTML that can only be looked at, at most `MAX_BYTES` of UTF-8 and the mark.

    `blocked_images` counts the remote images that wait in it; `truncated` says that its end is missing.
    """

    html: str
    blocked_images: int
    truncated: bool


def sanitise(html: str, *, folds: bool = True) -> SafeHtml:
    """Return what of this HTML is safe to show; a page that is too costly to parse becomes its plain text.

    With `folds` the mail that is answered, and the signature, are folded where they are beyond doubt.
    """
    source, truncated = _within_limit(html)
    if not is_tame(source):
        return _as_plain_text(source, truncated=truncated)
    cleaned = _as_parsed(source) if _is_bare(source) else _cleaner().clean(source)
    images = _Images()
    # Entities such as `&#7;` are control characters by now.
    shown = fold(_IMG.sub(images.inert, clean(cleaned)), folds=folds)
    if len(shown) * 4 > MAX_BYTES and len(shown.encode()) > MAX_BYTES:
        return _as_plain_text(source, truncated=truncated)
    return SafeHtml(
        html=shown + (CUT if truncated else ""), blocked_images=images.blocked, truncated=truncated
    )


def _is_bare(html: str) -> bool:
    """Say whether there is nothing but text and line breaks, as in what was plain text and names no link.

    Such a page is safe as it stands, and half of all mail is one.
    """
    breaks = html.count("<br>")
    if html.count("<") != breaks or html.count(">") != breaks or html.startswith("\ufeff"):
        return False
    return "&" not in html or html.count("&") == sum(html.count(entity) for entity in _ENTITIES)


def _as_parsed(html: str) -> str:
    """Return a bare page as the sanitiser would write it down."""
    return html.replace("&quot;", '"').replace("&#x27;", "'").replace("\xa0", "&nbsp;")


@cache  # To take the lists over costs as much as to clean a short page.
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=_filtered,
        url_schemes=_SCHEMES,
        url_relative=_absolute,
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def _within_limit(html: str) -> tuple[str, bool]:
    """Return the beginning that may be parsed; pictures written into the page are the first to go."""
    if len(html) * 4 <= MAX_BYTES or len(html.encode("utf-8", "replace")) <= MAX_BYTES:
        return html, False
    raw = _DATA_URI.sub("data:,", html).encode("utf-8", "replace")
    if len(raw) <= MAX_BYTES:
        return raw.decode(), False
    beginning = raw[:MAX_BYTES].decode("utf-8", "ignore")
    return beginning[: beginning.rfind("<", len(beginning) - 10_000)] if "<" in beginning[
        -10_000:
    ] else beginning, True


def _as_plain_text(source: str, *, truncated: bool) -> SafeHtml:
    shown = escape(text_of(source)).replace("\n", "<br>\n")
    raw = shown.encode("utf-8", "replace")
    if len(raw) > MAX_BYTES:
        truncated = True
        shown = _CUT_MARKUP.sub("", raw[:MAX_BYTES].decode("utf-8", "ignore"))
    return SafeHtml(html=shown + (CUT if truncated else ""), blocked_images=0, truncated=truncated)


def _absolute(url: str) -> str | None:
    """Give a link without a scheme the safe one; a page in a mail has no place of its own to be relative to."""
    return f"https:{url}" if url.startswith("//") else None


def _filtered(tag: str, name: str, value: str) -> str | None:
    """Return what an allowed attribute may say, None if it has to go."""
    if name == "style":
        return safe_style(value) or None
    if name in MARKING and tag != "ol":
        return mark_of(name, value)
    if name == "href":
        return None if value.lower().startswith("cid:") else value
    if name in {"src", "title", "alt"}:
        return value if name == "src" else value[:_LONGEST_ALT]
    allowed = _MEASURE if name in _MEASURES and tag != "font" else _WORDS
    return value if not value or allowed.match(value.strip()) else None


class _Images:
    """Makes images inert and counts those that could be loaded."""

    def __init__(self) -> None:
        self.blocked = 0

    def inert(self, tag: re.Match[str]) -> str:
        """Return what stands for this image: nothing, a word, or a tag that waits for the reader's word."""
        attributes = dict(_ATTRIBUTE.findall(tag[1]))
        if _is_invisible(attributes):
            return ""
        if not _REMOTE.match(attributes.get("src", "")):
            return f"［图片｜image: {alt}］" if (alt := attributes.get("alt", "").strip()) else _IMAGE
        self.blocked += 1
        return tag[0].replace(' src="', ' data-remote-src="', 1)


def _is_invisible(attributes: dict[str, str]) -> bool:
    tiny = any(_TINY.match(attributes.get(side, "").strip()) for side in ("width", "height"))
    return tiny or hides(attributes.get("style", ""))
