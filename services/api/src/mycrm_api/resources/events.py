"""Events that were parked: what they were, why, and once more."""

from datetime import datetime

from pydantic import Field

from mycrm_api.domain.parked import ParkedFilter, ParkedList
from mycrm_api.domain.roles import Role
from mycrm_api.ports.events import Parked
from mycrm_api.resources.lists import ListForm, ListView
from mycrm_api.resources.route import Answer, Call, Form, Route, View
from mycrm_api.usecases.replay_all_parked import replay_all_parked
from mycrm_api.usecases.replay_parked import replay_parked
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.logs import Logger
from mycrm_common.work import ReadingRoom, UnitOfWork


class ParkedView(View):
    """An event that a consumer could not do.

    `body` is the CloudEvents text as it travelled, in a list at most its first 20,000 bytes. What nobody could read
    has no `type`, its odd bytes are escaped in hexadecimal, and it is not `replayable`.
    """

    id: int
    event_id: str
    consumer: str
    type: str
    attempts: int
    reason: str
    body: str
    replayable: bool
    told_at: datetime


class ParkedPage(ListView):
    """A page of parked events, newest first."""

    items: tuple[ParkedView, ...]


class ParkedListForm(ListForm):
    """Which parked events."""

    consumer: str = Field("", max_length=80, description="of this consumer only")
    type: str = Field("", max_length=80, description="of this type only")


class ReplayForm(Form):
    """Which parked events are tried again; all of them without a word."""

    consumer: str = Field("", max_length=80, description="of this consumer only")
    type: str = Field("", max_length=80, description="of this type only")


class ReplayView(View):
    """How many events are tried again."""

    replayed: int


def routes(*, parked: Parked, log: Logger, unit: UnitOfWork, reading: ReadingRoom) -> list[Route]:
    """Return the routes of parked events."""

    async def show_page(call: Call) -> Answer:
        form: ParkedListForm = call.query
        which = ParkedFilter(consumer=form.consumer, type=form.type)
        wanted = ParkedList(which=which, cursor=form.cursor, limit=form.limit)
        async with reading() as look:
            return ParkedPage.model_validate(await parked.page(look, wanted))

    async def show_one(call: Call) -> Answer:
        parked_id = call.number("parked_id")
        async with reading() as look:
            event = await parked.by_id(look, parked_id)
        if event is None:
            raise MyCRMError("parked_not_found", Kind.NOT_FOUND, f"no parked event {parked_id}")
        return ParkedView.model_validate(event)

    async def replay_one(call: Call) -> Answer:
        number = call.number("parked_id")
        await replay_parked(number, by=call.caller.username, parked=parked, log=log, unit=unit)
        return ReplayView(replayed=1)

    async def replay_all(call: Call) -> Answer:
        form: ReplayForm = call.query
        which = ParkedFilter(consumer=form.consumer, type=form.type)
        count = await replay_all_parked(which, by=call.caller.username, parked=parked, log=log, unit=unit)
        return ReplayView(replayed=count)

    return [
        Route(
            method="GET",
            path="/events/parked",
            handle=show_page,
            needs=Role.ADMIN,
            summary="events that could not be done, newest first",
            query=ParkedListForm,
            gives=ParkedPage,
            problems=("cursor_invalid",),
        ),
        Route(
            method="GET",
            path="/events/parked/{parked_id}",
            handle=show_one,
            needs=Role.ADMIN,
            summary="one event that could not be done, with its whole body",
            gives=ParkedView,
            problems=("parked_not_found",),
        ),
        Route(
            method="POST",
            path="/events/parked/{parked_id}/replay",
            handle=replay_one,
            needs=Role.ADMIN,
            summary="try a parked event again",
            gives=ReplayView,
            problems=("parked_not_found", "parked_unreadable"),
        ),
        Route(
            method="POST",
            path="/events/parked/replay",
            handle=replay_all,
            needs=Role.ADMIN,
            summary="try all parked events again, or those of one consumer or type",
            query=ReplayForm,
            gives=ReplayView,
        ),
    ]
