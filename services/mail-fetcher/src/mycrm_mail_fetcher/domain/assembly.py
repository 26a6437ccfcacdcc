"""The tree of a mail of which only some sections were fetched.

The header that came with the mail's head is read here as ever; what stands below it is taken from the server's
description, as far as it is sure. The parts whose bytes were not fetched stand in the tree without them: whoever
asks for their bytes all the same gets `BytesMissingError`, and then the whole mail has to be read. So a wrong
guess about which sections are needed costs time, never text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from mycrm_mail_fetcher.domain.headers import Headers, header_end, joined_parameters, without_lead_in
from mycrm_mail_fetcher.domain.parts import Part, file_name, first_word, leaf, split
from mycrm_mail_fetcher.domain.structure import Structure
from mycrm_mail_fetcher.domain.transfer import decode_transfer

LONGEST_HEADER: Final = 16 * 1024
INNER_MAILS: Final = {"message/rfc822", "message/global"}
_LIMITS: Final = (8 * 1024, 64 * 1024, 512 * 1024, 2 * 1024 * 1024 + 1)
_LONGEST: Final = {"text/calendar": 64 * 1024, "message/rfc822": 64 * 1024, "message/global": 64 * 1024}
_FEW: Final = 256
_SHORT: Final = 100
_ENCODED: Final = {"base64", "quoted-printable"}


class _UnfitError(Exception):
    """The description is not that of this mail."""


def assemble(structure: Structure, *, header: bytes, sections: Mapping[str, bytes]) -> Part | None:
    """Return the mail's tree with the bytes of these sections, None where the description cannot be right."""
    if header != without_lead_in(header):
        return None
    try:
        headers = _headers(header)
        return _headed(structure, headers, sections) if headers.fields else None
    except _UnfitError:
        return None


def fetched_limit(content_type: str, size: int) -> int:
    """Return how many of so many bytes are fetched at most: a few steps, so that many mails have the same one."""
    longest = _LONGEST.get(content_type, _LIMITS[-1])
    return min(longest, next((limit for limit in _LIMITS if limit > size), longest))


def _headers(block: bytes) -> Headers:
    """Return the fields of a header as the server gives it.

    Text that the server takes for a header, because no blank line stands before it, would be lost.
    """
    end, start = header_end(block)
    if block[start:].strip():
        raise _UnfitError
    return Headers.parse(block[:end])


def _headed(structure: Structure, headers: Headers, sections: Mapping[str, bytes]) -> Part:
    """Return a mail, this one or one inside it, by its own header as far as that goes."""
    described = _described(structure, sections)
    mail = leaf(headers, described.body)
    is_page = (mail.content_type, structure.content_type) == ("text/html", "text/plain")
    # What holds parts is not encoded; some (163.com) say so, and nobody knows what a server makes of that.
    is_odd = mail.maintype == "multipart" and mail.encoding in _ENCODED
    if is_odd or not (mail.content_type == structure.content_type or is_page):
        raise _UnfitError
    return Part(
        headers=headers,
        content_type=described.content_type if described.children else mail.content_type,
        type_parameters=mail.type_parameters,
        disposition=mail.disposition,
        name=mail.name,
        encoding=mail.encoding,
        body=described.body,
        children=described.children,
        section=described.section,
        is_missing=described.is_missing,
        stated_size=described.stated_size,
    )


def _described(structure: Structure, sections: Mapping[str, bytes]) -> Part:
    """Return a part as the server describes it, or as its own header does where that was fetched."""
    if structure.content_type.startswith("multipart/"):
        return _part(structure, children=_children(structure, sections))
    if structure.content_type in INNER_MAILS:
        return _inner_mail(structure, sections)
    if structure.children:
        raise _UnfitError
    part = _with_bytes(structure, sections)
    own = sections.get(f"{structure.section}.MIME")
    if own is None:
        return part
    told = leaf(_headers(own), part.body)
    if told.maintype in {"multipart", "message"}:
        raise _UnfitError
    return replace(told, section=part.section, is_missing=part.is_missing, stated_size=part.stated_size)


