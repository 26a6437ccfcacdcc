"""The stored mail."""

from typing import Protocol

from mycrm_api.domain.messages import Message, MessageFilter, MessageList, MessagePage
from mycrm_common.work import Reading


class Messages(Protocol):
    """The stored messages."""

    async def page(self, reading: Reading, wanted: MessageList) -> MessagePage:
        """Return one page of the messages that a filter means, newest first."""
        ...

    async def count(self, reading: Reading, chosen: MessageFilter) -> int:
        """Count the messages that a filter means."""
        ...

    async def by_id(self, reading: Reading, message_id: int) -> Message | None:
        """Return the message of that id."""
        ...
