"""Any number of made-up customers, the same for the same seed: Chinese and English, companies of very unequal size.

They are written as fast as the database can take them: MariaDB reads them from a file, SQLite by large statements.
Nothing of it is anybody's: names are put together by chance, addresses end in .example or .test.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, literal, select

from mycrm_common.db.engine import Database
from mycrm_common.db.tables.customers import customers
from mycrm_common.db.tables.search import search_changes
from mycrm_common.keys import email_key, text_key

NEWEST = datetime(2026, 3, 1, 12, tzinfo=UTC)
_PIECE = 5_000
_FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
_GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉建国华志梅鑫玲红飞浩宇欣怡梓涵子轩雨晨思远"
_FIRST = [
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
    "Noah",
    "Olga",
    "Peter",
    "Rosa",
    "Sam",
    "Tina",
    "Victor",
]
_LAST = [
    "Adler",
    "Brown",
    "Clark",
    "Dubois",
    "Evans",
    "Fischer",
    "Garcia",
    "Hansen",
    "Ivanov",
    "Jones",
    "Keller",
    "Lopez",
    "Meyer",
    "Novak",
    "Olsen",
    "Petit",
]
_WORDS = [
    "Blue",
    "Golden",
    "North",
    "Prime",
    "Silver",
    "Bright",
    "Global",
    "Union",
    "Delta",
    "Nova",
    "Ever",
    "Grand",
    "Royal",
    "Swift",
    "True",
    "Vital",
]
_TRADES = [
    "Optics",
    "Lighting",
    "Textiles",
    "Motors",
    "Foods",
    "Paper",
    "Glass",
    "Steel",
    "Trading",
    "Logistics",
    "Medical",
    "Energy",
    "Toys",
    "Tools",
]
_PLACES = [
    "蓝光",
    "金龙",
    "华夏",
    "东方",
    "长城",
    "新星",
    "恒达",
    "永兴",
    "瑞丰",
    "天成",
    "鼎盛",
    "宏远",
    "中联",
    "百川",
    "海纳",
    "德隆",
]
_BUSINESS = [
    "光学",
    "照明",
    "纺织",
    "电子",
    "食品",
    "纸业",
    "玻璃",
    "钢铁",
    "贸易",
    "物流",
    "医疗",
    "能源",
    "玩具",
    "五金",
]
_CITIES = ["深圳市", "广州市", "上海市", "北京市", "杭州市", "宁波市", "厦门市", "青岛市", "苏州市", "义乌市"]
_ROADS = [
    "科技园",
    "人民路",
    "中山路",
    "解放路",
    "建设路",
    "和平路",
    "新华路",
    "长江路",
    "工业园",
    "滨海大道",
]
_COUNTRIES = [
    "China",
    "Germany",
    "France",
    "Italy",
    "Spain",
    "Brazil",
    "Mexico",
    "India",
    "Japan",
    "Turkey",
    "中国",
    "USA",
    "UK",
    "Canada",
    "Vietnam",
]
_HOSTS = ("gmail.example", "163.example", "qq.example", "outlook.example", "mail.test")
_COMMENTS = (
    "",
    "",
    "",
    "<p>met at the fair in spring, wants a quotation</p>",
    "<p>老客户，<b>每年</b>下单两次</p>",
    "<p>asked for samples; send the new catalogue</p>",
    "<p>需要寄样品，价格敏感</p>",
)
_COLUMNS = tuple(column.name for column in customers.columns if column.computed is None)


def made_customers(count: int, *, seed: int = 20261123) -> Iterator[dict[str, Any]]:
    """Give so many customers with the ids 1, 2, 3 and so on, each a row of the table."""
    contacts: dict[str, datetime] = {}
    # Made twice, for the companies' dates stand in every row, and a million rows are not kept in memory.
    for row in _made(count, seed=seed):
        if row["company_key"] and row["valid"] and row["last_contact_date"]:
            known = contacts.get(row["company_key"], row["last_contact_date"])
            contacts[row["company_key"]] = max(known, row["last_contact_date"])
    for row in _made(count, seed=seed):
        own = row["last_contact_date"]
        row["company_last_contact"] = contacts.get(row["company_key"]) if row["company_key"] else own
        yield row


def _made(count: int, *, seed: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(seed)
    companies = [_company(chance) for _ in range(max(count // 8, 1))]
    # As in life: the largest company has many contacts, most have one or two.
    weights = list(accumulate(1 / (rank + 1) ** 0.8 for rank in range(len(companies))))
    for number in range(1, count + 1):
        yield _customer(chance, number, chance.choices(companies, cum_weights=weights)[0])


async def load_customers(database: Database, count: int, *, folder: Path, seed: int = 20261123) -> None:
    """Write so many customers into an empty table, and note all of them for the search index."""
    rows = made_customers(count, seed=seed)
    async with database.writing("api") as connection:
        await connection.begin()
        if database.is_sqlite:
            while piece := list(islice(rows, _PIECE)):
                await connection.execute(insert(customers), piece)
        else:
            path = folder / "customers.tsv"
            _write(path, rows)
            # A temporary file of the test, read by a server that the test has started on the same machine.
            await connection.exec_driver_sql(
                f"LOAD DATA INFILE '{path}' INTO TABLE customers CHARACTER SET utf8mb4 ({', '.join(_COLUMNS)})"
            )
            path.unlink()
        every = select(customers.c.id, literal(1)).order_by(customers.c.id)
        await connection.execute(insert(search_changes).from_select(["customer_id", "in_bulk"], every))
        await connection.commit()
    async with database.reading() as look:
        assert (
            await look.connection.execute(select(func.count()).select_from(customers))
        ).scalar_one() == count


def _write(path: Path, rows: Iterator[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        path.chmod(0o644)
        for row in rows:
            file.write("\t".join(_cell(row[column]) for column in _COLUMNS) + "\n")


def _cell(value: Any) -> str:
    if value is None:
        return r"\N"
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else str(value)


def _company(chance: random.Random) -> str:
    if chance.random() < 0.5:
        place = chance.choice(_CITIES) + chance.choice(_PLACES) + chance.choice(_GIVEN)
        return f"{place}{chance.choice(_BUSINESS)}有限公司"
    return f"{chance.choice(_WORDS)} {_made_word(chance)} {chance.choice(_TRADES)} Ltd."


def _made_word(chance: random.Random) -> str:
    return "".join(
        chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(chance.randint(2, 4))
    ).title()


def _customer(chance: random.Random, number: int, company: str) -> dict[str, Any]:
    is_chinese = chance.random() < 0.5
    if is_chinese:
        name = chance.choice(_FAMILY) + "".join(chance.choices(_GIVEN, k=chance.randint(1, 2)))
        address = f"{chance.choice(_CITIES)}{chance.choice(_ROADS)}{chance.randint(1, 999)}号{chance.randint(1, 30)}楼"
    else:
        name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
        address = f"{chance.randint(1, 999)} {_made_word(chance)} Street, {_made_word(chance)}"
    host = chance.choice(_HOSTS) if chance.random() < 0.6 else f"{_made_word(chance).lower()}.example"
    email = f"{_made_word(chance).lower()}.{number}@{host}"
    company = "" if chance.random() < 0.05 else company
    created = NEWEST - timedelta(minutes=chance.randint(0, 3_000_000))
    contact = NEWEST - timedelta(minutes=chance.randint(0, 700_000)) if chance.random() < 0.6 else None
    return {
        "id": number,
        "name": name,
        "email": email,
        "importance": chance.choices(range(6), weights=(50, 20, 12, 10, 6, 2))[0],
        "company": company,
        "country": "" if chance.random() < 0.1 else chance.choice(_COUNTRIES),
        "address": address,
        "phone": f"+86 1{chance.randint(30, 99)} {chance.randint(0, 9999):04} {chance.randint(0, 9999):04}",
        "website": f"https://www.{host}" if chance.random() < 0.5 else "",
        "comment": chance.choice(_COMMENTS),
        "last_contact_date": contact,
        "last_checked_date": NEWEST - timedelta(minutes=chance.randint(0, 90_000))
        if chance.random() < 0.3
        else None,
        "last_checked_log": chance.choice(("", "", "Success", "ServerIsCatchAll", "MailboxDoesNotExist")),
        "valid": chance.choices((0, 1, 2), weights=(10, 40, 50))[0],
        "version": chance.choices((1, 2, 3), weights=(80, 15, 5))[0],
        "created_at": created,
        "updated_at": created + timedelta(minutes=chance.randint(0, 10_000)),
        "email_key": email_key(email),
        "name_key": text_key(name),
        "company_key": text_key(company),
        "company_last_contact": None,
    }
