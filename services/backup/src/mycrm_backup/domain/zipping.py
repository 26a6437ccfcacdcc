"""A zip file written straight through: bytes go in, bytes of the archive come out, nothing is held back.

Sizes are not known when a member begins, so they follow it (a data descriptor), and every member is written in the
64-bit form, whatever it will hold. Level 1 of deflate is chosen because the dump is what takes the time.
"""

import zlib
from dataclasses import dataclass
from datetime import datetime
from struct import pack

_LEVEL = 1
_VERSION = 45
_STREAMED_UTF8 = 0x0808
_DEFLATED = 8
_ALL_32, _ALL_16 = 0xFFFFFFFF, 0xFFFF
_FILE_MODE = 0o100600 << 16


@dataclass(frozen=True, kw_only=True, slots=True)
class _Member:
    name: bytes
    crc: int
    packed: int
    size: int
    offset: int


class ZipWriter:
    """One archive, member after member."""

    def __init__(self, *, at: datetime) -> None:
        self._at = pack(
            "<HH",
            at.hour << 11 | at.minute << 5 | at.second // 2,
            (max(at.year, 1980) - 1980) << 9 | at.month << 5 | at.day,
        )
        self._members: list[_Member] = []
        self._place = 0
        self._name = b""
        self._start = self._crc = self._size = self._packed = 0
        self._deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15)

    def begin(self, name: str) -> bytes:
        """Begin a member."""
        self._name = name.encode()
        self._start, self._crc, self._size, self._packed = self._place, 0, 0, 0
        self._deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15)
        extra = pack("<HHQQ", 1, 16, 0, 0)
        head = pack("<IHHH", 0x04034B50, _VERSION, _STREAMED_UTF8, _DEFLATED) + self._at
        head += pack("<IIIHH", 0, _ALL_32, _ALL_32, len(self._name), len(extra))
        return self._gone(head + self._name + extra)

    def add(self, piece: bytes) -> bytes:
        """Add to the member."""
        self._crc = zlib.crc32(piece, self._crc)
        self._size += len(piece)
        packed = self._deflate.compress(piece)
        self._packed += len(packed)
        return self._gone(packed)

    def end(self) -> bytes:
        """End the member."""
        rest = self._deflate.flush()
        self._packed += len(rest)
        self._members.append(
            _Member(name=self._name, crc=self._crc, packed=self._packed, size=self._size, offset=self._start)
        )
        return self._gone(rest + pack("<IIQQ", 0x08074B50, self._crc, self._packed, self._size))

    def close(self) -> bytes:
        """End the archive."""
        begin = self._place
        directory = b"".join(self._entry(member) for member in self._members)
        count, end = len(self._members), begin + len(directory)
        directory += pack(
            "<IQHHIIQQQQ",
            0x06064B50,
            44,
            _VERSION,
            _VERSION,
            0,
            0,
            count,
            count,
            len(directory),
            begin,
        )
        directory += pack("<IIQI", 0x07064B50, 0, end, 1)
        directory += pack("<IHHHHIIH", 0x06054B50, 0, 0, _ALL_16, _ALL_16, _ALL_32, _ALL_32, 0)
        return self._gone(directory)

    def _entry(self, member: _Member) -> bytes:
        extra = pack("<HHQQQ", 1, 24, member.size, member.packed, member.offset)
        head = pack("<IHHHH", 0x02014B50, 3 << 8 | _VERSION, _VERSION, _STREAMED_UTF8, _DEFLATED) + self._at
        head += pack("<IIIHHH", member.crc, _ALL_32, _ALL_32, len(member.name), len(extra), 0)
        return head + pack("<HHII", 0, 0, _FILE_MODE, _ALL_32) + member.name + extra

    def _gone(self, piece: bytes) -> bytes:
        self._place += len(piece)
        return piece
