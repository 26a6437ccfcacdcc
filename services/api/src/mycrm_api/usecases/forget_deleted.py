"""Forget deleted customers for good when the time is over in which they can be brought back."""

from mycrm_api.domain.deleted_customers import KEPT
from mycrm_api.ports.changes import DeletedCustomers
from mycrm_common.work import UnitOfWork

_PIECE = 200


async def forget_deleted(*, deleted: DeletedCustomers, unit: UnitOfWork) -> None:
    """Forget, in small pieces, the customers that were deleted too long ago."""
    forgotten = _PIECE
    while forgotten == _PIECE:
        async with unit() as work:
            forgotten = await deleted.forget_some(work, before=work.at - KEPT, limit=_PIECE)
