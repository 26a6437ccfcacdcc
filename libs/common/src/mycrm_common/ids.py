"""Identifiers that sort by the time they were made (UUID version 7, RFC 9562 section 5.7)."""

import os
from datetime import datetime


def new_id(at: datetime) -> str:
    """Return a fresh identifier of 36 characters, made at `at`."""
    milliseconds = int(at.timestamp() * 1000) & (1 << 48) - 1
    chance = int.from_bytes(os.urandom(10), "big")
    number = milliseconds << 80 | 0x7 << 76 | (chance >> 68) << 64 | 0b10 << 62 | chance & (1 << 62) - 1
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
