"""Folds away what the author did not write just now: the mail that is answered, and the signature.

Works on what the sanitiser made, because only that is sure to be well-formed. Mail programs mark their quotes by
classes and ids, which must not survive; so the sanitiser lets a few known ones through as words of ours, and they
are taken away here. Programs that mark nothing (Outlook, Foxmail, QQ) begin with the head of the old mail: from
there on to the end of what holds it, all is quoted.

Where there is doubt nothing is folded: several quotes with words in between, a head in the middle of a line or of
a table, a fold that would leave nothing to read.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from mycrm_mail_fetcher.domain.plain import shows_something, text_of
from mycrm_mail_fetcher.domain.quotes import (
    BLANKS,
    FROM_LABELS,
    ORIGINAL,
    Kind,
    begins_old_mail,
    is_attribution,
)

MARKING: Final = frozenset(("class", "id", "type"))
_QUOTE, _HEAD, _PREFIX, _SIGNATURE = "fold-quote", "fold-head", "fold-prefix", "fold-signature"
_KNOWN: Final = {
    "type": {"cite": _QUOTE},
    "class": dict.fromkeys(
        ("gmail_quote", "gmail_quote_container", "yahoo_quoted", "protonmail_quote", "tutanota_quote", "zmail_extra",
         "alimail-quote", Kind.QUOTE.value),
        _QUOTE,
    )
    | {"moz-cite-prefix": _PREFIX}
    | dict.fromkeys(
        ("gmail_signature", "moz-signature", "protonmail_signature_block", Kind.SIGNATURE.value), _SIGNATURE
    ),
    "id": dict.fromkeys(("isreplycontent", "ntes-pcmail-quote", "mail-editor-reference-message-container"), _QUOTE)
    | {"divrplyfwdmsg": _HEAD}
    | dict.fromkeys(("signature", "spneditorsign", "ms-outlook-mobile-signature"), _SIGNATURE),
}  # fmt: skip

_TAG = re.compile(r'<(?P<close>/?)(?P<name>[a-z][a-z0-9]*)(?P<rest>(?: [a-z-]+="[^"]*")*)>')
_MARK = re.compile(r' (?:class|id|type)="(fold-[a-z]+)"')
_STYLING: Final = r"</?(?:b|strong|span|font|i|em|u)\b[^<>]*>"
_HEAD_WORDS = re.compile(
    rf"[>\n]{BLANKS}(?:(?P<original>{ORIGINAL})|(?P<head>(?:{FROM_LABELS})(?:\s|&nbsp;|{_STYLING}){{0,6}}[:：]))",
    re.IGNORECASE,
)
_LINE_START = re.compile(
    rf"(?:\A|</?(?:br|hr|div|p|table|tbody|tr|td|th|blockquote|ul|ol|li|pre|center|section|h[1-6])\b[^<>]*>)"
    rf"(?:\s|&nbsp;|{_STYLING})*\Z"
)
_VOID: Final = frozenset(("br", "hr", "img", "wbr", "col"))
# Inside these a fold would break the page apart.
_NO_HOLDERS: Final = frozenset(
    ("p", "table", "thead", "tbody", "tfoot", "tr", "ul", "ol", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "a")
)
_WORDS: Final = {_QUOTE: "［引用的邮件｜Quoted mail］", _SIGNATURE: "［签名｜Signature］"}
_LONGEST_HEAD: Final = 4000
_LONGEST_SIGNATURE: Final = 3000
_LINE: Final = 500
_MOST_HEADS: Final = 20


def mark_of(name: str, value: str) -> str | None:
    """Return our word for a mail program's way to mark a quote or a signature, None for anything else."""
    known = _KNOWN[name]
    return next((known[word] for word in value[:200].lower().split() if word in known), None)


def fold(html: str, *, folds: bool = True) -> str:
    """Return the sanitised page without our words, and with its quote and signatures folded if they may be."""
    if folds and ("fold-" in html or _HEAD_WORDS.search(">" + html)):
        html = _Page(html).folded()
    return _TAG.sub(_without_marks, html) if "fold-" in html else html


@dataclass(frozen=True, slots=True)
class _Region:
    """What is folded: from where to where, and what it is."""

    start: int
    end: int
    mark: str


@dataclass(eq=False, slots=True)
class _Element:
    """An element: where its tags begin and end, what holds it, and our word for it."""

    name: str
    start: int
    inner: int
    holder: "_Element | None" = None
    mark: str = ""
    inner_end: int = 0
    end: int = 0


