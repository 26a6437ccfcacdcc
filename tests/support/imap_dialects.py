"""How the servers of the large providers speak, each with the manners that clients have tripped over.

What stands here was reported by users of other clients or seen in their logs; no provider was asked for it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from tests.support.odd_imap import Item, OddFolder, OddMail, OddServer
from tests.support.scripted_imap import Heard


class Dovecot(OddServer):
    """Dovecot: special uses on demand, ranges from a search, and the end of a FETCH after the next one's answers."""

    greeting = b"* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN] Dovecot ready."
    before = b"IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN"
    after = before + b" ESEARCH ESORT LIST-EXTENDED LIST-STATUS SPECIAL-USE UIDPLUS QRESYNC"
    ends_late = True

    def search_lines(self, uids: Sequence[int], heard: Heard) -> Iterator[bytes]:
        """Ranges, where they are asked for."""
        if b"RETURN" not in heard.rest:
            yield from super().search_lines(uids, heard)
            return
        told = b'* ESEARCH (TAG "%s") UID COUNT %d' % (heard.tag, len(uids))
        yield told + (b" ALL " + b",".join(b"%d" % uid for uid in uids) if uids else b"")


class Tencent(OddServer):
    """QQ and Exmail: ascending sets only, a blank before the bracket, one-digit days, IDLE only before the sign-in."""

    greeting = b"* OK [CAPABILITY IMAP4 IMAP4rev1 ID IDLE AUTH=PLAIN AUTH=LOGIN NAMESPACE] QQMail XMIMAP4Server ready"
    before = b"IMAP4 IMAP4rev1 ID IDLE AUTH=PLAIN AUTH=LOGIN NAMESPACE"
    after = b"IMAP4 IMAP4rev1 XLIST MOVE NAMESPACE ID UIDPLUS COMPRESS=DEFLATE"

    def refuses(self, heard: Heard, before: Sequence[str]) -> bytes:
        """Sets that descend."""
        del before
        members = re.findall(rb"\d+", heard.rest.split(b" ")[0]) if heard.name == "UID FETCH" else []
        return b"BAD UID parameters!" if members != sorted(members, key=int) else b""

    def internal_date(self, mail: OddMail) -> bytes:
        """A day of one digit."""
        return super().internal_date(mail).replace(b'"0', b'"')

    def structure(self, mail: OddMail) -> bytes:
        """A multipart without parts is only its name."""
        return re.sub(rb'\((?:\(\))? "MIXED"', b'("MIXED"', super().structure(mail))

    def fetch_line(self, number: int, items: Sequence[Item]) -> bytes:
        """A blank before the bracket."""
        return super().fetch_line(number, items)[:-1] + b" )"


class NetEase(OddServer):
    """163 and 126: nothing is opened for who has not introduced himself, and STATUS tells nothing."""

    greeting = b"* OK Coremail System IMap Server Ready(163com[10774b260cc7a37d26d71b52404dcf5c])"
    before = (
        b"IMAP4rev1 XLIST SPECIAL-USE ID LITERAL+ STARTTLS APPENDLIMIT=71680000 UIDPLUS X-CM-EXT-1 AUTH=PLAIN"
    )
    after = before

    def refuses(self, heard: Heard, before: Sequence[str]) -> bytes:
        """Strangers."""
        if heard.name in ("EXAMINE", "SELECT") and "ID" not in before:
            return b"NO EXAMINE Unsafe Login. Please contact kefu@188.com for help"
        return b""

    def status_line(self, folder: OddFolder) -> bytes:
        """Nothing."""
        return b"* STATUS %s ()" % self.name(folder)


class Gmail(Dovecot):
    """Gmail: everything lies in All Mail too, and a mail inside a mail may be told as if it were any file."""

    greeting = b"* OK Gimap ready for requests from 192.0.2.1 x1mb123456789abc"
    before = b"IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 SASL-IR AUTH=PLAIN"
    after = b"IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS MOVE ESEARCH"
    ends_late = False

    def structure(self, mail: OddMail) -> bytes:
        """What is inside a mail's mail is not told."""
        return re.sub(
            rb'("MESSAGE" "RFC822" .*? \d+) \(NIL(?: NIL){9}\) .*',
            rb'\1 NIL ("ATTACHMENT" NIL) NIL NIL) "MIXED" NIL NIL NIL NIL)',
            super().structure(mail),
        )

    def internal_date(self, mail: OddMail) -> bytes:
        """UTC, with a blank for the first digit."""
        return mail.internal_date.strftime('"%d-%b-%Y %H:%M:%S +0000"').encode().replace(b'"0', b'" ')


