"""Take an import back, some customers at a time: what it overwrote is restored, whom it added is deleted.

Whom somebody has edited since is kept as he is now; whom somebody has deleted cannot be restored. What machines have
found out meanwhile (contact dates, checks) keeps nobody from being taken back.
"""

from dataclasses import dataclass, field

from mycrm_api.domain.customers import Customer, edited
from mycrm_api.domain.history import Act
from mycrm_api.domain.import_rows import ImportRow, restored
from mycrm_api.domain.imports import Import, ImportState
from mycrm_api.usecases.apply_import import ImportHand
from mycrm_api.usecases.change_customers import Edit, change_customers
from mycrm_api.usecases.take_off_customers import take_off_customers
from mycrm_api.usecases.tell_import import put_import
from mycrm_common.work import Work

_FIRST_VERSION = 1


@dataclass(kw_only=True, slots=True)
class _Plan:
    edits: list[Edit] = field(default_factory=list)
    leaving: list[Customer] = field(default_factory=list)
    reversed: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)


async def undo_some(import_id: int, *, most: int, by: ImportHand) -> int:
    """Take up to `most` rows of an import back and return how many; 0 when nothing is left to do."""
    async with by.unit() as work:
        one = await by.imports.hold(work, import_id)
        if one is None or one.state is not ImportState.UNDOING:
            return 0
        rows = await by.rows.in_state(work, import_id, "done", limit=most)
        if not rows:
            await put_import(work, one, state=ImportState.UNDONE, imports=by.imports)
            return 0
        plan = _planned(rows, await _held(work, rows, by=by), work)
        act = Act(id=one.undo_id, by=one.undone_by, undoes=one.change_id)
        if plan.leaving:
            await take_off_customers(work, plan.leaving, act=act, books=by.books)
        if plan.edits:
            await change_customers(work, plan.edits, how="undone", act=act, books=by.books)
        companies = {one.company for edit in plan.edits for one in edit}
        companies.update(one.company for one in plan.leaving)
        await by.books.contacts.recompute_company_contact(work, companies)
        await _settle(work, one, plan, by=by)
        return len(rows)


async def _held(work: Work, rows: list[ImportRow], *, by: ImportHand) -> dict[int, Customer]:
    ids = [row.customer_id for row in rows if row.customer_id is not None]
    joining = [str(row.earlier["company"]) for row in rows if "company" in row.earlier]
    await by.books.contacts.hold_companies_of(work, ids, joining=joining)
    await by.books.sets.hold_some(work, ids)
    return {one.id: one for one in await by.books.sets.some(work, ids)}


def _planned(rows: list[ImportRow], customers: dict[int, Customer], work: Work) -> _Plan:
    plan = _Plan()
    for row in rows:
        customer = customers.get(row.customer_id or 0)
        written = _FIRST_VERSION if row.version is None else row.version + 1
        if customer is None:
            # Whom the import added is gone already; what it overwrote cannot come back.
            (plan.kept if row.version is None else plan.failed).append(row.number)
        elif customer.version != written:
            plan.kept.append(row.number)
        else:
            plan.reversed.append(row.number)
            if row.version is None:
                plan.leaving.append(customer)
            elif values := restored(row, customer):
                plan.edits.append((customer, edited(customer, values, at=work.at)))
    return plan


async def _settle(work: Work, one: Import, plan: _Plan, *, by: ImportHand) -> None:
    counts = dict(one.counts)
    for name, numbers in (("reversed", plan.reversed), ("kept", plan.kept), ("failed", plan.failed)):
        await by.rows.settle(work, one.id, numbers, state=name)
        counts[name] += len(numbers)
    await put_import(work, one, counts=counts, imports=by.imports)
