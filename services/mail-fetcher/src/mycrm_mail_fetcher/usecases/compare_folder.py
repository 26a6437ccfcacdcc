"""Holds all uids of a folder against the ledger, writes down what can be settled at once, and says what is left.

What should have been there and was not is told to the team: a CRM that quietly mends its own losses would be
trusted for the wrong reason.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from mycrm_mail_fetcher.domain.accounts import Account, Named, Rule, compare
from mycrm_mail_fetcher.domain.cursors import FolderState
from mycrm_mail_fetcher.domain.reports import missing_mail
from mycrm_mail_fetcher.domain.uid_sets import UidSet
from mycrm_mail_fetcher.ports.ledger import FolderKey, KnownFolder
from mycrm_mail_fetcher.ports.looking import Reader, Rules

_CALENDAR_SLACK: Final = timedelta(days=1)
_RUNS_AT_ONCE: Final = 2000


def first_day(rules: Rules) -> date:
    """Return the day from which on to ask: the server's calendar has another midnight than ours."""
    return (rules.window_from - _CALENDAR_SLACK).date()


async def compare_folder(
    server: UidSet,
    known: KnownFolder,
    *,
    state: FolderState,
    aside: Mapping[Rule, UidSet],
    reader: Reader,
) -> Account:
    """Return what has to be taken, and settle what need not; `state` is where the look begins."""
    recent = await reader.session.uids_since(first_day(reader.rules)) if server else server
    folder = FolderKey(folder_id=known.id, uid_validity=state.uid_validity)
    account = compare(
        server,
        recent,
        await _named(folder, reader),
        known_up_to=_known_up_to(known, folder),
        aside=aside,
    )
    for rule, ignored in account.ignore.items():
        await ignore(ignored, rule, folder=folder, reader=reader)
    for piece in account.vanished.pieces(_RUNS_AT_ONCE):
        async with reader.ledger.unit() as work:
            await reader.ledger.locations.forget(work, piece, folder=folder)
    await _note(account, known, state, reader)
    return account


async def ignore(uids: UidSet, rule: Rule, *, folder: FolderKey, reader: Reader) -> None:
    """Put uids that stand in no other set under a rule."""
    for piece in uids.pieces(_RUNS_AT_ONCE):
        async with reader.ledger.unit() as work:
            await reader.ledger.locations.ignore(work, piece, folder=folder, rule=rule)


async def _named(folder: FolderKey, reader: Reader) -> Named:
    if not folder.uid_validity:
        return Named()  # Such a server may have given the numbers to other mails since.
    async with reader.ledger.reading() as reading:
        return await reader.ledger.locations.named(reading, folder)


def _known_up_to(known: KnownFolder, folder: FolderKey) -> int:
    """Return the UID up to which the ledger claims to be complete; 0 where it claims nothing."""
    state = known.state
    if state is None or not state.is_complete or state.uid_validity != folder.uid_validity:
        return 0
    return state.last_uid if folder.uid_validity else 0


async def _note(account: Account, known: KnownFolder, state: FolderState, reader: Reader) -> None:
    missing = len(account.missing)
    ledger = reader.ledger
    async with ledger.unit() as work:
        await ledger.folders.note_comparison(work, known.id, missing=missing)
        # The folder is not complete until the end of this look: one that breaks off is taken up again.
        await ledger.folders.mark(work, known.id, state, window_from=reader.rules.window_from)
        if missing:
            report = missing_mail(known.name, missing)
            await ledger.messages.add_notice(work, subject=report.subject, content=report.html)
