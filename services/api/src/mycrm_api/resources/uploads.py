"""A file in a multipart body, as it comes: nothing of it is kept in memory but the piece that has just arrived."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from mycrm_common.errors import FieldFault, Kind, MyCRMError

MULTIPART = "multipart/form-data"
_PIECE = 64 * 1024
_PATIENCE_SECONDS = 20.0
_MOST_NAME = 255
_MOST_PARTS = 20


class Upload:
    """The first part of a body that is called `file`."""

    def __init__(self, parts: MultipartReader, file: BodyPartReader) -> None:
        self._parts = parts
        self._file = file

    @property
    def name(self) -> str:
        """The file's own name, without folders."""
        name = (self._file.filename or "").replace("\\", "/").rpartition("/")[2]
        printable = "".join(letter for letter in name if letter.isprintable())
        return printable.encode("utf-8", "replace").decode()[-_MOST_NAME:] or "file"

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the file, and fail unless all of the body has come."""
        while True:
            with _told():
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    piece = await self._file.read_chunk(_PIECE)
            if not piece:
                break
            yield piece
        with _told():
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await _end(self._parts)


async def upload_of(request: web.Request) -> Upload:
    """Return the file of a request."""
    with _told():
        parts = await request.multipart()
        for _ in range(_MOST_PARTS):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                part = await parts.next()
            if part is None:
                break
            if isinstance(part, BodyPartReader) and part.name == "file":
                return Upload(parts, part)
    fault = FieldFault(field="file", code="field_missing", message="send the file as the part `file`")
    raise MyCRMError("request_invalid", Kind.INVALID, "there is no file in it", errors=[fault])


async def _end(parts: MultipartReader) -> None:
    for _ in range(_MOST_PARTS):
        if await parts.next() is None:
            return
    raise ValueError("too many parts")


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise MyCRMError("body_unreadable", Kind.INVALID, "it did not come in time") from None
    # What is wrong with the shape of a body is told in these ways.
    except (
        web.RequestPayloadError,
        HttpProcessingError,
        ConnectionError,
        ValueError,
        AssertionError,
        RuntimeError,
    ) as error:
        detail = "it did not come whole, or not as it was announced"
        raise MyCRMError("body_unreadable", Kind.INVALID, detail) from error
