"""Takes up what is new in one folder.

The status is taken before the look and kept after it, so mail that comes meanwhile is still new the next time.
Mail is taken in batches, each of which is stored together with the mark that says how far we are: a crash, a lost
connection or an impatient server cost one batch at most. A first look begins with the newest mail.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from mycrm_mail_fetcher.domain.cursors import FolderState, Plan, begun, finished, plan, windows
from mycrm_mail_fetcher.ports import FolderStatus, RemoteFolder
from mycrm_mail_fetcher.ports.ledger import Counts, KnownFolder
from mycrm_mail_fetcher.ports.looking import Reader, Rules
from mycrm_mail_fetcher.usecases.take_window import take_window

WINDOW: Final = 200
_CLOCK_SLACK: Final = timedelta(hours=1)
_CALENDAR_SLACK: Final = timedelta(days=1)


async def sync_folder(remote: RemoteFolder, known: KnownFolder, *, reader: Reader) -> AsyncIterator[Counts]:
    """Store what the folder has and the ledger has not, and tell what came of each batch once it is stored."""
    status = await reader.session.status(remote)
    start = _start(known, reader.rules)
    if start and plan(start, status).is_nothing:
        if known.error_code or known.excluded:
            await _mark(known, start, reader)
        return
    opened = await reader.session.open(remote)
    status = replace(status, uid_validity=opened.uid_validity or status.uid_validity)
    async for took in _look(known, start, status, reader):
        yield took


def _start(known: KnownFolder, rules: Rules) -> FolderState | None:
    """Return where the look begins: a window that was widened makes all older mail worth another one."""
    state, before = known.state, known.window_from
    if state and before and before - rules.window_from > _CLOCK_SLACK:
        return replace(state, low_uid=state.last_uid + 1)
    return state


async def _look(
    known: KnownFolder, start: FolderState | None, status: FolderStatus, reader: Reader
) -> AsyncIterator[Counts]:
    wish = plan(start, status)
    # The server's calendar has another midnight than ours; each mail's own moment decides when it is taken.
    day = (reader.rules.window_from - _CALENDAR_SLACK).date()
    uids = await reader.session.uids_since(day, above=0 if wish.below else wish.above)
    state = start if start and not wish.starts_over else _begun(status, uids)
    for wanted, newest_first in _orders(wish, uids):
        for window in windows(wanted, WINDOW, newest_first=newest_first):
            async for reached, took in take_window(
                window, known=known, state=state, reader=reader, newest_first=newest_first
            ):
                state = reached
                yield took
    await _mark(known, finished(state, status), reader, forgets_others=wish.starts_over)


def _begun(status: FolderStatus, uids: Sequence[int]) -> FolderState:
    # Some servers do not tell UIDNEXT; the mark needs an end all the same.
    return begun(replace(status, uid_next=status.uid_next or max(uids, default=0) + 1))


def _orders(wish: Plan, uids: Iterable[int]) -> list[tuple[list[int], bool]]:
    """Return what is new, in the order of the mark, and what is older, the newest first."""
    wanted = [uid for uid in uids if wish.wants(uid)]
    if wish.starts_over:
        return [(wanted, True)]
    return [
        ([uid for uid in wanted if uid > wish.above], False),
        ([uid for uid in wanted if uid <= wish.above], True),
    ]


async def _mark(
    known: KnownFolder, state: FolderState, reader: Reader, *, forgets_others: bool = False
) -> None:
    ledger = reader.ledger
    async with ledger.unit() as work:
        await ledger.folders.mark(work, known.id, state, window_from=reader.rules.window_from)
        if forgets_others:
            await ledger.locations.forget_other_validities(work, known.id, uid_validity=state.uid_validity)
