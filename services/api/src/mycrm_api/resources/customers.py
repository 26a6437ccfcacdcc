"""The customers."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from mycrm_api.domain.customers import (
    MOST_COMMENT,
    MOST_IMPORTANCE,
    READ_ONLY,
    Customer,
    CustomerList,
    NewCustomer,
)
from mycrm_api.domain.faults import refuse
from mycrm_api.domain.roles import Role
from mycrm_api.ports.customers import AddressChanges, Addresses, Contacts, Customers, RichText
from mycrm_api.resources.lists import ListForm, ListView
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


class CustomerPage(ListView):
    """A page of the customers."""

    items: tuple[CustomerView, ...]


class CustomerListForm(ListForm):
    """Which page of the customers, in which order."""

    sort: str = Field("email", description="any field; `-` in front of it is descending")
    only_valid: bool = Field(False, description="leave out those whose address is invalid")


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
    customers: Customers,
    contacts: Contacts,
    address_changes: AddressChanges,
    addresses: Addresses,
    rich_text: RichText,
    unit: UnitOfWork,
    reading: ReadingRoom,
) -> list[Route]:
    """Return the routes of the customers."""

    async def show_page(call: Call) -> Answer:
        form: CustomerListForm = call.query
        wanted = CustomerList(
            only_valid=form.only_valid, sort=form.sort, cursor=form.cursor, limit=form.limit
        )
        async with reading() as look:
            return CustomerPage.model_validate(await customers.page(look, wanted))

    async def show(call: Call) -> Answer:
        customer_id = call.number("customer_id")
        async with reading() as look:
            customer = await customers.by_id(look, customer_id)
        if customer is None:
            raise MyCRMError("customer_not_found", Kind.NOT_FOUND, f"there is no customer {customer_id}")
        return _reply(customer)

    async def add(call: Call) -> Answer:
        form: NewCustomerForm = call.body
        customer = await add_customer(
            NewCustomer(**form.written()),
            customers=customers,
            contacts=contacts,
            addresses=addresses,
            rich_text=rich_text,
            unit=unit,
        )
        return _reply(customer)

    async def edit(call: Call) -> Answer:
        form: CustomerPatchForm = call.body
        customer = await edit_customer(
            call.number("customer_id"),
            form.written(),
            expected_version=call.expected_version,
            customers=customers,
            contacts=contacts,
            address_changes=address_changes,
            addresses=addresses,
            rich_text=rich_text,
            unit=unit,
        )
        return _reply(customer)

    async def delete(call: Call) -> Answer:
        await delete_customer(
            call.number("customer_id"),
            by=call.caller.signature,
            expected_version=call.expected_version,
            customers=customers,
            contacts=contacts,
            unit=unit,
        )
        return Reply(view=None)

    one = "/customers/{customer_id}"
    return [
        Route(
            method="GET",
            path="/customers",
            handle=show_page,
            needs=Role.VIEWER,
            summary="a page of the customers",
            query=CustomerListForm,
            gives=CustomerPage,
            problems=("cursor_invalid",),
        ),
        Route(
            method="POST",
            path="/customers",
            handle=add,
            needs=Role.MEMBER,
            summary="add a customer",
            takes=NewCustomerForm,
            gives=CustomerView,
            status=201,
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
            problems=("customer_not_found", "customer_email_taken", "customer_version_stale"),
            most_bytes=_MOST_BYTES,
        ),
        Route(
            method="DELETE",
            path=one,
            handle=delete,
            needs=Role.MEMBER,
            summary="take a customer off the list; its mail stays",
            status=204,
            versioned=True,
            problems=("customer_not_found", "customer_version_stale"),
        ),
    ]


def _reply(customer: Customer) -> Reply:
    return Reply(
        view=CustomerView.model_validate(customer),
        headers={"ETag": f'"{customer.version}"'},
    )
