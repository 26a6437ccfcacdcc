"""What servers say, for scripts: the answers of everyday."""

from mycrm_mail_fetcher.ports import RemoteFolder

INBOX = RemoteFolder(name="INBOX", wire_name="INBOX", special_use="", selectable=True)


def head(
    uid: int, *, header: bytes = b"Subject: hello\r\n\r\n", date: bytes = b"01-Mar-2026 08:00:00 +0800"
) -> bytes:
    """A mail's head."""
    return b'* %d FETCH (UID %d INTERNALDATE "%s" RFC822.SIZE 90 BODY[HEADER] {%d}\r\n%s)' % (
        uid,
        uid,
        date,
        len(header),
        header,
    )


def described_head(uid: int) -> bytes:
    """A mail's head with its structure."""
    return head(uid)[:-1] + b' BODYSTRUCTURE ("text" "plain" NIL NIL NIL "7bit" 9 1))'
