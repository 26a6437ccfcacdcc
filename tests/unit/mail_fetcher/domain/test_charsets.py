"""Labels lie, bytes do not: decoding in the order of trust."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_mail_fetcher.domain.charsets import clean, codec_of, decode_bytes

NAMES_WITH_RARE_CHARACTERS = "朱镕基 喆 堃 㛃"


@pytest.mark.parametrize(
    "label", ["gb2312", "GB2312", "gbk", "cp936", "gb_2312-80", "x-gbk", "windows-936", '"gbk"']
)
def test_every_chinese_label_means_the_widest_chinese_charset(label: str) -> None:
    assert decode_bytes("镕".encode("gbk"), label) == "镕"
    assert decode_bytes(NAMES_WITH_RARE_CHARACTERS.encode("gb18030"), label) == NAMES_WITH_RARE_CHARACTERS


@pytest.mark.parametrize(
    ("codec", "label", "text"),
    [
        ("big5hkscs", "big5", "報價單 嘅"),
        ("cp932", "shift_jis", "見積①髙"),
        ("iso2022_jp", "iso-2022-jp", "お見積"),
        ("cp949", "ks_c_5601-1987", "견적 똠"),
        ("cp1251", "windows-1251", "Цена"),
        ("koi8_r", "koi8-r", "Цена"),
        ("iso8859_2", "iso-8859-2", "Příliš"),
        ("cp1252", "iso-8859-1", "Müller “Preis” €"),
        ("cp862", "dos-862", "מחיר"),
        ("cp874", "windows-874", "ราคา"),
        ("iso8859_8", "iso-8859-8-i", "מחיר"),
        ("hz", "hz-gb-2312", "报价"),
        ("utf-16-le", "utf-16le", "报价 ok"),
        ("utf-8", "uft-8", "报价"),
        ("utf-8", "utf8", "报价"),
        ("utf-8", "utf-8; format=flowed", "报价"),
    ],
)
def test_a_label_from_the_list_is_believed(codec: str, label: str, text: str) -> None:
    assert decode_bytes(text.encode(codec), label) == text


@pytest.mark.parametrize(
    "label", ["", "unknown-8bit", "x-unknown", "default", "us-ascii", "no-such-charset", "1"]
)
@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_a_label_that_says_nothing_leaves_it_to_the_bytes(label: str, codec: str) -> None:
    assert decode_bytes("您好，附件是报价单".encode(codec), label) == "您好，附件是报价单"


@pytest.mark.parametrize(
    "label", ["idna", "punycode", "unicode_escape", "undefined", "utf-7", "rot13", "base64"]
)
def test_codecs_that_are_no_charsets_are_never_reached(label: str) -> None:
    assert codec_of(label) is None
    assert decode_bytes(b"\\u0041 +ADw- xn--a", label) == "\\u0041 +ADw- xn--a"


def test_every_codec_of_the_list_exists() -> None:
    labels = [
        "gbk",
        "big5",
        "sjis",
        "euc-jp",
        "iso-2022-kr",
        "latin9",
        "windows-1257",
        "cp437",
        "tis-620",
        "mac",
    ]
    assert all(codecs.lookup(codec_of(label) or "missing") for label in labels)


def test_utf_8_text_under_a_chinese_label_is_recognised_where_the_label_fails() -> None:
    text = "价格表" * 3
    assert decode_bytes(text.encode(), "big5") == text


def test_chinese_text_under_a_utf_8_label_is_recognised() -> None:
    assert decode_bytes("您好，附件是报价单".encode("gbk"), "utf-8") == "您好，附件是报价单"


def test_utf_8_text_under_a_western_label_is_recognised() -> None:
    assert decode_bytes("Müller 报价".encode(), "iso-8859-1") == "Müller 报价"


def test_single_accents_without_a_label_are_western_not_chinese() -> None:
    assert decode_bytes("Grüße von Jürgen Müller".encode("cp1252")) == "Grüße von Jürgen Müller"


def test_a_byte_order_mark_beats_the_label() -> None:
    assert decode_bytes(codecs.BOM_UTF8 + "报价".encode(), "gbk") == "报价"
    assert decode_bytes(codecs.BOM_UTF16_LE + "报价".encode("utf-16-le"), "utf-8") == "报价"


def test_a_page_without_a_label_is_decoded_as_its_meta_tag_says() -> None:
    page = '<html><head><meta http-equiv="Content-Type" content="text/html; charset=big5"></head>報價單'
    assert decode_bytes(page.encode("big5"), html=True) == page
    assert decode_bytes(page.encode("big5")) != page


def test_a_meta_tag_cannot_claim_utf_16() -> None:
    page = b"<meta charset=utf-16><p>plain</p>\xe6\x8a\xa5"
    assert decode_bytes(page, html=True).endswith("报")


def test_a_last_character_that_was_cut_off_does_not_spoil_the_rest() -> None:
    text = "报价单" * 50
    assert decode_bytes(text.encode()[:-1], "utf-8") == text[:-1]
    assert decode_bytes(text.encode("gb18030")[:-1], "gb2312") == text[:-1]


def test_bytes_that_fit_nothing_are_replaced_not_raised() -> None:
    assert "\ufffd" in decode_bytes(b"\xff\xff\xfe abc \x81", "utf-8")


def test_controls_and_lone_surrogates_never_reach_the_database() -> None:
    assert clean("a\x00b\x08c\td\r\ne\rf\ud800g") == "abc\td\ne\nf\ufffdg"


@given(
    st.binary(max_size=400),
    st.sampled_from(["", "gb2312", "utf-8", "big5", "hz", "utf-16", "iso-2022-jp", "x"]),
)
def test_any_bytes_under_any_label_become_storable_text(raw: bytes, label: str) -> None:
    text = decode_bytes(raw, label, html=True)
    assert text.encode("utf-8") is not None
    assert "\x00" not in text


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=200))
def test_utf_8_text_survives_unchanged(text: str) -> None:
    assert decode_bytes(text.encode(), "utf-8") == text.removeprefix("\ufeff")
