"""What SQLite does for a page does not grow with the table. No hint tells it how, so what it did is looked at.

The numbers from which lists are neither counted nor sorted are made small, so that some thousand customers are many.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mycrm_api.domain.customer_lists import CustomerFilter, CustomerList
from mycrm_api.domain.followups import FollowupList, FollowupRule
from mycrm_api.store import customer_counts, customer_pages, customer_ways, followups, list_marks
from mycrm_api.usecases.keep_lists import keep_lists
from mycrm_common.db import schema
from mycrm_common.db.engine import Database, parse_url
from mycrm_common.work import Reading
from tests.contract.api_office import Office
from tests.contract.million import RULES, SORTS
from tests.support.made_customers import NEWEST, load_customers
from tests.support.plans import watch

SIZE = 5_000
LIMIT = 10
FILTERS = (
    CustomerFilter(),
    CustomerFilter(only_valid=True),
    CustomerFilter(importances=(0, 1, 2)),
    CustomerFilter(only_valid=True, importances=(0, 1)),
)
# To find and sort the customers who are not invalid takes 1,800, to pass all of them 1,000.
MOST = 600


@pytest.fixture
async def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """Five thousand customers, who are many here."""
    for module in (customer_ways, followups):
        monkeypatch.setattr(module, "MOST_COUNTED", 100)
        monkeypatch.setattr(module, "MOST_SORTED", 50)
    database = Database(parse_url(f"sqlite+aiosqlite:///{tmp_path}/mycrm.db"))
    await schema.migrate(database)
    await load_customers(database, SIZE, folder=tmp_path)
    office = Office(database)
    await keep_lists(counts=customer_counts, marks=list_marks, unit=office.unit, reading=office.reading)
    yield database
    await database.close()


async def test_a_page_of_any_list_is_a_walk(database: Database) -> None:
    said: list[str] = []
    async with database.reading() as look:
        for sort in SORTS:
            for only in FILTERS:
                said += [one async for one in _costs(look, CustomerList(sort=sort, only=only, limit=LIMIT))]
        for wanted in _followups():
            seen = await watch(look, partial(followups.page, look, wanted))
            if seen.rows_touched > MOST:
                said.append(f"follow-up {wanted.rule} by {wanted.sort}: {seen.rows_touched}")

    assert not said, "\n".join(said)


async def _costs(look: Reading, wanted: CustomerList) -> AsyncIterator[str]:
    """Turn to the first page, the next and back, and tell which of them touch too much."""
    pages: list[Any] = []

    async def show(asked: CustomerList) -> None:
        pages.append(await customer_pages.page(look, asked))

    for turn, cursor in (("first", ""), ("next", "next_cursor"), ("back", "previous_cursor")):
        asked = replace(wanted, cursor=getattr(pages[-1], cursor)) if cursor else wanted
        seen = await watch(look, partial(show, asked))
        if seen.rows_touched > MOST:
            yield f"{wanted.sort}, {wanted.only.told}, {turn}: {seen.rows_touched}"


def _followups() -> Iterator[FollowupList]:
    for operator, importance, days in RULES[:2]:
        rule = FollowupRule(operator=operator, importance=importance, days=days)
        for sort in ("company_last_contact", "-company_last_contact", *SORTS):
            yield FollowupList(rule=rule, at=NEWEST + timedelta(days=1), zone=UTC, sort=sort, limit=LIMIT)
