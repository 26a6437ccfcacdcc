"""Invented customers and what people write to each other, for made mailboxes. No real person is meant."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class MadeCustomer:
    """A customer of the made company, as the CRM would keep it."""

    email: str
    name: str
    company: str
    country: str
    language: str


@dataclass(frozen=True, kw_only=True)
class Script:
    """A way to write: the language, the charset's name in the header and the codec that is really used.

    The two differ where mail programs lie: what they call gb2312 is GBK.
    """

    language: str
    charset: str
    codec: str


SCRIPTS = (
    Script(language="zh", charset="utf-8", codec="utf-8"),
    Script(language="zh", charset="gb2312", codec="gbk"),
    Script(language="zh", charset="gb18030", codec="gb18030"),
    Script(language="tw", charset="big5", codec="big5"),
    Script(language="en", charset="utf-8", codec="utf-8"),
    Script(language="en", charset="us-ascii", codec="ascii"),
    Script(language="eu", charset="iso-8859-1", codec="latin-1"),
)

# What only this charset of its language can say, so that a reader with a smaller table is found out.
PECULIAR = {
    "utf-8": "🚢 谢谢 / thank you ✓",
    "gb2312": "联系人：赵喆、钱镕，地址：深圳市南山区",
    "gb18030": "样品编号 㐂𠮷，请核对",
    "big5": "聯絡人：許小姐，功能表已蓋章，裡面有樣品",
    "us-ascii": "Regards, the purchasing department",
    "iso-8859-1": "Grüße aus Köln, à bientôt, señor Ibáñez",
}

SUBJECTS = {
    "zh": ("关于订单 {0} 的报价", "样品 {0} 已寄出", "询价：{0}", "合同 {0} 确认", "{0} 交货期"),
    "tw": ("關於訂單 {0} 的報價", "樣品 {0} 已寄出", "詢價：{0}", "合約 {0} 確認"),
    "en": ("Quotation for {0}", "Samples {0} on their way", "Re: delivery of {0}", "Invoice {0}"),
    "eu": ("Angebot für {0}", "Échantillons {0}", "Pedido {0}: confirmación", "Rückfrage zu {0}"),
}

SENTENCES = {
    "zh": (
        "您好，请查收附件中的报价单。",
        "请问这批货最快什么时候可以交货？",
        "我们对贵公司的产品很感兴趣，希望进一步了解价格和起订量。",
        "样品已于昨日寄出，快递单号稍后发给您。",
        "付款方式为电汇，三成定金，余款见提单副本。",
        "如有任何问题，请随时与我联系。",
    ),
    "tw": (
        "您好，請查收報價單。",
        "請問這批貨最快什麼時候可以交貨？",
        "我們對貴公司的產品很感興趣，希望進一步了解價格。",
        "付款方式為電匯，三成訂金。",
    ),
    "en": (
        "Please find our quotation below.",
        "When could you ship the first container?",
        "We would like to know your price for 500 < 1000 pieces & the lead time.",
        "The samples left our warehouse yesterday.",
        "Payment is 30 % in advance, the rest against a copy of the bill of lading.",
    ),
    "eu": (
        "Könnten Sie uns bitte ein Angebot für 500 Stück schicken?",
        "Pouvez-vous nous confirmer le délai de livraison ?",
        "¿Cuándo podría enviarnos las muestras?",
        "Die Zahlung erfolgt wie üblich nach Erhalt der Ware.",
    ),
}

_NAMES = {
    "zh": (
        "陈晓白",
        "林知夏",
        "周一鸣",
        "吴清扬",
        "郑若水",
        "孙望舒",
        "何听雨",
        "高远帆",
        "罗青禾",
        "梁思齐",
    ),
    "tw": ("游靜宜", "葉承恩", "蔡明軒", "簡嘉慧", "江品妤"),
    "en": (
        "Ada Marlow",
        "Ben Carver",
        "Cleo Hart",
        "Dan Whitlock",
        "Eve Sandler",
        "Finn Oakley",
        "Gwen Tanner",
    ),
    "eu": ("Jörg Müßig", "Renée Lefèvre", "Íñigo Peña", "Åse Bjørn", "Zoë Größling"),
}
_COMPANIES = (
    "Harbour Lights",
    "North Quay",
    "Blue Anchor",
    "长风贸易",
    "Silver Birch",
    "Old Mill",
    "远山进出口",
    "Red Kite",
)
_COUNTRIES = {"zh": "中国", "tw": "中国台湾", "en": "United Kingdom", "eu": "Deutschland"}


def made_customers(count: int = 40) -> tuple[MadeCustomer, ...]:
    """The first so many invented customers; the same ones every time."""
    people = [(language, name) for language, names in _NAMES.items() for name in names]
    return tuple(_made_customer(number, *people[number % len(people)]) for number in range(count))


def _made_customer(number: int, language: str, name: str) -> MadeCustomer:
    company_number = number % len(_COMPANIES)
    return MadeCustomer(
        email=f"buyer{number + 1:02d}@company{company_number + 1}.example.com",
        name=name,
        company=_COMPANIES[company_number],
        country=_COUNTRIES[language],
        language=language,
    )
