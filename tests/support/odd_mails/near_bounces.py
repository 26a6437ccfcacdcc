"""Mails that look like bounces and are none: what is late, what arrived, what somebody writes about a bounce."""

from tests.support.odd_mails.bounce_words import FAILED, GMAIL, GONE, SYSTEM, status
from tests.support.odd_mails.odd_mail import OddMail, letter, part, rows, several

TO = "to sales@example.cn"
DELAYED = FAILED.replace("failed", "delayed").replace("5.1.1", "4.4.1")


def _no_bounce(
    cause: str, *fields: str, body: str | bytes, sender: str, text: str, subject: str, mark: str = "",
    is_answer: bool = False, attachments: tuple[str, ...] = (),
) -> OddMail:  # fmt: skip
    email = sender.partition("<")[2].rstrip(">") or sender
    name = sender.partition("<")[0].strip(' "') or email
    return OddMail(
        cause=cause, raw_bytes=letter(cause, f"From: {sender}", f"Subject: {subject}", *fields, body=body),
        subject=subject, sender=name, text=text, mark=mark, is_answer=is_answer, attachments=attachments,
        addresses=rows(f"from {email.lower()}", TO),
    )  # fmt: skip


def _plain(text: str) -> str:
    return " ".join(text.split())


MAILS = (
    OddMail(
        cause="a report that the mail is late, no bounce",
        subject="Undelivered",
        sender="Mail Delivery",
        text="Late.",
        mark="auto",
        is_answer=False,
        addresses=rows("from mailer-daemon@mx.example", TO),
        raw_bytes=letter(
            "a report that the mail is late, no bounce",
            "From: Mail Delivery <MAILER-DAEMON@mx.example>",
            "Subject: Undelivered",
            "Content-Type: multipart/report; boundary=b1",
            body=several(part("text/plain", "Late."), part("message/delivery-status", status(DELAYED))),
        ),
    ),
    _no_bounce(
        "Gmail's words about a delay",
        body=GMAIL,
        subject="Delivery Status Notification (Delay)",
        sender=SYSTEM,
        text=_plain(GMAIL),
    ),
    _no_bounce(
        "Exim's warning in words",
        subject="Your message",
        sender=SYSTEM,
        body="A message could not be delivered so far.\nNo action is required on your part.\n\n  gone@x.example",
        text="A message could not be delivered so far. No action is required on your part. gone@x.example",
    ),
    _no_bounce(
        "Sendmail's warning in words",
        subject="Warning: could not send message for past 4 hours",
        sender=SYSTEM,
        body="THIS IS A WARNING MESSAGE ONLY. gone@x.example",
        text="THIS IS A WARNING MESSAGE ONLY. gone@x.example",
    ),
    _no_bounce(
        "a Chinese system that will try again",
        subject="投递通知",
        sender="postmaster@x.example",
        body="您的邮件暂时无法投递到 gone@x.example，系统将继续尝试，无需重新发送。",
        text="您的邮件暂时无法投递到 gone@x.example，系统将继续尝试，无需重新发送。",
    ),
    _no_bounce(
        "a customer who writes about a bounce",
        subject="Re: 退信",
        sender="Li <li@customer.example>",
        body="邮件无法发送到 gone@x.example？",
        text="邮件无法发送到 gone@x.example？",
        is_answer=True,
    ),
    _no_bounce(
        "a customer who forwards a bounce",
        "MIME-Version: 1.0",
        "Content-Type: multipart/mixed; boundary=b9",
        subject="Fwd: Undelivered",
        sender="Li <li@customer.example>",
        is_answer=True,
        body=several(
            part("text/plain", "Look."),
            part(
                "message/rfc822",
                b"Subject: Inner\r\nContent-Type: "
                b"multipart/report; boundary=b1\r\n\r\n"
                + several(part("message/delivery-status", status(FAILED))),
            ),
            boundary="b9",
        ),
        text="Look.",
        attachments=("Inner.eml",),
    ),
    _no_bounce(
        "a report that the mail was read",
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b1",
        subject="Read: Offer",
        sender="Li <li@customer.example>",
        mark="auto",
        body=several(
            part("text/plain", "It was displayed."),
            part(
                "message/disposition-notification",
                f"Final-Recipient: rfc822; {GONE}\nDisposition: manual-action/MDN-sent-manually; displayed",
            ),
        ),
        text="It was displayed.",
    ),
    _no_bounce(
        "a report that the mail arrived",
        "Content-Type: multipart/report; boundary=b1",
        subject="Delivered",
        sender=SYSTEM,
        mark="auto",
        text="Delivered.",
        body=several(
            part("text/plain", "Delivered."),
            part(
                "message/delivery-status",
                status(FAILED.replace("failed", "delivered").replace("5.1.1", "2.1.5")),
            ),
        ),
    ),
    _no_bounce(
        "a complaint (RFC 5965)",
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b1",
        subject="Complaint",
        sender="abuse@x.example",
        mark="auto",
        text="Abuse.",
        body=several(part("text/plain", "Abuse."), part("message/feedback-report", "Feedback-Type: abuse")),
    ),
    _no_bounce(
        "the postmaster writes about something else",
        subject="Your quota",
        sender="postmaster@x.example",
        body="收件人 a@x.example has used 90 %.",
        text="收件人 a@x.example has used 90 %.",
    ),
)
