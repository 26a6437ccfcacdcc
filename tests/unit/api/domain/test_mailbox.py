"""What a failed test of the mailbox tells, and about which field."""

import pytest

from mycrm_api.domain.mailbox import MailboxAnswer, check_answer
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
def test_a_failure_blames_the_field_that_it_is_about(code: str, field: str | None) -> None:
    with pytest.raises(MyCRMError) as caught:
        check_answer(an_answer(code))

    assert (caught.value.code, caught.value.kind) == (code, Kind.INVALID)
    assert caught.value.detail == "the server said no"
    assert [(fault.field, fault.code) for fault in caught.value.errors] == ([(field, code)] if field else [])
