"""Take back what one act did to customers, as far as it still stands; all in one transaction.

An undo is an act of its own, so it is told, kept in the history, and can be undone in turn.
"""

from dataclasses import dataclass, field

from mycrm_api.domain.bulk import MOST_CUSTOMERS
from mycrm_api.domain.customers import Customer
from mycrm_api.domain.deleted_customers import Gone
from mycrm_api.domain.history import Act, HistoryEntry
from mycrm_api.domain.undoing import Left, Step, Undone, reverted, step_back
from mycrm_api.ports.changes import CustomerBooks
from mycrm_api.usecases.bring_back_customers import bring_back_customers
from mycrm_api.usecases.change_customers import Edit, change_customers
from mycrm_api.usecases.take_off_customers import take_off_customers
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.ids import new_id
from mycrm_common.keys import email_key
from mycrm_common.work import UnitOfWork, Work


@dataclass(kw_only=True)
class _Tally:
    """What has become of an undo so far."""

    reversed: int = 0
    left: list[Left] = field(default_factory=list)
    companies: set[str] = field(default_factory=set)


@dataclass(kw_only=True)
class _Plan:
    """What is to be done to some of the customers."""

    edits: list[Edit] = field(default_factory=list)
    leaving: list[Customer] = field(default_factory=list)
    returning: list[Gone] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


async def undo_change(change_id: str, *, by: str, books: CustomerBooks, unit: UnitOfWork) -> Undone:
    """Return what the account `by` has taken back of an act, what was kept, and what could not be done."""
    async with unit() as work:
        await _hold_all(work, change_id, books=books)
        act = Act(id=new_id(work.at), by=by, undoes=change_id)
        tally = _Tally()
        async for entries in books.history.of_change(work, change_id):
            plan = await _plan(work, entries, books=books)
            await _do(work, plan, act=act, books=books)
            _count(plan, tally)
        await books.contacts.recompute_company_contact(work, tally.companies)
        return Undone(
            change_id=act.id if tally.reversed else None,
            reversed=tally.reversed,
            kept=[one for one in tally.left if not one.is_failure],
            failed=[one for one in tally.left if one.is_failure],
        )


async def _hold_all(work: Work, change_id: str, *, books: CustomerBooks) -> None:
    """Lock what the undo may touch before anything is written: companies, customers, deleted ones, in this order."""
    ids: list[int] = []
    joining: set[str] = set()
    # What is no id of ours is not asked for: MariaDB would not even compare it.
    known = change_id if change_id.isascii() else ""
    async for entries in books.history.of_change(work, known):
        _check_is_ours(entries, before=len(ids))
        ids += [entry.customer_id for entry in entries]
        joining.update(entry.changed["company"][0] or "" for entry in entries if "company" in entry.changed)
    if not ids:
        raise MyCRMError("change_not_found", Kind.NOT_FOUND, f"there is no change {change_id[:40]}")
    joining.update(one.company for one in await books.deleted.gone(work, ids))
    await books.contacts.hold_companies_of(work, ids, joining=joining)
    await books.sets.hold_some(work, ids)
    await books.deleted.hold_gone(work, ids)


def _check_is_ours(entries: list[HistoryEntry], *, before: int) -> None:
    """Refuse to undo an import: it may be of any size, and knows itself how it is undone piece by piece."""
    if before + len(entries) > MOST_CUSTOMERS or any(entry.how == "imported" for entry in entries):
        raise MyCRMError(
            "change_of_import", Kind.CONFLICT, "this was an import, or its undo; undo the import"
        )


async def _plan(work: Work, entries: list[HistoryEntry], *, books: CustomerBooks) -> _Plan:
    ids = [entry.customer_id for entry in entries]
    live = {one.id: one for one in await books.sets.some(work, ids)}
    gone = {one.id: one for one in await books.deleted.gone(work, ids)}
    steps = {
        entry.customer_id: step_back(
            entry, live=live.get(entry.customer_id), gone=gone.get(entry.customer_id), at=work.at
        )
        for entry in entries
    }
    owners = await books.sets.owners(work, _wanted_keys(entries, steps, gone))
    plan = _Plan()
    for entry in entries:
        step, one = steps[entry.customer_id], entry.customer_id
        wanted = _wanted_key(entry, step, gone)
        if isinstance(step, Left):
            plan.left.append(step)
        elif wanted is not None and owners.setdefault(wanted, one) != one:
            plan.left.append(Left(customer_id=one, reason="email_taken", other_id=owners[wanted]))
        elif step == "revert":
            plan.edits.append((live[one], reverted(entry, live[one], at=work.at)))
        elif step == "remove":
            plan.leaving.append(live[one])
        else:
            plan.returning.append(gone[one])
    return plan


def _wanted_keys(
    entries: list[HistoryEntry], steps: dict[int, Step | Left], gone: dict[int, Gone]
) -> list[str]:
    keys = (_wanted_key(entry, steps[entry.customer_id], gone) for entry in entries)
    return [key for key in keys if key is not None]


def _wanted_key(entry: HistoryEntry, step: Step | Left, gone: dict[int, Gone]) -> str | None:
    """Return the address that a customer will need, where it is not the one that it has."""
    if step == "bring_back":
        return email_key(gone[entry.customer_id].email)
    if step == "revert" and "email" in entry.changed:
        return email_key(entry.changed["email"][0])
    return None


async def _do(work: Work, plan: _Plan, *, act: Act, books: CustomerBooks) -> None:
    if plan.leaving:
        await take_off_customers(work, plan.leaving, act=act, books=books)
    if plan.edits:
        await change_customers(work, plan.edits, how="undone", act=act, books=books)
    if plan.returning:
        await bring_back_customers(work, plan.returning, act=act, books=books)


def _count(plan: _Plan, tally: _Tally) -> None:
    tally.left += plan.left
    tally.reversed += len(plan.edits) + len(plan.leaving) + len(plan.returning)
    tally.companies.update(one.company for edit in plan.edits for one in edit)
    tally.companies.update(one.company for one in plan.leaving)
    tally.companies.update(one.company for one in plan.returning)
