import pytest

from mycrm_verifier.domain.verdicts import (
    Finding,
    Verdict,
    judge_answer,
    judge_bounce,
    says_limit,
    says_missing,
    short_log,
)


@pytest.mark.parametrize(
    ("status", "log", "verdict"),
    [
        (1, "Success", Verdict.VALID),
        (1, "", Verdict.VALID),
        (0, "MailboxDoesNotExist", Verdict.INVALID),
        (-1, "MailboxDoesNotExist", Verdict.INVALID),
        (0, "ServerIsCatchAll", Verdict.UNCONFIRMED),
        (1, "ServerIsCatchAll", Verdict.UNCONFIRMED),
        (-1, "ServerIsCatchAll", Verdict.UNCONFIRMED),
        (0, "550 5.1.1 user does not exist", Verdict.INVALID),
        (0, "DomainDoesNotExist", Verdict.INVALID),
        (0, "550 该邮箱不存在", Verdict.INVALID),
        (0, "", Verdict.UNKNOWN),
        (0, "Timeout", Verdict.UNKNOWN),
        (0, "TransientNetworkFault", Verdict.UNKNOWN),
        (-1, "could not tell whether the mailbox does not exist", Verdict.UNKNOWN),
        (0, "mailbox not found, try again later", Verdict.UNKNOWN),
        (1, "MailboxDoesNotExist", Verdict.UNKNOWN),
        (True, "", Verdict.UNKNOWN),
        ("1", "", Verdict.UNKNOWN),
        (None, "", Verdict.UNKNOWN),
        (2, "odd", Verdict.UNKNOWN),
    ],
)
def test_only_what_is_sure_decides(status: object, log: str, verdict: Verdict) -> None:
    assert judge_answer(status, log) is verdict


@pytest.mark.parametrize(
    ("status", "reason", "verdict"),
    [
        ("5.1.1", "", Verdict.INVALID),
        ("5.1.10", "null MX", Verdict.INVALID),
        ("5.2.1", "disabled", Verdict.INVALID),
        ("", "550 no such user here", Verdict.INVALID),
        ("5.0.0", "550 User unknown", Verdict.INVALID),
        ("5.2.2", "mailbox full", Verdict.UNKNOWN),
        ("5.7.1", "no such user is allowed to send spam", Verdict.UNKNOWN),
        ("4.2.1", "user unknown", Verdict.UNKNOWN),
        ("", "blocked", Verdict.UNKNOWN),
        ("5.0.0", "", Verdict.UNKNOWN),
    ],
)
def test_only_a_bounce_that_says_there_is_no_mailbox_makes_an_address_invalid(
    status: str, reason: str, verdict: Verdict
) -> None:
    assert judge_bounce(status, reason) is verdict


def test_the_guest_interfaces_limit_is_recognised() -> None:
    assert says_limit("You have reached the limit of 5 emails per hour")
    assert not says_limit("MailboxDoesNotExist")
    assert not says_missing("You have reached the limit of 5 emails per hour")


def test_only_decisive_findings_carry_a_validity() -> None:
    found = {
        verdict: Finding(verdict=verdict, log="", source="guest").valid
        for verdict in (Verdict.INVALID, Verdict.VALID, Verdict.UNCONFIRMED)
    }
    assert found == {Verdict.INVALID: 0, Verdict.VALID: 1, Verdict.UNCONFIRMED: 2}
    assert not Finding(verdict=Verdict.UNKNOWN, log="", source="guest").is_decisive


def test_a_log_is_one_line_that_fits() -> None:
    assert short_log("a\n\tb\x00c ") == "a b c"
    assert len(short_log("x" * 5000)) == 1000
