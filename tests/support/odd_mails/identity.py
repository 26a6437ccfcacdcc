"""Copies of one mail, and mails that only look like copies."""

from typing import Any

from tests.support.odd_mails.odd_mail import OddMail, letter, odd, rows

TO = "to sales@example.cn"


def _copy(cause: str, of: str, *fields: str, folder: str = "Archive", **truth: Any) -> OddMail:
    """A mail with the usual lines of another one, and these of its own."""
    return OddMail(cause=cause, raw_bytes=letter(of, *fields), twin=of, folder=folder, **truth)


MAILS = (
    _copy("a mail", "the copied mail", folder="INBOX"),
    _copy("its copy in another folder", "the copied mail"),
    _copy("its copy with the traces of another way", "the copied mail",
          "Received: from a by b; Mon, 2 Mar 2026 06:00:00 +0000", "X-Spam: no", "Return-Path: <li@customer.example>"),
    _copy("its copy with other words for the same sender", "the copied mail", 'From: "Li" <LI@customer.example>'),
    _copy("its copy with a blank in the id", "the copied mail",
          "Message-ID:  <" + letter("the copied mail").split(b"Message-ID: <")[1].split(b">")[0].decode() + ">"),
    _copy("its copy as a page", "the copied mail", "Content-Type: text/html", folder="Archive"),
    odd("the same id with another subject", "Message-ID: <same@x.example>", "Subject: one", subject="one"),
    odd("the same id with yet another subject", "Message-ID: <same@x.example>", "Subject: two", subject="two"),
    odd("an id in capitals", "Message-ID: <CASE@x.example>"),
    odd("the same id in small letters", "Message-ID: <case@x.example>"),
    odd("an id with an accent", "Message-ID: <cäse@x.example>"),
    odd("no id, one text", "Message-ID:", "Subject: no id", body="first", subject="no id", text="first"),
    odd("no id, another text", "Message-ID:", "Subject: no id", body="second", subject="no id", text="second"),
    OddMail(cause="no id, and a copy of it", subject="no id", text="first", twin="no id, one text", folder="Archive",
            raw_bytes=letter("no id, and a copy of it", "Message-ID:", "Subject: no id", "X-Copy: yes", body="first")),
    odd("an id without brackets", "Message-ID: bare@x.example"),
    odd("an id of 5,000 letters", "Message-ID: <" + "a" * 5000 + "@x.example>"),
    odd("an id that is an address list", "Message-ID: <[x@y]>"),
    odd("the same mail to somebody else", "Message-ID: <same@x.example>", "Subject: one", "To: other@x.example",
        subject="one", addresses=rows("from li@customer.example", "to other@x.example")),
)  # fmt: skip
