"""Reads what came out of the sanitiser with another parser than the one that cleaned it, and notes every offence."""

import re
from html.parser import HTMLParser

FETCHING = {
    "src",
    "srcset",
    "background",
    "poster",
    "data",
    "action",
    "formaction",
    "ping",
    "lowsrc",
    "usemap",
    "xlink:href",
}
TAGS = {
    "a", "abbr", "address", "article", "aside", "b", "blockquote", "br", "center", "code", "details", "div", "em",
    "font", "h1", "h2", "hr", "i", "img", "li", "ol", "p", "pre", "s", "span", "strong", "summary", "table",
    "tbody", "td", "th", "tr", "tt", "u", "ul",
}  # fmt: skip


FOLDS = {("details", "class", "quote"), ("details", "class", "signature")}


class Judge(HTMLParser):
    """Reads what came out, with another parser than the one that cleaned it, and notes every offence."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.offences: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given_attributes = {name: value or "" for name, value in attrs}
        if tag not in TAGS:
            self.offences.append(f"<{tag}>")
        for name, value in given_attributes.items():
            if (tag, name, value) in FOLDS:
                continue
            if name.startswith("on") or name in FETCHING or name in {"id", "name", "class"}:
                self.offences.append(f"{tag} {name}")
            if name == "style" and re.search(
                r"url|image|expression|var|position|binding|[\\@<>{}]|/\*|-\d|\d{5}", value
            ):
                self.offences.append(f"style {value}")
        self._judge_link(tag, given_attributes)

    def _judge_link(self, tag: str, attributes: dict[str, str]) -> None:
        if not re.match(r"https?://|mailto:|tel:|\Z", attributes.get("href", "")):
            self.offences.append(f"href {attributes['href']}")
        if tag == "a" and (attributes.get("target"), attributes.get("rel")) != (
            "_blank",
            "noopener noreferrer",
        ):
            self.offences.append("a link that knows its opener")

    def handle_comment(self, data: str) -> None:
        self.offences.append(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        self.offences.append(f"<!{decl}")

    def handle_pi(self, data: str) -> None:
        self.offences.append(f"<?{data}")

    def unknown_decl(self, data: str) -> None:
        self.offences.append(f"<![{data}")


def offences(html: str) -> list[str]:
    judge = Judge()
    judge.feed(html)
    judge.close()
    return judge.offences
