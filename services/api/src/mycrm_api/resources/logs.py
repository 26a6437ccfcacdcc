"""The services' logs."""

from typing import Any

from pydantic import Field

from mycrm_api.domain.logs import LOGGING_SERVICES, LogLevel, LogList
from mycrm_api.domain.roles import Role
from mycrm_api.ports.logs import Logs
from mycrm_api.resources.lists import ListForm, ListView
from mycrm_api.resources.log_tail import LogTail
from mycrm_api.resources.log_views import LogEntryView
from mycrm_api.resources.places import last_heard
from mycrm_api.resources.route import Answer, Call, Form, Reply, Route
from mycrm_api.resources.streams import MEDIA, Streams
from mycrm_api.usecases.clear_log import clear_log
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.logs import Logger
from mycrm_common.work import ReadingRoom, UnitOfWork

_LEVEL: Any = Field(None, description="at least this grave")
_WORDS: Any = Field("", max_length=200, description="lines that hold this text")


class LogPage(ListView):
    """A page of a log, newest first."""

    items: tuple[LogEntryView, ...]


class LogStreamForm(Form):
    """Which lines of the log are told."""

    level: LogLevel | None = _LEVEL
    q: str = _WORDS
    after: int | None = Field(
        None,
        ge=0,
        le=2**63 - 1,
        description="begin behind the line of this id; without it, with those to come",
    )


class LogListForm(ListForm):
    """Which lines of the log."""

    level: LogLevel | None = _LEVEL
    q: str = _WORDS
    after: int | None = Field(
        None, ge=0, le=2**63 - 1, description="lines that came after the one of this id"
    )


def routes(
    *, logs: Logs, log: Logger, streams: Streams, unit: UnitOfWork, reading: ReadingRoom
) -> list[Route]:
    """Return the routes of the logs."""

    async def show(call: Call) -> Answer:
        form: LogListForm = call.query
        wanted = LogList(
            service=_service(call),
            level=form.level,
            q=form.q,
            after=form.after,
            cursor=form.cursor,
            limit=form.limit,
        )
        async with reading() as look:
            return LogPage.model_validate(await logs.page(look, wanted))

    async def stream(call: Call) -> Answer:
        form: LogStreamForm = call.query
        wanted = LogList(service=_service(call), level=form.level, q=form.q)
        async with reading() as look:
            newest = await logs.newest_of_all(look)
        wished = last_heard(call, form.after)
        place = newest if wished is None else min(wished, newest)
        tail = LogTail(wanted, place=place, logs=logs, reading=reading)
        return await streams.tell(call, tail, needs=Role.VIEWER)

    async def clear(call: Call) -> Answer:
        await clear_log(
            _service(call), by=call.caller.username, logs=logs, log=log, reading=reading, unit=unit
        )
        return Reply(view=None)

    return [
        Route(
            method="GET",
            path="/logs/{service}",
            handle=show,
            needs=Role.VIEWER,
            summary="a service's log, newest first",
            query=LogListForm,
            gives=LogPage,
            problems=("log_not_found", "cursor_invalid"),
        ),
        Route(
            method="GET",
            path="/logs/{service}/stream",
            handle=stream,
            needs=Role.VIEWER,
            summary="a service's log live, as server-sent events, the oldest first",
            query=LogStreamForm,
            media=MEDIA,
            problems=("log_not_found", "streams_limited"),
        ),
        Route(
            method="DELETE",
            path="/logs/{service}",
            handle=clear,
            needs=Role.ADMIN,
            summary="clear a service's log",
            status=204,
            problems=("log_not_found",),
        ),
    ]


def _service(call: Call) -> str:
    name: str = call.request.match_info["service"]
    if name not in LOGGING_SERVICES:
        raise MyCRMError("log_not_found", Kind.NOT_FOUND, f"one of {', '.join(LOGGING_SERVICES)}")
    return name
