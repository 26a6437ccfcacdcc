"""Answering machines, lists, ourselves and the administrator: who wrote a mail, and what it counts as."""

from typing import Any

from tests.support.odd_mails.odd_mail import ADMIN_NAME, OddMail, letter, odd, rows

TO = "to sales@example.cn"
FROM = "from li@customer.example"


def _auto(cause: str, *fields: str, **truth: Any) -> OddMail:
    return odd(cause, *fields, mark="auto", is_answer=False, **truth)


def _list(cause: str, *fields: str, **truth: Any) -> OddMail:
    return odd(cause, *fields, mark="list", is_answer=False, **truth)


def _titled(cause: str, subject: str) -> OddMail:
    return _auto(cause, f"Subject: {subject}", subject=subject)


def _from(cause: str, email: str) -> OddMail:
    return odd(cause, f"From: {email}", sender=email, addresses=rows(f"from {email}", TO), is_answer=False)


def _ours(cause: str, *fields: str, addresses: frozenset[str], **truth: Any) -> OddMail:
    fields = (
        fields if any(field.startswith("From:") for field in fields) else ("From: sales@example.cn", *fields)
    )
    truth = {"sender": "sales@example.cn", **truth}
    return odd(cause, *fields, type="sendto", addresses=addresses, is_answer=False, **truth)


MACHINES = (
    _auto("a machine that answers (RFC 3834)", "Auto-Submitted: auto-replied"),
    _auto("a machine that writes by itself", "Auto-Submitted: auto-generated"),
    _auto("a machine that gives its reason", "Auto-Submitted: auto-replied (vacation)"),
    _auto("an old machine's own field", "X-Autoreply: yes"),
    _auto("another old machine's own field", "X-Autorespond: Re: Quotation"),
    _auto("a machine that says so by its precedence", "Precedence: auto_reply"),
    odd("a person who says that no machine wrote it", "Auto-Submitted: no"),
    odd("a mail that only asks machines not to answer", "X-Auto-Response-Suppress: All"),
    _titled("Exmail's automatic answer", "自动回复: Quotation"),
    _titled("an automatic answer in traditional Chinese", "自動回覆：報價"),
    _titled("Outlook's automatic answer", "Automatic reply: Quotation"),
    _titled("somebody who is out of office", "Out of Office: Quotation"),
    _titled("Outlook's automatic answer in German", "Automatische Antwort: Angebot"),
    _titled("an absence in German", "Abwesenheitsnotiz: Angebot"),
    _titled("Outlook's automatic answer in French", "Réponse automatique : Devis"),
    _titled("Outlook's automatic answer in Spanish", "Respuesta automática: Oferta"),
    odd(
        "a person who answers to an automatic answer",
        "Subject: Re: Automatic reply: x",
        subject="Re: Automatic reply: x",
    ),
    odd(
        "a person who writes about automatic answers",
        "Subject: About the automatic reply",
        subject="About the automatic reply",
    ),
    _from("an address that takes no answers", "no-reply@x.example"),
    _from("an address that says so in one word", "noreply@x.example"),
    _from("an address that says so in four", "do_not_reply@x.example"),
    _from("an address for bounces with a mark in it", "bounces+abc=example.cn@x.example"),
    _from("an address of notifications", "notifications@x.example"),
    _from("a service whose address ends so", "shop-noreply@x.example"),
    odd(
        "a person whose name begins like a machine's",
        "From: norepla@x.example",
        sender="norepla@x.example",
        addresses=rows("from norepla@x.example", TO),
    ),
)

LISTS = (
    _list("a list with its id (RFC 2919)", "List-Id: <offers.x.example>"),
    _list("a list that tells where to post", "List-Post: <mailto:l@x.example>"),
    _list("a newsletter with its way out", "List-Unsubscribe: <https://x.example/u>"),
    _list(
        "a newsletter with one click to leave",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "List-Unsubscribe: <https://x.example/u>",
    ),
    _list("bulk by its precedence", "Precedence: bulk"),
    _list("a list by its precedence", "Precedence: list"),
    _list("junk by its precedence", "Precedence: junk"),
    _list("an old list's own field", "X-Mailing-List: <l@x.example>"),
    odd("a first-class precedence", "Precedence: first-class"),
    odd("a list's field for help alone", "List-Help: <mailto:h@x.example>"),
    _auto("a machine that answers to a list", "List-Id: <l.x.example>", "Auto-Submitted: auto-replied"),
    _list(
        "our own address on a list",
        "To: l@x.example",
        "Cc: sales@example.cn",
        "List-Id: <l.x.example>",
        addresses=rows(FROM, "to l@x.example", "cc sales@example.cn"),
    ),
)

