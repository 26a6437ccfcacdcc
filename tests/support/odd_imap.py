"""A small IMAP server with manners: it serves a mailbox as the standard says, and each dialect bends some of it.

It understands what the product asks and nothing else. A dialect is a subclass that overrides what its servers do
differently; see imap_dialects.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import ClassVar

from mycrm_mail_fetcher.domain.structure import Structure
from tests.support.mail_sections import described, section
from tests.support.scripted_imap import Heard, Peer

_ITEM = re.compile(rb"BODY\.PEEK\[([^\]]*)\](?:<(\d+)\.(\d+)>)?|[A-Z][A-Z0-9.]*")
_SET = re.compile(rb"(\d+|\*)(?::(\d+|\*))?")
_A_MOMENT = 0.02
_CHINA = timezone(timedelta(hours=8))
Item = tuple[bytes, bytes]


@dataclass(frozen=True, kw_only=True)
class OddMail:
    """One mail in one folder."""

    uid: int
    raw: bytes
    internal_date: datetime = datetime(2026, 3, 1, 4, tzinfo=UTC)


@dataclass(kw_only=True)
class OddFolder:
    """A folder: how its name is written, its attributes, its mails by UID."""

    wire: bytes
    attributes: bytes = b"\\HasNoChildren"
    mails: dict[int, OddMail] = field(default_factory=dict)
    uid_validity: int = 7

    @property
    def uid_next(self) -> int:
        return max(self.mails, default=0) + 1

    @property
    def is_selectable(self) -> bool:
        return b"\\noselect" not in self.attributes.lower()


class OddServer:
    """One mailbox, served to everybody who signs in; call it to hold one conversation."""

    greeting: ClassVar[bytes] = b"* OK ready"
    before: ClassVar[bytes] = b"IMAP4rev1"
    after: ClassVar[bytes] = b"IMAP4rev1"
    separator: ClassVar[bytes] = b'"/"'
    # Whether the end of a FETCH comes after the answers to the next one, if that was asked meanwhile.
    ends_late: ClassVar[bool] = False

    def __init__(self, folders: Iterable[OddFolder]) -> None:
        self.folders = {folder.wire: folder for folder in folders}

    async def __call__(self, peer: Peer) -> None:
        """Hold one conversation."""
        await Conversation(self, peer).hold()

    # What dialects override.

    def sign_in(self, heard: Heard) -> bytes:
        """How a sign-in ends."""
        del heard
        return b"OK signed in"

    def list_lines(self) -> Iterator[bytes]:
        """The answers to LIST."""
        for folder in self.folders.values():
            yield b"* LIST (%s) %s %s" % (folder.attributes, self.separator, self.name(folder))

    def name(self, folder: OddFolder) -> bytes:
        """A folder's name as an answer shows it."""
        return b'"' + folder.wire.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'

    def status_line(self, folder: OddFolder) -> bytes:
        """The answer to STATUS."""
        told = (len(folder.mails), folder.uid_next, folder.uid_validity)
        return b"* STATUS %s (MESSAGES %d UIDNEXT %d UIDVALIDITY %d)" % (self.name(folder), *told)

    def open_lines(self, folder: OddFolder) -> Iterator[bytes]:
        """The answers to EXAMINE."""
        yield b"* %d EXISTS" % len(folder.mails)
        yield b"* 0 RECENT"
        yield b"* FLAGS (\\Seen \\Deleted)"
        yield b"* OK [UIDVALIDITY %d] stays" % folder.uid_validity
        yield b"* OK [UIDNEXT %d] next" % folder.uid_next

    def refuses(self, heard: Heard, before: Sequence[str]) -> bytes:
        """How a command ends that this server does not take, or nothing; `before` names what was said before it."""
        del heard, before
        return b""

    def search_lines(self, uids: Sequence[int], heard: Heard) -> Iterator[bytes]:
        """The answers to UID SEARCH."""
        del heard
        yield b"* SEARCH" + b"".join(b" %d" % uid for uid in uids)

    def internal_date(self, mail: OddMail) -> bytes:
        """INTERNALDATE, in the server's zone."""
        return b'"' + mail.internal_date.astimezone(_CHINA).strftime("%d-%b-%Y %H:%M:%S %z").encode() + b'"'

    def structure(self, mail: OddMail) -> bytes:
        """BODYSTRUCTURE."""
        return written(described(mail.raw))

    def part(self, mail: OddMail, name: str) -> bytes | None:
        """The bytes of a section; None is NIL."""
        return section(mail.raw, name)

    def size(self, mail: OddMail) -> int:
        """RFC822.SIZE."""
        return len(mail.raw)

    def string(self, text: bytes) -> bytes:
        """A text of a mail in an answer."""
        return b"{%d}\r\n%s" % (len(text), text)

    def fetch_line(self, number: int, items: Sequence[Item]) -> bytes:
        """One mail's answer to FETCH."""
        return b"* %d FETCH (%s)" % (number, b" ".join(b" ".join(item) for item in items))

    def fetch_end(self, mails: Sequence[OddMail], heard: Heard) -> bytes:
        """How a FETCH ends."""
        del mails, heard
        return b"OK fetched"

    def given(self, mails: Sequence[OddMail], heard: Heard) -> Sequence[OddMail]:
        """Which of the mails that were asked for a FETCH gives."""
        del heard
        return mails


