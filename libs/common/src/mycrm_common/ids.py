"""Identifiers that sort by the time they were made (UUID version 7, RFC 9562 section 5.7)."""

import os
from datetime import datetime

_CHANCE_BYTES = 10


def new_id(at: datetime) -> str:
    """Return a fresh identifier of 36 characters, made at `at`."""
    return new_ids(at, 1)[0]


def new_ids(at: datetime, count: int) -> list[str]:
    """Return so many fresh identifiers, made at `at`; chance is asked for once, because the system takes its time."""
    stem = (int(at.timestamp() * 1000) & (1 << 48) - 1) << 80 | 0x7 << 76 | 0b10 << 62
    chances = os.urandom(_CHANCE_BYTES * count)
    return [
        _written(stem, int.from_bytes(chances[start : start + _CHANCE_BYTES], "big"))
        for start in range(0, len(chances), _CHANCE_BYTES)
    ]


def _written(stem: int, chance: int) -> str:
    digits = f"{stem | (chance >> 68) << 64 | chance & (1 << 62) - 1:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
