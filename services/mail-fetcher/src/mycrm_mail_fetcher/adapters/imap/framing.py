"""From a stream of bytes to whole answers, with a bound on what is kept.

An answer is a line, or several that are joined by literals ("{5}", line end, five bytes, and the line goes on).
What this file must withstand: chunks that end anywhere, a line without end, a literal far larger than was asked
for. A literal is kept up to its room, and so is a line where the room says so; what is beyond is read over, so that
one monstrous mail cannot block the folder it lies in. What is far beyond any sense ends the conversation.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# What an answer takes beside its bytes: a million lines of a few bytes each are not small.
OVERHEAD = 200
_LINE_END = 64
_LITERAL = re.compile(rb"~?\{(\d{1,20})\+?\}\Z")
_FREE_TEXT = re.compile(rb"\* (?:OK|NO|BAD|BYE|PREAUTH)\b", re.IGNORECASE)


class ProtocolViolationError(Exception):
    """The server said what no IMAP server may say, or more than was asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """How much one command's answers may take: the longest line, the bytes kept of a literal, all together.

    `literal_refused` is the announced size from which a literal is not even read over, `line_refused` the same of a
    line; where that is no more than `line`, no line is ever cut.
    """

    line: int = 1 << 20
    line_refused: int = 0
    literal: int = 1 << 16
    literal_refused: int = 1 << 26
    total: int = 1 << 23


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole answer: texts[0], literals[0], texts[1], ...; the "{n}" before a literal is cut off.

    Of an answer that `is_cut` the middle of a text is missing.
    """

    texts: tuple[bytes, ...]
    literals: tuple[bytes, ...] = ()
    is_cut: bool = False

    @property
    def untagged(self) -> bool:
        """Whether this is data or news, not the end of a command."""
        return self.texts[0].startswith(b"*")

    @property
    def continuation(self) -> bool:
        """Whether the server waits for the rest of a command."""
        return self.texts[0].startswith(b"+")


class Framer:
    """Takes chunks as they come and gives answers as they become whole."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._buffer = bytearray()
        self._searched = 0
        self._texts: list[bytes] = []
        self._literals: list[bytes] = []
        self._literal = bytearray()
        self._due = 0
        self._reading_literal = False
        self._line_begun = b""
        self._line_skipped = 0
        self._is_cut = False
        self._kept = 0

    @property
    def clean(self) -> bool:
        """Whether nothing of an unfinished answer is held."""
        return not (self._buffer or self._texts or self._reading_literal or self._line_begun)

    def allow(self, room: Room) -> None:
        """Begin a new account: from here on, answers may take this much."""
        self._room, self._kept = room, 0

    def feed(self, chunk: bytes) -> Iterator[Answer]:
        """The answers that became whole with this chunk."""
        self._buffer += chunk
        while self._literal_done():
            line = self._next_line()
            if line is None:
                return
            if self._begins_literal(line):
                continue
            yield self._whole_answer()

    def _literal_done(self) -> bool:
        if not self._reading_literal:
            return True
        taken = min(self._due, len(self._buffer))
        kept = min(taken, max(self._room.literal - len(self._literal), 0))
        self._keep(kept)
        self._literal += memoryview(self._buffer)[:kept]
        del self._buffer[:taken]
        self._due -= taken
        if self._due:
            return False
        self._literals.append(bytes(self._literal))
        self._literal = bytearray()
        self._reading_literal = False
        return True

    def _next_line(self) -> bytes | None:
        end = self._buffer.find(b"\r\n", self._searched)
        most = 2 * _LINE_END if self._line_begun else self._room.line
        if end > most or (end < 0 and len(self._buffer) > most):
            self._cut_line(len(self._buffer) - 1 if end < 0 else end)
            end = self._buffer.find(b"\r\n")
        if end < 0:
            self._searched = max(len(self._buffer) - 1, 0)
            return None
        line = self._line_begun + memoryview(self._buffer)[:end]
        del self._buffer[: end + 2]
        self._searched, self._line_begun, self._line_skipped = 0, b"", 0
        self._keep(len(line) + OVERHEAD)
        return line

    def _cut_line(self, known: int) -> None:
        """Keep the line's beginning, and of what is known of the rest its end, which may announce a literal."""
        self._line_skipped += known - _LINE_END
        if self._line_skipped > self._room.line_refused:
            raise ProtocolViolationError(
                f"a line longer than {max(self._room.line, self._room.line_refused)} bytes"
            )
        if not self._line_begun:
            self._line_begun = bytes(memoryview(self._buffer)[: self._room.line - _LINE_END])
        del self._buffer[: known - _LINE_END]
        self._is_cut = True

    def _begins_literal(self, line: bytes) -> bool:
        match = _LITERAL.search(line) if self._may_hold_literals(line) else None
        if match is None:
            self._texts.append(line)
            return False
        self._due = int(match[1])
        if self._due > self._room.literal_refused:
            raise ProtocolViolationError(f"a literal of {self._due} bytes")
        self._texts.append(line[: match.start()])
        self._reading_literal = True
        return True

    def _may_hold_literals(self, line: bytes) -> bool:
        # A sentence for people ("* OK ... {3}") or the end of a command may end like a literal without being one.
        return bool(self._texts) or (line.startswith(b"*") and not _FREE_TEXT.match(line))

    def _whole_answer(self) -> Answer:
        answer = Answer(tuple(self._texts), tuple(self._literals), self._is_cut)
        self._texts, self._literals, self._is_cut = [], [], False
        return answer

    def _keep(self, size: int) -> None:
        self._kept += size
        if self._kept > self._room.total:
            raise ProtocolViolationError(f"answers of more than {self._room.total} bytes")