class Conversation:
    """One client's conversation with the server."""

    def __init__(self, server: OddServer, peer: Peer) -> None:
        self._server = server
        self._peer = peer
        self._open: OddFolder | None = None
        self._is_in = False

    async def hold(self) -> None:
        """Answer until the client leaves."""
        await self._peer.say(self._server.greeting)
        while (heard := await self._peer.hear()).name != "LOGOUT":
            if heard.name == "IDLE":
                await self._idle(heard)
            else:
                await self._answer(heard)
        await self._peer.say(b"* BYE bye", heard.tag + b" OK bye")

    async def _answer(self, heard: Heard) -> None:
        *lines, end = self._lines(heard)
        await self._peer.say(*lines)
        if self._server.ends_late and heard.name == "UID FETCH":
            with suppress(TimeoutError):
                async with asyncio.timeout(_A_MOMENT):
                    following = await self._peer.hear("UID FETCH")
                *lines, its_end = self._lines(following)
                await self._peer.say(*lines, heard.tag + b" " + end, following.tag + b" " + its_end)
                return
        await self._peer.say(heard.tag + b" " + end)

    def _lines(self, heard: Heard) -> list[bytes]:
        before = [known.name for known in self._peer.heard[:-1]]
        if refusal := self._server.refuses(heard, before):
            return [refusal]
        answers: dict[str, Callable[[Heard], Iterator[bytes]]] = {
            "CAPABILITY": self._capability,
            "LOGIN": self._sign_in,
            "AUTHENTICATE": self._sign_in,
            "ID": self._id,
            "LIST": self._list,
            "STATUS": self._status,
            "EXAMINE": self._examine,
            "UID SEARCH": self._search,
            "FETCH": self._fetch,
            "UID FETCH": self._fetch,
        }
        return list(answers[heard.name](heard))

    async def _idle(self, heard: Heard) -> None:
        await self._peer.say(b"+ idling")
        assert await self._peer.line() == b"DONE"
        await self._peer.say(heard.tag + b" OK idled")

    def _capability(self, _: Heard) -> Iterator[bytes]:
        yield b"* CAPABILITY " + (self._server.after if self._is_in else self._server.before)
        yield b"OK told"

    def _sign_in(self, heard: Heard) -> Iterator[bytes]:
        end = self._server.sign_in(heard)
        self._is_in = end.startswith(b"OK")
        yield end

    def _id(self, _: Heard) -> Iterator[bytes]:
        yield b"* ID NIL"
        yield b"OK pleased to meet you"

    def _list(self, heard: Heard) -> Iterator[bytes]:
        wanted = None if heard.rest.startswith(b'"" "*"') else heard.rest.partition(b" ")[2].strip(b'"')
        for folder, line in zip(self._server.folders.values(), self._server.list_lines(), strict=False):
            if wanted in (None, folder.wire):
                yield line
        yield b"OK listed"

    def _status(self, heard: Heard) -> Iterator[bytes]:
        folder = self._named(heard.rest.rpartition(b" (")[0])
        if folder is None:
            yield b"NO no such folder"
            return
        yield self._server.status_line(folder)
        yield b"OK told"

    def _examine(self, heard: Heard) -> Iterator[bytes]:
        self._open = self._named(heard.rest)
        if self._open is None:
            yield b"NO no such folder"
            return
        yield from self._server.open_lines(self._open)
        yield b"OK [READ-ONLY] opened"

    def _search(self, heard: Heard) -> Iterator[bytes]:
        assert self._open
        found = sorted(self._open.mails)
        if match := re.search(rb"UID ([\d:*,]+)", heard.rest):
            found = [mail.uid for _, mail in self._asked(match[1], by_uid=True)]
        if match := re.search(rb"SINCE (\S+)", heard.rest):
            day = datetime.strptime(match[1].decode(), "%d-%b-%Y").replace(tzinfo=_CHINA)
            found = [uid for uid in found if self._open.mails[uid].internal_date >= day]
        yield from self._server.search_lines(found, heard)
        yield b"OK found"

    def _fetch(self, heard: Heard) -> Iterator[bytes]:
        members, _, wanted = heard.rest.partition(b" ")
        asked = self._asked(members, by_uid=heard.name == "UID FETCH")
        given = self._server.given([mail for _, mail in asked], heard)
        for number, mail in asked:
            if mail in given:
                yield self._server.fetch_line(
                    number, [self._item(mail, item) for item in _ITEM.finditer(wanted)]
                )
        yield self._server.fetch_end(given, heard)

    def _item(self, mail: OddMail, wanted: re.Match[bytes]) -> Item:
        server = self._server
        if wanted[1] is None:
            values: dict[bytes, Callable[[], bytes]] = {
                b"UID": lambda: b"%d" % mail.uid,
                b"INTERNALDATE": lambda: server.internal_date(mail),
                b"RFC822.SIZE": lambda: b"%d" % server.size(mail),
                b"BODYSTRUCTURE": lambda: server.structure(mail),
            }
            return wanted[0], values[wanted[0]]()
        part = server.part(mail, wanted[1].decode())
        if wanted[2] is None:
            return b"BODY[%s]" % wanted[1], b"NIL" if part is None else server.string(part)
        start, length = int(wanted[2]), int(wanted[3])
        name = b"BODY[%s]<%d>" % (wanted[1], start)
        return name, b"NIL" if part is None else server.string(part[start : start + length])

    def _asked(self, members: bytes, *, by_uid: bool) -> list[tuple[int, OddMail]]:
        assert self._open
        mails = list(enumerate((self._open.mails[uid] for uid in sorted(self._open.mails)), 1))
        last = (mails[-1][1].uid if by_uid else mails[-1][0]) if mails else 0
        wanted = []
        for match in _SET.finditer(members):
            ends = [last if end == b"*" else int(end) for end in (match[1], match[2] or match[1])]
            wanted.append((min(ends), max(ends)))
        return [
            (number, mail)
            for number, mail in mails
            if any(low <= (mail.uid if by_uid else number) <= high for low, high in wanted)
        ]

    def _named(self, written_name: bytes) -> OddFolder | None:
        name = written_name.strip()
        if name.startswith(b'"'):
            name = re.sub(rb"\\(.)", rb"\1", name[1:-1])
        folder = self._server.folders.get(name)
        return folder if folder and folder.is_selectable else None


