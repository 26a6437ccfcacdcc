"""Counts for the charts."""

from typing import Any, Literal

from pydantic import Field

from mycrm_api.domain.answers import MOST_DAYS as MOST_DAYS_OF_PATIENCE
from mycrm_api.domain.customers import MOST_IMPORTANCE
from mycrm_api.domain.days import team_zone
from mycrm_api.domain.debt import windows_of
from mycrm_api.domain.followups import Operator, chosen_rule
from mycrm_api.domain.roles import Role
from mycrm_api.domain.settings import MOST_DAYS, read_settings
from mycrm_api.domain.statistics import MOST_WEEKS, MOST_WEEKS_OF_WORK, USUAL_WEEKS, weeks_until
from mycrm_api.ports.settings import SettingsStore
from mycrm_api.ports.statistics import Answers, Debt, Statistics
from mycrm_api.resources.route import Answer, Call, Form, Route, View
from mycrm_common.clock import Clock
from mycrm_common.work import ReadingRoom

_WEEK: Any = Field(description="the ISO week in the team's time zone", examples=["2026-W47"])
_HOW_MANY = "how many, the present one included"


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

    week: str = _WEEK
    receive: int
    sendto: int


class WeeksView(View):
    """Week after week, the oldest first; weeks without mail are zero."""

    items: tuple[WeekView, ...]


class WeeksForm(Form):
    """How far back."""

    weeks: int = Field(USUAL_WEEKS, ge=1, le=MOST_WEEKS, description=_HOW_MANY)


class DebtView(View):
    """How many customers were due when a week ended, or are now in the present one."""

    week: str = _WEEK
    due: int


class DebtsView(View):
    """Week after week, the oldest first, and the rule by which it was counted.

    Customers are counted with today's rating, validity and company, from the week on in which they were added; what was
    snoozed or done is not left out.
    """

    items: tuple[DebtView, ...]
    operator: Operator
    importance: int
    days: int


class DebtForm(Form):
    """How far back, and by which rule; what is not said is as in the settings."""

    weeks: int = Field(USUAL_WEEKS, ge=1, le=MOST_WEEKS_OF_WORK, description=_HOW_MANY)
    operator: Operator | None = Field(None, description="how a rating compares with `importance`")
    importance: int | None = Field(None, ge=0, le=MOST_IMPORTANCE)
    days: int | None = Field(
        None, ge=0, le=MOST_DAYS, description="a contact so many calendar days ago is recent"
    )


class AnswersWeekView(View):
    """How many customers we wrote to in a week, and how many of them wrote back in time."""

    week: str = _WEEK
    written: int
    answered: int
    is_complete: bool = Field(description="whether the time to answer is over")


class AnswersView(View):
    """Week after week, the oldest first; mails that a machine or a list wrote are no answers."""

    items: tuple[AnswersWeekView, ...]
    days: int


class AnswersForm(Form):
    """How far back, and how long an answer may take."""

    weeks: int = Field(USUAL_WEEKS, ge=1, le=MOST_WEEKS_OF_WORK, description=_HOW_MANY)
    days: int = Field(7, ge=1, le=MOST_DAYS_OF_PATIENCE, description="within so many times 24 hours")


def routes(
    *,
    statistics: Statistics,
    debt: Debt,
    answers: Answers,
    settings: SettingsStore,
    clock: Clock,
    reading: ReadingRoom,
    zone: str,
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

    async def show_debt(call: Call) -> Answer:
        form: DebtForm = call.query
        async with reading() as look:
            present = read_settings(await settings.stored(look))
            at, team = clock.now(), team_zone(present, default=zone)
            rule = chosen_rule(present, operator=form.operator, importance=form.importance, days=form.days)
            windows = windows_of(
                weeks_until(at, count=form.weeks, zone=team), at=at, days=rule.days, zone=team
            )
            counts = await debt.count_debt(look, windows, importances=rule.importances)
        items = tuple(DebtView.model_validate(one) for one in counts)
        return DebtsView(items=items, operator=rule.operator, importance=rule.importance, days=rule.days)

    async def show_answers(call: Call) -> Answer:
        form: AnswersForm = call.query
        async with reading() as look:
            present = read_settings(await settings.stored(look))
            at = clock.now()
            weeks = weeks_until(at, count=form.weeks, zone=team_zone(present, default=zone))
            counts = await answers.answers(look, weeks, days=form.days, at=at)
        items = tuple(AnswersWeekView.model_validate(one) for one in counts)
        return AnswersView(items=items, days=form.days)

    return [
        Route(
            method="GET",
            path="/statistics/followups",
            handle=show_debt,
            needs=Role.VIEWER,
            summary="how many customers were due when each week ended",
            query=DebtForm,
            gives=DebtsView,
        ),
        Route(
            method="GET",
            path="/statistics/answers",
            handle=show_answers,
            needs=Role.VIEWER,
            summary="how many customers were written to, and how many wrote back, week by week",
            query=AnswersForm,
            gives=AnswersView,
        ),
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
