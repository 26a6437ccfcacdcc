"""Mails that say: your mail did not arrive. The words are those of the programs, the names are invented."""

from base64 import b64encode

from tests.support.odd_mails import bounce_words as words
from tests.support.odd_mails.bounce_words import FAILED, GONE, PAGE, SYSTEM, status
from tests.support.odd_mails.odd_mail import OddMail, letter, part, rows, several

TO = "to sales@example.cn"
RETURNED = (
    "From: sales@example.cn\nTo: Gone <gone@customer.example>\nSubject: Offer\nMessage-ID: <7@example.cn>\n"
)
COPY = part("message/rfc822", RETURNED + "\nOur offer")
COPIED = ("Offer.eml",)
HEADERS_ONLY = part("text/rfc822-headers", RETURNED)


def _bounce(
    cause: str, *fields: str, body: str | bytes, sender: str, text: str, subject: str = "Undelivered",
    bounced: tuple[str, ...] = (GONE,), attachments: tuple[str, ...] = (), mark: str = "",
) -> OddMail:  # fmt: skip
    email = sender.partition("<")[2].rstrip(">") or sender
    name = sender.partition("<")[0].strip(' "') or email
    return OddMail(
        cause=cause, raw_bytes=letter(cause, f"From: {sender}", f"Subject: {subject}", *fields, body=body),
        subject=subject, sender=name, type="system", text=text, attachments=attachments, mark=mark,
        is_answer=False, bounced=bounced,
        addresses=rows(f"from {email.lower()}", TO, *(f"bounced {who}" for who in bounced)),
    )  # fmt: skip


def _report(
    cause: str, status: str, *, text: str = "It failed.", sender: str = "Mail Delivery <MAILER-DAEMON@mx.example>",
    subtype: str = "report; report-type=delivery-status", copy: bytes = HEADERS_ONLY,
    bounced: tuple[str, ...] = (GONE,), attachments: tuple[str, ...] = (), mark: str = "auto",
    more: tuple[str, ...] = (),
) -> OddMail:  # fmt: skip
    body = several(part("text/plain; charset=utf-8", text), part("message/delivery-status", status), copy)
    return _bounce(
        cause, "MIME-Version: 1.0", f"Content-Type: multipart/{subtype}; boundary=b1", *more, body=body, sender=sender,
        text=" ".join(text.split()), bounced=bounced, attachments=attachments, mark=mark,
    )  # fmt: skip


def _plain(text: str) -> str:
    return " ".join(text.split())


