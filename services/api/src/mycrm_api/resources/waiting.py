"""How long an answer is waited for before the caller is told to come back for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from mycrm_api.domain.requests import MailboxAnswer
from mycrm_api.ports.requests import Requests
from mycrm_api.resources.route import View
from mycrm_api.usecases.await_answer import await_answer
from mycrm_common.work import ReadingRoom


@dataclass(frozen=True, kw_only=True)
class Patience:
    """For how long one waits, and how often one looks."""

    seconds: float = 20.0
    pause_seconds: float = 0.2


class RequestView(View):
    """A request that is not answered yet; `/requests/{request_id}` tells what has become of it."""

    request_id: str


Wait = Callable[[str], Awaitable[MailboxAnswer | None]]


def waiting_for(*, requests: Requests, reading: ReadingRoom, patience: Patience) -> Wait:
    """Return a way to wait for the answer to a request."""
    return partial(
        await_answer,
        requests=requests,
        reading=reading,
        patience_seconds=patience.seconds,
        pause_seconds=patience.pause_seconds,
    )
