"""Counts for the charts."""

from typing import Literal

from pydantic import Field

from mycrm_api.domain.customers import MOST_IMPORTANCE
from mycrm_api.domain.days import team_zone
from mycrm_api.domain.roles import Role
from mycrm_api.domain.settings import read_settings
from mycrm_api.domain.statistics import MOST_WEEKS, USUAL_WEEKS, weeks_until
from mycrm_api.ports.settings import SettingsStore
from mycrm_api.ports.statistics import Statistics
from mycrm_api.resources.route import Answer, Call, Form, Route, View
from mycrm_common.clock import Clock
from mycrm_common.work import ReadingRoom


class CustomerCountView(View):
    """How many customers have a rating and a validity."""

    importance: int = Field(ge=0, le=MOST_IMPORTANCE)
    valid: Literal[0, 1, 2] = Field(description="0 invalid, 1 valid, 2 unconfirmed")
    count: int


class CustomerCountsView(View):
    """Every rating with every validity, zeros included."""

    items: tuple[CustomerCountView, ...]


class WeekView(View):
    """How much mail came and went in a week."""

    week: str = Field(
        description="the ISO week in the team's time zone", json_schema_extra={"example": "2026-W47"}
    )
    receive: int
    sendto: int


class WeeksView(View):
    """Week after week, the oldest first; weeks without mail are zero."""

    items: tuple[WeekView, ...]


class WeeksForm(Form):
    """How far back."""

    weeks: int = Field(USUAL_WEEKS, ge=1, le=MOST_WEEKS, description="how many, the present one included")


def routes(
    *, statistics: Statistics, settings: SettingsStore, clock: Clock, reading: ReadingRoom, zone: str
) -> list[Route]:
    """Return the routes of the statistics; `zone` is the team's time zone until somebody sets another."""

    async def show_customers(_: Call) -> Answer:
        async with reading() as look:
            counts = await statistics.count_customers(look)
        return CustomerCountsView(items=tuple(CustomerCountView.model_validate(one) for one in counts))

    async def show_messages(call: Call) -> Answer:
        form: WeeksForm = call.query
        async with reading() as look:
            present = read_settings(await settings.stored(look))
            weeks = weeks_until(clock.now(), count=form.weeks, zone=team_zone(present, default=zone))
            counts = await statistics.count_mail(look, weeks)
        return WeeksView(items=tuple(WeekView.model_validate(one) for one in counts))

    return [
        Route(
            method="GET",
            path="/statistics/customers",
            handle=show_customers,
            needs=Role.VIEWER,
            summary="how many customers there are, by rating and validity",
            gives=CustomerCountsView,
        ),
        Route(
            method="GET",
            path="/statistics/messages",
            handle=show_messages,
            needs=Role.VIEWER,
            summary="how much mail came and went, week by week",
            query=WeeksForm,
            gives=WeeksView,
        ),
    ]
