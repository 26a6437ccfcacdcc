"""Tell whether a copy of a mail that was asked for has come."""

from mycrm_api.domain.requests import check_answer, is_request_id
from mycrm_api.ports.mailbox import MailCopies
from mycrm_api.ports.requests import Requests
from mycrm_api.usecases.request_mail_copy import COPY
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.work import Reading


async def find_mail_copy(request_id: str, *, copies: MailCopies, requests: Requests, reading: Reading) -> int:
    """Return how many bytes the copy has; what has not come, failed, or was thrown away is a problem."""
    request = await requests.by_id(reading, request_id) if is_request_id(request_id) else None
    if request is None or request.verb != COPY:
        raise MyCRMError("not_found", Kind.NOT_FOUND, "no such copy was asked for")
    if request.answer is None:
        raise MyCRMError(
            "copy_not_ready", Kind.NOT_FOUND, "the mail server is still being asked", retry_after=0
        )
    check_answer(request.answer)
    size = await copies.size(reading, request_id)
    if size is None:
        raise MyCRMError("copy_expired", Kind.NOT_FOUND, "copies are kept for an hour; ask for it again")
    return size
