"""What it means that a search finds a customer; the index only proposes, and this decides.

Texts are compared folded (case and width of letters do not count), every character is itself, and rich text is
searched as it is read. In names, companies and addresses blanks do not count at all, as on the old page. `q` finds a
customer when each of its words is in one of its texts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt
from typing import Any

from mycrm_api.domain.customers import MOST_IMPORTANCE
from mycrm_api.domain.faults import refuse
from mycrm_api.domain.plain_text import plain_text
from mycrm_api.domain.texts import text_faults
from mycrm_common.errors import FieldFault
from mycrm_common.keys import folded

# The numbers are the index's, and stay.
TEXT_FIELDS: Mapping[str, int] = {
    "name": 1,
    "email": 2,
    "company": 3,
    "country": 4,
    "address": 5,
    "phone": 6,
    "website": 7,
    "comment": 8,
}
SEARCH_FIELDS = (*TEXT_FIELDS, "importance")
MOST_LETTERS = 200
MOST_WORDS = 8

_BLANKLESS = frozenset({"name", "company", "address"})
_RATING = re.compile(r"(=|>=|<=|>|<)? ?([0-9]{1,9})")
_COMPARE = {"=": eq, ">=": ge, "<=": le, ">": gt, "<": lt}


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One of these fields has the term in it, or is the term where it must be `whole`."""

    fields: tuple[str, ...]
    term: str
    whole: bool = False

    def holds(self, texts: Mapping[str, str]) -> bool:
        """Tell whether a customer with these searchable texts meets it."""
        if self.whole:
            return any(texts[field] == self.term for field in self.fields)
        return any(self.term in texts[field] for field in self.fields)


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """Which customers are searched for: those that meet every condition."""

    conditions: tuple[Condition, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that have to be looked at."""
        named = {field for condition in self.conditions for field in condition.fields}
        return tuple(field for field in TEXT_FIELDS if field in named)

    def finds(self, record: Any) -> bool:
        """Tell whether a customer, or anything with its texts, is searched for."""
        texts = {field: searchable(field, getattr(record, field)) for field in self.fields}
        return all(condition.holds(texts) for condition in self.conditions)


def searchable(field: str, text: str) -> str:
    """Return the form of a field's text in which terms are looked for."""
    form = folded(plain_text(text) if field == "comment" else text)
    return form.replace(" ", "") if field in _BLANKLESS else form


def search_of(
    *, q: str | None = None, field: str | None = None, value: str | None = None, country: str | None = None
) -> Search:
    """Return what is searched for; blanks alone search for nothing."""
    _check(q=q, field=field, value=value, country=country)
    found = [
        Condition(fields=tuple(TEXT_FIELDS), term=word) for word in dict.fromkeys(folded(q or "").split())
    ]
    if field is not None and field in TEXT_FIELDS and (term := _term(field, value or "")):
        found.append(Condition(fields=(field,), term=term))
    if term := folded(country or ""):
        found.append(Condition(fields=("country",), term=term, whole=True))
    return Search(conditions=tuple(found))


def importances_of(field: str | None, value: str | None) -> tuple[int, ...] | None:
    """Return the ratings that a search by rating asks for, such as `>=3`; None where it asks for none."""
    said = folded(value or "")
    if field != "importance" or not said:
        return None
    read = _RATING.fullmatch(said)
    if read is None:
        message = "a number, also with =, >, >=, < or <= in front of it"
        refuse([FieldFault(field="value", code="value_invalid", message=message)])
        return None
    compare = _COMPARE[read[1] or "="]
    return tuple(one for one in range(MOST_IMPORTANCE + 1) if compare(one, int(read[2])))


def _term(field: str, value: str) -> str:
    form = folded(value)
    return form.replace(" ", "") if field in _BLANKLESS else form


def _check(*, q: str | None, field: str | None, value: str | None, country: str | None) -> None:
    faults: list[FieldFault] = []
    for name, text in (("q", q), ("value", value), ("country", country)):
        faults += text_faults(name, text or "", most=MOST_LETTERS, lines=True)
    if q is not None and len(folded(q[: MOST_LETTERS + 1]).split()) > MOST_WORDS:
        faults.append(FieldFault(field="q", code="list_long", message=f"at most {MOST_WORDS} words"))
    if field is not None and field not in SEARCH_FIELDS:
        message = f"one of {', '.join(SEARCH_FIELDS)}"
        faults.append(FieldFault(field="field", code="choice_unknown", message=message))
    if value is not None and field is None:
        faults.append(
            FieldFault(field="field", code="field_missing", message="say which field has the value")
        )
    refuse(faults)
