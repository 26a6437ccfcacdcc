"""Message types in the order of the contract, and the addresses under which a mail shows."""

from mycrm_mail_fetcher.domain.classify import MessageType, Ours, classify, shown_addresses
from tests.unit.mail_fetcher.domain.letters import a_mail, a_multipart, a_part, read

OURS = Ours(addresses=frozenset({"Sales@Example.cn", "büro@bücher.example"}), admin_name="系统 管理员")
REPORT = a_multipart(
    "report",
    a_part("message/delivery-status", "X: y\n\nFinal-Recipient: rfc822; gone@x.example\nAction: failed"),
)


def kind(*fields: str, ours: Ours = OURS) -> MessageType:
    return classify(read(a_mail(*fields)), ours)


def test_mail_of_others_is_received() -> None:
    assert kind("From: buyer@x.example", "To: sales@example.cn") is MessageType.RECEIVE


def test_mail_of_ours_is_sent_however_the_address_is_spelt() -> None:
    assert kind("From: SALES@EXAMPLE.CN") is MessageType.SENDTO
    assert kind("From: büro@xn--bcher-kva.example") is MessageType.SENDTO


def test_mail_to_oneself_is_sent() -> None:
    assert kind("From: sales@example.cn", "To: sales@example.cn") is MessageType.SENDTO


def test_one_of_several_authors_is_enough() -> None:
    assert kind("From: partner@x.example, sales@example.cn") is MessageType.SENDTO


def test_the_admins_display_name_makes_a_notice_before_anything_else() -> None:
    assert kind("From: 系统 管理员 <anyone@x.example>") is MessageType.SYSTEM
    assert kind("From: 系统  管理员 <sales@example.cn>") is MessageType.SYSTEM
    assert kind("From: 管理员 <anyone@x.example>") is MessageType.RECEIVE


def test_without_an_admin_name_nobody_is_the_admin() -> None:
    nobody = Ours(addresses=frozenset({"sales@example.cn", ""}), admin_name=" ")
    assert kind("To: a@x.example", ours=nobody) is MessageType.RECEIVE


def test_a_bounce_is_a_notice_even_from_our_own_address() -> None:
    assert classify(read(b"From: sales@example.cn\r\n" + REPORT), OURS) is MessageType.SYSTEM


def test_a_mail_shows_under_everybody_once_per_role() -> None:
    mail = read(
        a_mail(
            "From: Sales <sales@example.cn>",
            "To: A <a@x.example>, A@X.EXAMPLE, sales@example.cn",
            "Cc: a@x.example",
            "Bcc: d@x.example",
        )
    )
    assert [(row.role, row.name, row.email) for row in shown_addresses(mail)] == [
        ("from", "Sales", "sales@example.cn"),
        ("to", "A", "a@x.example"),
        ("to", "", "sales@example.cn"),
        ("cc", "", "a@x.example"),
        ("bcc", "", "d@x.example"),
    ]


def test_a_bounce_shows_under_the_bounced_address() -> None:
    rows = shown_addresses(read(b"From: postmaster@x.example\r\nTo: sales@example.cn\r\n" + REPORT))
    assert [(row.role, row.email) for row in rows] == [
        ("from", "postmaster@x.example"),
        ("to", "sales@example.cn"),
        ("bounced", "gone@x.example"),
    ]


def test_a_mail_of_nobody_shows_under_nobody() -> None:
    assert shown_addresses(read(a_mail("Subject: x"))) == ()
