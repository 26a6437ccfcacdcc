"""Who waits for a mail from us."""

from datetime import datetime
from typing import Protocol

from mycrm_api.domain.cursors import Page
from mycrm_api.domain.followups import Followup, FollowupList, FollowupMark
from mycrm_common.work import Reading, Work


class Followups(Protocol):
    """Which customers wait for a mail from us, and what people noted of that."""

    async def page(self, reading: Reading, wanted: FollowupList) -> Page[Followup]:
        """Return one page of the list; `total` is None where there are more than are counted unasked."""
        ...

    async def put_snooze(self, work: Work, customer_id: int, until: datetime | None) -> None:
        """Write down until when a customer is put off."""
        ...

    async def put_done(self, work: Work, customer_id: int, done_at: datetime | None) -> None:
        """Write down when a customer was done with."""
        ...

    async def mark_of(self, reading: Reading, customer_id: int) -> FollowupMark:
        """Return what is noted of a customer; nothing, where nobody noted anything."""
        ...
