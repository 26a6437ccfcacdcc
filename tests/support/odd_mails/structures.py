"""How mails are put together, and how not: parts in odd places, without ends, without names, within each other."""

from base64 import b64encode

from tests.support.odd_mails.odd_mail import OddMail, letter, multipart, part, several

PLAIN = part("text/plain; charset=utf-8", "The plain text")
PAGE = part("text/html; charset=utf-8", "<p>The page</p>")
PDF_BYTES = b"%PDF-1.4 " + bytes(range(256)) * 20
PDF = part(
    "application/pdf; name=offer.pdf", b64encode(PDF_BYTES), "Content-Transfer-Encoding: base64",
    "Content-Disposition: attachment; filename=offer.pdf",
)  # fmt: skip
PICTURE = part(
    "image/png; name=logo.png", "iVBORw0KGgo=", "Content-Transfer-Encoding: base64", "Content-ID: <logo@x>",
    "Content-Disposition: inline; filename=logo.png",
)  # fmt: skip
INNER = b"\r\n".join((
    b"From: Wang <wang@third.example>", b"To: li@customer.example", b"Subject: The inner subject", b"",
    b"The inner text",
))  # fmt: skip
FORWARDED = part("message/rfc822", INNER)
SIGNATURE = part("application/pgp-signature; name=signature.asc", "-----BEGIN PGP SIGNATURE-----")


def _of(cause: str, subtype: str, *sections: bytes, boundary: str = "b1", closed: bool = True) -> bytes:
    kind = f"Content-Type: multipart/{subtype}; boundary={boundary}"
    return letter(cause, "MIME-Version: 1.0", kind, body=several(*sections, boundary=boundary, closed=closed))


def _mail(
    cause: str,
    subtype: str,
    *sections: bytes,
    text: str,
    attachments: tuple[str, ...] = (),
    closed: bool = True,
) -> OddMail:
    raw = _of(cause, subtype, *sections, closed=closed)
    return OddMail(cause=cause, raw_bytes=raw, text=text, attachments=attachments)


def _single(cause: str, *fields: str | bytes, body: str | bytes, text: str) -> OddMail:
    return OddMail(cause=cause, raw_bytes=letter(cause, *fields, body=body), text=text)


MAILS = (
    _mail("a page beside its plain text", "alternative", PLAIN, PAGE, text="The page"),
    _mail("the page comes before the plain text", "alternative", PAGE, PLAIN, text="The plain text"),
    _mail(
        "a page that shows nothing, beside a plain text", "alternative", PLAIN,
        part("text/html", "<html><head><style>p{color:red}</style></head><body>&nbsp;<br></body></html>"),
        text="The plain text",
    ),
    _mail("an attachment beside the text", "mixed", PLAIN, PDF, text="The plain text", attachments=("offer.pdf",)),
    _mail("texts around an attachment", "mixed", PLAIN, PDF, part("text/plain", "The end"),
          text="The plain text The end", attachments=("offer.pdf",)),
    _mail("a page with its picture", "related", PAGE, PICTURE, text="The page"),
    _mail(
        "pages and attachments inside an alternative", "alternative", PLAIN,
        multipart("mixed", PAGE, PDF, part("text/html", "<p>after the file</p>"), boundary="b2"),
        text="The page after the file", attachments=("offer.pdf",),
    ),
    _mail("a signed text", "signed", PLAIN, SIGNATURE, text="The plain text"),
    _mail("a mail inside the mail", "mixed", PLAIN, FORWARDED, text="The plain text",
          attachments=("The inner subject.eml",)),
    _mail("only a mail inside the mail", "mixed", FORWARDED, text="The inner text",
          attachments=("The inner subject.eml",)),
    _mail("a blank line and a mail inside the mail", "mixed", part("text/plain", "\n"), FORWARDED,
          text="The inner text", attachments=("The inner subject.eml",)),
    _mail(
        "a mail inside the mail, in base64", "mixed", PLAIN,
        part("message/rfc822", b64encode(INNER), "Content-Transfer-Encoding: base64"),
        text="The plain text", attachments=("The inner subject.eml",),
    ),
    _mail(
        "a mail inside the mail with alternatives", "mixed",
        part("message/rfc822", b"Subject: Deeper\r\n" + multipart("alternative", PLAIN, PAGE, boundary="b3")),
        text="The page", attachments=("Deeper.eml",),
    ),
    _mail("a digest of mails", "digest", b"\r\n" + INNER, b"\r\n" + INNER, text="The inner text",
          attachments=("The inner subject.eml", "The inner subject.eml")),
    _mail("no closing boundary", "mixed", PLAIN, part("text/plain", "The end"), closed=False,
          text="The plain text The end"),
    _mail("a part without any header", "mixed", b"\r\nJust words", text="Just words"),
    _mail("a part without a header, and without the blank line behind it", "mixed", b"Just words", text="Just words"),
    _mail("a page in a part without a type", "mixed", part("", "<html><body>Bare page</body></html>"),
          text="Bare page"),
    _mail("a text file that hangs on the mail", "mixed", PLAIN,
          part("text/plain; name=a.txt", "in the file", "Content-Disposition: attachment; filename=a.txt"),
          text="The plain text", attachments=("a.txt",)),
    _mail("only a text file, shown inline", "mixed",
          part("text/plain; name=a.txt", "in the file", "Content-Disposition: inline; filename=a.txt"),
          text="in the file", attachments=("a.txt",)),
    _single("a multipart without a boundary", "MIME-Version: 1.0", "Content-Type: multipart/mixed",
            body=several(PLAIN, boundary="guess"), text="The plain text"),
    _single("a multipart whose boundary never comes", "MIME-Version: 1.0",
            "Content-Type: multipart/mixed; boundary=never", body="Just words", text="Just words"),
    _single("a multipart that says it is base64 and is not", "MIME-Version: 1.0",
            "Content-Type: multipart/mixed; boundary=b1", "Content-Transfer-Encoding: base64",
            body=several(PLAIN), text="The plain text"),
    _single("a multipart that really is base64", "MIME-Version: 1.0",
            "Content-Type: multipart/mixed; boundary=b1", "Content-Transfer-Encoding: base64",
            body=b64encode(several(PLAIN)), text="The plain text"),
    _single("a boundary with blanks and brackets in quotes", "MIME-Version: 1.0",
            'Content-Type: multipart/mixed; boundary="a (b) = c?"',
            body=several(PLAIN, boundary="a (b) = c?"), text="The plain text"),
    _single("one boundary begins like the other", "MIME-Version: 1.0",
            "Content-Type: multipart/mixed; boundary=abc",
            body=several(multipart("alternative", PLAIN, boundary="abcdef"), part("text/plain", "out"),
                         boundary="abc"), text="The plain text out"),
    _single("words before the first and behind the last boundary", "MIME-Version: 1.0",
            "Content-Type: multipart/mixed; boundary=b1",
            body=b"This is a mail in several parts.\r\n" + several(PLAIN) + b"the epilogue", text="The plain text"),
    _single("two Content-Type fields", "Content-Type: text/html; charset=utf-8", "Content-Type: text/plain",
            body="<p>A page</p>", text="A page"),
    _single("a Content-Type without a subtype", "Content-Type: text", body="Just words", text="Just words"),
    OddMail(cause="a type that nobody knows", text="", attachments=("strange.bin",),
            raw_bytes=letter("a type that nobody knows", "Content-Type: application/x-strange; name=strange.bin")),
    _single("a page without any Content-Type", body="<!DOCTYPE html><html><body>Bare page</body></html>",
            text="Bare page"),
)  # fmt: skip
