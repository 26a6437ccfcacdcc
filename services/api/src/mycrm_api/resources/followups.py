"""The follow-up list: who waits for a mail from us, why, and putting them off."""

from datetime import UTC, date, datetime

from pydantic import Field

from mycrm_api.domain.customers import MOST_IMPORTANCE
from mycrm_api.domain.days import team_zone
from mycrm_api.domain.followups import LONGEST_WAITING, FollowupList, Operator, chosen_rule
from mycrm_api.domain.roles import Role
from mycrm_api.domain.settings import MOST_DAYS, read_settings
from mycrm_api.ports.customers import Customers
from mycrm_api.ports.followups import Followups
from mycrm_api.ports.settings import SettingsStore
from mycrm_api.resources.customers import CustomerView
from mycrm_api.resources.lists import ListForm, ListView
from mycrm_api.resources.route import Answer, Call, Form, Reply, Route, View
from mycrm_api.usecases.finish_followup import finish_followup
from mycrm_api.usecases.snooze_followup import snooze_followup
from mycrm_common.clock import Clock
from mycrm_common.work import ReadingRoom, UnitOfWork


class FollowupView(CustomerView):
    """A customer who is due, and why."""

    company_last_contact: datetime | None = Field(
        description="the newest contact with anybody of the company whose address is not invalid; "
        "without a company the customer's own"
    )
    due_since: date | None = Field(description="the day in the team's time zone; null: never contacted")
    snoozed_until: datetime | None
    done_at: datetime | None


class FollowupPage(ListView):
    """A page of the follow-up list; `total` is null above 10,000 unless `total=exact` asks for it."""

    items: tuple[FollowupView, ...]


class FollowupListForm(ListForm):
    """Whom to follow up; what is not said is as in the settings."""

    operator: Operator | None = Field(None, description="how a rating compares with `importance`")
    importance: int | None = Field(None, ge=0, le=MOST_IMPORTANCE)
    days: int | None = Field(
        None, ge=0, le=MOST_DAYS, description="the last contact is more calendar days ago than this"
    )
    sort: str = Field(
        LONGEST_WAITING,
        description="any field; `-` in front of it is descending; never contacted comes first",
    )
    hidden: bool = Field(False, description="those who are due, but snoozed or done")


class SnoozeForm(Form):
    """For how long."""

    days: int = Field(
        strict=True, ge=1, le=MOST_DAYS, description="until the day begins that is so far ahead"
    )


class FollowupMarkView(View):
    """What people noted of a customer's follow-up."""

    customer_id: int
    snoozed_until: datetime | None
    done_at: datetime | None


def routes(
    *,
    followups: Followups,
    customers: Customers,
    settings: SettingsStore,
    clock: Clock,
    unit: UnitOfWork,
    reading: ReadingRoom,
    zone: str,
) -> list[Route]:
    """Return the routes of the follow-up list; `zone` is the team's time zone until somebody sets another."""

    async def show_page(call: Call) -> Answer:
        form: FollowupListForm = call.query
        async with reading() as look:
            present = read_settings(await settings.stored(look))
            wanted = FollowupList(
                rule=chosen_rule(present, operator=form.operator, importance=form.importance, days=form.days),
                at=clock.now(),
                zone=team_zone(present, default=zone),
                sort=form.sort,
                cursor=form.cursor,
                limit=form.limit,
                hidden=form.hidden,
                exact=form.total == "exact",
            )
            return FollowupPage.model_validate(await followups.page(look, wanted))

    async def snooze(call: Call) -> Answer:
        form: SnoozeForm = call.body
        async with reading() as look:
            present = read_settings(await settings.stored(look))
        mark = await snooze_followup(
            call.number("customer_id"),
            days=form.days,
            zone=team_zone(present, default=zone),
            customers=customers,
            followups=followups,
            unit=unit,
        )
        return FollowupMarkView.model_validate(mark)

    async def wake(call: Call) -> Answer:
        await snooze_followup(
            call.number("customer_id"),
            days=None,
            zone=UTC,
            customers=customers,
            followups=followups,
            unit=unit,
        )
        return Reply(view=None)

    async def finish(call: Call) -> Answer:
        mark = await finish_followup(
            call.number("customer_id"), is_done=True, customers=customers, followups=followups, unit=unit
        )
        return FollowupMarkView.model_validate(mark)

    async def reopen(call: Call) -> Answer:
        await finish_followup(
            call.number("customer_id"), is_done=False, customers=customers, followups=followups, unit=unit
        )
        return Reply(view=None)

    one = "/followups/{customer_id}"
    return [
        Route(
            method="GET",
            path="/followups",
            handle=show_page,
            needs=Role.VIEWER,
            summary="the customers who are due, those who wait longest first",
            query=FollowupListForm,
            gives=FollowupPage,
            problems=("cursor_invalid",),
        ),
        Route(
            method="POST",
            path=f"{one}/snooze",
            handle=snooze,
            needs=Role.MEMBER,
            summary="keep a customer off the list for some days",
            takes=SnoozeForm,
            gives=FollowupMarkView,
            status=201,
            problems=("customer_not_found",),
        ),
        Route(
            method="DELETE",
            path=f"{one}/snooze",
            handle=wake,
            needs=Role.MEMBER,
            summary="snooze a customer no longer",
            status=204,
            problems=("customer_not_found",),
        ),
        Route(
            method="POST",
            path=f"{one}/done",
            handle=finish,
            needs=Role.MEMBER,
            summary="count this moment as a contact with the customer, for the follow-up list alone",
            gives=FollowupMarkView,
            status=201,
            problems=("customer_not_found",),
        ),
        Route(
            method="DELETE",
            path=f"{one}/done",
            handle=reopen,
            needs=Role.MEMBER,
            summary="take back that a customer was done with",
            status=204,
            problems=("customer_not_found",),
        ),
    ]
