"""Pages of customers by keys, against an oracle that sorts them in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import delete, insert

from mycrm_api.domain.customer_lists import CustomerFilter, CustomerList
from mycrm_api.domain.customers import LENGTHS, SORTABLE, Customer
from mycrm_api.store.customer_pages import page
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.customers import SORTED_LETTERS, customers
from mycrm_common.errors import MyCRMError
from mycrm_common.keys import email_key, text_key
from tests.contract.api_office import Office

SORTS = [sign + column for column in SORTABLE for sign in ("", "-")]
VALID = CustomerFilter(only_valid=True)
DAY = datetime(2026, 1, 10, tzinfo=UTC)
ON_A_DATABASE = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

# Few values, so that many are equal; such that cases, scripts and planes decide the order.
TEXTS = some.sampled_from(["", "a", "A", "b", "ab", "a b", "中", "中文", "é", "😀", "�", "~", "ﬁ", "x" * 199])
MOMENTS = some.none() | some.integers(0, 3).map(lambda days: DAY + timedelta(days=days, microseconds=days))
ROWS = some.fixed_dictionaries(
    {
        **dict.fromkeys(("name", "company", "address", "website"), TEXTS),
        "country": some.sampled_from(["", "中国", "China", "china"]),
        "phone": some.sampled_from(["", "1", "10", "9"]),
        "comment": TEXTS.map(lambda text: text * 3),
        "importance": some.integers(0, 5),
        "last_contact_date": MOMENTS,
        "last_checked_date": MOMENTS,
        "last_checked_log": TEXTS,
        "valid": some.integers(0, 2),
        "version": some.integers(1, 2),
        "created_at": MOMENTS.map(lambda moment: moment or DAY),
        "updated_at": MOMENTS.map(lambda moment: moment or DAY),
    }
)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


@ON_A_DATABASE
@given(
    rows=some.lists(ROWS, max_size=9),
    sorts=some.lists(some.sampled_from(SORTS), min_size=8, max_size=8, unique=True),
    only_valid=some.booleans(),
    limit=some.integers(1, 4),
)
async def test_pages_put_together_are_the_sorted_list_in_both_directions(
    office: Office, rows: list[dict[str, Any]], sorts: list[str], limit: int, *, only_valid: bool
) -> None:
    await _fill(office, rows)
    stored = [_stored(number, row) for number, row in enumerate(rows)]
    for sort in sorts:
        wanted = CustomerList(sort=sort, only=CustomerFilter(only_valid=only_valid), limit=limit)

        forwards, last = await _through(office, wanted, onwards=True)
        backwards, _ = await _through(office, wanted, onwards=False, begin=last)

        right = _sorted(stored, sort, only_valid=only_valid)
        assert forwards == right, sort
        assert backwards == right, sort


async def test_every_sort_keeps_to_its_list_when_rows_come_and_go(office: Office) -> None:
    rows = [
        {"name": f"n{number % 3}", "last_contact_date": DAY if number % 2 else None} for number in range(9)
    ]
    for sort in SORTS:
        await _fill(office, rows)
        first = await _page(office, CustomerList(sort=sort, limit=3))
        third = first.items[2]
        async with office.unit() as work:
            await work.connection.execute(delete(customers).where(customers.c.id == third.id))

        second = await _page(office, CustomerList(sort=sort, limit=3, cursor=first.next_cursor))
        back = await _page(office, CustomerList(sort=sort, limit=3, cursor=second.previous_cursor))

        assert not {item.id for item in first.items} & {item.id for item in second.items}
        assert [item.id for item in back.items] == [item.id for item in first.items[:2]]


@pytest.mark.parametrize("sort", ["email", "-email", "id", "-id", "name", "-name"])
async def test_an_empty_last_page_leads_back_to_the_row_before_it(office: Office, sort: str) -> None:
    await _fill(office, [{} for _ in range(4)])
    first = await _page(office, CustomerList(sort=sort, limit=2))
    async with office.unit() as work:
        gone = customers.c.id.not_in([item.id for item in first.items])
        await work.connection.execute(delete(customers).where(gone))

    last = await _page(office, CustomerList(sort=sort, limit=2, cursor=first.next_cursor))
    back = await _page(office, CustomerList(sort=sort, limit=2, cursor=last.previous_cursor))

    assert (last.items, last.next_cursor) == ([], None)
    assert back.items == first.items


async def test_the_total_is_of_the_whole_list(office: Office) -> None:
    await _fill(office, [{"valid": number % 3} for number in range(7)])

    every = await _page(office, CustomerList(limit=2))
    valid = await _page(office, CustomerList(limit=2, only=VALID))

    assert (every.total, valid.total) == (7, 4)


async def test_a_cursor_of_another_list_is_refused(office: Office) -> None:
    await _fill(office, [{} for _ in range(4)])
    cursor = (await _page(office, CustomerList(sort="name", limit=2))).next_cursor

    for other in (
        CustomerList(sort="-name", cursor=cursor),
        CustomerList(sort="company", cursor=cursor),
        CustomerList(sort="name", only=VALID, cursor=cursor),
        CustomerList(sort="name", cursor=f"{cursor}x"),
        CustomerList(sort="name", cursor="中文"),
    ):
        with pytest.raises(MyCRMError, match="cursor_invalid"):
            await _page(office, other)


async def test_long_texts_that_differ_late_are_paged_without_loss(office: Office) -> None:
    await _fill(office, [{"comment": "中" * 2_000 + str(number % 2)} for number in range(6)])

    for sort in ("comment", "-comment"):
        seen, _ = await _through(office, CustomerList(sort=sort, limit=2), onwards=True)
        assert sorted(seen) == sorted(set(seen))
        assert len(seen) == 6


async def _page(office: Office, wanted: CustomerList) -> Any:
    async with office.reading() as look:
        return await page(look, wanted)


async def _through(
    office: Office, wanted: CustomerList, *, onwards: bool, begin: str | None = None
) -> tuple[list[int], str | None]:
    """Turn page after page and return the rows' numbers, and the cursor of the last page that had any."""
    seen: list[int] = []
    cursor, last = begin, None
    while True:
        turned = await _page(
            office,
            replace(wanted, cursor=cursor),
        )
        numbers = [_number(item) for item in turned.items]
        assert len(numbers) <= wanted.limit
        seen = seen + numbers if onwards else numbers + seen
        following = turned.next_cursor if onwards else turned.previous_cursor
        if following is None:
            return seen, cursor if onwards else last
        last, cursor = cursor, following


