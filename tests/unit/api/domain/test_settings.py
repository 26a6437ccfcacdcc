"""What each setting may be, and what becomes of a spoilt one."""

from typing import Any

import pytest

from mycrm_api.domain.settings import (
    SECRETS,
    SETTINGS,
    is_host,
    read_settings,
    secret_faults,
    setting_faults,
)


def codes(**changes: Any) -> list[str]:
    return [fault.code for fault in setting_faults(changes)]


def test_until_somebody_sets_them_they_are_as_the_original_had_them() -> None:
    assert read_settings({}) == {
        "followup_days": 30,
        "followup_importance_operators": ">=",
        "followup_importance": 1,
        "monitor_mail_days": 10,
        "mail_reserved_days": 365,
        "mail_host": "",
        "mail_port": 993,
        "mail_username": "",
        "mail_oauth_provider": "",
        "mail_oauth_client_id": "",
        "mail_oauth_tenant": "",
        "theme": "",
        "woocommerce_url": "",
        "language": "zh-CN",
        "time_zone": "",
        "verifier_provider": "local",
        "verifier_per_hour": 5,
    }


def test_every_default_is_one_that_could_be_set() -> None:
    assert setting_faults({setting.name: setting.default for setting in SETTINGS}) == []
    assert not set(SECRETS) & {setting.name for setting in SETTINGS}


@pytest.mark.parametrize("name", ["followup_days", "monitor_mail_days", "mail_reserved_days"])
@pytest.mark.parametrize(
    ("days", "code"), [(0, "number_small"), (1, None), (3650, None), (3651, "number_large")]
)
def test_days_are_from_one_to_ten_years(name: str, days: int, code: str | None) -> None:
    assert codes(**{name: days}) == ([code] if code else [])


@pytest.mark.parametrize(
    ("port", "code"), [(0, "number_small"), (143, None), (65535, None), (65536, "number_large")]
)
def test_a_port_is_a_port(port: int, code: str | None) -> None:
    assert codes(mail_port=port) == ([code] if code else [])


@pytest.mark.parametrize(
    ("operator", "is_known"),
    [("=", True), (">", True), (">=", True), ("<", False), ("", False), ("= 1 or 1=1", False)],
)
def test_an_operator_is_one_of_three(operator: str, *, is_known: bool) -> None:
    assert codes(followup_importance_operators=operator) == ([] if is_known else ["choice_unknown"])


@pytest.mark.parametrize(
    "host",
    [
        "imap.exmail.qq.com",
        "localhost",
        "127.0.0.1",
        "::1",
        "邮箱.例子",
        "büro.example",
        "a_b.example",
        "h.example.",
    ],
)
def test_a_host_is_a_name_or_a_number(host: str) -> None:
    assert is_host(host)
    assert codes(mail_host=host) == []


@pytest.mark.parametrize(
    "host",
    [
        *(
            "https://h.example",
            "h.example:993",
            "h.example/inbox",
            "h example",
            " h.example",
            "user@h.example",
        ),
        *("-h.example", "h-.example", "h..example", ".", ".h", "a" * 64, f"{'a.' * 130}com", "h\0.example"),
        *("[::1]", "h.example\n", "h?x", "h#x", "\ud800.example"),
    ],
)
def test_whatever_is_more_than_a_host_is_refused(host: str) -> None:
    assert not is_host(host)
    assert codes(mail_host=host) == ["host_invalid"]


@pytest.mark.parametrize(
    ("zone", "is_known"), [("Asia/Shanghai", True), ("", True), ("Mars/Base", False), ("../x", False)]
)
def test_a_zone_is_one_that_is_known(zone: str, *, is_known: bool) -> None:
    assert codes(time_zone=zone) == ([] if is_known else ["time_zone_unknown"])


@pytest.mark.parametrize(
    "url", ["", "https://shop.example.com", "http://shop.example.com:8080/cn/", "https://商店.例子/x?y=1"]
)
def test_a_shop_has_a_web_address(url: str) -> None:
    assert codes(woocommerce_url=url) == []


@pytest.mark.parametrize(
    "url",
    [
        *("shop.example.com", "ftp://shop.example.com", "javascript:alert(1)", "https://", "https:///x"),
        *("https://user:pass@shop.example.com", "https://shop example.com", "https://shop.example.com:0"),
        *("https://shop.example.com:x", "https://[::1", "file:///etc/passwd"),
    ],
)
def test_whatever_is_no_web_address_is_refused(url: str) -> None:
    assert codes(woocommerce_url=url) == ["url_invalid"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"language": "fr"}, "choice_unknown"),
        ({"theme": 'x" onload="'}, "value_invalid"),
        ({"theme": "x" * 41}, "text_long"),
        ({"verifier_provider": ""}, "value_invalid"),
        ({"verifier_per_hour": 0}, "number_small"),
        ({"followup_importance": 6}, "number_large"),
        ({"mail_username": "x" * 321}, "text_long"),
        ({"mail_username": "a\nb"}, "text_unprintable"),
    ],
)
def test_other_nonsense_is_refused_too(changes: dict[str, Any], code: str) -> None:
    assert codes(**changes) == [code]


def test_a_spoilt_value_reads_as_its_default() -> None:
    spoilt = {
        "followup_days": "0",
        "followup_importance_operators": "= 1 or 1=1",
        "mail_port": "993 ",
        "mail_host": "http://x",
        "language": None,
        "time_zone": "Mars/Base",
        "verifier_per_hour": "",
        "unheard_of": "1",
    }

    present = read_settings(spoilt)

    assert present == read_settings({})


def test_what_was_kept_is_read_with_its_type() -> None:
    present = read_settings({"followup_days": " 45 ", "mail_host": " imap.example.com ", "theme": "black"})

    assert (present["followup_days"], present["mail_host"], present["theme"]) == (
        45,
        "imap.example.com",
        "black",
    )


def test_a_secret_may_be_anything_that_can_be_typed() -> None:
    assert secret_faults({"mail_password": " pass 密码 😀 ", "woocommerce_api": None}) == []
    assert [fault.code for fault in secret_faults({"mail_password": "a\nb"})] == ["text_unprintable"]
    assert [fault.code for fault in secret_faults({"mail_password": "x" * 1001})] == ["text_long"]


def test_a_refresh_token_may_be_long() -> None:
    assert secret_faults({"mail_oauth_refresh_token": "x" * 8000}) == []
    assert [fault.code for fault in secret_faults({"mail_oauth_refresh_token": "x" * 8001})] == ["text_long"]
    assert [fault.code for fault in secret_faults({"mail_oauth_client_secret": "x" * 1001})] == ["text_long"]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("mail_oauth_provider", "elsewhere", "choice_unknown"),
        ("mail_oauth_client_id", "two words", "value_invalid"),
        ("mail_oauth_tenant", "a/b", "value_invalid"),
    ],
)
def test_who_gives_tokens_is_one_of_few(name: str, value: str, code: str) -> None:
    assert [fault.code for fault in setting_faults({name: value})] == [code]
