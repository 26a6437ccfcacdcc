"""Random customers and files, and an oracle that knows nothing of how imports are done.

The oracle reads a file as a person would who goes by the words of the rule, with plain dictionaries: each line, each
address, what is not empty; and says what the customers are afterwards.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

FIELDS = ("name", "importance", "company", "country", "address", "phone", "website", "comment", "valid")
_TEXTS = {
    "name": (
        "Li",
        "王小明",
        "O'Brien",
        '"Quoted" Name',
        "=1+1",
        "'=x",
        "@home",
        "ａｂ",
        "José",
        "😀 Wu",
        "a,b;c",
    ),
    "company": ("Acme", "ACME ", "蓝光科技", "Straße 7", "-Minus-", "Blue  Optics", "+Plus"),
    "country": ("中国", "Germany", "台灣"),
    "address": ("Road 1, 北京", "\tTab", "line; two", "＝full"),
    "phone": ("+86 138 0013 8000", "020-1234", "110"),
    "website": ("https://example.com/?a=1&b=2", "www.example.cn"),
    "comment": (
        "plain text",
        "<b>bold</b> &amp; more",
        "a < b & c",
        "two\nlines",
        "=SUM(A1)",
        "<p>第一行</p>",
    ),
}
_SEPARATORS = (",", ";", "、", "，", "；", " ", "\n", ", ", " ; ")
_WRONG = {
    "importance": ("6", "x", "-1"),
    "valid": ("3", "yes"),
    "name": ("x" * 256, "nul\0"),
}
_ADDRESSES = tuple(f"{name}{number}@example.com" for name in ("li", "Wang", "zhao") for number in range(8))


@dataclass
class ImportWorld:
    """What one set is made of."""

    seed: int
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        """Begin with the seed."""
        self.chance = random.Random(self.seed)

    def customer(self) -> dict[str, Any]:
        """Return the fields of a customer who is there before, without an address."""
        said = {name: self.value(name) for name in FIELDS if self.chance.random() < 0.7}
        return {
            name: int(text) if name in {"importance", "valid"} else text.strip()
            for name, text in said.items()
        }

    def there(self) -> dict[str, dict[str, Any]]:
        """Return the customers who are there before, by address."""
        chosen = self.chance.sample(_ADDRESSES, self.chance.randrange(len(_ADDRESSES)))
        return {address: self.customer() for address in chosen}

    def lines(self) -> list[dict[str, str]]:
        """Return the lines of a file."""
        return [self.line() for _ in range(self.chance.randrange(1, 25))]

    def line(self) -> dict[str, str]:
        """Return one line, now and then a wrong one."""
        cells = {name: self.value(name) for name in FIELDS if self.chance.random() < 0.4}
        if self.chance.random() < 0.1:
            name = self.chance.choice(list(_WRONG))
            cells[name] = self.chance.choice(_WRONG[name])
        return cells | {"email": self.addresses()}

    def addresses(self) -> str:
        """Return a cell of addresses: mostly one, in any case of letters, seldom none or a wrong one."""
        kind = self.chance.random()
        if kind < 0.05:
            return ""
        if kind < 0.1:
            return "nobody"
        chosen = self.chance.sample(_ADDRESSES, 1 if kind < 0.7 else self.chance.randrange(2, 4))
        spelt = [
            self.chance.choice((one, one, one.upper().replace("EXAMPLE.COM", "example.com")))
            for one in chosen
        ]
        return self.chance.choice(_SEPARATORS).join(spelt)

    def value(self, name: str) -> str:
        """Return one cell that is not empty."""
        if name == "importance":
            return str(self.chance.randrange(6))
        if name == "valid":
            return str(self.chance.randrange(3))
        return self.chance.choice(_TEXTS[name])


@dataclass
class Expected:
    """What a person would expect of a file: kinds by address, and every customer's fields afterwards."""

    kinds: dict[str, str] = field(default_factory=dict)
    invalid: int = 0
    after: dict[str, dict[str, Any]] = field(default_factory=dict)


def expected(
    lines: Iterable[Mapping[str, str]], there: Mapping[str, Mapping[str, Any]], rich: Callable[[str], str]
) -> Expected:
    """Return what becomes of the customers who are there; `rich` says how a comment is stored."""
    found = Expected(after={address.lower(): dict(fields) for address, fields in there.items()})
    said: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        if _is_wrong(line):
            found.invalid += 1
            continue
        values = {name: _meant(name, line[name], rich) for name in FIELDS if line.get(name, "").strip()}
        for address in dict.fromkeys(_parts(line["email"])):
            if "@" in address:
                said.setdefault(address.lower(), []).append(values)
            else:
                found.invalid += 1
    for address, rows in said.items():
        _settle(found, address, rows)
    return found


def _settle(found: Expected, address: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note what all lines that speak of one address come to."""
    new: dict[str, Any] = {}
    for values in rows:
        for name, value in values.items():
            if new.setdefault(name, value) != value:
                found.kinds[address] = "conflict"
                return
    before = found.after.get(address)
    if before is None:
        found.kinds[address] = "new"
    else:
        found.kinds[address] = "same" if before | new == before else "update"
    found.after[address] = (before or _nothing()) | new


def _parts(cell: str) -> list[str]:
    for separator in ",;、，；":
        cell = cell.replace(separator, " ")
    return cell.split()


def _is_wrong(line: Mapping[str, str]) -> bool:
    if not line["email"].strip():
        return True
    return any(line.get(name) in wrong for name, wrong in _WRONG.items())


def _meant(name: str, cell: str, rich: Callable[[str], str]) -> Any:
    text = cell.strip()
    # An apostrophe before a sign is how spreadsheets say that it is no formula.
    if len(text) > 1 and text[0] == "'" and text[1] in "=+-@":
        text = text[1:]
    if name in {"importance", "valid"}:
        return int(text)
    return rich(text) if name == "comment" else text


def _nothing() -> dict[str, Any]:
    return dict.fromkeys(FIELDS, "") | {"importance": 0, "valid": 2}
