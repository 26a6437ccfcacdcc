"""How bytes are wrapped for their way, and what happens to the wrapping."""

from base64 import b64encode

from tests.support.odd_mails.odd_mail import OddMail, odd, part, several

ZH = "您好，这是报价。"
KIND = "Content-Type: text/plain; charset=utf-8"


def _wrapped(cause: str, encoding: str, body: str | bytes, text: str = ZH, *more: str) -> OddMail:
    return odd(cause, KIND, f"Content-Transfer-Encoding: {encoding}", *more, body=body, text=text)


B64 = b64encode(ZH.encode()).decode()
QP = "".join(f"={byte:02X}" for byte in ZH.encode())

MAILS = (
    _wrapped("base64 in one line of 3,000 letters", "base64", b64encode((ZH * 80).encode()), ZH * 80),
    _wrapped("base64 with a line end after each letter", "base64", "\n".join(B64)),
    _wrapped("base64 with strange letters in it", "base64", f"{B64[:8]}*{B64[8:]}"),
    _wrapped("base64 that lacks its padding", "base64", B64.rstrip("=")),
    _wrapped("base64 that was cut", "base64", B64[:-7], "您好，这是报"),
    _wrapped(
        "words behind the base64",
        "base64",
        f"{b64encode(ZH.encode() + b'!').decode()}\n\n--\nlist footer",
        f"{ZH}!",
    ),
    _wrapped("plain text that is called base64", "base64", ZH),
    _wrapped("base64 in capitals", "BASE64", B64),
    _wrapped("an encoding with a comment", "base64 (packed)", B64),
    _wrapped("an encoding that nobody knows", "x-rot-26", ZH),
    _wrapped("an empty encoding", "", ZH),
    _wrapped("seven bits that are eight", "7bit", ZH),
    _wrapped("binary", "binary", ZH),
    _wrapped("quoted letters", "quoted-printable", QP),
    _wrapped("quoted letters in lower case", "quoted-printable", QP.lower()),
    _wrapped("soft line ends in the middle of a character", "quoted-printable", QP.replace("=A8", "=\n=A8")),
    _wrapped("a soft line end as the last thing", "quoted-printable", f"{QP}="),
    _wrapped("blanks at the ends of quoted lines", "quoted-printable", f"{QP}   "),
    _wrapped("equal signs that quote nothing", "quoted-printable", "a = b and c =zz d", "a = b and c =zz d"),
    _wrapped("raw bytes among quoted letters", "quoted-printable", f"{ZH}{QP}", f"{ZH}{ZH}"),
    _wrapped("quoted letters that are called plain", "7bit", "1 =3D 1", "1 =3D 1"),
    _wrapped("uuencoded text", "x-uuencode", "begin 644 a.txt\n%2&5L;&\\\n`\nend\n", "Hello"),
    _wrapped("uuencoded text that never begins", "x-uuencode", "just words", "just words"),
    _wrapped("lines that end in a line feed alone", "8bit", f"{ZH}\n{ZH}", f"{ZH} {ZH}"),
    _wrapped("null characters in the text", "8bit", b"one\0two", "onetwo"),
    _wrapped("control characters in the text", "8bit", b"one\x07\x1b[31mtwo", "one[31mtwo"),
    _wrapped("a line of 100,000 letters", "8bit", "x" * 100_000, "x" * 100_000),
    _wrapped("flowed lines", "8bit", "one \ntwo\nthree", "one two three"),
    odd(
        "flowed lines that lose their blanks",
        f"{KIND}; format=flowed; delsp=yes",
        body="您好， \n这是报价。",
        text=ZH,
    ),
    odd("a dot alone on a line", KIND, body="one\n.\ntwo", text="one . two"),
    odd(
        "From at the beginning of a line",
        KIND,
        body=">From here on\nFrom there",
        text=">From here on From there",
    ),
    odd(
        "two encodings",
        KIND,
        "Content-Transfer-Encoding: base64",
        "Content-Transfer-Encoding: 8bit",
        body=B64,
        text=ZH,
    ),
    odd(
        "every part in an encoding of its own",
        "MIME-Version: 1.0",
        "Content-Type: multipart/mixed; boundary=b1",
        body=several(
            part("text/plain; charset=utf-8", B64, "Content-Transfer-Encoding: base64"),
            part("text/plain; charset=utf-8", QP, "Content-Transfer-Encoding: quoted-printable"),
            part("text/plain; charset=gbk", ZH.encode("gbk"), "Content-Transfer-Encoding: 8bit"),
        ),
        text=f"{ZH} {ZH} {ZH}",
    ),
)