def _stored(number: int, row: dict[str, Any]) -> dict[str, Any]:
    row = {
        **dict.fromkeys((*LENGTHS, "comment", "last_checked_log"), ""),
        **dict.fromkeys(("last_contact_date", "last_checked_date", "company_last_contact")),
        **dict.fromkeys(("created_at", "updated_at"), DAY),
        "importance": 0,
        "valid": 2,
        "version": 1,
        **row,
    }
    email = f"{'Zz' if number % 2 else 'a'}{number}@example.com"
    return {**row, "number": number, "email": email}


async def _fill(office: Office, rows: Sequence[dict[str, Any]]) -> None:
    """Replace all customers; their ids rise with their numbers."""
    async with office.unit() as work:
        await work.connection.execute(delete(customers))
        for number, row in enumerate(rows):
            values = _stored(number, row)
            del values["number"]
            await work.connection.execute(
                insert(customers).values(
                    email_key=email_key(values["email"]),
                    name_key=text_key(values["name"]),
                    company_key=text_key(values["company"]),
                    **values,
                )
            )


def _number(customer: Customer) -> int:
    return int(customer.email.partition("@")[0].lstrip("Zza"))


def _sorted(rows: list[dict[str, Any]], sort: str, *, only_valid: bool) -> list[int]:
    """Sort as the list promises: NULLs lowest, texts by their keys' or their own code points, then by id."""
    column = sort.removeprefix("-")

    def key(row: dict[str, Any]) -> tuple[Any, ...]:
        if column == "id":
            return (row["number"],)
        value = row[column]
        if column in {"name", "company"}:
            value = text_key(value)
        elif column == "email":
            value = email_key(value)
        elif isinstance(value, str):
            value = value[:SORTED_LETTERS].encode()
        return (value is not None, value if value is not None else 0, row["number"])

    shown = [row for row in rows if not only_valid or row["valid"] in {1, 2}]
    return [row["number"] for row in sorted(shown, key=key, reverse=sort.startswith("-"))]
