"""Texts in the charsets of the world, under right, wrong and no names."""

from base64 import b64encode

from tests.support.odd_mails.odd_mail import OddMail, odd

ZH = "您好，请查收附件中的报价单。谢谢！"


def _text(cause: str, label: str, codec: str, text: str, *, kind: str = "plain") -> OddMail:
    body = f"<p>{text}</p>" if kind == "html" else text
    return odd(
        cause,
        f"Content-Type: text/{kind}; charset={label}",
        "Content-Transfer-Encoding: base64",
        body=b64encode(body.encode(codec)),
        text=text,
    )


def _raw(cause: str, label: str, raw: bytes, text: str) -> OddMail:
    kind = f"Content-Type: text/plain; charset={label}" if label else "Content-Type: text/plain"
    return odd(cause, kind, "Content-Transfer-Encoding: 8bit", body=raw, text=text)


MAILS = (
    _text("UTF-8", "utf-8", "utf-8", ZH),
    _text("UTF-8 with a byte order mark", "utf-8", "utf-8-sig", ZH),
    _text("GBK by the name of gb2312", "gb2312", "gbk", "朱镕基的報價，頭髮"),
    _text("GB18030 with four bytes to a character", "gb18030", "gb18030", "样品编号 㐂𠮷"),
    _text("GB18030 by the name of gbk", "gbk", "gb18030", "编号 𠮷"),
    _text("Big5", "big5", "big5", "聯絡人：許小姐"),
    _text("Hong Kong's additions to Big5", "big5", "big5hkscs", "嘅報價喺度"),
    _text("Chinese that switches by tildes", "hz-gb-2312", "hz", "中文报价"),
    _text("Shift JIS", "Shift_JIS", "cp932", "見積書①を送ります"),
    _text("Japanese in EUC", "euc-jp", "euc_jp", "見積書を送ります"),
    _text("Japanese that switches by escapes, in a body", "iso-2022-jp", "iso2022_jp", "見積書を送ります"),
    _text("Korean by the name of ks_c_5601", "ks_c_5601-1987", "cp949", "견적서를 보냅니다 똠"),
    _text("Cyrillic in KOI8", "koi8-r", "koi8_r", "Запрос цены"),
    _text("Cyrillic in Windows letters", "windows-1251", "cp1251", "Запрос цены «срочно»"),
    _text(
        "Western letters with the euro by the name of Latin-1",
        "iso-8859-1",
        "cp1252",
        "Preis 10 € für Müller",
    ),
    _text("Central European letters", "iso-8859-2", "iso8859_2", "Příliš žluťoučký kůň"),
    _text("Greek", "iso-8859-7", "iso8859_7", "Τιμή προσφοράς"),
    _text("Hebrew in logical order", "iso-8859-8-i", "iso8859_8", "הצעת מחיר"),
    _text("Arabic in Windows letters", "windows-1256", "cp1256", "عرض أسعار"),
    _text("Thai by its Windows name", "windows-874", "cp874", "ใบเสนอราคา"),
    _text("Vietnamese in Windows letters", "windows-1258", "cp1258", "Báo giá"),
    _text("Turkish", "iso-8859-9", "iso8859_9", "Fiyat teklifi için şükran"),
    _text("UTF-16 with its mark", "utf-16", "utf-16", ZH),
    _text("UTF-16 by its order", "utf-16le", "utf-16-le", ZH),
    _text("the letters of the Macintosh", "macintosh", "mac_roman", "Größe für Café"),
    _text("the letters of DOS", "cp850", "cp850", "Größe für Café"),
    _text("a misspelt UTF-8", "uft-8", "utf-8", ZH),
    _text("a number for a charset", "1", "utf-8", ZH),
    _text("a charset in quotes with a blank", '" gbk "', "gbk", ZH),
    _text("a charset that says it is unknown", "unknown-8bit", "gb18030", ZH),
    _text("a charset that could run a codec", "idna", "utf-8", ZH),
    _text("a page that names another charset than its part", "utf-8", "utf-8", ZH, kind="html"),
    _raw("eight bits without any charset", "", ZH.encode(), ZH),
    _raw("GBK without any charset", "", ZH.encode("gbk"), ZH),
    _raw("UTF-8 under us-ascii", "us-ascii", ZH.encode(), ZH),
    _raw("GBK under utf-8", "utf-8", ZH.encode("gbk"), ZH),
    _raw("UTF-8 under iso-8859-1", "iso-8859-1", ZH.encode(), ZH),
    _raw(
        "Western letters under utf-8",
        "utf-8",
        "Grüße aus Köln, à bientôt".encode("latin-1"),
        "Grüße aus Köln, à bientôt",
    ),
    _raw(
        "one broken byte in UTF-8",
        "utf-8",
        "Angebot \xff 2026, mit freundlichen Gr".encode("latin-1") + "üßen".encode(),
        "Angebot \ufffd 2026, mit freundlichen Grüßen",
    ),
    odd(
        "only the page itself names its charset",
        "Content-Type: text/html",
        body=b'<html><head><meta charset="gbk"></head><body>' + "报价单".encode("gbk") + b"</body></html>",
        text="报价单",
    ),
)
