"""Address lists, cut before they are decoded."""

import pytest

from mycrm_mail_fetcher.domain.addresses import parse_addresses


def pairs(*values: str | bytes) -> list[tuple[str, str]]:
    raw = [value.encode() if isinstance(value, str) else value for value in values]
    return [(address.name, address.email) for address in parse_addresses(raw)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('"张三,经理" <a@b.example>', [("张三,经理", "a@b.example")]),
        ("张三,经理 <a@b.example>", [("张三,经理", "a@b.example")]),
        ('"Smith, John" <a@b.example>, c@d.example', [("Smith, John", "a@b.example"), ("", "c@d.example")]),
        ("=?gb2312?Q?=D5=C5,=C8=FD?= <a@b.example>", [("张,三", "a@b.example")]),
        (
            "=?utf-8?B?5bygLCDkuIk=?= <a@b.example>, c@d.example",
            [("张, 三", "a@b.example"), ("", "c@d.example")],
        ),
        ('"=?utf-8?B?5byg5LiJ?=" <a@b.example>', [("张三", "a@b.example")]),
        ("a@b.example (Zhang (San) Li)", [("Zhang (San) Li", "a@b.example")]),
        (
            "Team: a@x.example, B <b@x.example>;, c@x.example",
            [("", "a@x.example"), ("B", "b@x.example"), ("", "c@x.example")],
        ),
        ("undisclosed-recipients:;", []),
        ("a@x.example; b@x.example", [("", "a@x.example"), ("", "b@x.example")]),
        (
            "a@x.example；b@x.example，c@x.example",
            [("", "a@x.example"), ("", "b@x.example"), ("", "c@x.example")],
        ),
        ("a@x.example b@x.example", [("", "a@x.example"), ("", "b@x.example")]),
        ("'a@x.example' <a@x.example>", [("", "a@x.example")]),
        ('"other@y.example" <a@x.example>', [("other@y.example", "a@x.example")]),
        ("<<a@x.example>>", [("", "a@x.example")]),
        ("<a@x.example", [("", "a@x.example")]),
        ('"open <a@x.example>, b@x.example', [("open", "a@x.example"), ("", "b@x.example")]),
        ('"john doe"@x.example', [("", '"john doe"@x.example')]),
        ("X <@r.example,@s.example:a@x.example>", [("X", "a@x.example")]),
        ("mailto:a@x.example", [("", "a@x.example")]),
        ("A.B+tag@X.EXAMPLE", [("", "A.B+tag@x.example")]),
        ("张三 <zhang@例子.example>", [("张三", "zhang@例子.example")]),
        ("李雷🎉 <a@x.example>", [("李雷🎉", "a@x.example")]),
        ('"', []),
        ("(c):", []),
        ("<>", []),
        ("", []),
        (",,;;", []),
        ("Only A Name", [("Only A Name", "")]),
        ("John, jane@x.example", [("", "jane@x.example")]),
    ],
)
def test_a_list_is_read_as_it_was_meant(value: str, expected: list[tuple[str, str]]) -> None:
    assert pairs(value) == expected


def test_a_raw_chinese_name_is_sniffed() -> None:
    assert pairs("王小明".encode("gbk") + b" <wang@x.example>") == [("王小明", "wang@x.example")]


def test_several_fields_make_one_list() -> None:
    assert pairs("a@x.example", "b@x.example") == [("", "a@x.example"), ("", "b@x.example")]


def test_a_list_ends_after_a_thousand_addresses() -> None:
    assert len(pairs(", ".join(f"a{n}@x.example" for n in range(3000)))) == 1000


@pytest.mark.parametrize("filler", ["a,", '"', "(", "<", "a ", "=?", "<a@", '"\\', "(\\", "=?a?q?"])
@pytest.mark.timeout(10)
def test_hostile_repetition_takes_no_time(filler: str) -> None:
    assert len(pairs(filler * 32_000)) <= 1000
