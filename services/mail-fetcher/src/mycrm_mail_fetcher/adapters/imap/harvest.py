"""What comes in while several FETCH commands are under way.

Every answer is taken by the UID in it and by the names of its items, never by its place: a server finishes one
command in the middle of the next, and tells news in between. Only what was asked for is kept, so that no server
can fill the memory with other things.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Generic, TypeVar

from mycrm_mail_fetcher.adapters.imap import commands
from mycrm_mail_fetcher.adapters.imap.answers import Items
from mycrm_mail_fetcher.adapters.imap.connection import Connection
from mycrm_mail_fetcher.adapters.imap.framing import Room

Part = TypeVar("Part")
Ask = tuple[Sequence[int], bytes]

TRIES_ALONE = 3
_HALF = "HALF"


class Harvest(Generic[Part]):
    """What was told of some mails so far: `merge` adds to a part what one more answer says."""

    def __init__(
        self,
        connection: Connection,
        wanted: Collection[int],
        merge: Callable[[Part | None, int, Items], Part | None],
    ) -> None:
        self.found: dict[int, Part] = {}
        self._connection = connection
        self._wanted = frozenset(wanted)
        self._merge = merge
        self._heard: set[int] = set()

    async def ask(self, asked: Sequence[Ask], room: Room) -> dict[int, str]:
        """Fetch these items of these mails, and tell for each UID how its command ended."""
        self._heard = set()
        row = (commands.fetch_uids(uids, items) for uids, items in asked)
        replies = await self._connection.fetch_in_row(row, room, take=self._take)
        return {uid: reply.result for (uids, _), reply in zip(asked, replies, strict=True) for uid in uids}

    async def ask_alone(
        self, uids: Collection[int], items: bytes, room: Room, *, is_whole: Callable[[int], bool]
    ) -> None:
        """Fetch singly what is not whole yet.

        A server that says OK and nothing has no such mail any more; one that refuses or gives half is asked up to
        three times; one that does not understand the question is not asked again.
        """
        left = sorted(uid for uid in uids if not is_whole(uid))
        for _ in range(TRIES_ALONE):
            ended = await self._ask_each(left[:1], items, room)
            if "BAD" not in ended.values():
                ended |= await self._ask_each(left[1:], items, room)
            left = [uid for uid, result in ended.items() if result in ("NO", _HALF) and not is_whole(uid)]

    async def _ask_each(self, uids: Sequence[int], items: bytes, room: Room) -> dict[int, str]:
        if not uids:
            return {}
        ended = await self.ask([([uid], items) for uid in uids], room)
        return {
            uid: _HALF if result == "OK" and uid in self._heard else result for uid, result in ended.items()
        }

    def _take(self, uid: int, items: Items) -> None:
        if uid not in self._wanted:
            return
        self._heard.add(uid)
        part = self._merge(self.found.get(uid), uid, items)
        if part is not None:
            self.found[uid] = part
