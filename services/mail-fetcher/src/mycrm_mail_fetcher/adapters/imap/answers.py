"""What answers mean: folders, numbers of a folder, UIDs found, items fetched.

Everything is keyed by what an answer says itself (UID, item name), never by the order of answers, and news that
nobody asked for may stand between them. What cannot be understood is left out; the caller sees what is missing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone

from mycrm_mail_fetcher.adapters.imap.framing import Answer
from mycrm_mail_fetcher.adapters.imap.names import readable_name, wire_name
from mycrm_mail_fetcher.adapters.imap.shapes import Description
from mycrm_mail_fetcher.adapters.imap.tokens import Atom, Token, tokens, tokens_and_soundness
from mycrm_mail_fetcher.domain.uid_sets import FIRST_UID, LAST_UID, UidSet
from mycrm_mail_fetcher.ports import FolderStatus, RemoteFolder

Items = dict[bytes, Token]

LONGEST_NUMBER = 20
LARGEST_SIZE = 2**63 - 1
NAME = 3  # LIST, attributes, separator, name
_SPECIAL_USES = frozenset({"all", "archive", "drafts", "flagged", "important", "junk", "sent", "trash"})
_UNSELECTABLE = frozenset({"noselect", "nonexistent"})
_EXISTS = re.compile(rb"\* +(\d{1,10}) +EXISTS\b", re.IGNORECASE)
_REMOVAL = re.compile(rb"\* +(?:\d{1,10} +EXPUNGE|VANISHED)\b", re.IGNORECASE)
_FETCH = re.compile(rb"(?:\* +)?\d+ +FETCH\b", re.IGNORECASE)
_PAIR = re.compile(rb'([A-Z0-9.]{1,20}) (?:(\d{1,20})|"([^"\\]*)") ')
_ORDERLY = re.compile(
    rb'\* \d+ FETCH \(((?:[A-Z0-9.]{1,20} (?:\d{1,20}|"[^"\\]*") ){1,10})'
    rb"(?:BODYSTRUCTURE (\(.*\)) )?(BODY\[[A-Z0-9.]*\](?:<0>)?) "
)
_SECTION = re.compile(rb" (BODY\[[A-Z0-9.]*\](?:<0>)?) ")
_SEARCH = re.compile(rb"\* +SEARCH\b", re.IGNORECASE)
_CODE = re.compile(rb"\* +OK +\[([A-Z]+) +(\d{1,20})\]", re.IGNORECASE)
_NUMBER = re.compile(rb"(?<=\s)\d{1,10}(?=\s|\Z)")
_RANGE = re.compile(rb"(\d{1,10})(?::(\d{1,10}))?")
_DATE = re.compile(
    rb" *(\d{1,2})-([A-Za-z]{3})-(\d{4}) +(\d{1,2}):(\d{2}):(\d{2})(?: +([+-])(\d{2})(\d{2}))?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def capabilities(answers: Iterable[Answer]) -> frozenset[str]:
    """What the server says it can do, in capitals."""
    return frozenset(
        word.decode("latin-1").upper() for line in _named(answers, b"CAPABILITY") for word in _words(line[1:])
    )


def folders(answers: Iterable[Answer]) -> list[RemoteFolder]:
    """The folders of LIST answers; one without a name is not a folder."""
    return [
        _folder(attributes, name)
        for line in _named(answers, b"LIST")
        if len(line) > NAME
        and isinstance(attributes := line[1], list)
        and isinstance(name := line[NAME], bytes)
        and name
    ]


def folder_status(answers: Iterable[Answer]) -> FolderStatus | None:
    """The numbers of a STATUS answer, or None when the server left them out."""
    for line in _named(answers, b"STATUS"):
        pairs = line[-1]
        if isinstance(pairs, list) and b"UIDNEXT" in (told := _pairs(pairs)) and b"MESSAGES" in told:
            return FolderStatus(
                messages=_number(told[b"MESSAGES"]),
                uid_next=_number(told[b"UIDNEXT"]),
                uid_validity=_number(told.get(b"UIDVALIDITY")),
            )
    return None


def opened_status(answers: Iterable[Answer]) -> FolderStatus:
    """The numbers that EXAMINE tells."""
    told = {b"EXISTS": 0, b"UIDNEXT": 0, b"UIDVALIDITY": 0}
    for answer in answers:
        if match := _EXISTS.match(answer.texts[0]):
            told[b"EXISTS"] = _number(match[1])
        elif match := _CODE.match(answer.texts[0]):
            told[match[1].upper()] = _number(match[2])
    return FolderStatus(
        messages=told[b"EXISTS"], uid_next=told[b"UIDNEXT"], uid_validity=told[b"UIDVALIDITY"]
    )


def messages_after(answer: Answer, messages: int) -> int:
    """How many mails the open folder has after this news."""
    match = _EXISTS.match(answer.texts[0])
    return int(match[1]) if match else messages


def is_removal(answer: Answer) -> bool:
    """Whether this is the news that mail left the open folder."""
    return _REMOVAL.match(answer.texts[0]) is not None


def found_uids(answers: Iterable[Answer]) -> UidSet:
    """The UIDs of all SEARCH answers together; one search may be answered in several lines."""
    return UidSet(
        uid
        for answer in answers
        if (head := _SEARCH.match(answer.texts[0]))
        for match in _NUMBER.finditer(answer.texts[0], head.end(), _end_of_numbers(answer.texts[0]))
        if FIRST_UID <= (uid := int(match[0])) <= LAST_UID
    )


def fetched(answers: Iterable[Answer]) -> dict[int, Items]:
    """Items by UID, in any number of answers per mail; what has no UID is news about something else."""
    mails: dict[int, Items] = {}
    for answer in answers:
        for uid, items in fetched_items(answer):
            mails.setdefault(uid, {}).update(items)
    return mails


def fetched_items(answer: Answer) -> Iterator[tuple[int, Items]]:
    """UIDs and items of one answer; an answer with a bracket too few or too many describes no structure."""
    if not _FETCH.match(answer.texts[0]):
        return
    if (orderly := _orderly(answer)) is not None:
        yield orderly
        return
    line, is_sound = tokens_and_soundness(answer)
    for part in line[2:]:
        items = _pairs(part) if isinstance(part, list) else {}
        if not is_sound:
            items.pop(b"BODYSTRUCTURE", None)
        if uid := _number(items.get(b"UID")):
            yield uid, items


def _orderly(answer: Answer) -> tuple[int, Items] | None:
    """The UID and the items of an answer as nearly every server writes it, None of any other: it has to be taken apart.

    That is, short values, perhaps a description, and then nothing but literals, the header's or those of sections.
    """
    first = _ORDERLY.fullmatch(answer.texts[0])
    if first is None or answer.is_cut or len(answer.texts) == 1 or answer.texts[-1] != b")":
        return None
    names = [first[3]]
    for text in answer.texts[1:-1]:
        if (further := _SECTION.fullmatch(text)) is None:
            return None
        names.append(further[1])
    items: Items = {
        name: Atom(number) if number else quoted for name, number, quoted in _PAIR.findall(first[1])
    }
    if first[2] is not None:
        items[b"BODYSTRUCTURE"] = Description(first[2])
    items.update(zip(names, answer.literals, strict=True))
    uid = _number(items.get(b"UID"))
    return (uid, items) if uid else None


def found_ranges(answers: Iterable[Answer]) -> UidSet | None:
    """The UIDs of an ESEARCH answer, or None where it does not add up with the count beside it."""
    lines = [line for line in _named(answers, b"ESEARCH") if b"UID" in line[1:]]
    counts = [count for line in lines if (count := _digits(_after(line, b"COUNT"))) is not None]
    found = UidSet.of_ranges(pair for line in lines for pair in _ranges(_after(line, b"ALL")))
    return found if counts and sum(counts) == len(found) else None


def section(items: Mapping[bytes, Token], *names: bytes) -> bytes | None:
    """The bytes of the first of these items that is there; a server may add the offset "<0>" to a name."""
    for name in names:
        for key in (name, name + b"<0>"):
            value = items.get(key)
            if isinstance(value, bytes) and not isinstance(value, Atom):
                return value
    return None


def size(items: Mapping[bytes, Token]) -> int | None:
    """RFC822.SIZE, or None when it was not told."""
    told = _digits(items.get(b"RFC822.SIZE"))
    return told if told is None else min(told, LARGEST_SIZE)


def internal_date(items: Mapping[bytes, Token]) -> datetime | None:
    """INTERNALDATE in UTC, also with a one-digit day or without a zone; None when it is no date."""
    value = items.get(b"INTERNALDATE")
    match = _DATE.fullmatch(value.strip()) if isinstance(value, bytes) else None
    if match is None:
        return None
    try:
        local = datetime(
            int(match[3]),
            _MONTHS.index(match[2].decode().lower()) + 1,
            int(match[1]),
            int(match[4]),
            int(match[5]),
            int(match[6]),
            tzinfo=_zone(match),
        )
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(match: re.Match[bytes]) -> timezone:
    offset = timedelta(hours=int(match[8] or 0), minutes=int(match[9] or 0))
    if offset >= timedelta(days=1):  # an impossible zone is worth less than the date that it stands beside
        return UTC
    return timezone(-offset if match[7] == b"-" else offset)


def _named(answers: Iterable[Answer], name: bytes) -> Iterator[list[Token]]:
    pattern = re.compile(rb"(?:\* +)?" + name + rb"\b", re.IGNORECASE)
    return (tokens(answer) for answer in answers if pattern.match(answer.texts[0]))


def _folder(attributes: list[Token], name: bytes) -> RemoteFolder:
    marks = {word.decode("latin-1").lower().lstrip("\\") for word in _words(attributes)}
    return RemoteFolder(
        name=readable_name(name),
        wire_name=wire_name(name),
        special_use=min(marks & _SPECIAL_USES, default=""),
        selectable=not marks & _UNSELECTABLE,
    )


def _pairs(flat: list[Token]) -> Items:
    return {
        bytes(key).upper(): value
        for key, value in zip(flat[::2], flat[1::2], strict=False)
        if isinstance(key, bytes)
    }


def _after(line: list[Token], name: bytes) -> Token:
    names = [token.upper() if isinstance(token, Atom) else b"" for token in line[:-1]]
    return line[names.index(name) + 1] if name in names else None


def _ranges(written: Token) -> Iterator[tuple[int, int]]:
    if not isinstance(written, bytes):
        return
    for match in _RANGE.finditer(written):
        ends = int(match[1]), int(match[2] or match[1])
        if FIRST_UID <= min(ends) <= max(ends) <= LAST_UID:
            yield min(ends), max(ends)


def _end_of_numbers(line: bytes) -> int:
    end = line.find(b"(")
    return len(line) if end < 0 else end


def _words(line: Iterable[Token]) -> Iterator[bytes]:
    return (word for word in line if isinstance(word, bytes))


def _number(token: Token) -> int:
    """A number as IMAP has them; what is none, or larger than there can be, is told by nobody."""
    number = _digits(token) or 0
    return number if number <= LAST_UID else 0


def _digits(token: Token) -> int | None:
    return (
        int(token) if isinstance(token, bytes) and len(token) <= LONGEST_NUMBER and token.isdigit() else None
    )
