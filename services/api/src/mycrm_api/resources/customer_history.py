"""What was changed of customers, and taking it back."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import Field

from mycrm_api.domain.history import HistoryEntry, HistoryList, How
from mycrm_api.domain.roles import Role
from mycrm_api.domain.undoing import Left, Reason
from mycrm_api.ports.changes import CustomerBooks
from mycrm_api.resources.change_ids import change_headers
from mycrm_api.resources.lists import ListForm, ListView
from mycrm_api.resources.route import Answer, Call, Reply, Route, View
from mycrm_api.usecases.undo_change import undo_change
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.work import Reading, ReadingRoom, UnitOfWork


class FieldChangeView(View):
    """One field before and after; before a customer was added its fields were null."""

    field: str
    before: str | int | None
    after: str | int | None


class HistoryEntryView(View):
    """One change of a customer."""

    id: int
    at: datetime
    by: str = Field(description="the account's id, or `operator`")
    by_name: str | None = Field(description="the account's name; null where it is gone")
    how: How
    version: int = Field(description="the customer's version since")
    change_id: str = Field(description="undoes this, and what was done to others at once with it")
    undoes: str | None = Field(description="the change_id of what this took back")
    changed: tuple[FieldChangeView, ...]


class HistoryPage(ListView):
    """A page of a customer's history."""

    items: tuple[HistoryEntryView, ...]


class HistoryListForm(ListForm):
    """Which page of the history, the newest change first."""


class LeftView(View):
    """A customer that an undo has left as it is."""

    customer_id: int
    reason: Reason
    other_id: int | None = Field(description="who has the address now, where that is the reason")


class UndoneView(View):
    """What an undo did."""

    change_id: str | None = Field(description="undoes the undo; null where nothing was taken back")
    reversed: int
    kept: tuple[LeftView, ...] = Field(
        description="`changed_since`: somebody has changed it since, so it stays; "
        "`undone_already`: it is as it was before the change"
    )
    failed: tuple[LeftView, ...] = Field(
        description="`email_taken`: another customer has the address now; "
        "`forgotten`: deleted too long ago to be brought back"
    )


def routes(*, books: CustomerBooks, unit: UnitOfWork, reading: ReadingRoom) -> list[Route]:
    """Return the routes of the history."""

    async def show_page(call: Call) -> Answer:
        form: HistoryListForm = call.query
        customer_id = call.number("customer_id")
        wanted = HistoryList(customer_id=customer_id, cursor=form.cursor, limit=form.limit)
        async with reading() as look:
            page = await books.history.of_customer(look, wanted)
            if not page.total:
                await _check_is_known(look, customer_id, books=books)
        return HistoryPage(
            items=tuple(_entry_view(entry) for entry in page.items),
            next_cursor=page.next_cursor,
            previous_cursor=page.previous_cursor,
            total=page.total,
        )

    async def undo(call: Call) -> Answer:
        change_id = call.request.match_info["change_id"]
        undone = await undo_change(change_id, by=call.caller.signature, books=books, unit=unit)
        view = UndoneView(
            change_id=undone.change_id,
            reversed=undone.reversed,
            kept=_left_views(undone.kept),
            failed=_left_views(undone.failed),
        )
        return Reply(view=view, headers=change_headers(undone.change_id))

    return [
        Route(
            method="GET",
            path="/customers/{customer_id}/history",
            handle=show_page,
            needs=Role.VIEWER,
            summary="what people and imports did to a customer, also to a deleted one",
            query=HistoryListForm,
            gives=HistoryPage,
            problems=("customer_not_found", "cursor_invalid"),
        ),
        Route(
            method="POST",
            path="/customers/changes/{change_id}/undo",
            handle=undo,
            needs=Role.MEMBER,
            summary="take back what one write did to one or many customers, where nobody changed it since",
            gives=UndoneView,
            gives_change=True,
            problems=("change_not_found", "change_of_import"),
        ),
    ]


async def _check_is_known(reading: Reading, customer_id: int, *, books: CustomerBooks) -> None:
    if await books.customers.by_id(reading, customer_id) is None and not await books.deleted.gone(
        reading, [customer_id]
    ):
        raise MyCRMError("customer_not_found", Kind.NOT_FOUND, f"there is no customer {customer_id}")


def _entry_view(entry: HistoryEntry) -> HistoryEntryView:
    return HistoryEntryView(
        id=entry.id,
        at=entry.at,
        by=entry.by,
        by_name=entry.by_name,
        how=entry.how,
        version=entry.version,
        change_id=entry.change_id,
        undoes=entry.undoes,
        changed=tuple(
            FieldChangeView(field=name, before=before, after=after)
            for name, (before, after) in entry.changed.items()
        ),
    )


def _left_views(left: Sequence[Left]) -> tuple[LeftView, ...]:
    return tuple(LeftView.model_validate(one) for one in left)
