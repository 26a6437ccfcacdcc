"""Events that were parked: what they were, why, and once more."""

from datetime import datetime

from pydantic import Field

from mycrm_api.domain.parked import ParkedList
from mycrm_api.domain.roles import Role
from mycrm_api.ports import Parked
from mycrm_api.resources.lists import ListForm, ListView
from mycrm_api.resources.route import Answer, Call, Route, View
from mycrm_api.usecases.replay_parked import replay_parked
from mycrm_common.logs import Logger
from mycrm_common.work import ReadingRoom, UnitOfWork


class ParkedView(View):
    """An event that a consumer could not do; `body` is the CloudEvents text as it travelled."""

    id: int
    event_id: str
    consumer: str
    type: str
    attempts: int
    reason: str
    body: str
    told_at: datetime


class ParkedPage(ListView):
    """A page of parked events, newest first."""

    items: tuple[ParkedView, ...]


class ParkedListForm(ListForm):
    """Which parked events."""

    consumer: str = Field("", max_length=80, description="of this consumer only")


class ReplayView(View):
    """How many events are tried again."""

    replayed: int


def routes(*, parked: Parked, log: Logger, unit: UnitOfWork, reading: ReadingRoom) -> list[Route]:
    """Return the routes of parked events."""

    async def show(call: Call) -> Answer:
        form: ParkedListForm = call.query
        wanted = ParkedList(consumer=form.consumer, cursor=form.cursor, limit=form.limit)
        async with reading() as look:
            return ParkedPage.model_validate(await parked.page(look, wanted))

    async def replay_one(call: Call) -> Answer:
        return await _replay(call, call.number("parked_id"))

    async def replay_all(call: Call) -> Answer:
        return await _replay(call, None)

    async def _replay(call: Call, parked_id: int | None) -> Answer:
        count = await replay_parked(parked_id, by=call.caller.username, parked=parked, log=log, unit=unit)
        return ReplayView(replayed=count)

    return [
        Route(
            method="GET",
            path="/events/parked",
            handle=show,
            needs=Role.ADMIN,
            summary="events that could not be done, newest first",
            query=ParkedListForm,
            gives=ParkedPage,
            problems=("cursor_invalid",),
        ),
        Route(
            method="POST",
            path="/events/parked/{parked_id}/replay",
            handle=replay_one,
            needs=Role.ADMIN,
            summary="try a parked event again",
            gives=ReplayView,
            problems=("parked_not_found",),
        ),
        Route(
            method="POST",
            path="/events/parked/replay",
            handle=replay_all,
            needs=Role.ADMIN,
            summary="try all parked events again",
            gives=ReplayView,
        ),
    ]
