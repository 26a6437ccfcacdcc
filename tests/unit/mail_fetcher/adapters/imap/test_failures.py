"""Failures in MyCRM's words."""

import ssl

import pytest

from mycrm_common.errors import Kind
from mycrm_mail_fetcher.adapters.imap import failures


def certificate_error(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = code
    error.verify_message = "as the library says"
    return error


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (10, "expired"),
        (9, "not valid yet"),
        (62, "wrong host name"),
        (64, "wrong host name"),
        (20, "not trusted"),
    ],
)
def test_the_fault_of_a_certificate_is_named(code: int, fault: str) -> None:
    error = failures.connecting_fault(certificate_error(code))
    assert (error.code, error.kind) == ("mailbox_certificate_untrusted", Kind.INVALID)
    assert error.detail == f"{fault}: as the library says"


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (ConnectionRefusedError("refused"), "mailbox_unreachable"),
        (TimeoutError(), "mailbox_unreachable"),
        (ssl.SSLEOFError(8, "EOF"), "mailbox_unreachable"),
        (ssl.SSLError(1, "[SSL] wrong version number"), "mailbox_tls_required"),
        (UnicodeError("label empty or too long"), "mailbox_unreachable"),
        (failures.ConnectionBrokenError("BYE"), "mailbox_connection_lost"),
    ],
)
def test_what_happens_while_connecting_has_a_code(cause: Exception, code: str) -> None:
    error = failures.connecting_fault(cause)
    assert error.code == code
    assert error.detail


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("[AUTHENTICATIONFAILED] Authentication failed.", Kind.INVALID),
        ("LOGIN Login error or password error", Kind.INVALID),
        ("[LIMIT] connections", Kind.UNAVAILABLE),
        ("[UNAVAILABLE] the user base is away", Kind.UNAVAILABLE),
        ("Too many login attempts, please try again later", Kind.UNAVAILABLE),
        ("登录过于频繁", Kind.UNAVAILABLE),
    ],
)
def test_a_refusal_for_now_is_not_a_wrong_password(reason: str, kind: Kind) -> None:
    assert failures.login_refused(reason, secret="x y").kind is kind


@pytest.mark.parametrize("echo", ["is 'se\"c\\ret' right?", 'LOGIN "se\\"c\\\\ret" failed'])
def test_a_password_that_the_server_repeats_is_masked(echo: str) -> None:
    detail = failures.login_refused(echo, secret='se"c\\ret').detail
    assert "***" in detail
    assert "ret" not in detail


def test_a_sentence_is_one_line_of_readable_length() -> None:
    assert failures.sentence("a\r\nb\x1b[31m\tc  d\u2028e\0") == "a b [31m c d e"
    assert len(failures.sentence("x" * 10_000)) == failures.LONGEST_DETAIL + 1
