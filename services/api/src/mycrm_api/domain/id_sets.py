"""Sets of ids: in chunks of 32768, in memory as the bits of one large number, stored as small as they are.

Few ids are stored as their two-byte numbers, many as a compressed row of bits. Intersecting two sets of a chunk is
one `&`, whatever is in them.
"""

import re
import sys
import zlib
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

SPAN = 32768
_BYTES = SPAN // 8
_FEW = 256
_LISTED, _PACKED, _PLAIN = b"\x00", b"\x01", b"\x02"
_NOT_ZERO = re.compile(rb"[^\x00]")
_IS_BIG = sys.byteorder == "big"


def bits_of(places: Iterable[int]) -> int:
    """Return a set of places in a chunk."""
    row = bytearray(_BYTES)
    for place in places:
        row[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(row, "little")


def stored(bits: int) -> bytes:
    """Return a set as it is stored."""
    if bits.bit_count() <= _FEW:
        return _LISTED + _numbers(places_of(bits))
    row = bits.to_bytes(_BYTES, "little")
    packed = zlib.compress(row, 1)
    return _PACKED + packed if len(packed) < _BYTES else _PLAIN + row


def read(data: bytes) -> int:
    """Return a stored set."""
    kind, rest = data[:1], data[1:]
    if kind == _LISTED:
        return bits_of(_listed(rest))
    return int.from_bytes(zlib.decompress(rest) if kind == _PACKED else rest, "little")


def joined(data: bytes | None, places: Collection[int]) -> bytes:
    """Return a stored set with more places in it; None is the empty one."""
    if data is None and len(places) <= _FEW:
        return _LISTED + _numbers(sorted(set(places)))
    if data is not None and data[:1] == _LISTED:
        every = {*_listed(data[1:]), *places}
        if len(every) <= _FEW:
            return _LISTED + _numbers(sorted(every))
    return stored((0 if data is None else read(data)) | bits_of(places))


def size_of(data: bytes) -> int:
    """Return how many are in a stored set."""
    return (len(data) - 1) // 2 if data[:1] == _LISTED else read(data).bit_count()


def places_of(bits: int) -> Iterator[int]:
    """Return the places in a set, the lowest first."""
    row = bits.to_bytes(_BYTES, "little")
    for found in _NOT_ZERO.finditer(row):
        at = found.start() << 3
        byte = found[0][0]
        while byte:
            lowest = byte & -byte
            yield at + lowest.bit_length() - 1
            byte ^= lowest


@dataclass(frozen=True, slots=True)
class IdSet:
    """A set of ids, by chunk."""

    chunks: Mapping[int, int]

    def __len__(self) -> int:
        return sum(bits.bit_count() for bits in self.chunks.values())

    def __contains__(self, one: int) -> bool:
        return bool((self.chunks.get(one // SPAN, 0) >> (one % SPAN)) & 1)

    def __iter__(self) -> Iterator[int]:
        for chunk in sorted(self.chunks):
            yield from (chunk * SPAN + place for place in places_of(self.chunks[chunk]))

    def __and__(self, other: "IdSet") -> "IdSet":
        both = self.chunks.keys() & other.chunks.keys()
        met = {chunk: self.chunks[chunk] & other.chunks[chunk] for chunk in both}
        return IdSet({chunk: bits for chunk, bits in met.items() if bits})

    def __or__(self, other: "IdSet") -> "IdSet":
        all_chunks = self.chunks.keys() | other.chunks.keys()
        return IdSet({chunk: self.chunks.get(chunk, 0) | other.chunks.get(chunk, 0) for chunk in all_chunks})

    def __sub__(self, other: "IdSet") -> "IdSet":
        return IdSet({chunk: bits & ~other.chunks.get(chunk, 0) for chunk, bits in self.chunks.items()})


def id_set(ids: Iterable[int]) -> IdSet:
    """Return these ids as a set."""
    chunks: dict[int, list[int]] = {}
    for one in ids:
        chunks.setdefault(one // SPAN, []).append(one % SPAN)
    return IdSet({chunk: bits_of(places) for chunk, places in chunks.items()})


def _listed(data: bytes) -> "array[int]":
    numbers = array("H", data)
    if _IS_BIG:
        numbers.byteswap()
    return numbers


def _numbers(places: Iterable[int]) -> bytes:
    numbers = array("H", places)
    if _IS_BIG:
        numbers.byteswap()
    return numbers.tobytes()
