"""Brings the bytes of one mail from the server, for a person who wants to see what it is made of.

They are kept in pieces, because a mail may be larger than what one transaction should carry.
"""

from dataclasses import dataclass
from typing import Final

from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.work import UnitOfWork
from mycrm_mail_fetcher.ports import ImapSession, MailAccount, MailServer
from mycrm_mail_fetcher.ports.ledger import KnownFolder
from mycrm_mail_fetcher.ports.requests import Copies

PIECE: Final = 512 * 1024
MOST: Final = 256 * 1024 * 1024
_MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Copier:
    """The way to the server, and where the pieces go."""

    server: MailServer
    copies: Copies
    unit: UnitOfWork
    most_bytes: int = MOST


async def copy_mail(
    uid: int, *, folder: KnownFolder, account: MailAccount, request_id: str, copier: Copier
) -> None:
    """Keep all of the mail's bytes under the request, for a download.

    `mail_gone` where the server has no such mail, `mail_too_large` where it has more than the database should hold.
    """
    async with copier.server.connect(account) as session:
        await _open(session, folder)
        # Half a mail that looks whole would be worse than none.
        if await session.piece(uid, start=copier.most_bytes, length=1):
            limit = copier.most_bytes // _MEGABYTE
            raise MyCRMError("mail_too_large", Kind.INVALID, f"mails of up to {limit} MB can be downloaded")
        for position, start in enumerate(range(0, copier.most_bytes, PIECE)):
            piece = await session.piece(uid, start=start, length=PIECE)
            if piece is None and position == 0:
                raise MyCRMError("mail_gone", Kind.NOT_FOUND, f"{folder.name}: the server has no mail {uid}")
            if piece:
                async with copier.unit() as work:
                    await copier.copies.put(work, request_id, position=position, piece=piece)
            if not piece or len(piece) < PIECE:
                return


async def _open(session: ImapSession, folder: KnownFolder) -> None:
    remote = next((found for found in await session.folders() if found.name == folder.name), None)
    if remote is None:
        raise MyCRMError("mailbox_folder_missing", Kind.NOT_FOUND, folder.name)
    status = await session.open(remote)
    if folder.state is None or status.uid_validity != folder.state.uid_validity:
        raise MyCRMError("mail_gone", Kind.NOT_FOUND, f"{folder.name}: its mails have other numbers now")
