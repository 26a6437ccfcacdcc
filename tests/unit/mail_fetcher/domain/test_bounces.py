"""Which mails say that a mail did not arrive, and to whom."""

from base64 import b64encode

import pytest

from mycrm_mail_fetcher.domain.mail import BouncedRecipient
from tests.unit.mail_fetcher.domain.letters import a_mail, a_multipart, a_part, parts, read

FAILED = """Reporting-MTA: dns; mx.example.net
Arrival-Date: Tue, 5 Mar 2024 14:00:00 +0800

Final-Recipient: rfc822; gone@customer.example
Original-Recipient: rfc822; alias@customer.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <gone@customer.example>: unknown
 user

Final-Recipient: RFC822;full@customer.example
Action: Failed
Status: 5.2.2 (mailbox full)

Final-Recipient: rfc822; slow@customer.example
Action: delayed
Status: 4.4.1

Final-Recipient: rfc822; fine@customer.example
Action: delivered
Status: 2.0.0
"""


def a_report(status: str, *, subtype: str = "report; report-type=delivery-status") -> bytes:
    return a_multipart(
        subtype,
        a_part("text/plain", "Delivery Status Notification"),
        a_part("message/delivery-status", status),
    )


def bounced(raw: bytes) -> list[str] | None:
    bounce = read(raw).bounce
    return None if bounce is None else [recipient.email for recipient in bounce.recipients]


def from_system(subject: str, body: str, *more: str, sender: str = "postmaster@example.cn") -> bytes:
    return a_mail(
        f"From: {sender}", f"Subject: {subject}", "To: sales@example.cn", "Content-Type: text/html; charset=utf-8",
        *more, body=body,
    )  # fmt: skip


class TestReports:
    def test_every_failed_recipient_is_named_and_no_other(self) -> None:
        bounce = read(a_report(FAILED)).bounce
        assert bounce is not None
        assert bounce.recipients == (
            BouncedRecipient(
                email="gone@customer.example",
                status="5.1.1",
                diagnostic="550 5.1.1 <gone@customer.example>: unknown user",
            ),
            BouncedRecipient(email="full@customer.example", status="5.2.2", diagnostic=""),
        )

    @pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
    def test_a_delay_or_a_receipt_is_no_bounce(self, action: str) -> None:
        assert (
            bounced(
                a_report(f"X: y\n\nFinal-Recipient: rfc822; a@x.example\nAction: {action}\nStatus: 4.0.0")
            )
            is None
        )

    def test_the_original_recipient_stands_in(self) -> None:
        assert bounced(a_report("X: y\n\nOriginal-Recipient: rfc822; a@x.example\nAction: failed")) == [
            "a@x.example"
        ]

    def test_a_report_without_types_and_actions_is_understood(self) -> None:
        assert bounced(a_report("X: y\n\nFinal-Recipient: <a@x.example>\nStatus: 5.0.0")) == ["a@x.example"]

    def test_the_same_recipient_counts_once(self) -> None:
        block = "\n\nFinal-Recipient: rfc822; {}\nAction: failed"
        assert bounced(a_report("X: y" + block.format("a@x.example") + block.format("A@X.example"))) == [
            "a@x.example"
        ]

    def test_windows_line_ends_and_base64_do_not_matter(self) -> None:
        raw = a_multipart(
            "report",
            a_part("text/plain", "x"),
            a_part(
                "message/delivery-status", b64encode(FAILED.replace("\n", "\r\n").encode()).decode(),
                "Content-Transfer-Encoding: base64",
            ),
        )  # fmt: skip
        assert bounced(raw) == ["gone@customer.example", "full@customer.example"]

    def test_a_bounce_that_somebody_forwards_is_no_bounce(self) -> None:
        forwarded = a_part("message/rfc822", a_report(FAILED))
        assert (
            bounced(a_multipart("mixed", a_part("text/plain", "look"), forwarded, boundary="outer")) is None
        )

    def test_a_read_receipt_is_no_bounce(self) -> None:
        receipt = a_part("message/disposition-notification", "Final-Recipient: rfc822; a@x.example")
        assert bounced(a_multipart("report; report-type=disposition-notification", receipt)) is None

    def test_a_report_of_garbage_is_no_bounce(self) -> None:
        assert bounced(a_report("\n\n\n:::\n\nFinal-Recipient: nobody\nAction: failed\n")) is None

    def test_the_netease_form_is_read_through_its_wrong_encoding(self) -> None:
        body = parts(
            "b1",
            a_part("text/html; charset=gbk", "收件人 &lt;gone@customer.example&gt; 不存在".encode("gbk")),
            a_part(
                "message/delivery-status",
                "X: y\n\nFinal-Recipient: rfc822; gone@customer.example\nAction: failed",
            ),
        )
        raw = a_mail(
            "From: Postmaster@163.com.test", "Subject: =?gb2312?B?z7XNs83L0MU=?=", "X-Mailer: Coremail",
            "Content-Type: multipart/related; boundary=b1", "Content-Transfer-Encoding: base64", body=body,
        )  # fmt: skip
        assert bounced(raw) == ["gone@customer.example"]


