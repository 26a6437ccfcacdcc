"""What was asked of the mailbox and took longer than one waits for."""

from datetime import datetime

from mycrm_api.domain.requests import Request, RequestState, is_request_id
from mycrm_api.domain.roles import Role
from mycrm_api.ports.requests import Requests
from mycrm_api.resources.mailbox import FolderFoundView
from mycrm_api.resources.route import Answer, Call, Route, View
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.work import ReadingRoom

# Settings are an admin's business, and so is what they lead to.
_OF_ADMINS = frozenset({"test", "run", "verify", "host"})


class AnswerView(View):
    """What came of it: an error code with its detail, or the folders where settings were tried."""

    ok: bool
    code: str
    detail: str
    folders: tuple[FolderFoundView, ...]


class RequestStateView(View):
    """What was asked, and the answer once there is one."""

    request_id: str
    noun: str
    verb: str
    state: RequestState
    asked_at: datetime
    answer: AnswerView | None


def routes(*, requests: Requests, reading: ReadingRoom) -> list[Route]:
    """Return the routes of requests."""

    async def show(call: Call) -> Answer:
        request = await _found(call.request.match_info["request_id"], requests=requests, reading=reading)
        if request.verb in _OF_ADMINS and not call.caller.role.includes(Role.ADMIN):
            raise MyCRMError("role_missing", Kind.FORBIDDEN, f"this needs the role {Role.ADMIN.value}")
        return RequestStateView.model_validate(request)

    return [
        Route(
            method="GET",
            path="/requests/{request_id}",
            handle=show,
            needs=Role.MEMBER,
            summary="what has become of a request that was answered with 202",
            gives=RequestStateView,
            problems=("not_found", "role_missing"),
        )
    ]


async def _found(request_id: str, *, requests: Requests, reading: ReadingRoom) -> Request:
    if is_request_id(request_id):
        async with reading() as look:
            request = await requests.by_id(look, request_id)
        if request is not None:
            return request
    raise MyCRMError("not_found", Kind.NOT_FOUND, "no such request")
