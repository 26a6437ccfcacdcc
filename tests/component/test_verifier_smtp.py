"""The provider smtp against real SMTP servers and a real name server, all of them on this machine."""

import asyncio

import pytest

from mycrm_verifier.domain.verdicts import Verdict
from mycrm_verifier.ports.provider import Answer, Outcome
from mycrm_verifier.providers.smtp import Manners, SmtpProvider
from mycrm_verifier.providers.smtp_talk import Introduction
from tests.support.fake_dns import REFUSED, SERVFAIL, FakeDNS, fake_dns
from tests.support.fake_mail_hosts import (
    GREYLISTED,
    NOBODY,
    TAKEN,
    UNWANTED,
    MailHost,
    fake_mail_hosts,
)
from tests.support.judging import TELLING, VERDICTS, InTurn, judge_labelled

ADDRESS = "127.0.0.2"


def _mx(*addresses: str) -> FakeDNS:
    """A zone in which example.com's mail goes to those addresses, the first one preferred."""
    zone = FakeDNS()
    zone.zone["example.com"] = {
        "MX": [f"{10 * place} mx{place}.example.com." for place, _ in enumerate(addresses)]
    }
    for place, address in enumerate(addresses):
        zone.zone[f"mx{place}.example.com"] = {"A": [address]}
    return zone


def _provider(
    dns: FakeDNS, port: int, *, probes: tuple[str, ...] = (), private: bool = True, seconds: float = 30
) -> SmtpProvider:
    return SmtpProvider(
        me=Introduction(helo="crm.example.org", sender="check@example.org"),
        probes=probes,
        turns=InTurn(),
        manners=Manners(port=port, reply_seconds=seconds, probe_seconds=30, allow_private=private),
        resolver=dns.resolver,
    )


async def _ask(host: MailHost, email: str = "ok@example.com", *, times: int = 1) -> list[Answer]:
    async with fake_dns(_mx(ADDRESS).zone) as dns, fake_mail_hosts({ADDRESS: host}) as port:
        provider = _provider(dns, port, seconds=0.5 if host.silent else 30)
        return [await provider.check(email) for _ in range(times)]


async def test_a_mailbox_that_is_there_is_valid_and_no_mail_was_sent() -> None:
    host = MailHost(mailboxes={"ok": TAKEN})

    (answer,) = await _ask(host)

    assert (answer.outcome, answer.verdict, answer.log) == (Outcome.ANSWERED, Verdict.VALID, "Success")
    assert host.senders == [("crm.example.org", "check@example.org")]
    assert host.recipients[0] != host.recipients[1] == "ok@example.com"
    assert "mx0.example.com" in answer.evidence


async def test_a_mailbox_that_is_not_there_is_invalid_where_postmaster_is_taken() -> None:
    host = MailHost()
    (answer,) = await _ask(host, "gone@example.com")
    assert answer.verdict is Verdict.INVALID
    assert answer.log.startswith("MailboxDoesNotExist: 550 5.1.1")
    assert host.recipients[-1] == "postmaster@example.com"

    (answer,) = await _ask(MailHost(postmaster=NOBODY), "gone@example.com")
    assert answer.verdict is Verdict.UNKNOWN


async def test_a_server_that_takes_everybody_is_a_catch_all() -> None:
    (answer,) = await _ask(MailHost(others=TAKEN), "who@example.com")

    assert (answer.verdict, answer.log.partition(":")[0]) == (Verdict.UNCONFIRMED, "ServerIsCatchAll")


async def test_who_is_greylisted_comes_again_and_is_taken() -> None:
    first, second = await _ask(MailHost(mailboxes={"ok": TAKEN}, first=GREYLISTED), times=2)

    assert (first.outcome, second.verdict) == (Outcome.LATER, Verdict.VALID)
    assert "451" in first.log


@pytest.mark.parametrize(
    ("host", "outcome"),
    [
        (MailHost(greeting="554 5.7.1 blocked, see the block list"), Outcome.FAILED),
        (MailHost(greeting="554 no service here"), Outcome.ANSWERED),
        (MailHost(greeting="421 too many connections"), Outcome.LATER),
        (MailHost(greeting="HTTP/1.1 400 Bad Request"), Outcome.LATER),
        (MailHost(greeting="220 " + "x" * 100_000), Outcome.LATER),
        (MailHost(silent=True), Outcome.LATER),
        (MailHost(drops=True), Outcome.LATER),
        (MailHost(sender=UNWANTED), Outcome.FAILED),
        (MailHost(others=UNWANTED), Outcome.FAILED),
        (MailHost(mailboxes={"ok": "550 5.7.1 denied by policy"}), Outcome.FAILED),
        (MailHost(mailboxes={"ok": "452 4.2.2 mailbox full"}), Outcome.ANSWERED),
        (MailHost(mailboxes={"ok": "550 5.1.0 rejected"}), Outcome.ANSWERED),
        (MailHost(mailboxes={"ok": "252 2.1.5 cannot tell"}), Outcome.ANSWERED),
    ],
)
async def test_whatever_else_a_server_says_is_no_word_about_the_mailbox(
    host: MailHost, outcome: Outcome
) -> None:
    (answer,) = await _ask(host)

    assert (answer.outcome, answer.verdict) == (outcome, Verdict.UNKNOWN)
    assert answer.log