class TestFailedRecipientsHeader:
    def test_it_names_the_addresses(self) -> None:
        raw = a_mail(
            "From: mailer-daemon@x.example",
            "X-Failed-Recipients: a@x.example,\r\n b@y.example",
            body="550 5.1.1 The account does not exist",
        )
        bounce = read(raw).bounce
        assert bounce is not None
        assert [(found.email, found.status) for found in bounce.recipients] == [
            ("a@x.example", "5.1.1"),
            ("b@y.example", "5.1.1"),
        ]
        assert bounce.recipients[0].diagnostic == "550 5.1.1 The account does not exist"


class TestProse:
    @pytest.mark.parametrize(
        ("subject", "body"),
        [
            (
                "来自qq.com的退信",
                "<p>抱歉，您的邮件无法发送到 <b>gone@customer.example</b>。退信原因：用户不存在</p>",
            ),
            ("系统退信", "<td>收件人：</td><td>&lt;gone@customer.example&gt;</td>"),
            ("邮件投递失败", "以下收件人无法送达：<br>gone@customer.example<br>"),
            ("来自example.cn的退信", "<p>收件人邮件地址（gone@customer.example）不存在</p>"),
            (
                "failure notice",
                "I'm afraid I wasn't able to deliver to the following recipients:<br>&lt;gone@customer.example&gt;",
            ),
            ("您的邮件", "<p>退信通知</p><p>无法发送到gone@customer.example</p>"),
        ],
    )
    def test_the_address_in_a_system_text_is_found(self, subject: str, body: str) -> None:
        assert bounced(from_system(subject, body)) == ["gone@customer.example"]

    @pytest.mark.parametrize(
        "sender", ["PostMaster@qq.example", "MAILER-DAEMON@mx.example", "<postmaster@x.example>"]
    )
    def test_only_mail_systems_are_believed(self, sender: str) -> None:
        body = "无法发送到 gone@customer.example"
        assert bounced(from_system("退信", body, sender=sender)) == ["gone@customer.example"]
        assert bounced(from_system("退信", body, sender="someone@x.example")) is None

    def test_a_mail_that_wants_no_answer_is_a_system_mail(self) -> None:
        raw = from_system(
            "退信", "无法发送到 gone@customer.example", "Return-Path: <>", sender="notice@x.example"
        )
        assert bounced(raw) == ["gone@customer.example"]

    def test_our_own_address_and_the_systems_are_not_the_bounced_ones(self) -> None:
        body = "收件人: sales@example.cn, 收件人: postmaster@example.cn, 收件人: gone@customer.example"
        assert bounced(from_system("退信", body)) == ["gone@customer.example"]

    def test_a_bounce_that_names_nobody_is_still_a_bounce(self) -> None:
        assert bounced(from_system("系统退信", "您的邮件被退回。")) == []

    @pytest.mark.parametrize(
        "subject", ["Delivery Status Notification (Delay)", "投递延迟：退信", "Warning: message delayed"]
    )
    def test_a_delay_told_in_words_is_no_bounce(self, subject: str) -> None:
        assert bounced(from_system(subject, "Undelivered so far. 收件人 a@x.example")) is None

    def test_other_mail_of_the_postmaster_is_no_bounce(self) -> None:
        assert bounced(from_system("Monthly quota report", "收件人 a@x.example")) is None

    def test_an_answering_machine_is_no_bounce(self) -> None:
        raw = from_system(
            "自动回复：退信",
            "收件人 a@x.example",
            "Auto-Submitted: auto-replied",
            "Return-Path: <>",
            sender="a@x.example",
        )
        assert bounced(raw) is None

    def test_a_customer_who_writes_about_a_bounce_is_no_bounce(self) -> None:
        raw = from_system(
            "Re: 退信", "您的邮件无法发送到 gone@customer.example？", sender="buyer@customer.example"
        )
        assert bounced(raw) is None

    @pytest.mark.timeout(10)
    def test_a_long_text_is_read_in_time(self) -> None:
        assert bounced(from_system("退信", "收件人 " * 200_000)) == []
