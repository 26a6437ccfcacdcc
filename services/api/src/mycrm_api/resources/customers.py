"""The customers."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from mycrm_api.domain.customers import (
    MOST_COMMENT,
    MOST_IMPORTANCE,
    READ_ONLY,
    NewCustomer,
)
from mycrm_api.domain.faults import refuse
from mycrm_api.domain.history import Written
from mycrm_api.domain.roles import Role
from mycrm_api.ports.changes import CustomerBooks
from mycrm_api.ports.customers import Addresses, RichText
from mycrm_api.resources.change_ids import change_headers
from mycrm_api.resources.route import Answer, Call, Form, Reply, Route, View
from mycrm_api.usecases.add_customer import add_customer
from mycrm_api.usecases.delete_customer import delete_customer
from mycrm_api.usecases.edit_customer import edit_customer
from mycrm_common.errors import FieldFault, Kind, MyCRMError
from mycrm_common.work import ReadingRoom, UnitOfWork

# The longest comment, each of its characters as two escaped halves, and all else.
_MOST_BYTES = 12 * MOST_COMMENT + 64 * 1024


class CustomerView(View):
    """A customer; `version` is also the ETag."""

    id: int
    name: str
    email: str
    importance: int = Field(ge=0, le=MOST_IMPORTANCE)
    company: str
    country: str
    address: str
    phone: str
    website: str
    comment: str = Field(description="rich text, made harmless")
    last_contact_date: datetime | None
    last_checked_date: datetime | None
    last_checked_log: str
    valid: Literal[0, 1, 2] = Field(description="0 invalid, 1 valid, 2 unconfirmed")
    version: int
    created_at: datetime
    updated_at: datetime


class DeletedBeforeView(View):
    """Somebody who had the same address and was deleted; POST /customers/{id}/restore brings them back instead."""

    id: int
    name: str
    deleted_at: datetime


class AddedCustomerView(CustomerView):
    """A customer that was added."""

    deleted_before: DeletedBeforeView | None = Field(
        None,
        description="only where a deleted customer had this address: delete the new one and bring that one back, "
        "or leave it",
    )


class CustomerFields(Form):
    """What people write; what machines find out is known here only to be refused by name."""

    name: str = ""
    importance: int = Field(0, strict=True, json_schema_extra={"minimum": 0, "maximum": MOST_IMPORTANCE})
    company: str = ""
    country: str = ""
    address: str = ""
    phone: str = ""
    website: str = ""
    comment: str = Field("", description="rich text")
    valid: int = Field(
        2,
        strict=True,
        description="0 invalid, 1 valid, 2 unconfirmed",
        json_schema_extra={"enum": [0, 1, 2]},
    )
    id: SkipJsonSchema[Any] = None
    last_contact_date: SkipJsonSchema[Any] = None
    last_checked_date: SkipJsonSchema[Any] = None
    last_checked_log: SkipJsonSchema[Any] = None
    version: SkipJsonSchema[Any] = None
    created_at: SkipJsonSchema[Any] = None
    updated_at: SkipJsonSchema[Any] = None

    def written(self) -> dict[str, Any]:
        """Return the fields that were sent; those that nobody writes are refused."""
        refuse(
            FieldFault(field=name, code="field_read_only", message="this is found out, not written")
            for name in READ_ONLY
            if name in self.model_fields_set
        )
        return self.model_dump(include=self.model_fields_set)


class NewCustomerForm(CustomerFields):
    """A customer to be added; only the e-mail is required."""

    email: str


class CustomerPatchForm(CustomerFields):
    """Fields of a customer to be changed; what is not sent stays as it is."""

    email: str = ""


def routes(
    *,
    books: CustomerBooks,
    addresses: Addresses,
    rich_text: RichText,
    unit: UnitOfWork,
    reading: ReadingRoom,
) -> list[Route]:
    """Return the routes of the customers."""

    async def show(call: Call) -> Answer:
        customer_id = call.number("customer_id")
        async with reading() as look:
            customer = await books.customers.by_id(look, customer_id)
        if customer is None:
            raise MyCRMError("customer_not_found", Kind.NOT_FOUND, f"there is no customer {customer_id}")
        return customer_reply(Written(customer=customer, change_id=None))

    async def add(call: Call) -> Answer:
        form: NewCustomerForm = call.body
        written = await add_customer(
            NewCustomer(**form.written()),
            by=call.caller.signature,
            books=books,
            addresses=addresses,
            rich_text=rich_text,
            unit=unit,
        )
        return customer_reply(written)

    async def edit(call: Call) -> Answer:
        form: CustomerPatchForm = call.body
        written = await edit_customer(
            call.number("customer_id"),
            form.written(),
            by=call.caller.signature,
            expected_version=call.expected_version,
            books=books,
            addresses=addresses,
            rich_text=rich_text,
            unit=unit,
        )
        return customer_reply(written)

    async def delete(call: Call) -> Answer:
        change_id = await delete_customer(
            call.number("customer_id"),
            by=call.caller.signature,
            expected_version=call.expected_version,
            books=books,
            unit=unit,
        )
        return Reply(view=None, headers=change_headers(change_id))

    one = "/customers/{customer_id}"
    return [
        Route(
            method="POST",
            path="/customers",
            handle=add,
            needs=Role.MEMBER,
            summary="add a customer",
            takes=NewCustomerForm,
            gives=AddedCustomerView,
            status=201,
            gives_change=True,
            problems=("customer_email_taken",),
            most_bytes=_MOST_BYTES,
        ),
        Route(
            method="GET",
            path=one,
            handle=show,
            needs=Role.VIEWER,
            summary="one customer",
            gives=CustomerView,
            problems=("customer_not_found",),
        ),
        Route(
            method="PATCH",
            path=one,
            handle=edit,
            needs=Role.MEMBER,
            summary="change fields of a customer; If-Match with its version keeps others' edits safe",
            takes=CustomerPatchForm,
            gives=CustomerView,
            versioned=True,
            gives_change=True,
            problems=("customer_not_found", "customer_email_taken", "customer_version_stale"),
            most_bytes=_MOST_BYTES,
        ),
        Route(
            method="DELETE",
            path=one,
            handle=delete,
            needs=Role.MEMBER,
            summary="take a customer off the list, for 30 days to be brought back; its mail stays",
            status=204,
            versioned=True,
            gives_change=True,
            problems=("customer_not_found", "customer_version_stale"),
        ),
    ]


def customer_reply(written: Written) -> Reply:
    """Return a customer with its version as the ETag, and what undoes the act if there was one."""
    view = CustomerView.model_validate(written.customer)
    if written.deleted_before is not None:
        before = DeletedBeforeView.model_validate(written.deleted_before)
        view = AddedCustomerView(**view.model_dump(), deleted_before=before)
    return Reply(
        view=view,
        headers={"ETag": f'"{written.customer.version}"', **change_headers(written.change_id)},
    )
