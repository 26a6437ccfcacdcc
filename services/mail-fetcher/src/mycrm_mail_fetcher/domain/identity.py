"""When two copies are one mail.

A mail lies in Sent and in INBOX, in a label and in an archive; folder, size, Received lines and X- fields differ,
the rest does not. So its identity is a digest of what the author's program wrote: id, From, Date, Subject, To and
Cc. The raw Message-ID alone would not do: it is missing, repeated with other content, and compared without regard
to case by databases. Without an id the text itself joins in.
"""

from hashlib import sha256

from mycrm_mail_fetcher.domain.addresses import email_key, parse_addresses
from mycrm_mail_fetcher.domain.headers import Headers, header_end, message_id, subject_text, without_lead_in


def header_key(raw: bytes) -> bytes | None:
    """Return the content key of the mail or header block, None where it has no id: then its text joins in."""
    raw = without_lead_in(raw)
    headers = Headers.parse(raw[: header_end(raw)[0]])
    return content_key(headers, text_digest=b"") if message_id(headers.first("message-id")) else None


def content_key(headers: Headers, *, text_digest: bytes) -> bytes:
    """Return the 32 bytes that all copies of this mail share."""
    identifier = message_id(headers.first("message-id"))
    senders = parse_addresses(headers.all("from")) or parse_addresses(headers.all("sender"))
    others = parse_addresses((*headers.all("to"), *headers.all("cc")))
    pieces = (
        identifier.encode(),
        ",".join(sorted(email_key(sender.email) for sender in senders)).encode(),
        b" ".join(headers.first("date").split()),
        subject_text(headers.first("subject")).encode(),
        ",".join(sorted({email_key(other.email) for other in others})).encode(),
        b"" if identifier else text_digest,
    )
    digest = sha256()
    for piece in pieces:
        # The length keeps a piece from leaning on its neighbour.
        digest.update(len(piece).to_bytes(4, "big") + piece)
    return digest.digest()
