"""The commands of the client, as bytes. None of them can change anything in the mailbox.

Arguments are quoted where they are printable ASCII and sent as literals where they are not, so no name and no
password can end a command and begin another. A command with literals is a tuple of pieces: each further one
waits until the server asks for it.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

MOST_UIDS = 200
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PRINTABLE = frozenset(range(0x20, 0x7F))
# NetEase refuses to open a folder before a client has introduced itself, and wants exactly these four.
_IDENTITY = (
    ("name", "MyCRM"),
    ("version", "1"),
    ("vendor", "MyCRM"),
    ("support-email", "support@mycrm.invalid"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """One command: its name in the client's table of states, and its pieces (which may hold a password).

    Where it `waits`, its last piece is not what the server asks for but what ends the command.
    """

    name: str
    pieces: tuple[bytes, ...] = field(repr=False)
    waits: bool = False


def plain(name: str) -> Command:
    """A command without arguments."""
    return Command(name=name, pieces=(name.encode("ascii"),))


def idle() -> Command:
    """IDLE, which goes on until DONE."""
    return Command(name="IDLE", pieces=(b"IDLE", b"DONE"), waits=True)


def login(*, username: str, password: str) -> Command:
    """LOGIN with user name and password."""
    return _command("LOGIN", b"LOGIN ", astring(username.encode()), b" ", astring(password.encode()))


def xoauth2(*, username: str, token: str, at_once: bool) -> Command:
    """AUTHENTICATE with a token; what follows a refusal is an empty line, after which the server gives its reason."""
    if "\x01" in username or "\x01" in token:
        raise ValueError("a user name with control characters")
    said = b64encode(f"user={username}\x01auth=Bearer {token}\x01\x01".encode())
    if at_once:
        return Command(name="AUTHENTICATE", pieces=(b"AUTHENTICATE XOAUTH2 " + said, b""))
    return Command(name="AUTHENTICATE", pieces=(b"AUTHENTICATE XOAUTH2", said, b""))


def identify() -> Command:
    """ID with neutral values."""
    words = b" ".join(quoted(word.encode("ascii")) for pair in _IDENTITY for word in pair)
    return _command("ID", b"ID (" + words + b")")


def list_folders(*, with_special_use: bool) -> Command:
    """LIST of every folder."""
    return _command("LIST", b'LIST "" "*"' + (b" RETURN (SPECIAL-USE)" if with_special_use else b""))


def list_one(wire_name: str) -> Command:
    """LIST of the folder with this name; wildcards in the name may bring others too."""
    return _command("LIST", b'LIST "" ', _folder(wire_name))


def status(wire_name: str) -> Command:
    """STATUS with the three numbers that tell whether anything is new."""
    return _command("STATUS", b"STATUS ", _folder(wire_name), b" (MESSAGES UIDNEXT UIDVALIDITY)")


def examine(wire_name: str) -> Command:
    """EXAMINE: open a folder for reading only."""
    return _command("EXAMINE", b"EXAMINE ", _folder(wire_name))


def search(day: date | None, *, above: int, in_ranges: bool) -> Command:
    """UID SEARCH by day (or none) and by UID, without a charset, which some servers refuse.

    The answer comes as ranges and with their number where the server can (RFC 4731).
    """
    manner = ["RETURN (COUNT ALL)"] if in_ranges else []
    known = [f"UID {above + 1}:*"] if above > 0 else []
    since = [f"SINCE {day.day:02d}-{_MONTHS[day.month - 1]}-{day.year:04d}"] if day else []
    return _command("SEARCH", " ".join(["UID SEARCH", *manner, *(known + since or ["ALL"])]).encode("ascii"))


def search_drafts() -> Command:
    """UID SEARCH for mail that is flagged as a draft."""
    return _command("SEARCH", b"UID SEARCH DRAFT")


def search_labelled(wire_name: str) -> Command:
    """UID SEARCH for mail with a label, as Gmail has it (its folders are labels)."""
    return _command("SEARCH", b"UID SEARCH X-GM-LABELS ", _folder(wire_name))


def search_uids(uids: Iterable[int]) -> Command:
    """UID SEARCH for those of some UIDs that exist."""
    return _command("SEARCH", b"UID SEARCH UID " + uid_set(uids))


def fetch_uids(uids: Iterable[int], items: bytes) -> Command:
    """UID FETCH of some items of some mails."""
    return _command("FETCH", b"UID FETCH " + uid_set(uids) + b" " + items)


def fetch_numbers(first: int, last: int, items: bytes) -> Command:
    """FETCH by position in the folder instead of UID."""
    return _command("FETCH", f"FETCH {first}:{last} ".encode("ascii") + items)


def uid_set(uids: Iterable[int]) -> bytes:
    """UIDs ascending, neighbours joined to ranges: Exmail answers BAD to sets that descend."""
    ranges = []
    for _, run in groupby(enumerate(sorted(set(uids))), key=lambda pair: pair[1] - pair[0]):
        members = [uid for _, uid in run]
        ranges.append(str(members[0]) if len(members) == 1 else f"{members[0]}:{members[-1]}")
    return ",".join(ranges).encode("ascii")


def batches(uids: Iterable[int], *, most: int = MOST_UIDS) -> Iterator[Sequence[int]]:
    """UIDs ascending, in groups that make a command line of less than 4 KB."""
    ascending = sorted(set(uids))
    for start in range(0, len(ascending), most):
        yield ascending[start : start + most]


def quoted(text: bytes) -> bytes:
    """A quoted string; the text must be printable ASCII."""
    if not _PRINTABLE.issuperset(text):
        raise ValueError("only printable ASCII can be quoted")
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def astring(text: bytes) -> tuple[bytes, ...]:
    """A quoted string where that is possible, else a literal in two pieces."""
    if _PRINTABLE.issuperset(text):
        return (quoted(text),)
    if b"\0" in text:
        raise ValueError("IMAP cannot carry a NUL")
    return (b"{%d}" % len(text), text)


def _folder(wire_name: str) -> tuple[bytes, ...]:
    return astring(wire_name.encode("latin-1"))


def _command(name: str, *parts: bytes | tuple[bytes, ...]) -> Command:
    pieces = [b""]
    for part in parts:
        first, *further = (part,) if isinstance(part, bytes) else part
        pieces[-1] += first
        pieces += further
    return Command(name=name, pieces=tuple(pieces))
