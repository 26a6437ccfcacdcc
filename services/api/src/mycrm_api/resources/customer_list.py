"""The list of the customers: searched, filtered and sorted."""

from typing import Literal

from pydantic import Field

from mycrm_api.domain.customer_lists import CustomerFilter, CustomerList
from mycrm_api.domain.roles import Role
from mycrm_api.domain.search import MOST_LETTERS, importances_of, search_of
from mycrm_api.ports.customer_lists import CustomerLists
from mycrm_api.resources.customers import CustomerView
from mycrm_api.resources.lists import ListForm, ListView
from mycrm_api.resources.route import Answer, Call, Form, Route
from mycrm_common.work import ReadingRoom

SearchField = Literal[
    "email", "name", "importance", "company", "country", "address", "phone", "website", "comment"
]


class CustomerPage(ListView):
    """A page of the customers."""

    items: tuple[CustomerView, ...]
    approximate: bool = Field(
        description="`total` and `position` are about right: those of a list above 10,000 are kept, not counted for "
        "each page, and those of a search with many hits are as the index has them; `total=exact` counts"
    )
    position: int | None = Field(description="with `near`: how many customers come before this page")
    unindexed: int = Field(
        description="about how many changes this search cannot see yet, for its index has not come to them: some of a "
        "large import, for a while; what people change by hand is seen at once, and 0 says that nothing is missing"
    )


class CustomerFilterForm(Form):
    """Which customers are on the list."""

    q: str | None = Field(
        None,
        max_length=MOST_LETTERS,
        description="each of its words, at most 8, is a part of one of the customer's texts; case and width of "
        "letters do not count, and every character is itself",
    )
    field: SearchField | None = Field(None, description="where `value` is looked for")
    value: str | None = Field(
        None,
        max_length=MOST_LETTERS,
        description="a part of that field's text; of `importance` a number, also with =, >, >=, < or <= before it; "
        "in name, company and address blanks do not count",
    )
    country: str | None = Field(
        None, max_length=100, description="the whole country, whatever its case or width"
    )
    only_valid: bool = Field(False, description="leave out those whose address is invalid")

    def chosen(self) -> CustomerFilter:
        """Return the filter that is asked for."""
        search = search_of(q=self.q, field=self.field, value=self.value, country=self.country)
        return CustomerFilter(
            only_valid=self.only_valid,
            importances=importances_of(self.field, self.value),
            search=search,
        )


class CustomerListForm(CustomerFilterForm, ListForm):
    """Which page of which customers, in which order."""

    sort: str = Field("email", description="any field; `-` in front of it is descending")
    near: float | None = Field(
        None, ge=0, le=1, description="the page at about this fraction of the list, instead of a cursor"
    )


def routes(*, lists: CustomerLists, reading: ReadingRoom) -> list[Route]:
    """Return the route of the list."""

    async def show_page(call: Call) -> Answer:
        form: CustomerListForm = call.query
        wanted = CustomerList(
            only=form.chosen(),
            sort=form.sort,
            cursor=form.cursor,
            limit=form.limit,
            near=form.near,
            exact=form.total == "exact",
        )
        async with reading() as look:
            return CustomerPage.model_validate(await lists.page(look, wanted))

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
        )
    ]
