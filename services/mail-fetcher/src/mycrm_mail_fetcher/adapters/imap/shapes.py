"""Descriptions of mails, understood once for all mails of the same shape.

Nearly all mails of a mailbox are made in one of a few ways, and what a server says of two of them differs in nothing
but sizes and boundaries. So a description is taken apart without looking at these, and what was understood is kept;
of the next one of its shape only they are read.

What if such a value means something else, a number in a file's name, say? That shows when a shape is seen for the
first time: it is read with marks in place of the values, and where a mark turns up anywhere but in a size or in a
boundary, the shape is not kept, and each of its kind is read by itself.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from mycrm_mail_fetcher.adapters.imap.framing import Answer
from mycrm_mail_fetcher.adapters.imap.structures import structure
from mycrm_mail_fetcher.adapters.imap.tokens import Token, tokens_and_soundness
from mycrm_mail_fetcher.domain.structure import Structure

_LONGEST = 2000
_FIRST_MARK = 900_000_000_000
_MARKED = (
    b"9000000"  # What all marks begin with: there are fewer of them than letters in the longest description.
)
_VALUE = re.compile(rb'(?<="boundary" )"([^"\\]{1,200})"|(?<= )(\d{1,12})(?=[ )])', re.IGNORECASE)
_BOUNDARY = b"boundary"

Parameters = tuple[tuple[bytes, bytes], ...]


class Description(bytes):
    """What a server says a mail is made of, in its own words."""

    __slots__ = ()


def described(told: Token) -> Structure | None:
    """What a mail is made of, or None where the server's description cannot be trusted."""
    if not isinstance(told, Description):
        return structure(told)
    if len(told) > _LONGEST:
        return _read(told)
    pieces = _VALUE.split(told)
    boundaries, sizes = pieces[1::3], pieces[2::3]
    template = _template(tuple(pieces[::3]), tuple(size is None for size in sizes))
    if template is None:
        return _read(told)
    return _filled(template, [size or own for size, own in zip(sizes, boundaries, strict=True)])


@lru_cache(maxsize=256)
def _template(shape: tuple[bytes, ...], are_boundaries: tuple[bool, ...]) -> Structure | None:
    """The structure that all descriptions of this shape have, with marks in it; None where each has to be read."""
    marks = [b"%d" % (_FIRST_MARK + number) for number in range(len(are_boundaries))]
    values = [b'"%s"' % mark if quoted else mark for mark, quoted in zip(marks, are_boundaries, strict=True)]
    template = _read(b"".join(piece + value for piece, value in zip(shape, [*values, b""], strict=True)))
    if template is None or any(_MARKED in text for part in template.walk() for text in _words(part)):
        return None
    return template


def _words(part: Structure) -> Iterator[bytes]:
    """All that a part says of itself but its size and its boundary."""
    yield from (
        part.content_type.encode(),
        part.encoding.encode(),
        part.disposition.encode(),
        part.content_id,
    )
    for name, value in (*part.type_parameters, *part.disposition_parameters):
        yield name
        if name != _BOUNDARY:
            yield value


def _filled(template: Structure, values: Sequence[bytes]) -> Structure:
    """The structure with these values where marks are."""
    return Structure(
        section=template.section,
        content_type=template.content_type,
        type_parameters=_with_boundary(template.type_parameters, values),
        content_id=template.content_id,
        encoding=template.encoding,
        size=int(values[template.size - _FIRST_MARK]) if template.size else 0,
        disposition=template.disposition,
        disposition_parameters=_with_boundary(template.disposition_parameters, values),
        children=tuple([_filled(child, values) for child in template.children]),
    )


def _with_boundary(parameters: Parameters, values: Sequence[bytes]) -> Parameters:
    if not any(value.startswith(_MARKED) for _, value in parameters):
        return parameters
    return tuple(
        (name, values[int(value) - _FIRST_MARK] if value.startswith(_MARKED) else value)
        for name, value in parameters
    )


def _read(told: bytes) -> Structure | None:
    found, is_sound = tokens_and_soundness(Answer((told,)))
    return structure(found[0]) if is_sound and len(found) == 1 else None
