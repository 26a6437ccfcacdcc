"""From one answer to nested tokens: atoms, strings, NIL and lists, whatever the server's manners.

Real servers put blanks before ")", forget a bracket, or put brackets inside file names, and a sender can nest the
structure of a mail as deep as he likes. So nothing here is an error: what is not closed ends with the answer,
what closes nothing is passed over, and what lies too deep is flattened. Who has to know asks whether it was sound.
An atom such as BODY[HEADER.FIELDS (DATE)]<0> is one token, blanks and all.
"""

import re

from mycrm_mail_fetcher.adapters.imap.framing import Answer

DEEPEST = 100
_TOKEN = re.compile(
    rb"""
    (\() | (\))
    | "( [^"\\]* (?:\\. [^"\\]*)* )( " | \\?\Z )
    | ( (?i: (?:BODY|BINARY) (?:\.PEEK|\.SIZE)? ) \[ [^\]]* (?:\]|\Z) [^\s\0()"]*
      | [^\s\0()"]+ )
    """,
    re.DOTALL | re.VERBOSE,
)
_OPENED, _CLOSED, _QUOTED, _QUOTED_END, _ATOM = range(1, 6)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


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
    return (found[1:] if found and found[0] == b"*" else found), reader.is_sound and not answer.is_cut


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
        for match in _TOKEN.finditer(text):
            kind = match.lastindex
            if kind == _ATOM:
                word = match[_ATOM]
                self._open[-1].append(None if word.upper() == b"NIL" else Atom(word))
            elif kind == _QUOTED_END:
                self._quoted(match[_QUOTED], is_closed=match[_QUOTED_END] == b'"')
            elif kind == _OPENED:
                self._go_deeper()
            else:
                self._come_up()

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

    def _quoted(self, text: bytes, *, is_closed: bool) -> None:
        self._has_fault = self._has_fault or not is_closed
        self.put(_ESCAPED.sub(rb"\1", text) if b"\\" in text else text)
