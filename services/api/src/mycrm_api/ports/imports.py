"""Imports: the files, their pieces, what their rows mean, and reading tables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO, Protocol

from mycrm_api.domain.cursors import Page
from mycrm_api.domain.customers import NewCustomer
from mycrm_api.domain.import_rows import Cause, ImportRow, Reason
from mycrm_api.domain.imports import Import, ImportState
from mycrm_api.domain.sheets import Layout, Record, Wish
from mycrm_common.work import Reading, Work


class Shelf(Protocol):
    """Keeps the blocks of a workbook's texts while its rows are read."""

    def put(self, position: int, block: bytes) -> None:
        """Put a block in its place."""
        ...

    def get(self, position: int) -> bytes | None:
        """Return the block at that place."""
        ...


class Sheets(Protocol):
    """Reads tables that people send."""

    def look(self, file: BinaryIO, wish: Wish, shelf: Shelf) -> Layout:
        """Return how a file is laid out, where that was not said as far as it can be found."""
        ...

    def records(self, file: BinaryIO, layout: Layout, shelf: Shelf) -> Iterator[Record]:
        """Yield the records of a file below its header."""
        ...


class Imports(Protocol):
    """The imports."""

    async def begin(self, work: Work, *, file_name: str, by: str, wish: Wish) -> int:
        """Write down that a file is being sent, and return its number."""
        ...

    async def by_id(self, reading: Reading, import_id: int) -> Import | None:
        """Return the import of that id."""
        ...

    async def hold(self, work: Work, import_id: int) -> Import | None:
        """Return the import as it stands, and let nobody else carry it on before this work is done."""
        ...

    async def page(self, reading: Reading, *, cursor: str | None, limit: int) -> Page[Import]:
        """Return a page of the imports, the newest first."""
        ...

    async def names(self, reading: Reading, signatures: Iterable[str]) -> Mapping[str, str]:
        """Return the names of those who have sent files; an account that is gone has none."""
        ...

    async def moving(self, reading: Reading) -> list[int]:
        """Return the ids of the imports that are to be carried on."""
        ...

    async def put(
        self,
        work: Work,
        import_id: int,
        *,
        layout: tuple[Wish, Layout | None] | None = None,
        counts: dict[str, int] | None = None,
        error: tuple[str, str] | None = None,
        **values: Any,
    ) -> None:
        """Write down how an import stands now; what is not said stays as it is."""
        ...

    async def forget(self, work: Work, import_id: int, *, limit: int) -> bool:
        """Remove some of an import; False when nothing of it is left."""
        ...

    async def old(
        self, reading: Reading, states: Iterable[ImportState], *, changed_before: datetime, limit: int
    ) -> list[int]:
        """Return the ids of imports in these states whose time is over."""
        ...


class ImportPieces(Protocol):
    """Files in pieces."""

    async def put(self, work: Work, import_id: int, part: str, *, position: int, piece: bytes) -> None:
        """Put a piece in its place; another one may have been there."""
        ...

    async def get(self, reading: Reading, import_id: int, part: str, *, position: int) -> bytes | None:
        """Return the piece at that place."""
        ...

    async def remove(self, work: Work, import_id: int, *, limit: int) -> bool:
        """Remove some pieces; False when there was none."""
        ...

    async def of_read_files(self, reading: Reading) -> list[int]:
        """Return the imports of whose files nothing is to be read any more."""
        ...


class ImportRows(Protocol):
    """What the rows of files mean."""

    async def page(
        self,
        reading: Reading,
        import_id: int,
        *,
        kinds: Sequence[str],
        reason: str | None,
        cursor: str | None,
        limit: int,
    ) -> Page[ImportRow]:
        """Return a page of an import's rows, in the order of the file."""
        ...

    async def after(
        self, reading: Reading, import_id: int, *, number: int, kinds: Sequence[str], limit: int
    ) -> list[ImportRow]:
        """Return the rows that follow a number."""
        ...

    async def by_email(self, reading: Reading, import_id: int, keys: Iterable[str]) -> list[ImportRow]:
        """Return the rows of these addresses."""
        ...

    async def in_state(self, work: Work, import_id: int, state: str, *, limit: int) -> list[ImportRow]:
        """Return the first rows in that state."""
        ...

    async def put(self, work: Work, import_id: int, rows: Sequence[ImportRow]) -> None:
        """Write rows down, over what was there under their numbers."""
        ...

    async def settle(
        self,
        work: Work,
        import_id: int,
        numbers: Iterable[int],
        *,
        state: str,
        reason: Reason | None = None,
    ) -> None:
        """Write down what has become of rows; a reason makes them conflicts."""
        ...

    async def settle_added(self, work: Work, import_id: int, numbers: Iterable[int]) -> None:
        """Write down that the customers of these rows have been added, and who they are."""
        ...

    async def deleted_before(
        self, reading: Reading, keys: Iterable[str], *, since: datetime
    ) -> dict[str, tuple[int, str, datetime]]:
        """Return who of these addresses was deleted since a moment: id, name and when, the last of each."""
        ...

    async def clear(self, work: Work, import_id: int, *, limit: int) -> bool:
        """Remove some rows; False when there was none."""
        ...

    async def causes(self, reading: Reading, import_id: int, *, limit: int) -> list[Cause]:
        """Return why rows are not taken, the most frequent cause first."""
        ...

    async def counts(self, reading: Reading, import_id: int) -> Mapping[str, int]:
        """Count the rows by kind."""
        ...


class NewCustomers(Protocol):
    """Many new customers at once."""

    async def add_some(self, work: Work, new: Sequence[NewCustomer]) -> list[int]:
        """Write new customers down by few statements, and return their ids."""
        ...
