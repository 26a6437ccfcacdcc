"""What every list takes and gives."""

from typing import Literal

from pydantic import Field

from mycrm_api.resources.route import Form, View


class ListForm(Form):
    """Which page of a list is asked for; `total` is always exact here."""

    limit: int = Field(50, ge=1, le=200, description="how many items at most")
    cursor: str | None = Field(
        None, description="next_cursor or previous_cursor of another page of this list"
    )
    total: Literal["exact"] | None = Field(None, description="ask for an exact total")


class ListView(View):
    """A page of a list, with the cursors of its neighbours."""

    next_cursor: str | None
    previous_cursor: str | None
    total: int | None