MAILS = (
    _report("a report by the book (RFC 3464)", status(FAILED)),
    _report(
        "a report about two recipients of whom one got it",
        status(FAILED, "Final-Recipient: rfc822; fine@customer.example\nAction: delivered\nStatus: 2.0.0"),
    ),
    _report(
        "a report about three failures",
        status(FAILED, FAILED.replace("gone", "b"), FAILED.replace("gone", "c")),
        bounced=(GONE, "b@customer.example", "c@customer.example"),
    ),
    _report("a report that names the same recipient twice", status(FAILED, FAILED.replace("gone@", "GONE@"))),
    _report("a report that names the original recipient alone", status(FAILED.replace("Final", "Original"))),
    _report("a report without types", status(f"Final-Recipient: <{GONE}>\nStatus: 5.0.0")),
    _report("a report without an action", status(f"Final-Recipient: rfc822; {GONE}\nStatus: 5.0.0")),
    _report("a mailbox that is full, given up after days", status(FAILED.replace("5.1.1", "4.2.2"))),
    _report("a report without a field for the whole mail", status(FAILED, first="")),
    _report("a report with the whole mail that came back", status(FAILED), copy=COPY, attachments=COPIED),
    _report(
        "a report whose recipient is no address, while the returned header has one",
        status("Final-Recipient: rfc822; gone\nAction: failed\nStatus: 5.1.1"),
    ),
    _report("a report in a multipart of another name", status(FAILED), subtype="mixed", mark=""),
    _report(
        "a report that says it is an automatic answer",
        status(FAILED),
        more=("Auto-Submitted: auto-replied",),
    ),
    _report("a report with Windows line ends twice over", status(FAILED).replace("\n", "\r\n")),
    _report(
        "Exchange's report",
        status(
            FAILED.replace(
                "Diagnostic-Code: smtp; 550 5.1.1 unknown",
                "Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound\nX-Display-Name: Gone",
            ),
            first="Reporting-MTA: dns;mx.example\nReceived-From-MTA: dns;a.example"
            "\nArrival-Date: Mon, 2 Mar 2026 06:00:00 +0000",
        ),
    ),
    _report(
        "Gmail's report",
        status(
            FAILED.replace("; gone", ";gone")
            + "\nRemote-MTA: dns; mx2.example\nLast-Attempt-Date: Mon, 02 Mar 2026 06:00:00 -0800"
        ),
        sender="Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
        more=(f"X-Failed-Recipients: {GONE}",),
    ),
    _report(
        "Postfix's report",
        status(
            f"Final-Recipient: rfc822; {GONE}\nOriginal-Recipient: rfc822;{GONE}\nAction: failed\nStatus: 5.1.1\n"
            "Remote-MTA: dns; mx2.example\nDiagnostic-Code: smtp; 550 5.1.1 unknown",
            first="Reporting-MTA: dns; mx.example\nX-Postfix-Queue-ID: 4F1\nX-Postfix-Sender: rfc822; sales@example.cn",
        ),
    ),
    OddMail(
        cause="Coremail's report in a multipart that says it is base64",
        subject="系统退信",
        sender="Postmaster@netease.example",
        type="system",
        text=words.NETEASE_TEXT,
        is_answer=False,
        bounced=(GONE,),
        attachments=COPIED,
        addresses=rows("from postmaster@netease.example", TO, f"bounced {GONE}"),
        raw_bytes=letter(
            "Coremail's report in a multipart that says it is base64",
            "From: Postmaster@netease.example",
            "Subject: =?gb2312?B?z7XNs83L0MU=?=",
            "X-Mailer: Coremail Webmail Server",
            "MIME-Version: 1.0",
            "Content-Type: multipart/related; boundary=b1",
            "Content-Transfer-Encoding: base64",
            body=several(
                part("text/html; charset=gbk", words.NETEASE.encode("gbk")),
                part("message/delivery-status", status(FAILED)),
                COPY,
            ),
        ),
    ),
    _bounce(
        "NetEase's words without a report",
        PAGE,
        body=words.NETEASE,
        sender="Postmaster@netease.example",
        subject="系统退信",
        text=words.NETEASE_TEXT,
    ),
    _bounce(
        "QQ's words",
        PAGE,
        body=words.QQ,
        sender="PostMaster <PostMaster@qq.example>",
        subject="来自qq.example的退信",
        text=words.QQ_TEXT,
    ),
    _bounce(
        "Exmail's words",
        PAGE,
        body=words.EXMAIL,
        sender=words.EXMAIL_SENDER,
        subject="系统退信/Systems bounce",
        text=words.EXMAIL_TEXT,
    ),
    _bounce(
        "Exmail's words in base64 and GBK",
        "Content-Type: text/html; charset=gb18030",
        "Content-Transfer-Encoding: base64",
        body=b64encode(words.EXMAIL.encode("gb18030")),
        sender=words.EXMAIL_SENDER,
        subject="Undelivered",
        text=words.EXMAIL_TEXT,
    ),
    _bounce(
        "Postfix's words without a report", body=words.POSTFIX, sender=SYSTEM, text=_plain(words.POSTFIX)
    ),
    _bounce(
        "qmail's words, with the copy that came back",
        body=words.QMAIL,
        sender="MAILER-DAEMON@mx.example",
        subject="failure notice",
        text=_plain(words.QMAIL),
    ),
    _bounce(
        "Exim's words",
        body=words.EXIM,
        sender=SYSTEM,
        subject="Mail delivery failed: returning message to sender",
        text=_plain(words.EXIM),
    ),
    _bounce(
        "Exim's words with its header",
        f"X-Failed-Recipients: {GONE},\r\n away@customer.example",
        body=words.EXIM,
        sender=SYSTEM,
        text=_plain(words.EXIM),
        bounced=(GONE, "away@customer.example"),
    ),
    _bounce(
        "Sendmail's words about two",
        body=words.SENDMAIL,
        sender="Mail Delivery Subsystem <MAILER-DAEMON@mx.example>",
        subject="Returned mail: see transcript for details",
        text=_plain(words.SENDMAIL),
        bounced=(GONE, "away@customer.example"),
    ),
    _bounce(
        "Gmail's words without a report",
        body=words.GMAIL,
        sender="Mail Delivery Subsystem <mailer-daemon@google.example>",
        subject="Delivery Status Notification (Failure)",
        text=_plain(words.GMAIL),
    ),
    _bounce(
        "Exchange's words without a report",
        PAGE,
        body=words.EXCHANGE,
        sender="postmaster@customer.example",
        subject="Undeliverable: Offer",
        text=words.EXCHANGE_TEXT,
    ),
    _bounce(
        "Microsoft's words for the cloud",
        PAGE,
        body=words.M365,
        sender="Microsoft Outlook <postmaster@outlook.example>",
        subject="Undeliverable: Offer",
        text=words.M365_TEXT,
    ),
    _bounce(
        "a refusal that quotes the dialogue alone",
        body=f"It was returned to sender:\nRCPT TO:<{GONE}>\n550 no",
        sender=SYSTEM,
        text=f"It was returned to sender: RCPT TO:<{GONE}> 550 no",
    ),
    _bounce(
        "words that name nobody, while the copy does",
        "MIME-Version: 1.0",
        "Content-Type: multipart/mixed; boundary=b1",
        body=several(part("text/plain", "Your mail was undeliverable."), COPY),
        sender=SYSTEM,
        text="Your mail was undeliverable.",
        attachments=COPIED,
    ),
    _bounce(
        "words that name nobody at all",
        body="您的邮件被退回。",
        sender="postmaster@example.cn",
        subject="系统退信",
        text="您的邮件被退回。",
        bounced=(),
    ),
    _bounce(
        "a system without a name of its own that wants no answer",
        "Return-Path: <>",
        body=words.QQ_TEXT,
        sender="notice@x.example",
        subject="退信",
        text=words.QQ_TEXT,
    ),
    _bounce(
        "German words",
        body=f"Ihre Nachricht konnte nicht zugestellt werden: {GONE}",
        sender=SYSTEM,
        subject="Unzustellbar: Angebot",
        text=f"Ihre Nachricht konnte nicht zugestellt werden: {GONE}",
    ),
    _bounce(
        "traditional Chinese words",
        body=f"您的郵件無法發送到 {GONE}，投遞失敗。",
        sender="postmaster@x.example",
        subject="郵件投遞失敗",
        text=f"您的郵件無法發送到 {GONE}，投遞失敗。",
    ),
)