def _children(structure: Structure, sections: Mapping[str, bytes]) -> tuple[Part, ...]:
    """Return the parts of a multipart; servers invent an empty one where they found none."""
    first = structure.children[0] if structure.children else None
    if first is None or (len(structure.children) == 1 and not first.size and not first.children):
        raise _UnfitError
    return tuple(_described(child, sections) for child in structure.children)


def _inner_mail(structure: Structure, sections: Mapping[str, bytes]) -> Part:
    part = replace(_part(structure), content_type="message/rfc822")
    if structure.children and part.encoding not in _ENCODED:
        if len(structure.children) > 1:
            raise _UnfitError
        own = sections.get(f"{structure.section}.HEADER")
        described = structure.children[0]
        inner = (
            _described(described, sections) if own is None else _headed(described, _headers(own), sections)
        )
    else:
        beginning = _with_bytes(structure, sections)
        # What the server cannot look into, because it is encoded, say, is looked into here.
        inner = split(b"" if beginning.is_missing else beginning.payload().lstrip(b"\r\n"))
        if beginning.stated_size is not None:
            inner = replace(inner, body=b"", children=(), is_missing=True, stated_size=structure.size)
    return replace(part, children=(inner,))


def _with_bytes(structure: Structure, sections: Mapping[str, bytes]) -> Part:
    body = sections.get(structure.section, b"")
    return _part(structure, body=body if _is_plausible(body, structure) else None)


def _is_plausible(body: bytes, structure: Structure) -> bool:
    """Say whether these can be the first bytes of the part; a server may answer with nothing, or with too little."""
    limit = fetched_limit(structure.content_type, structure.size)
    if len(body) >= limit > structure.size or len(body) * 2 < min(limit, structure.size):
        return False
    encoding = _kind_of(structure).encoding
    # Of what is encoded letter by letter, the first letters say what all of them would.
    few = encoding in _ENCODED and decode_transfer(body[:_FEW], encoding)
    return bool(few or decode_transfer(body[: _LIMITS[1]], encoding)) or not body.strip()


def _part(structure: Structure, *, body: bytes | None = None, children: tuple[Part, ...] = ()) -> Part:
    """Return the part with these bytes, or without any."""
    kind = _kind_of(structure)
    is_whole = body is not None and len(body) < fetched_limit(structure.content_type, structure.size)
    return Part(
        headers=kind.headers,
        content_type=structure.content_type,
        type_parameters=kind.type_parameters,
        disposition=kind.disposition,
        name=kind.name,
        encoding=kind.encoding,
        body=body or b"",
        children=children,
        section=structure.section,
        is_missing=body is None,
        stated_size=None if is_whole else structure.size,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kind:
    """What the words of a description mean."""

    headers: Headers
    type_parameters: Mapping[str, str]
    disposition: str
    name: str
    encoding: str


def _kind_of(structure: Structure) -> _Kind:
    words = (
        structure.type_parameters,
        structure.content_id,
        structure.encoding,
        structure.disposition,
        structure.disposition_parameters,
    )
    is_common = len(structure.type_parameters) == 1 and not (
        structure.content_id or structure.disposition_parameters
    )
    return _common_kind(*words) if is_common and len(words[0][0][1]) < _SHORT else _kind(*words)


def _kind(
    type_parameters: tuple[tuple[bytes, bytes], ...],
    content_id: bytes,
    encoding: str,
    disposition: str,
    disposition_parameters: tuple[tuple[bytes, bytes], ...],
) -> _Kind:
    meant = joined_parameters(type_parameters)
    return _Kind(
        headers=Headers((("content-id", content_id),) if content_id else ()),
        type_parameters=meant,
        disposition=first_word(disposition.encode()),
        name=file_name(joined_parameters(disposition_parameters), meant),
        encoding=first_word(encoding.encode()),
    )


_common_kind = lru_cache(maxsize=256)(_kind)  # Nearly all texts are described in one of a few ways.
