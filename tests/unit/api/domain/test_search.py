"""What a search finds, and what is refused."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mycrm_api.domain.customers import Customer, Validity
from mycrm_api.domain.plain_text import plain_text
from mycrm_api.domain.search import importances_of, search_of
from mycrm_common.errors import MyCRMError

DAY = datetime(2026, 1, 2, tzinfo=UTC)
CUSTOMER = Customer(
    id=1,
    name="Li Wei",
    email="li.wei@example.com",
    importance=3,
    company="蓝光 光学",
    country="China",
    address="No. 12 Harbour Road",
    phone="+86 138 0000",
    website="https://www.example.com/a_b",
    comment="<p>wants <b>len</b>ses</p><p>50% off &amp; more</p>",
    last_contact_date=None,
    last_checked_date=None,
    last_checked_log="",
    valid=Validity.VALID,
    version=1,
    created_at=DAY,
    updated_at=DAY,
)


@pytest.mark.parametrize(
    "q",
    [
        "li",
        "LI",
        "ｌｉ",
        "蓝光光学",
        "光光",
        "wei example",
        "lenses",
        "50%",
        "off & more",
        "a_b",
        "a b",
        "china 138",
    ],
)
def test_each_word_is_found_in_some_text(q: str) -> None:
    assert search_of(q=q).finds(CUSTOMER)


@pytest.mark.parametrize("q", ["li nobody", "l%i", "5_%", "<p>", "&amp;", "sesoff", "光蓝"])
def test_what_is_in_no_text_is_not_found(q: str) -> None:
    assert not search_of(q=q).finds(CUSTOMER)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "liw"),
        ("name", "i W"),
        ("company", "蓝光光"),
        ("company", "光 光学"),
        ("address", "12har"),
        ("phone", "138 00"),
        ("comment", "wants lenses 50% off & more"),
        ("email", "@EXAMPLE"),
    ],
)
def test_a_part_of_one_field_is_found_there(field: str, value: str) -> None:
    assert search_of(field=field, value=value).finds(CUSTOMER)


@pytest.mark.parametrize(("field", "value"), [("name", "example"), ("phone", "13800"), ("email", "li wei")])
def test_a_part_of_another_field_is_not_found(field: str, value: str) -> None:
    assert not search_of(field=field, value=value).finds(CUSTOMER)


def test_a_country_is_the_whole_of_it() -> None:
    assert search_of(country=" CHINA ").finds(CUSTOMER)
    assert not search_of(country="chin").finds(CUSTOMER)


def test_the_turkish_i_is_found_as_it_is_folded() -> None:
    turkish = replace(CUSTOMER, name="İstanbul")

    assert search_of(q="İstanbul").finds(turkish)
    assert search_of(q="i̇stan").finds(turkish)


def test_nothing_but_blanks_searches_for_nothing() -> None:
    assert search_of(q=" \u3000", field="name", value=" ").conditions == ()
    assert search_of().finds(CUSTOMER)


@pytest.mark.parametrize(
    ("value", "ratings"),
    [
        ("3", (3,)),
        ("=3", (3,)),
        (">=3", (3, 4, 5)),
        ("> 3", (4, 5)),
        ("<=1", (0, 1)),
        ("<3", (0, 1, 2)),
        ("＞＝５", (5,)),
        (">9", ()),
        ("", None),
    ],
)
def test_ratings_are_compared(value: str, ratings: tuple[int, ...] | None) -> None:
    assert importances_of("importance", value) == ratings


def test_only_the_rating_is_read_as_one() -> None:
    assert importances_of("name", ">=3") is None


@pytest.mark.parametrize("value", ["x", ">=", "3 stars", "=>3", "-1", "3.5"])
def test_what_is_no_rating_is_refused(value: str) -> None:
    with pytest.raises(MyCRMError) as caught:
        importances_of("importance", value)

    assert [(fault.field, fault.code) for fault in caught.value.errors] == [("value", "value_invalid")]


@pytest.mark.parametrize(
    ("asked", "field", "code"),
    [
        ({"value": "x"}, "field", "field_missing"),
        ({"field": "id", "value": "x"}, "field", "choice_unknown"),
        ({"q": "x" * 201}, "q", "text_long"),
        ({"field": "name", "value": "x" * 201}, "value", "text_long"),
        ({"q": "a b c d e f g h i"}, "q", "list_long"),
    ],
)
def test_what_cannot_be_searched_for_is_refused_by_field(
    asked: dict[str, str], field: str, code: str
) -> None:
    with pytest.raises(MyCRMError) as caught:
        search_of(**asked)

    assert [(fault.field, fault.code) for fault in caught.value.errors] == [(field, code)]


@pytest.mark.parametrize(
    ("rich", "plain"),
    [
        ("plain", "plain"),
        ("a&lt;b &amp;&nbsp;c", "a<b &\u00a0c"),
        ("<p>one</p><p>two</p>", " one  two "),
        ('wo<b class="x">rd</b>s<br>next', "words next"),
        ("1 &lt; 2", "1 < 2"),
        ("<bold>x", " x"),
    ],
)
def test_rich_text_is_read_without_its_marks(rich: str, plain: str) -> None:
    assert plain_text(rich) == plain
