"""Made-up customers, the same for the same seed: half of them Chinese, companies of unequal size.

Nothing of it is anybody's: names are put together by chance, addresses end in .example.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

_CHINESE, _WITH_WEBSITE = 0.5, 0.6
_FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
_GIVEN = (
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "志强",
    "建国",
    "秀英",
    "子轩",
    "雨晨",
    "思远",
)
_FIRST = (
    "Anna",
    "Ben",
    "Carla",
    "David",
    "Emma",
    "Frank",
    "Grace",
    "Henry",
    "Iris",
    "Jack",
    "Karen",
    "Leo",
    "Mia",
    "Olga",
)
_LAST = (
    "Adler",
    "Brown",
    "Clark",
    "Dubois",
    "Evans",
    "Fischer",
    "Garcia",
    "Hansen",
    "Keller",
    "Lopez",
    "Novak",
    "Petit",
)
_CITIES = ("深圳", "广州", "上海", "北京", "杭州", "宁波", "厦门", "青岛", "苏州", "义乌")
_MARKS = ("蓝光", "金龙", "华夏", "东方", "新星", "恒达", "瑞丰", "鼎盛", "宏远", "百川")
_TRADES = (
    ("光学", "Optics"),
    ("照明", "Lighting"),
    ("纺织", "Textiles"),
    ("玩具", "Toys"),
    ("五金", "Tools"),
    ("食品", "Foods"),
)
_WORDS = ("Blue", "Golden", "North", "Silver", "Bright", "Delta", "Nova", "Grand", "Swift", "Vital")
_COUNTRIES = (
    "Germany",
    "France",
    "Italy",
    "Spain",
    "Brazil",
    "Mexico",
    "India",
    "Japan",
    "USA",
    "UK",
    "Canada",
)
_STREETS = ("Mill Street", "Station Road", "Harbour Lane", "Market Square", "Garden Way")
_COMMENTS = (
    "",
    "",
    "",
    "<p>Met at the spring fair; wants a quotation for <b>500 pieces</b>.</p>",
    "<p>老客户，<b>每年</b>下单两次，喜欢电话沟通。</p>",
    "<p>Asked for samples. Send the new catalogue in June.</p>",
    "<p>需要寄样品，价格敏感。</p>",
)


@dataclass(frozen=True, kw_only=True)
class Person:
    """A customer as it is added, and whether one writes Chinese to it."""

    fields: Mapping[str, str | int]
    is_chinese: bool

    @property
    def email(self) -> str:
        """Where mail reaches it."""
        return str(self.fields["email"])

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self.fields["name"])


def made_people(count: int, chance: Random) -> list[Person]:
    """Return so many customers of about a third as many companies."""
    companies = [_company(number, chance) for number in range(max(1, count // 3))]
    return [
        _person(number, companies[int(len(companies) * chance.random() ** 1.6)], chance)
        for number in range(count)
    ]


def _company(number: int, chance: Random) -> tuple[bool, str, str, str]:
    """Return whether it is Chinese, its name, its country and its domain."""
    chinese, english = chance.choice(_TRADES)
    domain = f"{chance.choice(_WORDS).lower()}-{english.lower()}-{number}.example"
    if chance.random() < _CHINESE:
        return True, f"{chance.choice(_CITIES)}{chance.choice(_MARKS)}{chinese}有限公司", "中国", domain
    return False, f"{chance.choice(_WORDS)} {english} Ltd.", chance.choice(_COUNTRIES), domain


def _person(number: int, company: tuple[bool, str, str, str], chance: Random) -> Person:
    is_chinese, company_name, country, domain = company
    if is_chinese:
        name = chance.choice(_FAMILY) + chance.choice(_GIVEN)
        address = f"{chance.choice(_CITIES)}市人民路{chance.randint(1, 300)}号"
    else:
        name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
        address = f"{chance.randint(1, 200)} {chance.choice(_STREETS)}"
    fields: dict[str, str | int] = {
        "email": f"contact{number}@{domain}",
        "name": name,
        "importance": chance.choices(range(6), weights=(10, 15, 25, 25, 15, 10))[0],
        "company": company_name,
        "country": country,
        "address": address,
        "phone": f"+{chance.randint(1, 99)} {chance.randint(100, 999)} {chance.randint(1000, 9999)}",
        "website": f"https://www.{domain}" if chance.random() < _WITH_WEBSITE else "",
        "comment": chance.choice(_COMMENTS),
        "valid": chance.choices((0, 1, 2), weights=(8, 42, 50))[0],
    }
    return Person(fields=fields, is_chinese=is_chinese)
