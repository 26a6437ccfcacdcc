"""What the command says: in the reader's language, or as raw JSON; and nothing that a terminal would obey."""

import json
import shutil
import sys
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any
from unicodedata import east_asian_width

from mycrm_embedded.api import Answer, RefusedError

# English and Chinese.
Words = tuple[str, str]

_GAP = "  "
_PROBLEMS: dict[str, Words] = {
    "connection_lost": (
        "MyCRM gave no answer to the end; look whether it was done, then try again",
        "MyCRM 未给出完整应答；请先确认操作是否已完成，再重试",
    ),
    "database_busy": ("the database is busy; try again", "数据库繁忙，请重试"),
    "database_unavailable": ("the database does not answer", "数据库没有响应"),
    "doctor_found": ("something needs a look", "有需要处理的问题"),
    "columns_wrong": ("it is unclear which columns are which", "无法确定各列的含义"),
    "import_empty": ("there are no rows in this file", "文件中没有数据行"),
    "import_not_found": ("there is no such import", "没有这次导入"),
    "import_state_wrong": ("the import is in a state that does not take this", "导入当前的状态不允许此操作"),
    "internal_error": (
        "a fault of MyCRM; the log has the details",
        "MyCRM 内部错误，详情见日志",
    ),
    "parked_not_found": ("there is no such parked event", "没有这个搁置的事件"),
    "parked_unreadable": (
        "this event can only be looked at, not tried again",
        "该事件只能查看，无法重新投递",
    ),
    "request_invalid": ("something was given that is not acceptable", "提供的内容不被接受"),
    "sheet_unreadable": ("this file cannot be read as a table", "无法将该文件作为表格读取"),
    "storage_full": ("the disk is full; nothing was stored", "磁盘已满，未保存任何内容"),
}


def said(words: Words, *, language: str) -> str:
    """Return the words in a language."""
    return words[1] if language == "zh-CN" else words[0]


class Speech:
    """Tells whoever typed a command what came of it."""

    def __init__(self, *, language: str, raw: bool, zone: tzinfo | None = None) -> None:
        self.language = language
        self._raw = raw
        self._zone = zone

    def answer(self, answer: Answer, *lines: str) -> None:
        """Print what the API answered: these lines, or the answer itself for whoever asked for JSON."""
        for line in (answer.raw,) if self._raw else lines:
            sys.stdout.write(line + "\n")

    def word(self, words: Words, **values: object) -> str:
        """Return one line in the reader's language, with values that are harmless."""
        harmless = {name: printable(str(value)) for name, value in values.items()}
        return said(words, language=self.language).format_map(harmless)

    def field(self, label: Words, value: object) -> str:
        """Return one line that gives a value its name."""
        name = said(label, language=self.language)
        return f"{name}{'：' if self.language == 'zh-CN' else ': '}{printable(str(value))}"

    def refusal(self, refused: RefusedError) -> None:
        """Tell why the API did not do it."""
        detail = printable(refused.detail or refused.title)
        words = _PROBLEMS.get(refused.code, (detail, detail))
        # The API's own words are English, and tell more.
        told = [said((detail or words[0], f"{words[1]}（{detail}）"), language=self.language)]
        told += [printable(f"{field}: {message}") for field, message in refused.faults]
        sys.stderr.write(f"mycrm: {'; '.join(told)} [{printable(refused.code)}]\n")

    def moment(self, text: str) -> str:
        """Return an API's time as the clock on the wall shows it."""
        return datetime.fromisoformat(text).astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S %z")

    def table(self, heads: Sequence[Words], rows: Sequence[Sequence[object]]) -> list[str]:
        """Return lines with aligned columns; the last column ends where the terminal does."""
        cells = [[said(head, language=self.language) for head in heads]]
        cells += [[printable(str(value)) for value in row] for row in rows]
        widths = [max(_width(row[place]) for row in cells) for place in range(len(heads))]
        lines = [
            _GAP.join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
            for row in cells
        ]
        columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        return [_cut(line.rstrip(), columns) for line in lines]


def printable(text: str) -> str:
    """Return a text on one line, without what a terminal would obey."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape", "replace").decode("ascii")
        for letter in text
    )


def laid_out(text: str) -> list[str]:
    """Return the lines of a body: JSON with a line per field, anything else as it is."""
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return [printable(line) for line in text.split("\n")]
    return [printable(line) for line in json.dumps(value, ensure_ascii=False, indent=2).split("\n")]


def _width(text: str) -> int:
    # Chinese letters take two columns.
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _cut(line: str, columns: int | None) -> str:
    if columns is None or _width(line) <= columns:
        return line
    while _width(line) >= columns:
        line = line[:-1]
    return line + "…"
