"""Keys: what people take for the same text is the same key."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mycrm_common.keys import email_key, text_key

LETTERS = st.text(max_size=400)


@given(LETTERS)
@example("\u0345")
@example("a" * 319 + " b")
@example("\u0130")
@settings(deadline=None)
def test_the_key_of_a_key_is_itself(text: str) -> None:
    assert text_key(text_key(text)) == text_key(text)


@given(LETTERS)
@example("a@" + "ü" * 63)
@example("ü" * 319 + "@b")
@example("@" * 400)
@example("0´ 0")
@settings(deadline=None)
def test_the_key_of_an_address_is_stable_and_fits_its_column(text: str) -> None:
    assert email_key(email_key(text)) == email_key(text)
    assert len(email_key(text)) <= 320
    assert len(text_key(text)) <= 320


@given(LETTERS)
@settings(deadline=None)
def test_case_and_outer_blanks_make_no_difference(text: str) -> None:
    assert text_key(f" \t{text}\u3000\n") == text_key(text)
    assert text_key(text.lower()) == text_key(text.casefold())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＡＢＣ　Ｔｒａｄｉｎｇ", "abc trading"),
        ("Acme  GmbH\n", "ACME GMBH"),
        ("STRASSE", "straße"),
        ("ｱｸﾒ", "アクメ"),
        ("e\u0301clair", "Éclair"),
        ("㈱", "(株)"),
    ],
)
def test_texts_that_people_read_as_one_have_one_key(one: str, other: str) -> None:
    assert text_key(one) == text_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Müller", "Muller"), ("a-b", "a b"), ("上海", "上諧"), ("", "-")]
)
def test_texts_that_differ_keep_different_keys(one: str, other: str) -> None:
    assert text_key(one) != text_key(other)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("A.B@Example.COM", "a.b@example.com"),
        (" ａ.ｂ＠ｅｘａｍｐｌｅ.ｃｏｍ ", "a.b@example.com"),
        ("li@Bücher.example", "li@xn--bcher-kva.example"),
        ("li@xn--bcher-kva.example", "li@xn--bcher-kva.example"),
        ("王@例え。テスト", "王@xn--r8jz45g.xn--zckzah"),
        ('"odd@name"@example.com', '"odd@name"@example.com'),
        ("a@" + "b" * 64 + ".example", "a@" + "b" * 64 + ".example"),
        ("no address", "no address"),
        ("", ""),
    ],
)
def test_an_address_has_one_key_however_it_is_spelt(address: str, key: str) -> None:
    assert email_key(address) == key
