"""Random customers for the list and its searches, and an oracle that looks at everybody."""

import random
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mycrm_api.domain.customer_lists import CustomerFilter
from mycrm_api.domain.customers import SORTABLE
from mycrm_api.domain.search import importances_of, search_of

DAY = datetime(2026, 1, 10, tzinfo=UTC)
BLANKLESS = {"name", "company", "address"}
TEXTS = ("name", "email", "company", "country", "address", "phone", "website", "comment")
FIELDS = (*TEXTS, "importance")

_PARTS = (
    *("a", "A", "ab", "abc", "Ａｂ", "b a", "li", "Li Wei", "İi", "ı", "straße", "STRASSE", "é", "e\u0301"),
    *("张", "伟", "张伟", "张 伟", "蓝光光学", "光 学", "有限公司", "深圳", "龘", "ｶﾀｶﾅ", "カタカナ", "한국"),
    *(
        "%",
        "_",
        "50%",
        "a_b",
        "'",
        '"',
        "\\",
        "%%",
        "--",
        "😀",
        "👩‍💻",
        "ﬁ",
        "Ω",
        "ǅ",
        "0",
        "13800",
        "+86 138",
    ),
    *(" ", "  ", "\u3000", "", "", "", "x" * 60, "very long words " * 3),
)
_RATINGS = ("3", "=3", ">=3", "<=3", ">3", "<3", "0", ">=0", "<0", " >= 2 ", "＞1")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked for, as it stands in an address."""

    q: str | None = None
    field: str | None = None
    value: str | None = None
    country: str | None = None
    only_valid: bool = False

    @property
    def only(self) -> CustomerFilter:
        """The filter that the API makes of it."""
        return CustomerFilter(
            only_valid=self.only_valid,
            importances=importances_of(self.field, self.value),
            search=search_of(q=self.q, field=self.field, value=self.value, country=self.country),
        )


class SearchWorld:
    """Customers and questions that depend on nothing but the seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.chance = random.Random(seed)

    def text(self, *, most: int) -> str:
        """Give some parts put together."""
        return "".join(self.chance.choice(_PARTS) for _ in range(self.chance.randrange(5)))[:most].strip()

    def customer(self, number: int) -> dict[str, Any]:
        """Give the fields of a customer."""
        chance = self.chance
        comment = self.text(most=500).replace("&", "&amp;").replace("<", "&lt;")
        return {
            "name": self.text(most=255),
            "email": f"{chance.choice(('li', 'Zz', 'abc', 'a_b'))}{number}@{chance.choice(('example.com', 'ab.test'))}",
            "importance": chance.randrange(6),
            "company": self.text(most=255),
            "country": chance.choice(("", "China", "ＣＨＩＮＡ", "中国", "中 国")),
            "address": self.text(most=512),
            "phone": self.text(most=100),
            "website": self.text(most=512),
            "comment": f"<p>{comment}</p><b>bo</b>ld" if chance.randrange(2) else comment,
            "valid": chance.randrange(3),
        }

    def machine_fields(self) -> dict[str, Any]:
        """Give what nobody writes by hand."""
        moments = [None, *(DAY + timedelta(days=days, microseconds=days) for days in range(3))]
        return {
            "last_contact_date": self.chance.choice(moments),
            "last_checked_date": self.chance.choice(moments),
            "last_checked_log": self.chance.choice(("", "Success", "成功")),
            "version": self.chance.randrange(1, 4),
            "created_at": self.chance.choice(moments[1:]),
            "updated_at": self.chance.choice(moments[1:]),
        }

    def asked(self, customers: list[dict[str, Any]]) -> Asked:
        """Give a question: mostly a part of what somebody's texts are."""
        chance = self.chance
        kind = chance.randrange(6)
        if kind == 0:
            return Asked(only_valid=chance.random() < 0.5)
        if kind == 1:
            return Asked(field="importance", value=chance.choice(_RATINGS), only_valid=chance.random() < 0.3)
        if kind == 2:
            return Asked(country=chance.choice(("China", "中国", "chin", "")), q=self._term(customers))
        if kind == 3:
            words = [self._term(customers).split()[:2] for _ in range(2)]
            return Asked(q=" ".join(word for some in words for word in some))
        if kind == 4:
            return Asked(q=self._term(customers), only_valid=chance.random() < 0.3)
        field = chance.choice(TEXTS)
        return Asked(
            field=field, value=self._term(customers, field), q=chance.choice((None, self._term(customers)))
        )

    def sort(self) -> str:
        """Give an order."""
        return self.chance.choice(("", "-")) + self.chance.choice(SORTABLE)

    def _term(self, customers: list[dict[str, Any]], field: str | None = None) -> str:
        if not customers or self.chance.randrange(5) == 0:
            return self.text(most=20) or "~"
        text = str(self.chance.choice(customers)[field or self.chance.choice(TEXTS)])
        start = self.chance.randrange(max(len(text), 1))
        return " ".join(text[start : start + self.chance.randrange(1, 21)].split()[:8])


def is_meant(row: dict[str, Any], asked: Asked) -> bool:
    """Tell whether somebody who reads a customer's record would say that it is meant."""
    if asked.only_valid and row["valid"] == 0:
        return False
    if asked.country and _same(asked.country) and _same(row["country"]) != _same(asked.country):
        return False
    if asked.field == "importance" and asked.value and not _rated(row["importance"], _same(asked.value)):
        return False
    if asked.field in TEXTS and asked.value and not _has(row, str(asked.field), asked.value):
        return False
    return all(any(_has(row, field, word) for field in TEXTS) for word in _same(asked.q or "").split())


def sort_key(row: dict[str, Any], column: str) -> tuple[Any, ...]:
    """Return what a row is sorted by: NULLs lowest, names folded, texts by their first letters, then by id."""
    value = row[column]
    if column in {"name", "company", "email"}:
        value = _same(value).encode()
    elif isinstance(value, str):
        value = value[:64].encode()
    return (value is not None, value if value is not None else 0, row["id"])


def _has(row: dict[str, Any], field: str, part: str) -> bool:
    text = row[field]
    if field == "comment":
        for mark in ("<b>", "</b>"):
            text = text.replace(mark, "")
        text = text.replace("<p>", " ").replace("</p>", " ").replace("&lt;", "<").replace("&amp;", "&")
    text, part = _same(text), _same(part)
    if field in BLANKLESS:
        text, part = text.replace(" ", ""), part.replace(" ", "")
    return part in text


def _rated(importance: int, said: str) -> bool:
    said = said.replace(" ", "")
    number = int(said.lstrip("<>="))
    return {
        "": importance == number,
        "=": importance == number,
        ">": importance > number,
        ">=": importance >= number,
        "<": importance < number,
        "<=": importance <= number,
    }[said.rstrip("0123456789")]


def _same(text: str) -> str:
    for _ in range(2):
        text = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", text).split())
