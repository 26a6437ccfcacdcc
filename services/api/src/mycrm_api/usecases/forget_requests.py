"""Forget what people asked of other services.

A request that waits with a secret is forgotten after an hour, answered or not: whoever wanted to know has gone, and
a password that nobody needs any more must not lie about. Its service finds it gone and says so. All others can be
asked after for a week.
"""

from datetime import timedelta

from mycrm_api.ports.requests import Requests
from mycrm_common.work import UnitOfWork

_SECRET_LASTS = timedelta(hours=1)
_LASTS = timedelta(days=7)
_PIECE = 500


async def forget_requests(*, requests: Requests, unit: UnitOfWork) -> None:
    """Forget, in small pieces, the requests whose time is over."""
    forgotten = _PIECE
    while forgotten == _PIECE:
        async with unit() as work:
            forgotten = await requests.forget_requests(
                work, before=work.at - _LASTS, with_secret_before=work.at - _SECRET_LASTS, limit=_PIECE
            )
