"""What a signed-in connection does for the rest of MyCRM: look at folders, find mail, read it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from mycrm_common.errors import MyCRMError
from mycrm_mail_fetcher.adapters.imap import answers, commands, failures
from mycrm_mail_fetcher.adapters.imap.connection import Connection
from mycrm_mail_fetcher.adapters.imap.fetching import Manners, bodies, heads, piece
from mycrm_mail_fetcher.adapters.imap.framing import Answer, Room
from mycrm_mail_fetcher.adapters.imap.searching import search, search_by_hand, search_for
from mycrm_mail_fetcher.adapters.imap.sections import sections
from mycrm_mail_fetcher.adapters.imap.turns import Turns
from mycrm_mail_fetcher.adapters.imap.wire import Reply
from mycrm_mail_fetcher.domain.structure import SectionWish
from mycrm_mail_fetcher.domain.uid_sets import UidSet
from mycrm_mail_fetcher.ports import FolderStatus, MailHead, RemoteFolder

_MANY_FOLDERS = Room(total=1 << 24)
_SPECIAL_USE_ON_DEMAND = {"LIST-EXTENDED", "SPECIAL-USE"}
_LABELS = "X-GM-EXT-1"
_UNSAFE = "unsafe login"


class Session:
    """A mailbox that can be read, through one connection."""

    def __init__(self, connection: Connection, able: frozenset[str]) -> None:
        self._connection = connection
        self._able = able
        self._manners = Manners()
        self._opened: RemoteFolder | None = None
        self._messages = 0
        self._turns = Turns()

    async def folders(self) -> list[RemoteFolder]:
        """Every folder that has a name."""
        async with self._turns.alone():
            if self._able >= _SPECIAL_USE_ON_DEMAND:
                reply = await self._connection.ask(
                    commands.list_folders(with_special_use=True), _MANY_FOLDERS
                )
                if reply.result == "OK":
                    return answers.folders(reply.answers)
            reply = await self._connection.must(commands.list_folders(with_special_use=False), _MANY_FOLDERS)
            return answers.folders(reply.answers)

    async def status(self, folder: RemoteFolder) -> FolderStatus:
        """How the folder stands now, without opening it (163 tells nothing then, so there it is opened)."""
        async with self._turns.alone():
            if folder == self._opened:
                # Of an open folder, servers tell how it stood when it was opened.
                return await self._open(folder)
            reply = await self._connection.ask(commands.status(folder.wire_name))
            if reply.result != "OK":
                raise await self._refusal(folder, reply)
            return answers.folder_status(reply.answers) or await self._glance(folder)

    async def open(self, folder: RemoteFolder) -> FolderStatus:
        """Make this the folder that is read; nothing in it can be changed."""
        async with self._turns.alone():
            return await self._open(folder)

    async def _open(self, folder: RemoteFolder) -> FolderStatus:
        self._opened = None
        reply = await self._connection.ask(commands.examine(folder.wire_name))
        if reply.result != "OK":
            raise await self._refusal(folder, reply)
        self._connection.opened()
        self._opened = folder
        status = answers.opened_status(reply.answers)
        self._messages = status.messages
        return status

    async def uids_since(self, day: date, *, above: int = 0) -> UidSet:
        """UIDs greater than `above` of mail of that day or later."""
        return await self._search(day, above)

    async def uids(self, *, above: int = 0) -> UidSet:
        """Every UID greater than `above` that is in the folder."""
        return await self._search(None, above)

    async def _search(self, day: date | None, above: int) -> UidSet:
        async with self._turns.alone():
            folder = self._must_be_open()
            found = await search(self._connection, day, above=above, in_ranges="ESEARCH" in self._able)
            if found is None:
                messages = (await self._open(folder)).messages
                found = await search_by_hand(self._connection, day, messages=messages, above=above)
            return found

    async def drafts(self) -> UidSet:
        """Mail that is flagged as a draft; none where the server does not search."""
        async with self._turns.alone():
            self._must_be_open()
            return await search_for(self._connection, commands.search_drafts())

    async def labelled(self, folder: RemoteFolder) -> UidSet:
        """Mail of the open folder that also lies in this one, from a server whose folders are labels."""
        if _LABELS not in self._able:
            return UidSet()
        async with self._turns.alone():
            self._must_be_open()
            return await search_for(self._connection, commands.search_labelled(folder.wire_name))

    async def heads(self, uids: Iterable[int]) -> list[MailHead]:
        """The heads of these mails, ascending; what the server does not give is not among them."""
        async with self._turns.together():
            self._must_be_open()
            return await heads(self._connection, uids, self._manners)

    async def sections(
        self, wishes: Mapping[int, Sequence[SectionWish]]
    ) -> Mapping[int, Mapping[str, bytes]]:
        """The wished sections by UID and name; what the server does not give is not among them."""
        async with self._turns.together():
            self._must_be_open()
            return await sections(self._connection, wishes)

    async def bodies(self, uids: Iterable[int], *, limit: int) -> Mapping[int, bytes]:
        """The first `limit` bytes of these mails; what the server does not give is not among them."""
        async with self._turns.together():
            self._must_be_open()
            return await bodies(self._connection, uids, limit=limit)

    async def piece(self, uid: int, *, start: int, length: int) -> bytes | None:
        """The bytes of a mail from `start` on, at most so many; None where the server does not give them."""
        async with self._turns.alone():
            self._must_be_open()
            return await piece(self._connection, uid, start=start, length=length)

    async def present(self, uids: Iterable[int]) -> list[int]:
        """Those of the UIDs that are still in the folder, ascending."""
        async with self._turns.alone():
            self._must_be_open()
            wanted, found = UidSet(set(uids)), UidSet()
            for batch in commands.batches(wanted):
                reply = await self._connection.must(commands.search_uids(batch))
                found |= answers.found_uids(reply.answers)
            return list(found & wanted)

    async def idle(self, *, seconds: float) -> bool:
        """Whether mail came to the open folder, or left it, within the time."""
        async with self._turns.alone():
            self._must_be_open()
            if "IDLE" not in self._able:
                raise failures.no_idle("the server does not offer IDLE")
            return await self._connection.idle(seconds=seconds, is_news=self._is_news)

    def _is_news(self, answer: Answer) -> bool:
        # Some servers tell the same number again and again, to keep the connection alive.
        before, self._messages = self._messages, answers.messages_after(answer, self._messages)
        return self._messages != before or answers.is_removal(answer)

    def _must_be_open(self) -> RemoteFolder:
        if self._opened is None:
            raise RuntimeError("no folder is open")
        return self._opened

    async def _glance(self, folder: RemoteFolder) -> FolderStatus:
        before = self._opened
        status = await self._open(folder)
        if before and before != folder:
            await self._open(before)
        return status

    async def _refusal(self, folder: RemoteFolder, reply: Reply) -> MyCRMError:
        # Servers word "no such folder" as they like, so the list decides whether it is that or a passing trouble.
        if _UNSAFE in reply.text.lower():
            return failures.login_refused(reply.text, secret="")
        listed = await self._connection.must(commands.list_one(folder.wire_name))
        for known in answers.folders(listed.answers):
            if known.wire_name == folder.wire_name and known.selectable:
                return failures.protocol_error(f"{folder.name}: {reply.text}")
        return failures.folder_missing(folder.name)