async def test_the_next_server_is_asked_when_the_first_is_away_and_one_in_the_own_network_never() -> None:
    host = MailHost(mailboxes={"ok": TAKEN})
    async with fake_mail_hosts({"127.0.0.3": host}) as port, fake_dns(_mx(ADDRESS, "127.0.0.3").zone) as dns:
        assert (await _provider(dns, port).check("ok@example.com")).verdict is Verdict.VALID
        refused = await _provider(dns, port, private=False).check("ok@example.com")
    assert (refused.outcome, refused.verdict) == (Outcome.LATER, Verdict.UNKNOWN)
    assert "private" in refused.log
    assert len(host.senders) == 1


async def test_big_providers_are_never_asked() -> None:
    host = MailHost(mailboxes={"ok": TAKEN})
    async with fake_mail_hosts({ADDRESS: host}) as port, fake_dns() as dns:
        dns.zone["example.com"] = {"MX": ["10 mxbiz1.qq.com."]}
        dns.zone["mxbiz1.qq.com"] = {"A": [ADDRESS]}
        provider = _provider(dns, port)
        for email in ("ok@example.com", "ok@gmail.com"):
            foreseen = await provider.foresee(email)
            assert foreseen is not None
            assert (await provider.check(email)).verdict is foreseen.verdict is Verdict.UNKNOWN
        dns.zone["example.com"] = {"MX": ["10 mx.example.com."]}
        assert await provider.foresee("ok@example.com") is None
    assert host.recipients == []


async def test_a_closed_port_is_found_out_before_anybody_is_asked() -> None:
    async with fake_dns(_mx(ADDRESS).zone) as dns:
        async with fake_mail_hosts({ADDRESS: MailHost()}) as port:
            probes = ("away.example.com", "mx0.example.com")
            opened = _provider(dns, port, probes=probes)
            assert await opened.fault() == ""
        blocked = _provider(dns, port, probes=probes)
        said = await blocked.fault()
        assert "port 25 is blocked" in said
        assert "mx0.example.com" in said
        assert await opened.fault() == "", "once is enough"


async def test_a_server_has_one_conversation_at_a_time() -> None:
    host = MailHost(mailboxes={"ok": TAKEN})
    async with fake_dns(_mx(ADDRESS).zone) as dns, fake_mail_hosts({ADDRESS: host}) as port:
        provider = _provider(dns, port)
        answers = await asyncio.gather(*(provider.check("ok@example.com") for _ in range(5)))

    assert {answer.verdict for answer in answers} == {Verdict.VALID}
    assert host.most_talks == 1


@pytest.mark.parametrize(
    ("known", "outcome", "verdict"),
    [
        (None, Outcome.ANSWERED, Verdict.INVALID),
        ({"MX": ["0 ."]}, Outcome.ANSWERED, Verdict.INVALID),
        ({}, Outcome.LATER, Verdict.UNKNOWN),
        (SERVFAIL, Outcome.LATER, Verdict.UNKNOWN),
        (REFUSED, Outcome.LATER, Verdict.UNKNOWN),
        ({"MX": ["10 mx9.example.com."]}, Outcome.LATER, Verdict.UNKNOWN),
    ],
)
async def test_a_domain_without_mail_servers_is_only_sure_when_the_dns_is(
    known: dict[str, list[str]] | str | None, outcome: Outcome, verdict: Verdict
) -> None:
    async with fake_dns() as dns:
        if known is not None:
            dns.zone["example.com"] = known
        answer = await _provider(dns, 9).check("ok@example.com")

    assert (answer.outcome, answer.verdict) == (outcome, verdict)


@pytest.mark.parametrize("email", ['"a b"@example.com', "x'y+z@example.com", "张伟@example.com"])
async def test_an_odd_address_is_named_as_it_is(email: str) -> None:
    host = MailHost(others=NOBODY, mailboxes={email.rpartition("@")[0]: TAKEN})

    (answer,) = await _ask(host, email)

    assert answer.verdict is Verdict.VALID, host.recipients
    assert host.recipients[1] == email


@pytest.mark.parametrize(
    "email", ["a\r\nRCPT TO:<b>@example.com", "a b@example.com", "<a>@example.com", "a@b@c"]
)
async def test_what_is_no_address_reaches_no_server(email: str) -> None:
    host = MailHost()

    (answer,) = await _ask(host, email)

    assert (answer.verdict, host.recipients) == (Verdict.UNKNOWN, [])


async def test_a_server_without_smtputf8_says_nothing_of_a_chinese_address() -> None:
    (answer,) = await _ask(MailHost(utf8=False), "张伟@example.com")

    assert (answer.outcome, answer.verdict) == (Outcome.ANSWERED, Verdict.UNKNOWN)


async def test_of_hundreds_of_labelled_addresses_none_is_called_invalid_that_works() -> None:
    judged = await judge_labelled()

    assert len({one.email for one, _, _ in judged.said}) == len(judged.said) >= 400
    assert judged.wrongly("invalid") == []
    assert judged.wrongly("valid") == []
    assert judged.wrongly("unconfirmed") == []
    # A machine that stalls may cost an answer or two.
    for verdict in VERDICTS:
        assert judged.recall(verdict, groups=TELLING) >= 0.9, judged.by_group()
    assert judged.recall("invalid") >= 0.85, judged.by_group()
