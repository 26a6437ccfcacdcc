"""Writes Outlook's package (winmail.dat) as MS-OXTNEF describes it, for odd mails."""

import struct


def package(*, page: str = "", plain: str = "", old_plain: str = "", files: int = 1) -> bytes:
    """A package with its text as a page, as wide text or as an attribute of its own, and so many files."""
    properties = [_number(0x0FFE, 5)]
    if page:
        properties.append(_variable(0x102, 0x1013, page.encode("gbk")))
    if plain:
        properties.append(_variable(0x1F, 0x1000, plain.encode("utf-16-le") + b"\0\0"))
    attributes = [
        _attribute(1, 0x00089006, struct.pack("<I", 0x00010000)),
        _attribute(1, 0x00069007, struct.pack("<II", 936, 0)),
        *([_attribute(1, 0x0002800C, old_plain.encode("gbk") + b"\0")] if old_plain else []),
        _attribute(1, 0x00069003, struct.pack("<I", len(properties) + 1) + _named() + b"".join(properties)),
        *(_attribute(2, 0x0006800F, bytes(200)) for _ in range(files)),
    ]
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(attributes)


def _attribute(level: int, name: int, value: bytes) -> bytes:
    return struct.pack("<BII", level, name, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def _number(tag: int, value: int) -> bytes:
    return struct.pack("<HHI", 0x03, tag, value)


def _variable(kind: int, tag: int, value: bytes) -> bytes:
    return struct.pack("<HHII", kind, tag, 1, len(value)) + value + bytes(-len(value) % 4)


def _named() -> bytes:
    name = "x".encode("utf-16-le")
    return (
        struct.pack("<HH16sII", 0x1E, 0x8001, bytes(16), 1, len(name))
        + name
        + b"\0\0"
        + struct.pack("<II", 1, 8)
        + b"longtext"
    )
