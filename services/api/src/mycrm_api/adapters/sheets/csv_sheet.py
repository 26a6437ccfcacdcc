"""CSV, record by record.

A quote that is never closed would swallow the rest of the file. Where a record does not end properly, only its first
line is given up, with the reason, and reading goes on with the second; what lies between is looked at twice, and
never more than a record may be long.
"""

import codecs
import csv
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from mycrm_api.domain.sheets import DELIMITERS, MOST_COLUMNS, Record, known_headers

_PIECE = 256 * 1024
# Only the end: whatever also looked for a line's beginning would try each letter of a line that has no end.
_END = re.compile(r"\r\n|\r|\n")
_MOST_LINE = 2_000_000
_MOST_LINES = 5_000
_SHOWN = 2_000
_FIRST = 50
# Stands where a line was cut; no other line ends with it, for they end with their ends.
_CUT = "\0"
# With what Hong Kong writes.
_CODECS = {"big5": "big5hkscs"}


def records(file: BinaryIO, *, charset: str, delimiter: str) -> Iterator[Record]:
    """Yield the records of a file, each with the number of its first line."""
    # It is the process's, so it is set to what this reader itself allows.
    csv.field_size_limit(_MOST_LINE)
    return _records(_lines(_texts(file, charset)), delimiter)


def delimiter_of(text: str) -> str:
    """Return what separates the cells: what shows the most known headers, else the most cells in most lines."""
    csv.field_size_limit(_MOST_LINE)
    return max(DELIMITERS, key=lambda delimiter: _likeness(text, delimiter))


def _likeness(text: str, delimiter: str) -> tuple[int, int]:
    found = []
    for record in _records(_lines([text]), delimiter):
        found.append([cell for cell in record.cells if not record.fault])
        if len(found) == _FIRST:
            break
    counts = Counter(len(cells) for cells in found if len(cells) > 1)
    usual = counts.most_common(1)
    return known_headers(found[0]) if found else 0, usual[0][1] if usual else 0


def _texts(file: BinaryIO, charset: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(_CODECS.get(charset, charset))("replace")
    is_first = True
    while piece := file.read(_PIECE):
        text = decoder.decode(piece)
        yield text.removeprefix("\ufeff") if is_first else text
        is_first = is_first and not text
    yield decoder.decode(b"", True)


def _lines(texts: Iterable[str]) -> Iterator[str]:
    """Yield lines with their ends, of any kind; of one that is too long only its beginning."""
    rest = ""
    is_cut = False
    for text in texts:
        rest += text
        # A CR at the very end may be half of a CRLF.
        end = len(rest) - 1 if rest.endswith("\r") else len(rest)
        last = 0
        for found in _END.finditer(rest, 0, end):
            if not is_cut:
                yield rest[last : found.end()]
            last, is_cut = found.end(), False
        rest = rest[last:]
        if len(rest) > _MOST_LINE:
            if not is_cut:
                yield rest[:_SHOWN].replace('"', "'") + _CUT
            rest, is_cut = rest[-1:], True
    if rest and not is_cut:
        yield rest


class _Ahead:
    """Lines that can be given back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._back: deque[str] = deque()
        self.taken: list[str] = []
        self._size = 0

    def __iter__(self) -> "_Ahead":
        return self

    def __next__(self) -> str:
        if self._size > _MOST_LINE or len(self.taken) >= _MOST_LINES:
            raise StopIteration
        line = self._back.popleft() if self._back else next(self._lines)
        self.taken.append(line)
        self._size += len(line)
        return line

    def keep(self) -> int:
        """Begin a record, and return how many lines the one before had."""
        count = len(self.taken)
        self.taken, self._size = [], 0
        return count

    def give_back(self) -> str:
        """Give back all lines of this record but the first, and return that one."""
        first, *others = self.taken
        self._back.extendleft(reversed(others))
        self.taken, self._size = [], 0
        return first


def _records(lines: Iterator[str], delimiter: str) -> Iterator[Record]:
    ahead = _Ahead(lines)
    reader = csv.reader(ahead, delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Record(line, (ahead.give_back()[:_SHOWN].rstrip("\r\n"),), fault="quotes_unbalanced")
            line += 1
            continue
        if ahead.taken[0].endswith(_CUT):
            yield Record(line, (ahead.taken[0].removesuffix(_CUT),), fault="line_long")
        elif len(cells) > MOST_COLUMNS:
            yield Record(line, tuple(cells[:MOST_COLUMNS]), fault="columns_many")
        else:
            yield Record(line, cells)
        line += ahead.keep()
