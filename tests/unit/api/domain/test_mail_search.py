"""Which mails hold the words of a search."""

import pytest

from mycrm_api.domain.mail_search import has_words, spellings, words_of


@pytest.mark.parametrize(
    ("search", "words"),
    [
        ("", ()),
        ("  报价  Price ", ("报价", "price")),
        ("Ｐｒｉｃｅ price PRICE", ("price",)),
        ("a\u3000b", ("a", "b")),
        (" ".join("abcdefghij"), tuple("abcdefgh")),
    ],
)
def test_a_search_is_its_words(search: str, words: tuple[str, ...]) -> None:
    assert words_of(search) == words


@pytest.mark.parametrize(
    ("search", "is_meant"),
    [
        ("报价", True),
        ("价", True),
        ("invoice 报价", True),
        ("INVO", True),
        ("ﬁne", True),
        ("a&b", True),
        ("missing", False),
        ("invoice missing", False),
        ("strong", False),
        ("href", False),
        ("amp", False),
        ("elan", True),
        ("élan", True),
    ],
)
def test_words_are_looked_for_in_what_people_see(search: str, *, is_meant: bool) -> None:
    content = (
        '<p>Your <strong>Invoice</strong> is fine, a&amp;b, Elan <a href="https://x.example">here</a></p>'
    )
    accent = "ÉLAN 报价单"

    assert has_words(words_of(search), subject=accent, content=content) is is_meant


def test_the_database_is_asked_for_a_word_as_people_may_write_it() -> None:
    assert spellings("ok") == ("ok", "ｏｋ", "ＯＫ", "Ｏｋ")
    assert spellings("été") == ("été", "ÉTÉ", "Été", "éｔé", "ÉＴÉ", "Éｔé")
    assert spellings("报价") == ("报价",)
