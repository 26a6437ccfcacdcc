"""Servers whose answers are garbled anywhere: what can be read is read, the rest is an error of the mailbox's own.

Each seed is one conversation with a few bytes changed, doubled, left out or put in. Nothing but our own errors may
come of it, and nothing may be read that was never there.
"""

import asyncio
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random

from mycrm_common.errors import MyCRMError
from mycrm_mail_fetcher.adapters.imap import ImapServer, Patience
from mycrm_mail_fetcher.domain.structure import SectionWish
from mycrm_mail_fetcher.ports import MailAccount
from tests.support.certificates import make_authority
from tests.support.imap_dialects import Dovecot
from tests.support.odd_imap import OddFolder, OddMail
from tests.support.scripted_imap import Peer, Script, scripted_imap

SEEDS = 80
HASTE = Patience(connect=2, login=1, command=0.2, longest=1, goodbye=0.05)
ALLOWED = {
    "mailbox_connection_lost",
    "mailbox_folder_missing",
    "mailbox_login_refused",
    "mailbox_no_idle",
    "mailbox_protocol_error",
    "mailbox_unreachable",
}
BAD_BYTES = b'\0\r\n (){}[]"\\*+-~<>:,%\x7f\x80\xff0123456789ABCNILOKx'


class Garbling(Dovecot):
    """Answers as Dovecot does, through a bad line."""

    def __init__(self, seed: int) -> None:
        raw = b'Subject: hello\r\nContent-Type: text/plain; name="a (b"\r\n\r\nhello\r\n'
        mails = {uid: OddMail(uid=uid, raw=raw) for uid in range(1, 11)}
        super().__init__(
            [OddFolder(wire=b"INBOX", mails=mails), OddFolder(wire=b"Sent", attributes=b"\\Sent")]
        )
        self._random = Random(seed)

    async def __call__(self, peer: Peer) -> None:
        """Hold a conversation in which some answers are garbled."""
        await super().__call__(_GarblingPeer(peer, self._random))


class _GarblingPeer(Peer):
    def __init__(self, peer: Peer, random: Random) -> None:
        self.__dict__ = peer.__dict__
        self._random = random

    async def raw(self, data: bytes) -> None:
        await super().raw(_garbled(data, self._random) if self._random.random() < 0.06 else data)


def _garbled(data: bytes, random: Random) -> bytes:
    text = bytearray(data)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(text) + 1)
        match random.randrange(4):
            case 0:
                text[at : at + 1] = bytes([random.choice(BAD_BYTES)])
            case 1:
                text[at:at] = bytes(random.choices(BAD_BYTES, k=random.randint(1, 9)))
            case 2:
                del text[at : at + random.randint(1, 20)]
            case _:
                text[at:at] = text[at : at + random.randint(1, 40)]
    return bytes(text)


def _tolerant(server: Garbling) -> Script:
    async def script(peer: Peer) -> None:
        # What a client says after a garbled answer is its own affair, even if it makes no sense here.
        with suppress(AssertionError, KeyError):
            await server(peer)

    return script


async def _everything(account: MailAccount) -> int:
    read = 0
    async with ImapServer(patience=HASTE).connect(account) as session:
        for folder in await session.folders():
            await session.status(folder)
            await session.open(folder)
            uids = await session.uids()
            heads = await session.heads(uids.between(1, 50))
            wishes = {head.uid: [SectionWish(section="1", limit=99)] for head in heads}
            read += len(await session.sections(wishes))
            read += len(await session.bodies(range(1, 11), limit=99))
            await session.idle(seconds=0.01)
    return read


async def test_garbled_answers_are_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    issued = authority.issue(tmp_path)
    outcomes = []
    for seed in range(SEEDS):
        async with scripted_imap(tmp_path, _tolerant(Garbling(seed)), certificate=issued) as server:
            account = replace(server.account, ca_file=authority.file)
            try:
                async with asyncio.timeout(30):
                    outcomes.append(str(await _everything(account)))
            except MyCRMError as error:
                outcomes.append(error.code)
    read = [outcome for outcome in outcomes if outcome.isdigit()]
    assert set(outcomes) - set(read) <= ALLOWED
    assert len(read) > 0
