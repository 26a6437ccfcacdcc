"""Old mail and signatures in plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_mail_fetcher.domain.quotes import Kind, is_forward, pieces_of

HEADS = {
    "Outlook": "-----Original Message-----\nFrom: Li\nSent: Monday\nTo: Sales\nSubject: Quotation\n\nCan you?",
    "Outlook without a line": "From: Li <li@x.example>\nSent: Monday\nTo: Sales\nSubject: Quotation\n\nCan you?",
    "Outlook in Chinese": "发件人: Li\n发送时间: 2026年3月2日\n收件人: sales\n主题: 报价\n\n可以吗？",
    "Foxmail": "发件人： Li\n发送时间： 2026-03-02\n收件人： sales\n主题： 报价\n可以吗？",
    "QQ": '------------------ 原始邮件 ------------------\n发件人: "Li";\n可以吗？',
    "Outlook in German": "Von: Li\nGesendet: Montag\nAn: Sales\nBetreff: Angebot\n\nGeht das?",
    "Outlook in French": "De : Li\nEnvoyé : lundi\nÀ : Sales\nObjet : Devis\n\nPossible ?",
    "Outlook in Japanese": "差出人: Li\n送信日時: 月曜日\n宛先: Sales\n件名: 見積\n\nできますか",
    "lines with marks": "On Monday, Li wrote:\n> Can you?\n>\n> Li",
    "marks in Chinese": '在 2026-03-02 14:03:22，"Li" <li@x.example> 写道：\n>可以吗？\n>Li',
    "marks below a folded line": "On Monday, 2 March 2026 at 14:03, Li of the shop\n<li@x.example> wrote:\n> Can you?",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_the_mail_that_is_answered_is_a_quote(head: str) -> None:
    pieces = pieces_of(f"Yes.\n\n{head}")
    assert [piece.kind for piece in pieces] == [Kind.OWN, Kind.QUOTE]
    assert pieces[0].text == "Yes.\n"
    assert pieces[1].text == head


@pytest.mark.parametrize(
    "text",
    [
        "> one?\nyes\n> two?\nno",
        "Price from: 10\nShipping: Monday",
        "From: Shenzhen\nTo: Hamburg\nVessel: x",
        "a -- b",
        "--\n" + "line\n" * 40,
        "1 > 0",
        "",
        "---- prices ----",
    ],
)
def test_where_there_is_doubt_it_is_the_authors_own(text: str) -> None:
    assert {piece.kind for piece in pieces_of(text)} == {Kind.OWN}


def test_a_signature_stands_at_the_end_or_above_the_quote() -> None:
    assert [piece.kind for piece in pieces_of("Hello\n-- \nLi\nSales")] == [Kind.OWN, Kind.SIGNATURE]
    assert [piece.kind for piece in pieces_of("Hello\n-- \nLi\n\n> Can you?")] == [
        Kind.OWN, Kind.SIGNATURE, Kind.QUOTE,
    ]  # fmt: skip


def test_an_answer_below_the_quote_is_the_authors_own() -> None:
    pieces = pieces_of("Li wrote:\n> Can you?\n\nYes.\n-- \nWang")
    assert [piece.kind for piece in pieces] == [Kind.QUOTE, Kind.OWN, Kind.SIGNATURE]


@given(
    st.lists(
        st.sampled_from(["> a", "text", "", "-- ", "From: x", "Date: y", "Subject: z", "wrote:", "----"])
    )
)
def test_the_pieces_make_the_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert "\n".join(piece.text for piece in pieces_of(text)) == text


@pytest.mark.timeout(10)
@pytest.mark.parametrize("line", ["From: x", "> x", "schrieb " * 50_000, "-" * 500_000, "x"])
def test_a_long_text_takes_no_long_time(line: str) -> None:
    assert pieces_of("\n".join([line] * (1_000_000 // len(line))))


@pytest.mark.parametrize("subject", ["Fwd: x", "FW: x", "转发：x", "轉寄: x", "WG: x", "TR : x", "[Fwd: x]"])
def test_a_forwarded_mail_is_known_by_its_subject(subject: str) -> None:
    assert is_forward(subject)
    assert not is_forward(f"Re: {subject}")
