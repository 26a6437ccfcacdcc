"""XLSX, row by row: the first visible sheet of a workbook, with memory that stays flat.

A workbook is a zip of XML. Its texts lie apart from its cells (`sharedStrings`), so they are put on a shelf first, in
blocks, and looked up as the rows need them. What unfolds to very much more than it was, what is nested, and what
defines entities is refused: no spreadsheet program writes it.
"""

import json
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from posixpath import normpath
from typing import BinaryIO, TypeVar
from xml.parsers.expat import ExpatError

from mycrm_api.adapters.sheets.xlsx_xml import Relations, Rows, Texts, Workbook, fed
from mycrm_api.domain.sheets import Record
from mycrm_api.ports.imports import Shelf
from mycrm_common.errors import Kind, MyCRMError

Parts = TypeVar("Parts", Workbook, Relations)

_PIECE = 64 * 1024
_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_MOST_SMALL = 4 * 1024 * 1024
_MOST_PARTS = 10_000
# Deflate reaches 1,032 to 1, and sheets that repeat themselves a hundred.
_MOST_RATIO = 250
_HARMLESS = 64 * 1024 * 1024
_BLOCK = 1_000
_MOST_SHELVED = 16_000_000


def put_texts(file: BinaryIO, shelf: Shelf) -> None:
    """Put the texts of a workbook on the shelf, in blocks of a thousand."""
    with _opened(file) as archive:
        path = _path(_part(archive, _RELATIONS, Relations()).texts)
        if path is None or path not in archive.namelist():
            return
        texts = Texts()
        block: list[str] = []
        position = 0
        for piece in _pieces(archive, path):
            block += fed(texts, piece)
            while len(block) >= _BLOCK:
                shelf.put(position, _packed(block[:_BLOCK]))
                block, position = block[_BLOCK:], position + 1
        shelf.put(position, _packed(block))


def rows(file: BinaryIO, shelf: Shelf) -> Iterator[Record]:
    """Yield the rows of the first visible sheet that hold anything."""
    with _opened(file) as archive:
        shown = _part(archive, _WORKBOOK, Workbook()).sheet
        path = _path(_part(archive, _RELATIONS, Relations()).targets.get(shown or ""))
        if path is None or path not in archive.namelist():
            raise _unreadable("there is no sheet in it")
        sheet = Rows()
        texts = _Shelved(shelf)
        for piece in _pieces(archive, path):
            for row in fed(sheet, piece):
                yield Record(row.line, [texts.of(cell) for cell in row.cells], fault=row.fault)


class _Shelved:
    """Looks texts up, and keeps the blocks that were asked for last."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._blocks: OrderedDict[int, tuple[list[str], int]] = OrderedDict()
        self._size = 0

    def of(self, cell: str | int) -> str:
        """Return the text of a cell, which holds it or names its place."""
        if isinstance(cell, str):
            return cell
        position, place = divmod(cell, _BLOCK)
        block = self._block(position)
        if place >= len(block):
            raise _unreadable("a cell names a text that is not there")
        return block[place]

    def _block(self, position: int) -> list[str]:
        if position in self._blocks:
            self._blocks.move_to_end(position)
            return self._blocks[position][0]
        packed = self._shelf.get(position)
        if packed is None:
            raise _unreadable("a cell names a text that is not there")
        block: list[str] = json.loads(zlib.decompress(packed))
        size = sum(map(len, block))
        self._blocks[position] = block, size
        self._size += size
        while self._size > _MOST_SHELVED and len(self._blocks) > 1:
            self._size -= self._blocks.popitem(last=False)[1][1]
        return block


@contextmanager
def _opened(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    try:
        file.seek(0)
        with zipfile.ZipFile(file) as archive:
            if len(archive.infolist()) > _MOST_PARTS:
                raise _unreadable("there are too many parts in it")
            yield archive
    # What a zip may be broken by is told by its readers in many ways.
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ExpatError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OverflowError,
    ) as error:
        raise _unreadable(str(error)[:200]) from error


def _part(archive: zipfile.ZipFile, path: str, reading: Parts) -> Parts:
    if path not in archive.namelist():
        raise _unreadable("there is no workbook in it")
    for piece in _pieces(archive, path, most=_MOST_SMALL):
        fed(reading, piece)
    return reading


def _path(target: str | None) -> str | None:
    if target is None:
        return None
    return normpath(target.lstrip("/") if target.startswith("/") else f"xl/{target}")


def _pieces(archive: zipfile.ZipFile, path: str, *, most: int | None = None) -> Iterator[bytes]:
    part = archive.getinfo(path)
    bound = max(_HARMLESS, _MOST_RATIO * part.compress_size) if most is None else most
    if part.file_size > bound:
        raise _unreadable("it unfolds to far too much")
    with archive.open(part) as opened:
        while piece := opened.read(_PIECE):
            yield piece


def _packed(block: list[str]) -> bytes:
    return zlib.compress(json.dumps(block, ensure_ascii=False).encode("utf-8", "surrogatepass"), 1)


def _unreadable(reason: str) -> MyCRMError:
    return MyCRMError("sheet_unreadable", Kind.INVALID, f"this is no workbook that can be read: {reason}")
