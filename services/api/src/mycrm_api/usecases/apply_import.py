"""Apply an import, some customers at a time, and take it back the same way.

Each step is one transaction: customers, companies, history, search, events and what has become of the rows. Whoever
does it holds the import meanwhile, so a second process waits and then goes on with what is left. A customer whom
somebody has changed since the file was read is left alone, and the row says so.
"""

from dataclasses import dataclass

from mycrm_api.domain.customers import Customer, NewCustomer, edited
from mycrm_api.domain.history import Act, CustomerChange, beginnings
from mycrm_api.domain.import_rows import ImportRow, Reason, is_untouched
from mycrm_api.domain.imports import Import, ImportState
from mycrm_api.ports.changes import CustomerBooks
from mycrm_api.ports.imports import ImportRows, Imports, NewCustomers
from mycrm_api.usecases.change_customers import Edit, change_customers
from mycrm_api.usecases.note_changes import note_changes
from mycrm_api.usecases.tell_import import put_import
from mycrm_common.events.customers import CustomerAdded
from mycrm_common.work import UnitOfWork, Work

_CHANGED = Reason(code="changed_since", detail="somebody has changed this customer since the file was read")
_TAKEN = Reason(code="added_since", detail="somebody has added this address since the file was read")


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportHand:
    """What carrying an import out takes."""

    imports: Imports
    rows: ImportRows
    new: NewCustomers
    books: CustomerBooks
    unit: UnitOfWork


@dataclass(frozen=True, kw_only=True, slots=True)
class _Plan:
    adding: list[ImportRow]
    editing: list[tuple[ImportRow, Edit]]
    changed: list[ImportRow]
    taken: list[ImportRow]


async def apply_some(import_id: int, *, most: int, by: ImportHand) -> int:
    """Apply up to `most` rows of an import and return how many; 0 when nothing is left to do."""
    async with by.unit() as work:
        one = await by.imports.hold(work, import_id)
        if one is None or one.state is not ImportState.APPLYING:
            return 0
        rows = await by.rows.in_state(work, import_id, "waiting", limit=most)
        if not rows:
            await put_import(work, one, state=ImportState.APPLIED, imports=by.imports)
            return 0
        plan = _planned(rows, await _held(work, rows, books=by.books), work)
        act = Act(id=one.change_id, by=one.by)
        await _add(work, [_new(row) for row in plan.adding], act=act, by=by)
        edits = [edit for _, edit in plan.editing]
        if edits:
            await change_customers(work, edits, how="imported", act=act, books=by.books)
        companies = {one.company for edit in edits for one in edit}
        companies.update(str(row.fields.get("company", "")) for row in plan.adding)
        await by.books.contacts.recompute_company_contact(work, companies)
        await _settle(work, one, plan, by=by)
        return len(rows)


async def _held(work: Work, rows: list[ImportRow], *, books: CustomerBooks) -> dict[str, Customer]:
    """Let nobody else change whom the rows speak of, nor their companies; and return who is there, by address."""
    ids = [row.customer_id for row in rows if row.customer_id is not None]
    joining = [str(row.fields["company"]) for row in rows if "company" in row.fields]
    await books.contacts.hold_companies_of(work, ids, joining=joining)
    await books.sets.hold_some(work, ids)
    owners = await books.sets.owners(work, [row.email_key for row in rows if row.email_key is not None])
    found = {one.id: one for one in await books.sets.some(work, owners.values())}
    return {key: found[owner] for key, owner in owners.items() if owner in found}


def _planned(rows: list[ImportRow], customers: dict[str, Customer], work: Work) -> _Plan:
    plan = _Plan(adding=[], editing=[], changed=[], taken=[])
    for row in rows:
        customer = customers.get(row.email_key or "")
        if not is_untouched(row, customer):
            (plan.taken if row.customer_id is None else plan.changed).append(row)
        elif customer is None:
            plan.adding.append(row)
        else:
            values = {name: row.fields[name] for name in row.earlier}
            plan.editing.append((row, (customer, edited(customer, values, at=work.at))))
    return plan


def _new(row: ImportRow) -> NewCustomer:
    return NewCustomer(email=row.email, **row.fields)


async def _add(work: Work, new: list[NewCustomer], *, act: Act, by: ImportHand) -> None:
    if not new:
        return
    ids = await by.new.add_some(work, new)
    await by.books.contacts.take_in_sent(work, ids)
    added = await by.books.sets.some(work, ids)
    changes = [
        CustomerChange(
            customer_id=one.id, version=one.version, how="imported", by=act.by, changed=beginnings(one)
        )
        for one in added
    ]
    await note_changes(work, changes, act=act, books=by.books)
    work.tell(*(CustomerAdded(customer_id=one.id, email=one.email, version=one.version) for one in added))


async def _settle(work: Work, one: Import, plan: _Plan, *, by: ImportHand) -> None:
    await by.rows.settle_added(work, one.id, [row.number for row in plan.adding])
    await by.rows.settle(work, one.id, [row.number for row, _ in plan.editing], state="done")
    for rows, reason in ((plan.changed, _CHANGED), (plan.taken, _TAKEN)):
        await by.rows.settle(work, one.id, [row.number for row in rows], state="skipped", reason=reason)
    counts = dict(one.counts)
    counts["added"] += len(plan.adding)
    counts["updated"] += len(plan.editing)
    counts["skipped"] += len(plan.changed) + len(plan.taken)
    await put_import(work, one, counts=counts, imports=by.imports)
