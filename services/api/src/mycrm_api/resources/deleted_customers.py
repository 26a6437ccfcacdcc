"""Deleted customers: the list of them, and bringing one back."""

from datetime import datetime

from pydantic import Field

from mycrm_api.domain.deleted_customers import KEPT, DeletedList
from mycrm_api.domain.faults import refuse
from mycrm_api.domain.roles import Role
from mycrm_api.domain.texts import text_faults
from mycrm_api.ports.changes import CustomerBooks
from mycrm_api.resources.customers import CustomerView, customer_reply
from mycrm_api.resources.lists import ListForm, ListView
from mycrm_api.resources.route import Answer, Call, Route
from mycrm_api.usecases.restore_customer import restore_customer
from mycrm_common.clock import Clock
from mycrm_common.work import ReadingRoom, UnitOfWork

_MOST_SOUGHT = 320


class DeletedCustomerView(CustomerView):
    """A deleted customer, as it stood."""

    deleted_at: datetime
    deleted_by: str = Field(description="the account's id, or `operator`")
    deleted_by_name: str | None = Field(description="the account's name; null where it is gone")
    kept_until: datetime = Field(description="until then it can be brought back")


class DeletedCustomerPage(ListView):
    """A page of the deleted customers."""

    items: tuple[DeletedCustomerView, ...]


class DeletedCustomerListForm(ListForm):
    """Which page of the deleted customers, the last that were deleted first."""

    q: str = Field("", description="a part of the name, the e-mail or the company")


def routes(*, books: CustomerBooks, clock: Clock, unit: UnitOfWork, reading: ReadingRoom) -> list[Route]:
    """Return the routes of the deleted customers."""

    async def show_page(call: Call) -> Answer:
        form: DeletedCustomerListForm = call.query
        refuse(text_faults("q", form.q, most=_MOST_SOUGHT))
        wanted = DeletedList(since=clock.now() - KEPT, q=form.q, cursor=form.cursor, limit=form.limit)
        async with reading() as look:
            return DeletedCustomerPage.model_validate(await books.deleted.page(look, wanted))

    async def restore(call: Call) -> Answer:
        written = await restore_customer(
            call.number("customer_id"), by=call.caller.signature, books=books, unit=unit
        )
        return customer_reply(written)

    return [
        Route(
            method="GET",
            path="/customers/deleted",
            handle=show_page,
            needs=Role.VIEWER,
            summary="the customers that were deleted in the last 30 days",
            query=DeletedCustomerListForm,
            gives=DeletedCustomerPage,
            problems=("cursor_invalid",),
        ),
        Route(
            method="POST",
            path="/customers/{customer_id}/restore",
            handle=restore,
            needs=Role.MEMBER,
            summary="bring a deleted customer back, with its history, its mail and the marks of its follow-up",
            gives=CustomerView,
            status=201,
            gives_change=True,
            problems=("customer_not_found", "customer_not_deleted", "customer_email_taken"),
        ),
    ]
