"""Values as MariaDB reads them inside a statement.

The driver has no way to send values beside a statement: it writes them into it. Its own way looks at every letter
of a text, which for a mail in Chinese takes longer than all else that is done to store it. Here a text is searched
for the three letters that matter, at the speed of a search in memory. The session's `sql_mode` (see `engine`) lets a
backslash be what it is by default; its charset is UTF-8, where none of the three is part of another letter.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

_ZONE: Final = -len("+00:00")


@dataclass(frozen=True, slots=True)
class Written:
    """A piece of a statement whose values are literals already."""

    sql: str


def literal(value: Any) -> str:
    """Return the value as it stands in a statement; a moment without a zone is refused."""
    try:
        return WRITERS[type(value)](value)
    except KeyError as unknown:
        raise _no_literal(unknown.args[0]) from None


def _no_literal(kind: type) -> TypeError:
    return TypeError(f"a {kind.__name__} cannot be stored")


def tuples(rows: Iterable[Sequence[Any]], *, same: Sequence[Any]) -> Iterable[str]:
    """Return each row in brackets, with the values behind it that all of them have."""
    tail = "".join("," + literal(value) for value in same) + ")"
    writers = WRITERS
    for row in rows:
        try:
            yield f"({','.join([writers[type(value)](value) for value in row])}{tail}"
        except KeyError as unknown:
            raise _no_literal(unknown.args[0]) from None


def _bytes(value: bytes) -> str:
    # What is ASCII, as nearly all events are, is half as long as text.
    return f"_binary{_text(value.decode('ascii'))}" if value.isascii() else f"x'{value.hex()}'"


def _text(value: str) -> str:
    # Each of these gives back the text itself where there is nothing to replace.
    value = value.replace("\\", "\\\\").replace("'", "\\'").replace("\0", "\\0")
    return f"'{value}'"


def _moment(value: datetime) -> str:
    if value.tzinfo is UTC:
        return f"'{value.isoformat(' ')[:_ZONE]}'"
    if value.tzinfo is None:
        message = "a moment without a zone cannot be stored"
        raise ValueError(message)
    return f"'{value.astimezone(UTC).replace(tzinfo=None)}'"


WRITERS: Final[dict[type, Callable[[Any], str]]] = {
    str: _text,
    int: str,
    bytes: _bytes,
    type(None): lambda _: "NULL",
    bool: lambda value: str(int(value)),
    datetime: _moment,
}
