"""From one answer to nested tokens: atoms, strings, NIL and lists, whatever the server's manners.

Real servers put blanks before ")", forget a bracket, or put brackets inside file names, and a sender can nest the
structure of a mail as deep as he likes. So nothing here is an error: what is not closed ends with the answer,
what closes nothing is passed over, and what lies too deep is flattened. Who has to know asks whether it was sound.
An atom such as BODY[HEADER.FIELDS (DATE)]<0> is one token, blanks and all.
"""

import re

from mycrm_mail_fetcher.adapters.imap.framing import Answer

DEEPEST = 100
_BLANKS = re.compile(rb"[\s\0]*")
_ATOM = re.compile(rb'[^\s\0()"\[]*')
_ATOM_REST = re.compile(rb'[^\s\0()"]*')
_QUOTED = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)("|\\?\Z)', re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_SECTIONED = frozenset({b"BODY", b"BODY.PEEK", b"BINARY", b"BINARY.PEEK", b"BINARY.SIZE"})


class Atom(bytes):
    """A bare word or number; strings, quoted or literal, are plain bytes."""

    __slots__ = ()


Token = Atom | bytes | None | list["Token"]


def tokens(answer: Answer) -> list[Token]:
    """All tokens of the answer, without a leading "*"."""
    return tokens_and_soundness(answer)[0]


def tokens_and_soundness(answer: Answer) -> tuple[list[Token], bool]:
    """All tokens of the answer, and whether its brackets and quotation marks are whole."""
    reader = _Reader()
    for index, text in enumerate(answer.texts):
        reader.read(text)
        if index < len(answer.literals):
            reader.put(answer.literals[index])
    found = reader.found
    return (found[1:] if found and found[0] == b"*" else found), reader.is_sound


class _Reader:
    """Walks through texts with a stack of open lists: recursion would be the server's to spend."""

    def __init__(self) -> None:
        self.found: list[Token] = []
        self._open: list[list[Token]] = [self.found]
        self._too_deep = 0
        self._has_fault = False

    @property
    def is_sound(self) -> bool:
        return not self._has_fault and len(self._open) == 1

    def put(self, token: Token) -> None:
        self._open[-1].append(token)

    def read(self, text: bytes) -> None:
        position = _end(_BLANKS, text, 0)
        while position < len(text):
            position = _end(_BLANKS, text, self._step(text, position))

    def _step(self, text: bytes, position: int) -> int:
        match text[position : position + 1]:
            case b"(":
                self._go_deeper()
                return position + 1
            case b")":
                self._come_up()
                return position + 1
            case b'"':
                return self._quoted(text, position)
            case _:
                return self._atom(text, position)

    def _go_deeper(self) -> None:
        if len(self._open) > DEEPEST:
            self._too_deep += 1
            self._has_fault = True
            return
        inner: list[Token] = []
        self.put(inner)
        self._open.append(inner)

    def _come_up(self) -> None:
        if self._too_deep:
            self._too_deep -= 1
        elif len(self._open) > 1:
            self._open.pop()
        else:
            self._has_fault = True

    def _quoted(self, text: bytes, position: int) -> int:
        match = _QUOTED.match(text, position)
        if match is None or match[2] != b'"':
            self._has_fault = True
        if match is None:
            return len(text)
        self.put(_ESCAPED.sub(rb"\1", match[1]))
        return match.end()

    def _atom(self, text: bytes, position: int) -> int:
        end = _end(_ATOM, text, position)
        if text[position:end].upper() in _SECTIONED and text[end : end + 1] == b"[":
            end = text.find(b"]", end) + 1 or len(text)
        end = _end(_ATOM_REST, text, end)
        word = text[position:end]
        self.put(None if word.upper() == b"NIL" else Atom(word))
        return end


def _end(pattern: re.Pattern[bytes], text: bytes, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position
