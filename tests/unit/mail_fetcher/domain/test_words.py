"""Encoded words as they are really written."""

from base64 import b64encode

import pytest

from mycrm_mail_fetcher.domain.words import decode_words


def word(raw: bytes, charset: str = "utf-8") -> bytes:
    return b"=?" + charset.encode() + b"?B?" + b64encode(raw) + b"?="


def test_a_character_split_over_two_words_is_joined_before_it_is_decoded() -> None:
    raw = "报价单".encode()
    assert decode_words(word(raw[:4]) + b"\r\n " + word(raw[4:])) == "报价单"
    chinese = "报价单".encode("gbk")
    assert decode_words(word(chinese[:3], "gb2312") + b" " + word(chinese[3:], "GB2312")) == "报价单"


def test_words_of_different_charsets_are_decoded_each_by_its_own() -> None:
    assert (
        decode_words(word("报价".encode("gbk"), "gbk") + b" " + word("報價".encode("big5"), "big5"))
        == "报价報價"
    )


def test_gbk_characters_under_the_gb2312_label_are_read() -> None:
    assert decode_words(word("朱镕基".encode("gbk"), "gb2312")) == "朱镕基"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"=?utf-8?Q?=E6=8A=A5=E4=BB=B7_list?=", "报价 list"),
        (b"=?utf-8?q?=E6=8A=A5 =E4=BB=B7?=", "报 价"),
        (b"=?utf-8?B?5oql5Lu3?= 2024", "报价 2024"),
        (b"Re: =?utf-8?B?5oql5Lu3?=", "Re: 报价"),
        (b"Re:=?utf-8?B?5oql5Lu3?=(2)", "Re:报价(2)"),
        (b"=?utf-8?B?5oql5Lu3", "报价"),
        (b"=?utf-8?B?5oql5Lu?=", "报"),
        (b"=?utf-8?B?5oql 5Lu3?=", "报价"),
        (b"=?utf-8*zh?B?5oql5Lu3?=", "报价"),
        (b"=?no-such?B?5oql5Lu3?=", "报价"),
        (b"=?utf-8?B??=", ""),
        (b"=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        (b"=?", "=?"),
        (b"1 =? 2 ?= 3", "1 =? 2 ?= 3"),
        (b"=?utf-8?Q?a=3Db=3D?=", "a=b="),
    ],
)
def test_odd_words_become_the_text_that_was_meant(raw: bytes, text: str) -> None:
    assert decode_words(raw) == text


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_raw_8_bit_text_in_a_header_is_read(codec: str) -> None:
    assert decode_words("您好，报价单".encode(codec)) == "您好，报价单"


def test_an_emoji_survives() -> None:
    assert decode_words(word("新年快乐🎉".encode())) == "新年快乐🎉"


def test_a_header_full_of_open_words_takes_no_time() -> None:
    assert decode_words(b"=?a?q?" * 10_000).startswith("=?a?q?")
