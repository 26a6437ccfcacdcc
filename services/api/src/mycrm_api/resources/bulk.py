"""Acts on many customers at once."""

from typing import Annotated, Any, Literal

from pydantic import FailFast, Field
from pydantic.json_schema import SkipJsonSchema

from mycrm_api.domain.bulk import MOST_CUSTOMERS
from mycrm_api.domain.customers import MOST_COMMENT
from mycrm_api.domain.faults import refuse, under
from mycrm_api.domain.roles import Role
from mycrm_api.ports.changes import CustomerBooks
from mycrm_api.ports.customers import Addresses, RichText
from mycrm_api.resources.change_ids import change_headers
from mycrm_api.resources.customers import CustomerFields
from mycrm_api.resources.route import Answer, Call, Form, Reply, Route, View
from mycrm_api.usecases.delete_many_customers import delete_many_customers
from mycrm_api.usecases.edit_many_customers import edit_many_customers
from mycrm_common.errors import FieldFault, MyCRMError
from mycrm_common.work import UnitOfWork

_LARGEST_ID = 2**63 - 1
# The longest comment, each of its characters as two escaped halves, and the ids.
_MOST_BYTES = 12 * MOST_COMMENT + 32 * MOST_CUSTOMERS

CustomerId = Annotated[int, Field(strict=True, ge=1, le=_LARGEST_ID)]


class BulkFields(CustomerFields):
    """What all of them shall have; an e-mail belongs to one customer and is refused."""

    email: SkipJsonSchema[Any] = None

    def written(self) -> dict[str, Any]:
        """Return the fields that were sent; those that cannot be given to many are refused."""
        if "email" in self.model_fields_set:
            message = "an address belongs to one customer"
            refuse([FieldFault(field="set.email", code="field_single", message=message)])
        try:
            return CustomerFields.written(self)
        except MyCRMError as error:
            raise under(error, field="set") from error


class BulkForm(Form):
    """Which customers, and either what to set or that they are deleted."""

    # One fault is enough: naming each of ten thousand would keep everybody else waiting.
    ids: Annotated[list[CustomerId], FailFast()] = Field(min_length=1, max_length=MOST_CUSTOMERS)
    set: BulkFields | None = None
    delete: Literal[True] | None = None

    def chosen(self) -> dict[str, Any] | None:
        """Return the fields to set, or None where the customers are to be deleted."""
        if self.set is not None and self.delete is not None:
            message = "either set or delete"
            refuse([FieldFault(field="delete", code="fields_exclusive", message=message)])
        if self.set is None:
            if self.delete is None:
                refuse([FieldFault(field="set", code="field_missing", message="set or delete")])
            return None
        if not self.set.model_fields_set:
            refuse([FieldFault(field="set", code="field_missing", message="at least one field")])
        return self.set.written()


class BulkView(View):
    """What became of them; it was done to all of them or, if the answer is a problem, to none."""

    change_id: str | None = Field(description="undoes it; null where nothing was changed")
    changed: int = Field(description="how many were changed or deleted")
    unchanged: int = Field(description="how many had these values already")
    missing: tuple[int, ...] = Field(description="ids of whom there is no customer, or not any more")


def routes(
    *, books: CustomerBooks, addresses: Addresses, rich_text: RichText, unit: UnitOfWork
) -> list[Route]:
    """Return the route of acts on many customers."""

    async def act(call: Call) -> Answer:
        form: BulkForm = call.body
        changes, by = form.chosen(), call.caller.signature
        if changes is None:
            done = await delete_many_customers(form.ids, by=by, books=books, unit=unit)
        else:
            done = await edit_many_customers(
                form.ids,
                changes,
                by=by,
                books=books,
                addresses=addresses,
                rich_text=rich_text,
                unit=unit,
            )
        return Reply(view=BulkView.model_validate(done), headers=change_headers(done.change_id))

    return [
        Route(
            method="POST",
            path="/customers/bulk",
            handle=act,
            needs=Role.MEMBER,
            summary="change the same fields of many customers, or delete them, all at once",
            takes=BulkForm,
            gives=BulkView,
            gives_change=True,
            most_bytes=_MOST_BYTES,
        ),
    ]
