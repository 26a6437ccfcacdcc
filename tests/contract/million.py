"""What a million customers must not cost: each piece of work is done, and what MariaDB touched for it is told."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mycrm_api.adapters import addresses, rich_text
from mycrm_api.domain.customer_lists import CustomerFilter, CustomerList
from mycrm_api.domain.customers import SORTABLE
from mycrm_api.domain.followups import FollowupList, FollowupRule, Operator
from mycrm_api.domain.search import importances_of
from mycrm_api.service import customer_books
from mycrm_api.store import customer_pages, followups
from mycrm_api.usecases.edit_customer import edit_customer
from mycrm_common.db.engine import Database
from mycrm_common.work import Reading, UnitOfWork, Work
from tests.contract.search_world import Asked
from tests.support.made_customers import NEWEST
from tests.support.plans import Seen, watch

SORTS = [sign + column for column in SORTABLE for sign in ("", "-")]
# Common, rare and absent ones, of 1 to 20 letters, in both scripts.
TERMS = (
    *(
        "a",
        "z",
        "~",
        "伟",
        "龘",
        "an",
        "zq",
        "张伟",
        "公司",
        "魑魅",
        "blue",
        "gmail",
        "zzzz",
        "example",
        "kelo",
    ),
    *(
        "光学",
        "孙悟空",
        "深圳市南山区科技园",
        "jennifer.li@blueoptic",
        "13800138000",
        "wants a quotation",
        "0101",
    ),
)
OF_FIELDS = (
    *(("name", "gmail"), ("name", "dubois"), ("company", "蓝光"), ("phone", "11111"), ("comment", "样品")),
    *(("email", "@gmail"), ("website", "zz"), ("country", "chin"), ("address", "科技园"), ("comment", "zq")),
)
RULES: tuple[tuple[Operator, int, int], ...] = (
    (">=", 0, 1),
    (">=", 3, 30),
    ("=", 5, 90),
    ("=", 0, 365),
    (">", 4, 365),
)
# A page, the index's sets of a term, and keys that are walked past; a table or an index of it is a million.
MOST_OF_A_PAGE = 400
MOST_OF_A_FILTER = 60_000  # Five thousand are counted, found by their rating and sorted, and so for `near`.
MOST_OF_A_SEARCH = 60_000
MOST_OF_A_FOLLOWUP = 150_000  # Ten thousand are counted, with what is passed between them.
MOST_OF_AN_EDIT = 2_000


async def complaints(database: Database, unit: UnitOfWork, *, customer_id: int) -> AsyncIterator[str]:
    """Do everything once, edit that customer, and give what costs too much."""
    async with database.reading() as look:
        for sort in SORTS:
            async for said in _page_costs(look, CustomerList(sort=sort), most=MOST_OF_A_PAGE):
                yield said
        for only in _filters():
            for sort in ("email", "-created_at", "importance"):
                async for said in _page_costs(
                    look, CustomerList(sort=sort, only=only), most=MOST_OF_A_FILTER
                ):
                    yield said
        for asked in _searches():
            async for said in _page_costs(look, CustomerList(only=asked.only), most=MOST_OF_A_SEARCH):
                yield said
        async for said in _followup_costs(look):
            yield said
    async with unit() as work:
        seen = await watch(work, lambda: _edit(work, customer_id))
        for said in too_much(seen, "an edit", most=MOST_OF_AN_EDIT):
            yield said


def too_much(seen: Seen, what: str, *, most: int) -> list[str]:
    """Return what is wrong with what was seen."""
    if seen.rows_touched <= most and not seen.scans and not seen.large_sorts:
        return []
    bad = [tuple(plan) for plan in (*seen.scans, *seen.large_sorts)]
    return [f"{what}: {seen.rows_touched} rows touched by {len(seen.statements)} statements; {bad}"]


def _filters() -> list[CustomerFilter]:
    rated = [
        CustomerFilter(importances=importances_of("importance", value)) for value in ("5", ">=3", "0", "<3")
    ]
    return [CustomerFilter(only_valid=True), *rated, *(replace(one, only_valid=True) for one in rated)]


def _searches() -> list[Asked]:
    countries = [Asked(country=country) for country in ("China", "中国", "nowhere")]
    words = [Asked(q=term) for term in TERMS] + [Asked(q="anna dubois"), Asked(q="gmail", only_valid=True)]
    return [*words, *(Asked(field=field, value=value) for field, value in OF_FIELDS), *countries]


async def _page_costs(look: Reading, wanted: CustomerList, *, most: int) -> AsyncIterator[str]:
    """Look at the first page, one in the middle, the one after it and the one before that."""
    told = f"sort {wanted.sort}, {wanted.only.told}"
    pages: list[Any] = []
    for what in ("first page", "middle", "next", "back"):
        one = {"first page": wanted, "middle": replace(wanted, near=0.6)}.get(what)
        if one is None:
            cursor = pages[-1].next_cursor if what == "next" else pages[-1].previous_cursor
            one = replace(wanted, cursor=cursor)
        seen = await watch(look, _page_into(pages, look, one))
        for said in too_much(seen, f"{told}, {what}", most=most):
            yield said


def _page_into(pages: list[Any], look: Reading, wanted: CustomerList) -> Callable[[], Awaitable[Any]]:
    async def act() -> None:
        pages.append(await customer_pages.page(look, wanted))

    return act


async def _followup_costs(look: Reading) -> AsyncIterator[str]:
    for operator, importance, days in RULES:
        rule = FollowupRule(operator=operator, importance=importance, days=days)
        for sort in ("company_last_contact", "-company_last_contact", *SORTS):
            wanted = FollowupList(rule=rule, at=NEWEST + timedelta(days=1), zone=UTC, sort=sort)
            seen = await watch(look, _followup_page(look, wanted))
            for said in too_much(seen, f"follow-up {rule} by {sort}", most=MOST_OF_A_FOLLOWUP):
                yield said


def _followup_page(look: Reading, wanted: FollowupList) -> Callable[[], Awaitable[Any]]:
    return lambda: followups.page(look, wanted)


async def _edit(work: Work, customer_id: int) -> None:
    @asynccontextmanager
    async def unit() -> AsyncIterator[Work]:
        yield work

    await edit_customer(
        customer_id,
        {"name": f"Edited {datetime.now(UTC)}", "company": "蓝光光学有限公司"},  # noqa: TID251 - a name never had
        by="1",
        expected_version=None,
        books=customer_books(),
        addresses=addresses,
        rich_text=rich_text,
        unit=unit,
    )
