"""Tries mailbox settings before anybody relies on them."""

from collections.abc import Collection

from mycrm_common.errors import MyCRMError
from mycrm_mail_fetcher.domain.folders import is_excluded, sync_order
from mycrm_mail_fetcher.ports import ImapSession, MailAccount, MailServer, RemoteFolder
from mycrm_mail_fetcher.ports.requests import Answer, FolderSeen

_MISSING = "mailbox_folder_missing"


async def try_mailbox(account: MailAccount, *, server: MailServer, excluded: Collection[str]) -> Answer:
    """Sign in and say which folders there are with how many mails, or what is wrong."""
    try:
        async with server.connect(account) as session:
            seen = [
                await _seen(folder, session=session, excluded=excluded)
                for folder in sync_order(await session.folders())
                if folder.selectable
            ]
    except MyCRMError as error:
        return Answer(code=error.code, detail=error.detail)
    return Answer(folders=tuple(folder for folder in seen if folder))


async def _seen(
    folder: RemoteFolder, *, session: ImapSession, excluded: Collection[str]
) -> FolderSeen | None:
    try:
        status = await session.status(folder)
    except MyCRMError as error:
        if error.code == _MISSING:
            return None  # It was removed, or turned out to be a mere shelf, since the list was made.
        raise
    left_aside = is_excluded(folder.name, folder.special_use, excluded, wire_name=folder.wire_name)
    return FolderSeen(name=folder.name, messages=status.messages, excluded=left_aside)
