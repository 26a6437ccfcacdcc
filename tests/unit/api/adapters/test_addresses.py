"""Which addresses are taken, and in which form."""

import pytest

from mycrm_api.adapters.addresses import checked
from mycrm_common.errors import Kind, MyCRMError


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("li.wei@example.cn", "li.wei@example.cn"),
        ("Li.Wei+crm@Example.CN", "Li.Wei+crm@example.cn"),
        ("张伟@例子.中国", "张伟@例子.中国"),
        ("a@qq。com", "a@qq.com"),
        ("x@xn--bro-hoa.example", "x@büro.example"),
        ("a@team.test", "a@team.test"),
        ("é@example.com", "é@example.com"),
    ],
)
def test_addresses_of_every_script_are_taken_in_their_usual_form(typed: str, kept: str) -> None:
    assert checked(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            "a",
            "@",
            "a@",
            "@example.com",
            "a@host",
            "a b@example.com",
            "a@b@example.com",
            "a..b@example.com",
        ),
        *(
            "a@example..com",
            "a@-x.com",
            "a@[127.0.0.1]",
            '"a b"@example.com',
            "A <a@example.com>",
            "a@example.com,",
        ),
        *("a@example.com; b@example.com", "a@example.com\u202e", "\ud800@example.com", "a@exa\nmple.com"),
        f"{'a' * 250}@example.com",
    ],
)
def test_whatever_is_not_one_address_is_refused(typed: str) -> None:
    with pytest.raises(MyCRMError) as caught:
        checked(typed)

    assert (caught.value.code, caught.value.kind) == ("email_invalid", Kind.INVALID)
    assert caught.value.detail
