"""The page that describes the API: whole, and without anything from elsewhere."""

import re
from html.parser import HTMLParser
from typing import Any

from mycrm_api.http.docs_page import STYLE, docs_page
from mycrm_api.http.openapi import describe
from mycrm_api.service import described

DOCUMENT: Any = describe(described())
PAGE = docs_page(DOCUMENT)


class Marks(HTMLParser):
    """Collects what the page refers to, and where one can go."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.forbidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in one tag."""
        for name, value in attrs:
            if name == "id":
                self.ids.append(str(value))
            elif name in {"href", "src"}:
                self.targets.append(str(value))
            elif name.startswith("on") or name == "style":
                self.forbidden.append(f"{tag} {name}")
        if tag in {"script", "style", "iframe", "img"}:
            self.forbidden.append(tag)


def _marks() -> Marks:
    marks = Marks()
    marks.feed(PAGE)
    return marks


def test_every_operation_and_schema_stands_once_and_can_be_reached() -> None:
    marks = _marks()
    operations = [one["operationId"] for path in DOCUMENT["paths"].values() for one in path.values()]
    schemas = [f"schema-{name}" for name in DOCUMENT["components"]["schemas"]]

    assert sorted(marks.ids) == sorted([*operations, *schemas, "schemas"])
    assert {f"#{name}" for name in operations} <= set(marks.targets)
    assert {one.removeprefix("#") for one in marks.targets if one.startswith("#")} <= set(marks.ids)


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing() -> None:
    marks = _marks()

    assert marks.forbidden == []
    assert [one for one in marks.targets if not one.startswith(("#", "/"))] == []
    assert re.findall(r"url\(|@import", STYLE) == []


def test_what_the_description_says_is_text_and_no_markup() -> None:
    evil = "</p><script>x</script>"
    document = {**DOCUMENT, "info": {**DOCUMENT["info"], "description": evil, "title": evil}}

    assert "<script>" not in docs_page(document)
