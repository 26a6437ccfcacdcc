"""What a failed request tells, and about which field."""

import pytest

from mycrm_api.domain.requests import MailboxAnswer, check_answer, is_request_id
from mycrm_common.errors import Kind, MyCRMError


def an_answer(code: str) -> MailboxAnswer:
    return MailboxAnswer(ok=not code, code=code, detail="the server said no", folders=())


def test_a_good_answer_passes() -> None:
    check_answer(an_answer(""))


@pytest.mark.parametrize(
    ("code", "field"),
    [
        ("mailbox_login_refused", "mail_password"),
        ("mailbox_unreachable", "mail_host"),
        ("mailbox_certificate_untrusted", "mail_host"),
        ("mailbox_tls_required", "mail_port"),
        ("mailbox_protocol_error", None),
    ],
)
def test_a_failed_test_of_settings_blames_the_field_that_it_is_about(code: str, field: str | None) -> None:
    with pytest.raises(MyCRMError) as caught:
        check_answer(an_answer(code), of_settings=True)

    assert (caught.value.code, caught.value.kind) == (code, Kind.INVALID)
    assert caught.value.detail == "the server said no"
    assert [(fault.field, fault.code) for fault in caught.value.errors] == ([(field, code)] if field else [])


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("mail_gone", Kind.NOT_FOUND),
        ("mailbox_not_configured", Kind.CONFLICT),
        ("secret_unreadable", Kind.UNAVAILABLE),
        ("request_given_up", Kind.UNAVAILABLE),
        ("mailbox_login_refused", Kind.INVALID),
    ],
)
def test_a_failure_of_a_request_without_settings_blames_no_field(code: str, kind: Kind) -> None:
    with pytest.raises(MyCRMError) as caught:
        check_answer(an_answer(code))

    assert (caught.value.kind, caught.value.errors) == (kind, ())


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("01234567-89ab-cdef-0123-456789abcdef", True),
        ("01234567-89AB-cdef-0123-456789abcdef", False),
        ("01234567-89ab-cdef-0123-456789abcdef\n", False),
        ("\udcff" * 36, False),
        ("", False),
    ],
)
def test_only_an_id_is_an_id(text: str, is_one: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    assert is_request_id(text) is is_one
