"""What an IMAP server says of a mail's structure, and the bytes of its sections, for well-made mails.

It stands in for a server, so it shares no code with the product; a contract test compares it with a real one.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

from mycrm_mail_fetcher.domain.structure import Structure

_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True)
class Piece:
    """A mail or a part of one, cut from its bytes."""

    header: bytes
    body: bytes
    children: tuple["Piece", ...] = ()

    @property
    def fields(self) -> Message:
        return message_from_bytes(self.header)

    @property
    def is_mail(self) -> bool:
        return self.fields.get_content_type() == "message/rfc822"


def cut(raw: bytes) -> Piece:
    """The mail as a tree of pieces."""
    found = _END_OF_HEADER.search(raw)
    end = found.end() if found else len(raw)
    header, body = raw[:end], raw[end:]
    fields = message_from_bytes(header)
    boundary = fields.get_boundary()
    if fields.get_content_type() == "message/rfc822":
        return Piece(header, body, (cut(body),))
    if fields.get_content_maintype() != "multipart" or not boundary:
        return Piece(header, body)
    mark = rb"(?:\A|\r?\n)--" + re.escape(boundary.encode()) + rb"(?:--[^\n]*(?:\n.*)?\Z|[ \t]*\r?\n)"
    return Piece(header, body, tuple(cut(part) for part in re.split(mark, body, flags=re.DOTALL)[1:-1]))


def described(raw: bytes) -> Structure:
    """The structure that a server tells of this mail."""
    mail = cut(raw)
    return _described(mail, "" if _is_multipart(mail) else "1")


def section(raw: bytes, name: str) -> bytes | None:
    """The bytes of a section as a server gives them, or None where the mail has none of that name."""
    numbers, _, special = re.fullmatch(r"([\d.]*?)(\.?)(HEADER|MIME|TEXT|)", name).groups()  # type: ignore[union-attr]  # it matches any section
    mail, part = cut(raw), None
    for number in (int(digits) for digits in numbers.split(".") if digits):
        part = _child(mail if part is None else part, number)
        if part is None:
            return None
    if part is None:
        return {"HEADER": mail.header, "TEXT": mail.body, "": raw}.get(special)
    if special in ("HEADER", "TEXT") and part.is_mail:
        return part.children[0].header if special == "HEADER" else part.children[0].body
    return {"MIME": part.header, "": part.body}.get(special)


def _child(piece: Piece, number: int) -> Piece | None:
    piece = piece.children[0] if piece.is_mail and piece.children else piece
    children = piece.children if _is_multipart(piece) else (piece,)
    return children[number - 1] if number <= len(children) else None


def _described(piece: Piece, own: str) -> Structure:
    fields = piece.fields
    stem = own.removesuffix("TEXT").removesuffix(".")
    if piece.is_mail:
        inner = piece.children[0]
        names = [f"{own}.TEXT" if _is_multipart(inner) else f"{own}.1"]
    else:
        names = [f"{stem}.{number}".lstrip(".") for number in range(1, len(piece.children) + 1)]
    disposition = fields.get_content_disposition() or ""
    return Structure(
        section=own,
        content_type=fields.get_content_type(),
        type_parameters=_parameters(fields, "content-type"),
        content_id=str(fields.get("content-id", "")).encode(),
        encoding="" if _is_multipart(piece) else str(fields.get("content-transfer-encoding", "7bit")).lower(),
        size=0 if _is_multipart(piece) else len(piece.body),
        disposition=disposition,
        disposition_parameters=_parameters(fields, "content-disposition"),
        children=tuple(_described(child, name) for child, name in zip(piece.children, names, strict=True)),
    )


def _is_multipart(piece: Piece) -> bool:
    return bool(piece.children) and not piece.is_mail


def _parameters(fields: Message, header: str) -> tuple[tuple[bytes, bytes], ...]:
    pairs = fields.get_params(failobj=[], header=header)[1:]
    return tuple((str(name).lower().encode(), str(value).encode()) for name, value in pairs)
