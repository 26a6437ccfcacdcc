"""From, To and Cc as people and programs write them."""

from tests.support.odd_mails.odd_mail import OddMail, odd, rows

FROM, TO = "from li@customer.example", "to sales@example.cn"


def _to(cause: str, value: str | bytes, *emails: str) -> OddMail:
    line = b"To: " + (value.encode() if isinstance(value, str) else value)
    return odd(cause, line, addresses=rows(FROM, *(f"to {email}" for email in emails)))


MANY = ", ".join(f"a{number}@many.example" for number in range(1200))

MAILS = (
    _to("a comma in a quoted name", '"Li, Wei" <a@x.example>, b@x.example', "a@x.example", "b@x.example"),
    _to("a comma in a name without quotes", "张三,经理 <a@x.example>", "a@x.example"),
    _to("semicolons between the addresses", "a@x.example; b@x.example;", "a@x.example", "b@x.example"),
    _to("Chinese marks between the addresses", "a@x.example；b@x.example，c@x.example",
        "a@x.example", "b@x.example", "c@x.example"),
    _to("nothing but blanks between the addresses", "a@x.example b@x.example", "a@x.example", "b@x.example"),
    _to("a group of addresses", "Team: a@x.example, B <b@x.example>;", "a@x.example", "b@x.example"),
    _to("a group of nobody", "undisclosed-recipients:;"),
    _to("a comment with brackets in it", "a@x.example (A (the) first), (x) b@x.example", "a@x.example", "b@x.example"),
    _to("an address in double brackets", "<<a@x.example>>", "a@x.example"),
    _to("a bracket that never closes", "Li <a@x.example", "a@x.example"),
    _to("a quote that never closes", '"Li <a@x.example>, b@x.example', "a@x.example", "b@x.example"),
    _to("a name that is another address", "boss@other.example <a@x.example>", "a@x.example"),
    _to("blanks inside the brackets", "Li < a@x.example >", "a@x.example"),
    _to("a mailto in the brackets", "Li <mailto:a@x.example>", "a@x.example"),
    _to("an address in quotes", "'a@x.example'", "a@x.example"),
    _to("a quoted local part", '"li wei"@x.example', '"li wei"@x.example'),
    _to("capitals", "A.B@X.Example", "a.b@x.example"),
    _to("a domain in Chinese", "a@例子.example", "a@xn--fsqu00a.example"),
    _to("a local part in Chinese", "李@x.example", "李@x.example"),
    _to("a dot behind the domain", "a@x.example.", "a@x.example"),
    _to("an address without a domain", "root, a@x.example", "a@x.example"),
    _to("a name alone", "Li Wei"),
    _to("raw UTF-8 names", "李小明 <a@x.example>", "a@x.example"),
    _to("a list folded inside an address", "a@x.example,\r\n\tb@x.example,\r\n c@x.example",
        "a@x.example", "b@x.example", "c@x.example"),
    _to("empty places in the list", ", ,a@x.example,, ;", "a@x.example"),
    _to("an at sign alone", "@"),
    _to("full-width letters", "ａ@ｘ.example", "a@x.example"),
    _to("Exchange's own kind of address", "IMCEAEX-_O=X_OU=Y_CN=LI@x.example", "imceaex-_o=x_ou=y_cn=li@x.example"),
    odd("1,200 recipients", f"To: {MANY}", addresses=rows(FROM, *(f"to a{n}@many.example" for n in range(1000)))),
    odd("two To fields", "To: a@x.example", "To: b@x.example",
        addresses=rows(FROM, "to a@x.example", "to b@x.example")),
    odd("the same recipient in To and Cc", "To: a@x.example", "Cc: A@X.example",
        addresses=rows(FROM, "to a@x.example", "cc a@x.example")),
    odd("a blind copy that is told", "Bcc: b@x.example", addresses=rows(FROM, TO, "bcc b@x.example")),
    odd("no recipient at all", "To:", addresses=rows(FROM)),
    odd("no sender at all", "From:", sender="", addresses=rows(TO), is_answer=False),
    odd("a sender without an address", "From: Li Wei", sender="Li Wei", addresses=rows(TO), is_answer=False),
    odd("a Sender where From is missing", "From:", "Sender: Wang <wang@x.example>", sender="Wang",
        addresses=rows("from wang@x.example", TO)),
    odd("two authors", "From: a@x.example, Li <li@x.example>", sender="a@x.example",
        addresses=rows("from a@x.example", "from li@x.example", TO)),
    odd("two From fields", "From: A <a@x.example>", "From: B <b@x.example>", sender="A",
        addresses=rows("from a@x.example", "from b@x.example", TO)),
    odd("a sender whose name is the address", 'From: "li@customer.example" <li@customer.example>',
        sender="li@customer.example"),
    odd("an angle without anything in it", "From: Li <>", sender="Li", addresses=rows(TO), is_answer=False),
)  # fmt: skip
