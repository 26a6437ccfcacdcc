"""Grams: every text with a term in it has all the grams that the term needs."""

from hypothesis import given
from hypothesis import strategies as some

from mycrm_api.domain.grams import after_prefix, grams_needed, grams_of

TEXTS = some.text(alphabet="abż1%_. 公司光学あ😀", max_size=12)


@given(before=TEXTS, term=TEXTS.filter(lambda term: bool(term.strip())), after=TEXTS)
def test_a_text_has_every_gram_that_a_term_in_it_needs(before: str, term: str, after: str) -> None:
    needed = grams_needed(term)

    assert needed <= grams_of(before + term + after)


@given(before=TEXTS, after=TEXTS)
def test_two_narrow_letters_begin_some_gram_wherever_they_stand(before: str, after: str) -> None:
    assert grams_needed("ab") == set()
    assert any("ab" <= gram < after_prefix("ab") for gram in grams_of(before + "ab" + after))


def test_of_a_long_term_some_grams_from_all_over_it_are_enough() -> None:
    term = "abcdefghijklmnopqrst"

    assert grams_needed(term, most=3) == {"abc", "ghi", "mno"}
    assert grams_needed(term, most=18) == grams_needed(term)
    assert grams_needed("an", most=3) == set()


def test_two_chinese_letters_are_a_gram_and_three_latin_ones_too() -> None:
    assert grams_of("蓝光 ab") >= {"蓝", "光", "a", "b", "蓝光", "光 ", " ab"}
    assert grams_needed("蓝光光学") == {"蓝光", "光光", "光学"}
    assert grams_needed("optic") == {"opt", "pti", "tic"}
    assert grams_needed("a公") == {"a公"}


def test_no_gram_begins_with_two_letters_that_are_not_there() -> None:
    assert not any("zq" <= gram < after_prefix("zq") for gram in grams_of("quiz zebra zpq"))


def test_a_blank_alone_is_no_gram() -> None:
    assert grams_of("") == set()
    assert grams_of("a b") == {"a", "b", "a b", " b\n"}
