import pytest

from mycrm_verifier.domain.big_providers import is_big
from mycrm_verifier.domain.mailbox_replies import Meaning, Reply, judge_replies, meaning_of
from mycrm_verifier.domain.verdicts import Verdict

TAKEN = Reply(code=250, text="2.1.5 Ok")
MISSING = Reply(code=550, text="5.1.1 no such user")
VAGUE = Reply(code=550, text="5.5.0 rejected")
LATER = Reply(code=450, text="4.2.0 greylisted")
REFUSED = Reply(code=554, text="5.7.1 your host is on a blacklist")


@pytest.mark.parametrize(
    ("code", "text", "meaning"),
    [
        (250, "2.1.5 Ok", Meaning.TAKEN),
        (251, "will forward", Meaning.TAKEN),
        (252, "cannot verify", Meaning.UNSURE),
        (450, "4.2.0 try later", Meaning.LATER),
        (421, "too many connections", Meaning.LATER),
        (452, "4.2.2 mailbox full", Meaning.UNSURE),
        (552, "5.2.2 mailbox full", Meaning.UNSURE),
        (550, "5.1.1 no such user", Meaning.MISSING),
        (550, "no such user here", Meaning.MISSING),
        (550, "用户不存在", Meaning.MISSING),
        (550, "5.1.1 <spam@example.com>: user unknown", Meaning.MISSING),
        (550, "5.2.1 mailbox disabled", Meaning.MISSING),
        (550, "rejected", Meaning.UNSURE),
        (550, "5.1.1 rejected, your address is on a block list", Meaning.REFUSED),
        (550, "5.7.1 user unknown", Meaning.REFUSED),
        (554, "relay access denied", Meaning.REFUSED),
        (550, "user unknown, possibly; try again later", Meaning.UNSURE),
        (354, "go ahead", Meaning.UNSURE),
        (-1, "odd", Meaning.UNSURE),
    ],
)
def test_a_reply_means_no_more_than_it_says(code: int, text: str, meaning: Meaning) -> None:
    assert meaning_of(Reply(code=code, text=text)) is meaning


@pytest.mark.parametrize(
    ("nobody", "mailbox", "postmaster", "found"),
    [
        (MISSING, TAKEN, None, Verdict.VALID),
        (VAGUE, TAKEN, None, Verdict.VALID),
        (TAKEN, TAKEN, None, Verdict.UNCONFIRMED),
        (MISSING, MISSING, TAKEN, Verdict.INVALID),
        (VAGUE, MISSING, TAKEN, Verdict.INVALID),
        (MISSING, MISSING, MISSING, Verdict.UNKNOWN),
        (MISSING, MISSING, None, Verdict.UNKNOWN),
        (TAKEN, MISSING, TAKEN, Verdict.UNKNOWN),
        (MISSING, VAGUE, TAKEN, Verdict.UNKNOWN),
        (MISSING, LATER, TAKEN, Meaning.LATER),
        (LATER, LATER, None, Meaning.LATER),
        (REFUSED, REFUSED, None, Meaning.REFUSED),
        (MISSING, REFUSED, None, Meaning.REFUSED),
    ],
)
def test_only_a_server_that_knows_the_difference_is_believed(
    nobody: Reply, mailbox: Reply, postmaster: Reply | None, found: object
) -> None:
    assert judge_replies(nobody, mailbox, postmaster) is found


@pytest.mark.parametrize(
    ("domain", "servers", "big"),
    [
        ("gmail.com", (), True),
        ("example.com", ("aspmx.l.google.com.",), True),
        ("example.cn", ("mxbiz1.qq.com",), True),
        ("example.com", ("mx.example.com",), False),
        ("example.com", ("notgoogle.com",), False),
        ("example.com", ("google.com.example.com",), False),
    ],
)
def test_big_providers_are_known_by_their_servers(domain: str, servers: tuple[str, ...], big: bool) -> None:  # noqa: FBT001 - one of a table's columns
    assert is_big(domain, servers) is big
