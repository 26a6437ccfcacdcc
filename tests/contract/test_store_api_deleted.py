"""Deleted customers: kept apart, brought back whole, forgotten in the end; on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from mycrm_api.domain.deleted_customers import KEPT, DeletedCustomer, DeletedList
from mycrm_api.store import deleted_customers, followups
from mycrm_api.usecases.forget_deleted import forget_deleted
from mycrm_common.db.engine import Database
from mycrm_common.db.tables import customers as tables
from mycrm_common.errors import MyCRMError
from mycrm_common.events.customers import CustomerAdded, CustomerUpdated
from tests.contract.api_office import Office

DAY = datetime(2026, 1, 10, 8, 30, tzinfo=UTC)
LATER = DAY + timedelta(days=3)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def _deleted(office: Office, q: str = "") -> list[DeletedCustomer]:
    async with office.reading() as look:
        wanted = DeletedList(since=office.clock.now() - KEPT, q=q, limit=200)
        return list((await deleted_customers.page(look, wanted)).items)


async def test_who_is_brought_back_is_as_before_in_the_next_version(office: Office) -> None:
    before = await office.add(
        "li.wei@example.cn",
        name="李伟",
        importance=4,
        company="蓝光",
        country="中国",
        address="上海 1 号",
        phone="+86 21",
        website="https://example.cn",
        comment="<b>备注</b>",
        valid=1,
    )
    await office.delete(before.id)
    at = office.clock.advance(days=2)

    after = await office.restore(before.id)

    assert after == replace(before, version=2, updated_at=at)
    assert await office.customer(before.id) == after
    assert await _deleted(office) == []
    assert (await office.told())[-1] == CustomerAdded(customer_id=before.id, email=before.email, version=2)


async def test_who_is_brought_back_is_sorted_and_unique_as_before(office: Office) -> None:
    before = await office.add("Ａ@BÜCHER.example", name="Ｌｉ", company=" Blue  OPTICS ")
    async with office.reading() as look:
        row = (await look.connection.execute(select(tables.customers))).one()

    await office.delete(before.id)
    await office.restore(before.id)

    async with office.reading() as look:
        again = (await look.connection.execute(select(tables.customers))).one()
    for name in ("email_key", "name_key", "company_key", "company_last_contact", "created_at"):
        assert getattr(again, name) == getattr(row, name)


async def test_mail_that_was_sent_while_somebody_was_deleted_counts_when_they_are_back(
    office: Office,
) -> None:
    customer = await office.add("a@example.com", company="Acme")
    colleague = await office.add("b@example.com", company="Acme")
    alone = await office.add("c@example.com")
    await office.send(DAY, "a@example.com", "c@example.com")
    for one in (customer, alone):
        await office.delete(one.id)
    await office.send(LATER, "a@example.com", "c@example.com")

    back = [(await office.restore(one.id)).last_contact_date for one in (customer, alone)]

    assert back == [LATER, LATER]
    async with office.reading() as look:
        dates = select(tables.customers.c.id, tables.customers.c.company_last_contact)
        companys = {row.id: row.company_last_contact for row in await look.connection.execute(dates)}
    assert companys == {customer.id: LATER, colleague.id: LATER, alone.id: LATER}
    assert await office.company_dates_are_right()


async def test_mail_under_an_earlier_address_that_is_not_moved_yet_counts_too(office: Office) -> None:
    customer = await office.add("old@example.com")
    await office.edit(customer.id, email="new@example.com")
    change = (await office.told())[-1]
    assert isinstance(change, CustomerUpdated)
    await office.delete(customer.id)
    await office.send(DAY, "old@example.com")

    assert (await office.restore(customer.id)).last_contact_date == DAY


async def test_a_contact_date_never_moves_back_on_the_way(office: Office) -> None:
    customer = await office.add("a@example.com")
    await office.send(LATER, "a@example.com")
    await office.delete(customer.id)
    await office.send(DAY, "a@example.com")

    assert (await office.restore(customer.id)).last_contact_date == LATER


async def test_the_marks_of_the_follow_up_come_back(office: Office) -> None:
    marked = await office.add("a@example.com")
    plain = await office.add("b@example.com")
    async with office.unit() as work:
        await followups.put_snooze(work, marked.id, LATER)
        await followups.put_done(work, marked.id, DAY)
    for one in (marked, plain):
        await office.delete(one.id)
        await office.restore(one.id)

    async with office.reading() as look:
        mark = await followups.mark_of(look, marked.id)
        none = await followups.mark_of(look, plain.id)
    assert (mark.snoozed_until, mark.done_at) == (LATER, DAY)
    assert (none.snoozed_until, none.done_at) == (None, None)


async def test_the_company_forgets_and_remembers(office: Office) -> None:
    customer = await office.add("a@example.com", company="Acme")
    await office.add("b@example.com", company="Acme")
    await office.send(DAY, "a@example.com")

    await office.delete(customer.id)
    assert await office.company_dates_are_right()
    await office.restore(customer.id)

    assert await office.company_dates_are_right()


async def test_who_has_the_address_now_is_named(office: Office) -> None:
    customer = await office.add("a@example.com")
    await office.delete(customer.id)
    other = await office.add("A@EXAMPLE.COM")

    with pytest.raises(MyCRMError) as caught:
        await office.restore(customer.id)

    assert (caught.value.code, caught.value.context) == ("customer_email_taken", {"customer_id": other.id})
    assert [one.id for one in await _deleted(office)] == [customer.id]


async def test_who_is_there_or_never_was_cannot_be_brought_back(office: Office) -> None:
    customer = await office.add("a@example.com")

    with pytest.raises(MyCRMError, match="customer_not_deleted"):
        await office.restore(customer.id)
    with pytest.raises(MyCRMError, match="customer_not_found"):
        await office.restore(customer.id + 1)


async def test_who_adds_an_address_anew_hears_of_who_was_deleted_with_it(office: Office) -> None:
    first = await office.add("a@example.com", name="First")
    await office.delete(first.id)
    office.clock.advance(days=1)
    second = await office.write_new("A@example.com", name="Second")
    at = office.clock.advance(days=1)
    await office.delete(second.customer.id)

    third = await office.write_new("a@example.com")
    other = await office.write_new("b@example.com")

    assert second.deleted_before is not None
    assert (second.deleted_before.id, second.deleted_before.name) == (first.id, "First")
    assert third.deleted_before is not None
    assert (third.deleted_before.name, third.deleted_before.deleted_at) == ("Second", at)
    assert other.deleted_before is None


async def test_the_list_shows_who_was_deleted_last_first_and_finds_by_a_part(office: Office) -> None:
    people = [
        ("王芳", "fang@example.cn", "蓝光"),
        ("Max", "MAX@example.com", "50% Büro"),
        ("Bo", "b_o@x.test", ""),
    ]
    ids = []
    for name, email, company in people:
        customer = await office.add(email, name=name, company=company)
        ids.append(customer.id)
        office.clock.advance(hours=1)
        await office.delete(customer.id)

    assert [one.id for one in await _deleted(office)] == ids[::-1]
    for q, found in (
        ("芳", [ids[0]]),
        ("ＭＡＸ", [ids[1]]),
        ("büro", [ids[1]]),
        ("50%", [ids[1]]),
        ("_", [ids[2]]),
        ("EXAMPLE", [ids[1], ids[0]]),
        ("%", [ids[1]]),
        ("nobody", []),
    ):
        assert [one.id for one in await _deleted(office, q)] == found, q


async def test_the_list_is_turned_page_by_page(office: Office) -> None:
    ids = [(await office.add(f"c{number}@example.com")).id for number in range(5)]
    await office.delete_many(*ids)

    async with office.reading() as look:
        since = office.clock.now() - KEPT
        first = await deleted_customers.page(look, DeletedList(since=since, limit=3))
        wanted = DeletedList(since=since, limit=3, cursor=first.next_cursor)
        second = await deleted_customers.page(look, wanted)

    assert [one.id for page in (first, second) for one in page.items] == ids[::-1]
    assert (first.total, second.next_cursor) == (5, None)


async def test_after_thirty_days_nobody_is_brought_back_and_all_but_the_deletion_is_forgotten(
    office: Office,
) -> None:
    gone = await office.add("gone@example.com", name="Private")
    await office.edit(gone.id, email="other@example.com")
    await office.delete(gone.id)
    office.clock.advance(days=1)
    fresh = await office.add("fresh@example.com")
    await office.delete(fresh.id)
    office.clock.advance(days=29)

    # Nobody may see or bring back who is only waiting for the job that forgets.
    assert [one.id for one in await _deleted(office)] == [fresh.id]
    with pytest.raises(MyCRMError, match="customer_not_found"):
        await office.restore(gone.id)
    await forget_deleted(deleted=deleted_customers, unit=office.unit)

    told = await office.history(gone.id)
    assert [(entry.how, entry.changed) for entry in told] == [("deleted", {})]
    async with office.reading() as look:
        left = select(tables.deleted_customers.c.id)
        assert list((await look.connection.execute(left)).scalars()) == [fresh.id]
        assert (await look.connection.execute(select(tables.address_changes))).all() == []
    assert (await office.restore(fresh.id)).id == fresh.id


async def test_many_are_forgotten_piece_by_piece_and_no_id_is_given_again(office: Office) -> None:
    ids = [(await office.add(f"c{number}@example.com")).id for number in range(3)]
    await office.delete_many(*ids)
    office.clock.advance(days=31)

    async with office.unit() as work:
        first = await deleted_customers.forget_some(work, before=work.at - KEPT, limit=2)
    await forget_deleted(deleted=deleted_customers, unit=office.unit)

    assert first == 2
    assert await _deleted(office) == []
    assert (await office.add("new@example.com")).id > max(ids)
