"""One look at the whole mailbox, folder by folder.

What goes wrong in one folder is written beside that folder and does not keep us from the others; only a server
that cannot be reached at all, or breaks off again and again, ends the look.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from mycrm_common.crash import CrashPoints
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.logs import Logger
from mycrm_mail_fetcher.domain.folders import is_excluded, sync_order
from mycrm_mail_fetcher.ports import ImapSession, MailAccount, MailLine, RemoteFolder
from mycrm_mail_fetcher.ports.ledger import Counts, Exclusion, KnownFolder, Ledger, PassOutcome
from mycrm_mail_fetcher.ports.looking import Reader, Rules
from mycrm_mail_fetcher.ports.reading import MailReader
from mycrm_mail_fetcher.usecases.sync_folder import sync_folder

_MOST_BREAKS: Final = 3
_OF_MAILBOX: Final = "mailbox_"
_FOLDER_MISSING: Final = "mailbox_folder_missing"


@dataclass(frozen=True, kw_only=True)
class Means:
    """What every look at the mailbox is done with."""

    line: MailLine
    ledger: Ledger
    mails: MailReader
    excluded: Collection[str]
    crash: CrashPoints
    log: Logger


async def sync_mailbox(account: MailAccount, *, mailbox: str, rules: Rules, means: Means) -> PassOutcome:
    """Store what the mailbox has and the ledger has not, and tell what came of it."""
    walk = _Walk(account, mailbox, rules, means)
    try:
        await walk.begin()
        await walk.through_folders()
    except MyCRMError as error:
        if not error.code.startswith(_OF_MAILBOX):
            raise
        return PassOutcome(counts=walk.counts, folders=walk.looked_at, code=error.code, detail=error.detail)
    return PassOutcome(counts=walk.counts, folders=walk.looked_at)


class _Walk:
    """One walk through the folders: where we are, and what came of it so far."""

    def __init__(self, account: MailAccount, mailbox: str, rules: Rules, means: Means) -> None:
        self.counts = Counts()
        self.looked_at = 0
        self._account = account
        self._mailbox = mailbox
        self._rules = rules
        self._means = means
        self._breaks = 0
        self._listed: list[RemoteFolder] = []

    async def begin(self) -> None:
        """List the folders; a kept line that died between two looks is nobody's failure."""
        line = self._means.line
        session = await line.session(self._account)
        try:
            self._listed = await session.folders()
        except MyCRMError:
            await line.drop()
            if line.is_fresh:
                raise
            self._listed = await (await line.session(self._account)).folders()

    async def through_folders(self) -> None:
        """Look at each folder, and note those that are gone."""
        ledger = self._means.ledger
        async with ledger.reading() as reading:
            known = await ledger.folders.of_mailbox(reading, self._mailbox)
        folders = {folder.name: folder for folder in sync_order(self._listed) if folder.selectable}
        left_out = tuple(folder for folder in folders.values() if self._is_excluded(folder))
        self._rules = replace(self._rules, excluded=left_out)
        for name, folder in folders.items():
            await self._visit(folder, known.get(name) or await self._begun(name))
        for name, gone in known.items():
            if name not in folders and gone.excluded is not Exclusion.GONE:
                async with ledger.unit() as work:
                    await ledger.folders.exclude(work, gone.id, Exclusion.GONE, messages=0)

    async def _begun(self, name: str) -> KnownFolder:
        async with self._means.ledger.unit() as work:
            return await self._means.ledger.folders.add(work, name, mailbox=self._mailbox)

    async def _visit(self, folder: RemoteFolder, known: KnownFolder) -> None:
        # Only a lost line is renewed here: the session's owner says that any failure may be one.
        session = await self._means.line.session(self._account)
        try:
            if self._is_excluded(folder):
                await self._leave_aside(folder, known, session)
            else:
                self.looked_at += 1
                await self._look(folder, known, session)
        except MyCRMError as error:
            if error.kind is Kind.BUG or not error.code.startswith(_OF_MAILBOX):
                raise
            await self._note_failure(known, code=error.code, detail=error.detail, error=error)
            if error.code != _FOLDER_MISSING:
                await self._renew(error)
        except Exception as error:  # noqa: BLE001 - what nobody foresaw in one folder must not keep us from the others
            await self._note_failure(known, code="folder_failed", detail=repr(error), error=error)
            await self._means.line.drop()

    async def _look(self, folder: RemoteFolder, known: KnownFolder, session: ImapSession) -> None:
        means = self._means
        reader = Reader(
            session=session,
            rules=self._rules,
            ledger=means.ledger,
            mails=means.mails,
            crash=means.crash,
        )
        async for took in sync_folder(folder, known, reader=reader):
            # Added as it is stored: what a break cuts off later is stored all the same.
            self.counts = self.counts.plus(took)

    async def _leave_aside(self, folder: RemoteFolder, known: KnownFolder, session: ImapSession) -> None:
        status = await session.status(folder)
        if known.excluded is not Exclusion.RULE or known.messages != status.messages:
            ledger = self._means.ledger
            async with ledger.unit() as work:
                await ledger.folders.exclude(work, known.id, Exclusion.RULE, messages=status.messages)

    def _is_excluded(self, folder: RemoteFolder) -> bool:
        return is_excluded(folder.name, folder.special_use, self._means.excluded, wire_name=folder.wire_name)

    async def _note_failure(self, known: KnownFolder, *, code: str, detail: str, error: Exception) -> None:
        if known.error_code != code:
            self._means.log.warning("folder.failed", folder=known.name, error=error, exc_info=error)
        ledger = self._means.ledger
        async with ledger.unit() as work:
            await ledger.folders.fail(work, known.id, code=code, detail=detail)

    async def _renew(self, error: MyCRMError) -> None:
        self._breaks += 1
        await self._means.line.drop()
        if self._breaks >= _MOST_BREAKS:
            raise error
