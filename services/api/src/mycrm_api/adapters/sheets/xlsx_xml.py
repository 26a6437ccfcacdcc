"""The XML inside a workbook: the links of the workbook, its texts, and the rows of a sheet, as they stream by."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from xml.parsers import expat

from mycrm_api.domain.sheets import MOST_COLUMNS

Found = TypeVar("Found")

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PLACE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
MOST_TEXT = 200_000
_MOST_SILENCE = 4 * 1024 * 1024
_MOST_DEPTH = 100
_MOST_DIGITS = 7
# Beyond it a float does not hold every whole number.
_LARGEST = 1e15
_RUN = frozenset({"t"})
_VALUE = frozenset({"t", "v"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet; a cell is its text, or the place of its text among the workbook's."""

    line: int
    cells: Sequence[str | int]
    fault: str = ""


class Reading(Generic[Found]):
    """What is read of one part: elements by their local names, and their text."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self.text
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._silence = 0
        self._depth = 0

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Note that an element begins."""

    def end(self, name: str) -> None:
        """Note that an element ends."""

    def text(self, text: str) -> None:
        """Note a piece of text."""

    def feed(self, piece: bytes) -> None:
        """Read on."""
        self._silence += len(piece)
        if self._silence > _MOST_SILENCE:
            raise ValueError("one element is too large")
        self._parser.Parse(piece, False)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._silence = 0
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise ValueError("it is nested too deeply")
        self.begin(_local(name), attributes)

    def _end(self, name: str) -> None:
        self._silence = 0
        self._depth -= 1
        self.end(_local(name))

    def _refuse(self, *_: Any) -> None:
        raise ValueError("it defines entities")


def fed(reading: Reading[Found], piece: bytes) -> list[Found]:
    """Read a piece, and return what has become whole by it."""
    reading.feed(piece)
    found, reading.found = reading.found, []
    return found


class Workbook(Reading[None]):
    """Which sheet comes first of those that are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.sheet: str | None = None

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Note the sheet by the id of its relation."""
        if name == "sheet" and self.sheet is None and attributes.get("state", "visible") == "visible":
            self.sheet = next((said for key, said in attributes.items() if _local(key) == "id"), None)


class Relations(Reading[None]):
    """Where the parts of a workbook lie: by the ids of their relations, and the shared texts."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: dict[str, str] = {}
        self.texts: str | None = None

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Note what a relation leads to."""
        if name == "Relationship":
            target = attributes.get("Target", "")
            self.targets[attributes.get("Id", "")] = target
            if attributes.get("Type", "").endswith("/sharedStrings"):
                self.texts = target


class _Written(Reading[Found]):
    """Text that is put together from runs; what tells how it is pronounced is left out."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] | None = None
        self._length = 0
        self._spoken = 0

    def text(self, text: str) -> None:
        """Note a piece of text, as far as anybody could want it."""
        if self._parts is not None and not self._spoken and self._length <= MOST_TEXT:
            self._parts.append(text)
            self._length += len(text)

    def _open(self, name: str, *, carriers: frozenset[str]) -> None:
        if name == "rPh":
            self._spoken += 1
        elif name in carriers and self._parts is None:
            self._parts = []

    def _taken(self) -> str:
        text = "".join(self._parts or ())
        self._parts, self._length = None, 0
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class Texts(_Written[str]):
    """The shared texts, one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self._whole = ""

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Note that a text or a run of it begins."""
        del attributes
        self._open(name, carriers=_RUN)

    def end(self, name: str) -> None:
        """Put runs together, and texts with the others."""
        if name == "rPh":
            self._spoken -= 1
        elif name == "t":
            self._whole += self._taken()
        elif name == "si":
            self.found.append(self._whole)
            self._whole = ""


class Rows(_Written[Row]):
    """The rows of a sheet that hold anything."""

    def __init__(self) -> None:
        super().__init__()
        self._line = 0
        self._place = 0
        self._kind = ""
        self._value = ""
        self._cells: dict[int, str | int] = {}

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Note where a row or a cell stands."""
        if name == "row":
            said = attributes.get("r", "")
            self._line = int(said) if said.isdigit() and len(said) <= _MOST_DIGITS else self._line + 1
            self._cells, self._place = {}, 0
        elif name == "c":
            found = _PLACE.fullmatch(attributes.get("r", ""))
            self._place = _column(found[1]) if found else self._place + 1
            self._kind, self._value = attributes.get("t", "n"), ""
        else:
            self._open(name, carriers=_VALUE)

    def end(self, name: str) -> None:
        """Put the value of a cell into its row, and the row with the others."""
        if name == "rPh":
            self._spoken -= 1
        elif name in _VALUE:
            self._value += self._taken()
        elif name == "c" and self._value:
            # One past the most tells that there were too many.
            self._cells[min(self._place, MOST_COLUMNS + 1)] = _cell(self._kind, self._value)
        elif name == "row" and self._cells:
            self.found.append(self._row())

    def _row(self) -> Row:
        width = max(self._cells)
        cells = [self._cells.get(place, "") for place in range(1, width + 1)]
        return Row(self._line, cells, fault="columns_many" if width > MOST_COLUMNS else "")


def _cell(kind: str, value: str) -> str | int:
    if kind == "s":
        return int(value)
    if kind == "n":
        return _number(value)
    return value


def _number(value: str) -> str:
    """Return a number as people read it: a telephone number is stored as 1.3800138E10."""
    try:
        number = float(value)
    except ValueError:
        return value
    return str(int(number)) if number.is_integer() and abs(number) < _LARGEST else value


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _local(name: str) -> str:
    return name.rpartition(":")[2]
