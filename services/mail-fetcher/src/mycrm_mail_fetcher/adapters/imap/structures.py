"""BODYSTRUCTURE as our own Structure, or nothing where a server's words cannot be trusted.

Fields that a server leaves away, shifts or fills with NIL are taken as they are as long as it stays certain which
part is meant; where it does not (no type, no size, a multipart of nothing, too deep, too many) there is no
structure at all, and the mail is read whole. A wrong structure would cost a mail its text; none costs bytes only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mycrm_mail_fetcher.adapters.imap.tokens import Token
from mycrm_mail_fetcher.domain.structure import Structure

DEEPEST = 30
MOST_PARTS = 1000
LONGEST_SIZE = 12
# What every part tells that is no multipart: type, subtype, parameters, id, description, encoding, size.
_TYPE, _SUBTYPE, _PARAMETERS, _ID, _ENCODING, _SIZE = 0, 1, 2, 3, 5, 6
_REST = 7
_ENVELOPE, _BODY, _REST_OF_MAIL = 7, 8, 9
_BARE_DISPOSITIONS = frozenset({b"inline", b"attachment"})
_INNER_MAIL = frozenset({"message/rfc822", "message/global"})


class _UntrustedError(Exception):
    """This is no description of a mail."""


def structure(told: Token) -> Structure | None:
    """What a mail is made of, or None where the server's description cannot be trusted."""
    if not isinstance(told, list):
        return None
    try:
        return _Reader().part(told, section="" if _is_multipart(told) else "1", depth=0)
    except _UntrustedError:
        return None


@dataclass
class _Reader:
    """Reads one mail's description, and counts its parts."""

    parts: int = 0

    def part(self, told: list[Token], *, section: str, depth: int) -> Structure:
        self.parts += 1
        if depth > DEEPEST or self.parts > MOST_PARTS:
            raise _UntrustedError
        if _is_multipart(told):
            return self._multipart(told, section=section, depth=depth)
        return self._single(told, section=section, depth=depth)

    def _multipart(self, told: list[Token], *, section: str, depth: int) -> Structure:
        inner = [item for item in told[: _first_word(told)] if isinstance(item, list)]
        subtype, *rest = told[len(inner) :] or [None]
        prefix = section.removesuffix("TEXT").removesuffix(".")
        disposition, disposition_parameters = _disposition(rest[1:])
        return Structure(
            section=section,
            content_type=f"multipart/{_word(subtype)}",
            type_parameters=_parameters(rest[0] if rest else None),
            disposition=disposition,
            disposition_parameters=disposition_parameters,
            children=tuple(
                self.part(child, section=_numbered(prefix, number), depth=depth + 1)
                for number, child in enumerate(inner, 1)
            ),
        )

    def _single(self, told: list[Token], *, section: str, depth: int) -> Structure:
        if len(told) <= _SIZE:
            raise _UntrustedError
        content_type = f"{_word(told[_TYPE])}/{_word(told[_SUBTYPE])}"
        inner = told[_BODY] if _holds_mail(content_type, told) else None
        disposition, disposition_parameters = _disposition(told[_REST if inner is None else _REST_OF_MAIL :])
        return Structure(
            section=section,
            content_type=content_type,
            type_parameters=_parameters(told[_PARAMETERS]),
            content_id=_text(told[_ID]),
            encoding=_encoding(told[_ENCODING]),
            size=_size(told[_SIZE]),
            disposition=disposition,
            disposition_parameters=disposition_parameters,
            children=(self._inner(inner, section=section, depth=depth),) if isinstance(inner, list) else (),
        )

    def _inner(self, told: list[Token], *, section: str, depth: int) -> Structure:
        own = f"{section}.TEXT" if _is_multipart(told) else f"{section}.1"
        return self.part(told, section=own, depth=depth + 1)


def _is_multipart(told: list[Token]) -> bool:
    return bool(told) and isinstance(told[0], list)


def _holds_mail(content_type: str, told: list[Token]) -> bool:
    # Gmail describes a mail inside the mail that it cannot read as if it were any file.
    return (
        content_type in _INNER_MAIL
        and len(told) > _BODY
        and isinstance(told[_BODY], list)
        and (told[_ENVELOPE] is None or isinstance(told[_ENVELOPE], list))
        and not _is_disposition(told[_BODY])
    )


def _first_word(told: list[Token]) -> int:
    return next((index for index, item in enumerate(told) if not isinstance(item, list)), len(told))


def _numbered(prefix: str, number: int) -> str:
    return f"{prefix}.{number}" if prefix else str(number)


def _word(token: Token) -> str:
    word = _text(token).decode("latin-1").strip().lower()
    if not word or not word.isascii() or not word.isprintable() or " " in word or "/" in word:
        raise _UntrustedError
    return word


def _text(token: Token) -> bytes:
    if isinstance(token, list):
        raise _UntrustedError
    return bytes(token or b"")


def _encoding(token: Token) -> str:
    name = _text(token).decode("latin-1").strip().lower()
    if name.isdigit():  # A field is missing before it, so this is the size.
        raise _UntrustedError
    return name


def _size(token: Token) -> int:
    digits = _text(token)
    if not digits.isdigit() or len(digits) > LONGEST_SIZE:
        raise _UntrustedError
    return int(digits)


def _parameters(token: Token) -> tuple[tuple[bytes, bytes], ...]:
    """Names and values; what is no list of pairs holds none (Domino sends a bare string, others half a pair)."""
    if not isinstance(token, list):
        return ()
    pairs = zip(token[::2], token[1::2], strict=False)
    return tuple(
        (bytes(name).lower(), bytes(value or b""))
        for name, value in pairs
        if isinstance(name, bytes) and not isinstance(value, list)
    )


def _disposition(rest: Sequence[Token]) -> tuple[str, tuple[tuple[bytes, bytes], ...]]:
    """The disposition by its shape, because not every server sends what should stand before it."""
    for token in rest:
        if isinstance(token, list) and _is_disposition(token):
            return _text(token[0]).decode("latin-1").strip().lower(), _parameters(token[1])
        if isinstance(token, bytes) and token.lower() in _BARE_DISPOSITIONS:
            return token.decode("latin-1").lower(), ()
    return "", ()


def _is_disposition(token: Token) -> bool:
    match token:
        case [bytes(), list() | None]:
            return True
        case _:
            return False