class Exchange(OddServer):
    """Exchange: sizes are guesses, a mail it cannot describe ends the batch, and flags are told in between."""

    greeting = (
        b"* OK The Microsoft Exchange IMAP4 service is ready. [TABNADUAUABSADAAMQBDAEEAMAAwADEANwAuAA==]"
    )
    before = b"IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+"
    after = (
        b"IMAP4 IMAP4rev1 SASL-IR UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES CHILDREN IDLE NAMESPACE LITERAL+"
    )
    indescribable: ClassVar[frozenset[int]] = frozenset({5})

    def given(self, mails: Sequence[OddMail], heard: Heard) -> Sequence[OddMail]:
        """Those before the one that it cannot describe."""
        if b"BODYSTRUCTURE" not in heard.rest:
            return mails
        bad = next((index for index, mail in enumerate(mails) if mail.uid in self.indescribable), len(mails))
        return mails[:bad]

    def fetch_end(self, mails: Sequence[OddMail], heard: Heard) -> bytes:
        """A refusal, when something is missing."""
        bad = b"BODYSTRUCTURE" in heard.rest and self.indescribable & set(_members(heard))
        return b"NO Server Unavailable. 15" if bad else super().fetch_end(mails, heard)

    def size(self, mail: OddMail) -> int:
        """A guess."""
        return super().size(mail) * 4 // 3 + 17

    def fetch_line(self, number: int, items: Sequence[Item]) -> bytes:
        """News of flags comes with each mail."""
        return b"* %d FETCH (FLAGS (\\Seen))\r\n%s" % (number, super().fetch_line(number, items))

    def search_lines(self, uids: Sequence[int], heard: Heard) -> Iterator[bytes]:
        """In several lines."""
        del heard
        yield from (
            b"* SEARCH" + b"".join(b" %d" % uid for uid in uids[at : at + 3]) for at in range(0, len(uids), 3)
        )
        yield b"* SEARCH"

    def internal_date(self, mail: OddMail) -> bytes:
        """A blank for the first digit."""
        return super().internal_date(mail).replace(b'"0', b'" ')


class Outlook(Exchange):
    """Microsoft 365: Exchange that takes no passwords."""

    indescribable = frozenset[int]()

    def sign_in(self, heard: Heard) -> bytes:
        """Only with a token."""
        return b"OK AUTHENTICATE completed." if heard.name == "AUTHENTICATE" else b"NO LOGIN failed."


class Yandex(OddServer):
    """Yandex: another separator, structures without their ends, and parts that are not given."""

    greeting = b"* OK Yandex IMAP4rev1 at imap.example.net ready to talk with 192.0.2.1"
    before = b"IMAP4rev1 CHILDREN UNSELECT LITERAL+ NAMESPACE XLIST UIDPLUS ENABLE ID AUTH=PLAIN AUTH=XOAUTH2 IDLE MOVE"
    after = before
    separator = b'"|"'

    def structure(self, mail: OddMail) -> bytes:
        """Nothing behind what must be there, and no lines."""
        told = re.sub(rb" 1 NIL NIL NIL NIL\)", b" NIL)", super().structure(mail))
        return told.replace(b" NIL NIL NIL NIL)", b")")

    def part(self, mail: OddMail, name: str) -> bytes | None:
        """Of some mails no part is given, only the whole."""
        return None if name and name != "HEADER" and mail.uid % 5 == 0 else super().part(mail, name)