class _Page:
    """A sanitised page and its elements, in the order in which they begin."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.elements = _elements(html)

    def folded(self) -> str:
        """Return the page with its folds."""
        pieces, at = list[str](), 0
        for region in self._regions():
            pieces += (
                self.html[at : region.start],
                f'<details class="{region.mark.removeprefix("fold-")}"><summary>{_WORDS[region.mark]}</summary>',
                self.html[region.start : region.end],
                "</details>",
            )
            at = region.end
        return "".join((*pieces, self.html[at:]))

    def _regions(self) -> list[_Region]:
        quote = self._quote()
        quotes = [quote] if quote else []
        for regions in (
            sorted([*quotes, *self._signatures(quotes)], key=lambda region: region.start),
            quotes,
        ):
            if regions and self._shows_beside(regions):
                return regions
        return []

    def _shows_beside(self, regions: Sequence[_Region]) -> bool:
        """Say whether something is left to read, other than who wrote what is folded."""
        edges = [0, *(edge for region in regions for edge in (region.start, region.end)), len(self.html)]
        left = [self.html[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
        return any(shows_something(piece) and not _is_attribution(piece) for piece in left)

    def _shows(self, start: int, end: int) -> bool:
        return shows_something(self.html[start:end])

    def _quote(self) -> _Region | None:
        marked = self._outermost(_QUOTE)
        old = next(self._old_mails(), None)
        if old is not None and (not marked or old.start <= marked[0].start):
            return old
        if not marked or self._is_conversation(marked):
            return None
        return _Region(self._with_prefix(marked[0]), marked[-1].end, _QUOTE)

    def _outermost(self, mark: str) -> list[_Element]:
        found: list[_Element] = []
        for element in self.elements:
            if element.mark == mark and not (found and element.start < found[-1].end):
                found.append(element)
        return found

    def _is_conversation(self, quotes: Sequence[_Element]) -> bool:
        """Say whether words stand between the quotes, or between quotes inside the one."""
        if len(quotes) > 1:
            apart = any(quote.holder is not quotes[0].holder for quote in quotes)
            return apart or any(self._shows(one.end, other.start) for one, other in pairwise(quotes))
        outer = quotes[0]
        if outer.name == "blockquote":
            return False
        inner = [
            element for element in self.elements
            if element.name == "blockquote" and element.holder is outer
        ]  # fmt: skip
        return bool(inner) and self._shows(inner[0].end, inner[-1].start if inner[1:] else outer.inner_end)

    def _with_prefix(self, quote: _Element) -> int:
        """Return where the quote begins, together with the line that says whose it is."""
        prefixes = [
            element
            for element in self.elements
            if element.mark == _PREFIX and element.holder is quote.holder and element.end <= quote.start
        ]
        if prefixes and not self._shows(prefixes[-1].end, quote.start):
            return prefixes[-1].start
        return quote.start

    def _signatures(self, quotes: Sequence[_Region]) -> Iterator[_Region]:
        for element in self._outermost(_SIGNATURE):
            apart = all(element.end <= quote.start or element.start >= quote.end for quote in quotes)
            if apart and len(text_of(self.html[element.inner : element.inner_end])) <= _LONGEST_SIGNATURE:
                yield _Region(element.start, element.end, _SIGNATURE)

    def _old_mails(self) -> Iterator[_Region]:
        """Yield what is quoted without being marked, from each head of an old mail on."""
        heads = [element.inner for element in self._outermost(_HEAD)]
        for found in list(_HEAD_WORDS.finditer(">" + self.html))[:_MOST_HEADS]:
            start = found.start("original" if found["original"] else "head") - 1
            if found["original"] or begins_old_mail(text_of(self.html[start : start + _LONGEST_HEAD])):
                heads.append(start)
        for head in sorted(heads):
            region = self._from(head)
            if region:
                yield region

    def _from(self, at: int) -> _Region | None:
        """Return all from here to the end of what holds it, None where nothing can be folded there."""
        holder = self._innermost(at)
        while holder.holder is not None and not self._shows(holder.inner, at):
            at, holder = holder.start, holder.holder
        is_line = _LINE_START.search(self.html[max(holder.inner, at - _LINE) : at])
        if holder.name in _NO_HOLDERS or not is_line:
            return None
        return _Region(at, holder.inner_end, _QUOTE)

    def _innermost(self, at: int) -> _Element:
        return next(
            element for element in reversed(self.elements) if element.inner <= at < max(element.inner_end, 1)
        )


def _elements(html: str) -> list[_Element]:
    root = _Element("", 0, 0, inner_end=len(html), end=len(html))
    elements, stack = [root], [root]
    for tag in _TAG.finditer(html):
        if tag["close"]:
            if len(stack) > 1 and stack[-1].name == tag["name"]:
                element = stack.pop()
                element.inner_end, element.end = tag.start(), tag.end()
        elif tag["name"] not in _VOID:
            mark = _MARK.search(tag["rest"])
            element = _Element(tag["name"], tag.start(), tag.end(), stack[-1], mark[1] if mark else "")
            elements.append(element)
            stack.append(element)
    return elements


def _is_attribution(html: str) -> bool:
    return len(html) < _LONGEST_HEAD and is_attribution(text_of(html))


def _without_marks(tag: re.Match[str]) -> str:
    if "fold-" not in tag["rest"]:
        return tag[0]
    return f"<{tag['close']}{tag['name']}{_MARK.sub('', tag['rest'])}>"
