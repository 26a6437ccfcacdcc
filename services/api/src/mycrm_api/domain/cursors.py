"""Cursors: where a page of a list ends, as text that a caller hands back.

A cursor holds the keys of the row at the edge, the sort, a digest of the filter and the direction. It names a
place between rows, not a number of rows, so pages neither repeat nor skip when the list changes meanwhile. It
belongs to one list: with another sort or filter, or changed by hand, it is refused.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Generic, TypeVar

from mycrm_common.errors import FieldFault, Kind, MyCRMError

Key = int | str | datetime | None
Item = TypeVar("Item")

_MOST_CHARACTERS = 4_000
_LARGEST = 2**63 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[Item]):
    """Some items of a list, and the ways on; `total` counts the whole list, None where that would take too long."""

    items: Sequence[Item]
    next_cursor: str | None
    previous_cursor: str | None
    total: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Cursor:
    """A place in a list: just past the row with these keys, or just before it if it is to be included.

    The last key is the row's id.
    """

    keys: tuple[Key, ...]
    backwards: bool = False
    including: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """The list that a cursor belongs to: its sort, its filter, and of which types the keys are."""

    sort: str
    kinds: tuple[type, ...]
    filters: Mapping[str, object] = field(default_factory=dict)

    def write(self, cursor: Cursor) -> str:
        """Return a cursor as text."""
        told = {
            "sort": self.sort,
            "filter": self._digest(),
            "keys": [key.isoformat() if isinstance(key, datetime) else key for key in cursor.keys],
            "back": cursor.backwards,
            "incl": cursor.including,
        }
        raw = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")

    def read(self, text: str | None) -> Cursor | None:
        """Return the cursor that a text holds; one that is not of this list is `cursor_invalid`."""
        if text is None:
            return None
        try:
            return self._read(text)
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            fault = FieldFault(field="cursor", code="cursor_invalid", message="begin again without it")
            detail = "the cursor is not one of this list"
            raise MyCRMError("cursor_invalid", Kind.INVALID, detail, errors=[fault]) from error

    def _read(self, text: str) -> Cursor:
        if len(text) > _MOST_CHARACTERS:
            raise ValueError("too long")
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        told = json.loads(raw)
        if not isinstance(told, dict) or (told.get("sort"), told.get("filter")) != (
            self.sort,
            self._digest(),
        ):
            raise ValueError("of another list")
        keys, backwards, including = told.get("keys"), told.get("back"), told.get("incl")
        if not (isinstance(keys, list) and isinstance(backwards, bool) and isinstance(including, bool)):
            raise TypeError("misshapen")
        *others, last = zip(keys, self.kinds, strict=True)
        read = [None if key is None else _typed(key, kind) for key, kind in others]
        return Cursor(keys=(*read, _typed(*last)), backwards=backwards, including=including)

    def _digest(self) -> str:
        told = json.dumps(self.filters, sort_keys=True, default=str)
        return sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _typed(value: Any, kind: type) -> Key:
    if kind is datetime and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("a moment without a zone")
        return moment.astimezone(UTC)
    if kind is int and isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST:
        return value
    if kind is str and isinstance(value, str):
        value.encode()  # Half a character raises, as it would in the database.
        return value
    raise ValueError("a key of another type")
