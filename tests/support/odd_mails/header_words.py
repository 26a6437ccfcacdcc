"""Subjects and names as they are encoded, or not: RFC 2047 and what programs make of it."""

from base64 import b64encode

from tests.support.odd_mails.odd_mail import OddMail, odd, rows

PRICE = "报价单"
LONG = "关于二零二六年春季订单的报价单与样品寄送安排"


def _b(text: str, charset: str = "utf-8", codec: str = "") -> str:
    return f"=?{charset}?B?{b64encode(text.encode(codec or charset)).decode()}?="


def _subject(cause: str, value: str | bytes, meaning: str) -> OddMail:
    line = b"Subject: " + (value.encode() if isinstance(value, str) else value)
    return odd(cause, line, subject=meaning)


def _split_inside_a_character() -> str:
    raw = LONG.encode()
    return "\r\n ".join(
        f"=?utf-8?B?{b64encode(raw[at : at + 10]).decode()}?=" for at in range(0, len(raw), 10)
    )


def _half_a_gbk_character() -> str:
    raw = LONG.encode("gbk")
    return "\r\n ".join(
        f"=?GB2312?B?{b64encode(raw[at : at + 9]).decode()}?=" for at in range(0, len(raw), 9)
    )


MAILS = (
    _subject("a subject in UTF-8 and base64", _b(PRICE), PRICE),
    _subject("a subject in quoted letters", "=?utf-8?Q?=E6=8A=A5=E4=BB=B7=E5=8D=95_2026?=", "报价单 2026"),
    _subject("words cut in the middle of a UTF-8 character", _split_inside_a_character(), LONG),
    _subject("words cut in the middle of a GBK character", _half_a_gbk_character(), LONG),
    _subject("gb2312 that holds characters of GBK", _b("朱镕基与頭髮", "gb2312", "gbk"), "朱镕基与頭髮"),
    _subject("neighbouring words in two charsets", f"{_b(PRICE)} {_b('与样品', 'gb18030')}", "报价单与样品"),
    _subject("words beside plain words", f"Re: {_b(PRICE)} for you", "Re: 报价单 for you"),
    _subject("words glued to plain words", f"Re:{_b(PRICE)}(2)", "Re:报价单(2)"),
    _subject("blanks inside a quoted word", "=?utf-8?Q?our offer 2026?=", "our offer 2026"),
    _subject("base64 without its padding", _b("报价").replace("=?=", "?="), "报价"),
    _subject("base64 with a blank in it", "=?utf-8?B?5oql 5Lu3?=", "报价"),
    _subject("a word whose end is missing", "=?utf-8?B?5oql5Lu3", "报价"),
    _subject("a charset that nobody knows", "=?x-unknown-7?B?5oql5Lu3?=", "报价"),
    _subject("an empty charset", "=??B?5oql5Lu3?=", "=??B?5oql5Lu3?="),
    _subject("an encoding that does not exist", "=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
    _subject("a language behind the charset", "=?utf-8*zh-CN?B?5oql5Lu3?=", "报价"),
    _subject("small letters for the encoding", "=?UTF-8?b?5oql5Lu3?=", "报价"),
    _subject("raw UTF-8", "报价单 für Müller", "报价单 für Müller"),
    _subject("raw GBK", "报价单 2026".encode("gbk"), "报价单 2026"),
    _subject("raw Latin-1", "Angebot für Müller".encode("latin-1"), "Angebot für Müller"),
    _subject("raw bytes beside words", b"\xb1\xa8\xbc\xdb " + _b(PRICE).encode(), "报价 报价单"),
    _subject("a subject folded within the line", "one\r\n two\r\n\tthree", "one two three"),
    _subject("a subject folded before its first word", f"\r\n {_b(PRICE)}", PRICE),
    _subject("a null character in a word", "=?utf-8?Q?one=00two?=", "onetwo"),
    _subject("a line end hidden in a word", "=?utf-8?Q?one=0D=0ABcc:_two?=", "one Bcc: two"),
    _subject("an emoji beyond the first plane", _b("订单 🚢 ✓"), "订单 🚢 ✓"),
    _subject("half of a surrogate pair", "=?utf-8?B?7aC9IG9mZmVy?=", "\ufffd\ufffd\ufffd offer"),
    _subject("letters that run from right to left", _b("عرض أسعار"), "عرض أسعار"),
    _subject("Japanese that switches by escapes", "=?iso-2022-jp?B?GyRCOCtAUT1xGyhC?=", "見積書"),
    _subject("traditional Chinese in Big5", _b("報價單附上", "big5"), "報價單附上"),
    _subject("a word in a word", f"=?utf-8?Q?{_b('x')}?=", "=?utf-8?B?eA=?="),
    _subject("no subject at all", "", ""),
    odd("two subjects", "Subject: The first", "Subject: The second", subject="The first"),
    odd("a subject of 5000 letters", "Subject: " + "long " * 1000, subject=("long " * 1000)[:998]),
    odd("a name in words", f"From: {_b('李小明')} <li@customer.example>", sender="李小明"),
    odd("a name in words inside quotes", f'From: "{_b("李小明")}" <li@customer.example>', sender="李小明"),
    odd("a name in words with a comma in them", f"From: {_b('李,小明')} <li@customer.example>", sender="李,小明"),
    odd("a raw name in GBK", "From: 李小明 <li@customer.example>".encode("gbk"), sender="李小明"),
    odd("field names in capitals, with blanks before the colon", "SUBJECT  : Offer", "FROM :Wang <w@x.example>",
        subject="Offer", sender="Wang", addresses=rows("from w@x.example", "to sales@example.cn")),
    odd("an address that is encoded together with its name", f"From: {_b('李 <li@customer.example>')}",
        sender="李", addresses=rows("from li@customer.example", "to sales@example.cn")),
)  # fmt: skip