class Zoho(OddServer):
    """Zoho: a negative number where none can be, blanks everywhere, no UIDNEXT when a folder is opened."""

    greeting = b"* OK IMAP4 Server (Zoho Mail IMAP4rev1 Server version 1.0)"
    before = b"IMAP4rev1 UNSELECT CHILDREN XLIST NAMESPACE IDLE MOVE ID AUTH=PLAIN SASL-IR UIDPLUS ESEARCH CONDSTORE"
    after = before

    def refuses(self, heard: Heard, before: Sequence[str]) -> bytes:
        """Searches that ask for ranges, although it offers them."""
        del before
        return b"BAD Unknown or invalid command" if b"RETURN" in heard.rest else b""

    def open_lines(self, folder: OddFolder) -> Iterator[bytes]:
        """The usual, with a negative HIGHESTMODSEQ and without UIDNEXT."""
        yield from (line for line in super().open_lines(folder) if b"UIDNEXT" not in line)
        yield b"* OK [HIGHESTMODSEQ -1] Highest"

    def fetch_line(self, number: int, items: Sequence[Item]) -> bytes:
        """Two blanks where one belongs."""
        return b"* %d FETCH  ( %s )" % (
            number,
            b"  ".join(b" ".join(item) for item in [*items, (b"MODSEQ", b"(-1)")]),
        )

    def string(self, text: bytes) -> bytes:
        """Short texts in quotation marks."""
        if b"\r" in text or b'"' in text or b"\\" in text or not text.isascii():
            return super().string(text)
        return b'"' + text + b'"'


def made_mailbox(dialect: type[OddServer], mails: Sequence[OddMail]) -> OddServer:
    """A mailbox at this provider: the mails lie in INBOX, some of them in the folder of sent mail too.

    At Gmail that is the folder of all mail, and it holds all of them.
    """
    sent, others = _FOLDERS[dialect]
    folders = [OddFolder(wire=b"INBOX"), sent, *others]
    server = dialect([replace(folder, mails={}) for folder in folders])
    server.folders[b"INBOX"].mails = {mail.uid: mail for mail in mails}
    copied = mails if dialect is Gmail else mails[: len(mails) // 2]
    server.folders[sent.wire].mails = {mail.uid: mail for mail in copied}
    return server


def _members(heard: Heard) -> Iterator[int]:
    for member in heard.rest.split(b" ")[0].split(b","):
        first, _, last = member.partition(b":")
        yield from range(int(first), int(last or first) + 1)


_ON_EXCHANGE = (
    OddFolder(wire=b"Sent Items"),
    [
        OddFolder(wire=b"Drafts"),
        OddFolder(wire=b"Deleted Items"),
        OddFolder(wire=b"Public Folders", attributes=b"\\Noselect"),
    ],
)
_FOLDERS: dict[type[OddServer], tuple[OddFolder, list[OddFolder]]] = {
    Dovecot: (
        OddFolder(wire=b"Sent", attributes=b"\\HasNoChildren \\Sent"),
        [OddFolder(wire=b"Drafts", attributes=b"\\Drafts")],
    ),
    Tencent: (
        OddFolder(wire=b"Sent Messages"),
        [
            OddFolder(wire=b"Drafts"),
            OddFolder(wire=b"Deleted Messages"),
            OddFolder(wire=b"&UXZO1mWHTvZZOQ-", attributes=b"\\NoSelect \\HasChildren"),
            OddFolder(wire=b"&UXZO1mWHTvZZOQ-/&W6JiNw-"),
        ],
    ),
    NetEase: (
        OddFolder(wire=b"&XfJT0ZAB-", attributes=b"\\Sent"),
        [OddFolder(wire=b"&g0l6P3ux-", attributes=b"\\Drafts")],
    ),
    Gmail: (
        OddFolder(wire=b"[Gmail]/All Mail", attributes=b"\\All \\HasNoChildren"),
        [
            OddFolder(wire=b"[Gmail]", attributes=b"\\HasChildren \\Noselect"),
            OddFolder(wire=b"[Gmail]/Drafts", attributes=b"\\Drafts"),
        ],
    ),
    Exchange: _ON_EXCHANGE,
    Outlook: _ON_EXCHANGE,
    Yandex: (
        OddFolder(wire=b"&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-", attributes=b"\\Sent \\HasNoChildren"),
        [OddFolder(wire=b"Drafts|template", attributes=b"\\Drafts")],
    ),
    Zoho: (
        OddFolder(wire=b"Sent", attributes=b"\\Sent"),
        [OddFolder(wire=b"Notification"), OddFolder(wire=b"Drafts")],
    ),
}