def written(structure: Structure) -> bytes:
    """A structure as BODYSTRUCTURE, with all that the standard allows."""
    disposition = b"NIL"
    if structure.disposition:
        name = structure.disposition.upper().encode()
        disposition = b'("%s" %s)' % (name, _parameters(structure.disposition_parameters))
    kind, _, subtype = structure.content_type.upper().encode().partition(b"/")
    parameters = _parameters(structure.type_parameters)
    children = b"".join(written(child) for child in structure.children)
    if kind == b"MULTIPART":
        return b'(%s "%s" %s %s NIL NIL)' % (children, subtype, parameters, disposition)
    content_id = _quoted(structure.content_id) if structure.content_id else b"NIL"
    encoding = _quoted(structure.encoding.upper().encode())
    fields = b'"%s" "%s" %s %s NIL %s %d' % (kind, subtype, parameters, content_id, encoding, structure.size)
    middle = b""
    if kind == b"TEXT":
        middle = b" 1"
    elif children:
        middle = b" (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) %s 1" % children
    return b"(%s%s NIL %s NIL NIL)" % (fields, middle, disposition)


def _parameters(pairs: Iterable[tuple[bytes, bytes]]) -> bytes:
    words = b" ".join(_quoted(word) for pair in pairs for word in pair)
    return b"(" + words + b")" if words else b"NIL"


def _quoted(text: bytes) -> bytes:
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
