"""Sheets: how a file of customers is laid out, and which of its columns means what.

Everything is found from the first records, and each part can be said instead. A column is known by its header, in
Chinese or English; without a header the columns come in the template's order. Where the e-mail is not found that way,
it is the column that holds the most addresses.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import islice
from typing import Any, Literal

from mycrm_common.errors import FieldFault, Kind, MyCRMError

SheetKind = Literal["csv", "xlsx"]
Delimiter = Literal[",", ";", "\t"]
DELIMITERS: tuple[Delimiter, ...] = (",", ";", "\t")
CHARSETS = ("utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be", "cp1252")

# The columns of the template, in their order, as the original has them.
TEMPLATE: tuple[tuple[str, str, str], ...] = (
    ("name", "联系人", "Name"),
    ("email", "邮箱", "Email"),
    ("importance", "客户评级", "Importance"),
    ("company", "公司", "Company"),
    ("country", "国家", "Country"),
    ("address", "地址", "Address"),
    ("phone", "电话", "Phone"),
    ("website", "网站", "Website"),
    ("comment", "备注", "Comment"),
    ("last_contact_date", "最近联系时间", "Last_contact_date"),
    ("valid", "有效性", "Valid"),
)
FIELDS = tuple(field for field, _, _ in TEMPLATE)
# Read past: contact dates come from the mail, and reasons from us.
IGNORED = ("last_contact_date",)
MOST_COLUMNS = 200
# What of a column is shown to whoever says which field it is.
_SAMPLES, _SAMPLE_LETTERS = 3, 60
# The fault of a record with more cells than that.
TOO_WIDE = "columns_many"
_ALSO: Mapping[str, str] = {
    "name": "姓名 名字 联系人姓名 聯絡人 聯繫人 名稱 contact contactname fullname customer",
    "email": "电子邮件 电子邮箱 邮件 邮箱地址 邮件地址 电邮 郵箱 電子郵件 電郵 mail emailaddress emails",
    "importance": "评级 客户等级 重要程度 星级 評級 客戶評級 客戶等級 重要程度 rating stars level",
    "company": "公司名 公司名称 公司名稱 单位 企业 companyname organization organisation account",
    "country": "国家地区 國家 國家地區 countryregion nation",
    "address": "公司地址 联系地址 通讯地址 street addr location",
    "phone": "电话号码 手机 手机号 联系电话 電話 手機 tel telephone mobile phonenumber",
    "website": "网址 公司网站 主页 網站 網址 web url homepage site",
    "comment": "备注信息 说明 註記 備註 notes note comments remark remarks description",
    "last_contact_date": "最后联系时间 最近聯絡時間 最近聯繫時間 lastcontact lastcontacted",
    "valid": "邮箱有效性 是否有效 validity isvalid",
}
_NOISE = re.compile(r"[\s_\-./()（）:：*]+")
_ADDRESS = re.compile(r"[^\s@]@[^\s@]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What somebody says of a file's layout; None is to be found."""

    charset: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    columns: tuple[str | None, ...] | None = None

    def then(self, later: "Wish") -> "Wish":
        """Return what was said in all, where what is said later counts."""
        said = {name: value for name, value in asdict(later).items() if value is not None}
        # Another delimiter makes other columns, so what was said of the former ones says nothing.
        if later.delimiter not in {None, self.delimiter}:
            said.setdefault("columns", None)
        return replace(self, **said)


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """How a file is laid out: `columns` are the fields of its columns, None for one that is not taken."""

    kind: SheetKind
    charset: str = ""
    delimiter: str = ""
    header: bool = False
    headers: tuple[str, ...] = ()
    columns: tuple[str | None, ...] = ()
    samples: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a sheet: its number, and its cells, or why it has none."""

    line: int
    cells: Sequence[str]
    fault: str = ""


def field_of(header: str) -> str | None:
    """Return the field that a header names, in Chinese or English."""
    return _names().get(_NOISE.sub("", unicodedata.normalize("NFKC", header)).casefold())


def laid_out(layout: Layout, first: Sequence[Record], wish: Wish) -> Layout:
    """Return the layout with its header and columns, from the first records and what was said."""
    records = [record for record in first if record.fault or any(cell.strip() for cell in record.cells)]
    if not records:
        raise MyCRMError("import_empty", Kind.INVALID, "there are no rows in this file")
    top = [cell.strip() for cell in records[0].cells]
    if records[0].fault == TOO_WIDE or len(top) > MOST_COLUMNS:
        raise MyCRMError("columns_many", Kind.INVALID, f"at most {MOST_COLUMNS} columns")
    header = _has_header(top) if wish.header is None else wish.header
    rows = [record.cells for record in records[header:]]
    columns = _columns(top, rows, header=header) if wish.columns is None else wish.columns
    _check(columns)
    headers = tuple(cell[:100] for cell in top) if header else ()
    if not rows:
        raise MyCRMError("import_empty", Kind.INVALID, "there is only a header in this file")
    samples = tuple(_samples(rows, place) for place in range(len(columns)))
    return replace(layout, header=header, headers=headers, columns=columns, samples=samples)


def known_headers(cells: Sequence[str]) -> int:
    """Count the cells that name a field."""
    return sum(field_of(cell) is not None for cell in cells)


def to_json(layout: Layout | Wish) -> dict[str, Any]:
    """Return a layout as it is kept."""
    return asdict(layout)


def layout_of(kept: Mapping[str, Any]) -> Layout:
    """Return the layout that was kept."""
    values = {field.name: kept.get(field.name, ()) for field in fields(Layout)}
    samples = tuple(tuple(some) for some in values["samples"])
    return Layout(
        **values | {name: tuple(values[name]) for name in ("headers", "columns")} | {"samples": samples}
    )


def wish_of(kept: Mapping[str, Any]) -> Wish:
    """Return what was said of a layout."""
    columns = kept["columns"]
    return Wish(**dict(kept) | {"columns": None if columns is None else tuple(columns)})


def _has_header(top: Sequence[str]) -> bool:
    return not any(_ADDRESS.search(cell) for cell in top)


def _columns(top: Sequence[str], rows: Sequence[Sequence[str]], *, header: bool) -> tuple[str | None, ...]:
    named = (
        [field_of(cell) for cell in top]
        if header
        else [*FIELDS[: len(top)], *[None] * (len(top) - len(FIELDS))]
    )
    counts = [0 if header and field else _addresses(rows, place) for place, field in enumerate(named)]
    most = max(counts, default=0)
    is_found = "email" in named and (header or counts[named.index("email")] > 0)
    if is_found or not most:
        return tuple(named)
    # Without headers and out of the template's order nobody can know what the other columns are.
    place = counts.index(most)
    return tuple("email" if here == place else field if header else None for here, field in enumerate(named))


def _addresses(rows: Sequence[Sequence[str]], place: int) -> int:
    return sum(_ADDRESS.search(cell) is not None for cells in rows for cell in cells[place : place + 1])


def _samples(rows: Sequence[Sequence[str]], place: int) -> tuple[str, ...]:
    texts = (" ".join(cell.split()) for cells in rows for cell in cells[place : place + 1])
    return tuple(islice(dict.fromkeys(text[:_SAMPLE_LETTERS] for text in texts if text), _SAMPLES))


def _check(columns: Sequence[str | None]) -> None:
    for field in FIELDS:
        if columns.count(field) > 1:
            fault = FieldFault(field=field, code="column_twice", message="two columns are this field")
            raise MyCRMError("columns_wrong", Kind.INVALID, f"two columns are {field}", errors=[fault])
    if "email" not in columns:
        fault = FieldFault(field="email", code="column_missing", message="no column is the e-mail")
        raise MyCRMError("columns_wrong", Kind.INVALID, "no column is the e-mail", errors=[fault])


def _names() -> dict[str, str]:
    names = {}
    for field, chinese, english in TEMPLATE:
        for name in (field, chinese, english, *_ALSO[field].split()):
            names[_NOISE.sub("", name).casefold()] = field
    return names
