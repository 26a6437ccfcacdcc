"""What a server says a mail is made of, before any of it is fetched.

A server counts the parts of a mail as RFC 3501 section 6.4.5 says: `1`, `2`, `2.1`; a mail inside the mail at `2`
has its own parts at `2.1`, `2.2`, or, if it is not a multipart, at `2.1` alone. The description is the server's
opinion: where it is missing or does not fit together there is none, and the whole mail is read instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Structure:
    """One part as the server describes it.

    `section` is its number for fetching, empty for a whole mail that is a multipart; the multipart that a mail
    inside the mail at `2` consists of is `2.TEXT`. `content_type` and `encoding` are lower-case; `type_parameters`
    and `disposition_parameters` are names (lower-case) and values as they stand in the header, still encoded.
    `size` counts the encoded bytes; it is 0 for a multipart.
    """

    section: str
    content_type: str
    type_parameters: tuple[tuple[bytes, bytes], ...] = ()
    content_id: bytes = b""
    encoding: str = ""
    size: int = 0
    disposition: str = ""
    disposition_parameters: tuple[tuple[bytes, bytes], ...] = ()
    children: tuple["Structure", ...] = ()

    def walk(self) -> Iterator["Structure"]:
        """Yield this part and all inside it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, kw_only=True, slots=True)
class SectionWish:
    """The first `limit` bytes of one section: a part's number, or one with `.HEADER` or `.MIME` behind it."""

    section: str
    limit: int