KINDS = (
    _ours("a mail of ours", "To: a@x.example", addresses=rows("from sales@example.cn", "to a@x.example")),
    _ours(
        "a mail of ours in capitals",
        "From: SALES@Example.CN",
        "To: a@x.example",
        sender="SALES@example.cn",
        addresses=rows("from sales@example.cn", "to a@x.example"),
    ),
    _ours("a mail to ourselves", addresses=rows("from sales@example.cn", TO)),
    _ours(
        "a mail of ours with a blind copy",
        "To: a@x.example",
        "Bcc: b@x.example",
        addresses=rows("from sales@example.cn", "to a@x.example", "bcc b@x.example"),
    ),
    _ours(
        "a mail of ours together with somebody",
        "From: a@x.example, sales@example.cn",
        sender="a@x.example",
        addresses=rows("from a@x.example", "from sales@example.cn", TO),
    ),
    _ours(
        "a mail that was sent for us",
        "From:",
        "Sender: sales@example.cn",
        addresses=rows("from sales@example.cn", TO),
    ),
    odd(
        "a stranger under our address as a name",
        'From: "sales@example.cn" <evil@x.example>',
        sender="sales@example.cn",
        addresses=rows("from evil@x.example", TO),
    ),
    odd(
        "a stranger under an address like ours",
        "From: sales@example.cn.evil.example",
        sender="sales@example.cn.evil.example",
        addresses=rows("from sales@example.cn.evil.example", TO),
    ),
    odd(
        "a notice of the administrator",
        f"From: {ADMIN_NAME} <root@example.cn>",
        sender=ADMIN_NAME,
        type="system",
        addresses=rows("from root@example.cn", TO),
        is_answer=False,
    ),
    odd(
        "a notice of the administrator, spelt with wide blanks",
        f'From: "{ADMIN_NAME}\u3000" <root@example.cn>',
        sender=ADMIN_NAME,
        type="system",
        addresses=rows("from root@example.cn", TO),
        is_answer=False,
    ),
    odd(
        "somebody whose name only begins like the administrator's",
        f"From: {ADMIN_NAME}二 <a@x.example>",
        sender=f"{ADMIN_NAME}二",
        addresses=rows("from a@x.example", TO),
    ),
    odd(
        "our address in the copy only",
        "To: a@x.example",
        "Cc: sales@example.cn",
        addresses=rows(FROM, "to a@x.example", "cc sales@example.cn"),
    ),
    odd("our address nowhere", "To: undisclosed-recipients:;", addresses=rows(FROM)),
)


def _conversation(cause: str, *fields: str, references: tuple[str, ...]) -> OddMail:
    return OddMail(cause=cause, raw_bytes=letter(cause, *fields), references=references)


THREADS = (
    _conversation("an answer to one mail", "In-Reply-To: <1@example.cn>", references=("1@example.cn",)),
    _conversation("a line of ancestors", "References: <1@example.cn> <2@x.example>\r\n <3@example.cn>",
                  references=("1@example.cn", "2@x.example", "3@example.cn")),
    _conversation("ancestors, and the parent once more", "In-Reply-To: <2@x.example>",
                  "References: <1@example.cn> <2@x.example>", references=("1@example.cn", "2@x.example")),
    _conversation("a parent whom the ancestors leave out", "In-Reply-To: <3@example.cn>", "References: <1@example.cn>",
                  references=("1@example.cn", "3@example.cn")),
    _conversation("ancestors without blanks between them", "References: <1@example.cn><2@x.example>",
                  references=("1@example.cn", "2@x.example")),
    _conversation("a parent in words", "In-Reply-To: your mail of Monday", references=()),
    _conversation("a parent and words", "In-Reply-To: Message of Monday <1@example.cn>", references=("1@example.cn",)),
    _conversation("a thousand ancestors", "References: " + " ".join(f"<{n}@x>" for n in range(1000)),
                  references=("0@x", *(f"{n}@x" for n in range(951, 1000)))),
    _conversation("an id folded inside", "In-Reply-To: <1\r\n @example.cn>", references=("1@example.cn",)),
    _conversation("commas between the ancestors", "References: <1@example.cn>, <2@x.example>",
                  references=("1@example.cn", "2@x.example")),
)  # fmt: skip
