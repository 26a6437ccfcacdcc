"""Mail that is held back: why, what it is made of, and another try at reading it."""

from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial

from aiohttp import web
from pydantic import Field

from mycrm_api.domain.held_mail import HeldList, HeldPlace
from mycrm_api.domain.requests import check_answer
from mycrm_api.domain.roles import Role
from mycrm_api.ports.mailbox import HeldMails, MailCopies
from mycrm_api.ports.requests import Requests
from mycrm_api.ports.settings import SettingsStore
from mycrm_api.resources.lists import ListForm, ListView
from mycrm_api.resources.route import Answer, Call, Handle, Reply, Route, View
from mycrm_api.resources.waiting import Patience, RequestView, waiting_for
from mycrm_api.usecases.find_mail_copy import find_mail_copy
from mycrm_api.usecases.request_held_retry import request_held_retry
from mycrm_api.usecases.request_mail_copy import request_mail_copy
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.work import ReadingRoom, UnitOfWork

_MAIL = "message/rfc822"
_ASKING = (
    "mailbox_not_configured",
    "mailbox_unreachable",
    "mailbox_login_refused",
    "mailbox_connection_lost",
)


class HeldMailView(View):
    """A mail that is held back; subject and sender as far as its beginning gives them away."""

    folder_id: int
    folder: str
    uid: int
    internal_date: datetime | None
    size: int
    code: str
    detail: str
    attempts: int
    subject: str
    sender: str
    bytes_kept: int = Field(description="how much of its beginning can be downloaded at once")


class HeldMailPage(ListView):
    """A page of the held mails, newest first."""

    items: tuple[HeldMailView, ...]


class HeldListForm(ListForm):
    """Which held mails."""

    folder_id: int | None = Field(None, ge=0, le=2**63 - 1, description="those of one folder only")


class RetriedView(View):
    """What came of reading held mail again."""

    still_held: int = Field(description="how many of the mails that were meant are held back still")


def routes(
    *,
    held: HeldMails,
    copies: MailCopies,
    settings: SettingsStore,
    requests: Requests,
    unit: UnitOfWork,
    reading: ReadingRoom,
    patience: Patience,
) -> list[Route]:
    """Return the routes of held mail."""
    wait = waiting_for(requests=requests, reading=reading, patience=patience)
    ask_copy = partial(request_mail_copy, held=held, settings=settings, requests=requests, unit=unit)
    ask_retry = partial(request_held_retry, held=held, settings=settings, requests=requests, unit=unit)

    async def show(call: Call) -> Answer:
        form: HeldListForm = call.query
        wanted = HeldList(cursor=form.cursor, limit=form.limit, folder_id=form.folder_id)
        async with reading() as look:
            return HeldMailPage.model_validate(await held.page(look, wanted))

    async def retry(call: Call) -> Answer:
        place = _place(call) if "uid" in call.request.match_info else None
        request_id = await ask_retry(place)
        answer = await wait(request_id)
        if answer is None:
            return Reply(view=RequestView(request_id=request_id), status=202)
        check_answer(answer)
        async with reading() as look:
            left = await held.count(look) if place is None else int(await held.is_held(look, place))
        return RetriedView(still_held=left)

    async def begin(call: Call) -> Answer:
        place = _place(call)
        async with reading() as look:
            kept = await held.beginning(look, place)
        if kept is None:
            raise MyCRMError("mail_not_held", Kind.NOT_FOUND, "no such mail is held back")
        if not kept:
            raise MyCRMError("mail_bytes_missing", Kind.NOT_FOUND, "the server gave nothing of this mail")
        return _download(kept, size=len(kept), name=f"held-{place.folder_id}-{place.uid}-beginning.eml")

    async def copy(call: Call) -> Answer:
        return RequestView(request_id=await ask_copy(_place(call)))

    async def fetch(call: Call) -> Answer:
        request_id: str = call.request.match_info["request_id"]
        async with reading() as look:
            size = await find_mail_copy(request_id, copies=copies, requests=requests, reading=look)
        pieces = _all_of(copies.pieces(reading, request_id), size=size)
        return _download(pieces, size=size, name=f"mail-{request_id}.eml")

    return [
        Route(
            method="GET",
            path="/mailbox/held",
            handle=show,
            needs=Role.VIEWER,
            summary="mail that is held back, newest first",
            query=HeldListForm,
            gives=HeldMailPage,
            problems=("cursor_invalid",),
        ),
        _retrying("/mailbox/held/retry", retry, "read all held mail again"),
        _retrying("/mailbox/held/{folder_id}/{uid}/retry", retry, "read a held mail again"),
        Route(
            method="GET",
            path="/mailbox/held/{folder_id}/{uid}/beginning",
            handle=begin,
            needs=Role.MEMBER,
            summary="the first megabyte of a held mail, as it was kept",
            media=_MAIL,
            problems=("mail_not_held", "mail_bytes_missing"),
        ),
        Route(
            method="POST",
            path="/mailbox/held/{folder_id}/{uid}/copy",
            handle=copy,
            needs=Role.MEMBER,
            summary="ask the mail server for all of a held mail; /mailbox/copies/{request_id} will have it",
            gives=RequestView,
            status=202,
            problems=("mail_not_held", "mailbox_not_configured"),
        ),
        Route(
            method="GET",
            path="/mailbox/copies/{request_id}",
            handle=fetch,
            needs=Role.MEMBER,
            summary="a mail that was copied from the server",
            media=_MAIL,
            problems=("not_found", "copy_not_ready", "copy_expired", "mail_gone", "mail_too_large", *_ASKING),
        ),
    ]


def _retrying(path: str, handle: Handle, summary: str) -> Route:
    return Route(
        method="POST",
        path=path,
        handle=handle,
        needs=Role.MEMBER,
        summary=f"{summary}; 202 with a request_id when that takes longer than 20 s",
        gives=RetriedView,
        later=RequestView,
        problems=("mail_not_held", *_ASKING) if "{uid}" in path else _ASKING,
    )


def _place(call: Call) -> HeldPlace:
    return HeldPlace(folder_id=call.number("folder_id"), uid=call.number("uid"))


async def _all_of(pieces: AsyncIterator[bytes], *, size: int) -> AsyncIterator[bytes]:
    """Yield the pieces; one that is missing breaks the download off, since its length has been promised."""
    left = size
    try:
        async for piece in pieces:
            left -= len(piece)
            yield piece
    except MyCRMError as error:
        raise ConnectionAbortedError(error.code) from error
    if left:
        message = "a piece of the copy is gone"
        raise ConnectionAbortedError(message)


def _download(body: bytes | AsyncIterator[bytes], *, size: int, name: str) -> web.Response:
    """Return a mail as a file: it is never shown, whatever it claims to be."""
    return web.Response(
        body=body,
        headers={
            "Content-Type": _MAIL,
            "Content-Length": str(size),
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
        },
    )
