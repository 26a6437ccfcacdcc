"""Lists of words that can be refreshed while MyCRM runs: a file is read again when it has changed."""

from collections.abc import Collection
from pathlib import Path


class Words:
    """Some words, or those of a file, one a line; what comes after a # is left out.

    A file that cannot be read leaves the words as they were: a list of yesterday is better than none.
    """

    def __init__(self, words: Collection[str], *, file: Path | None = None) -> None:
        self._words = words
        self._file = file
        self._seen: tuple[int, int] | None = None

    def has(self, word: str) -> bool:
        """Tell whether a word is among them by now."""
        if self._file is not None:
            self._refresh(self._file)
        return word.lower() in self._words

    def _refresh(self, file: Path) -> None:
        try:
            state = file.stat()
            seen = (state.st_mtime_ns, state.st_size)
            if seen == self._seen:
                return
            lines = file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return
        self._words = {word for line in lines if (word := line.partition("#")[0].strip().lower())}
        self._seen = seen
